/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One accepted connection: who is at the other end, and how long it may still take for what it is
 * doing. The time runs for the whole of a phase, so a sender that trickles a byte now and then is
 * cut as well as a silent one.
 *
 *   WAITING -> RECEIVING -> HANDLING -> ANSWERING -> WAITING (kept) or closed
 *                    \-> LINGERING (refused: the answer is out, what still comes is thrown away)
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  TM_HTTP_PHASE_WAITING,   /* nothing of a request is there */
  TM_HTTP_PHASE_RECEIVING, /* headers or body are on the way */
  TM_HTTP_PHASE_HANDLING,  /* ours to answer: no limit here, handlers have their own */
  TM_HTTP_PHASE_ANSWERING, /* the client takes the answer */
  TM_HTTP_PHASE_LINGERING, /* waits for the client to close */
} TmHttpPhase;

#define TM_HTTP_N_PHASES (TM_HTTP_PHASE_LINGERING + 1)

typedef struct _TmHttpConnection TmHttpConnection;
typedef void (*TmHttpExpiredFunc) (TmHttpConnection *connection, gpointer user_data);

/* stream: (transfer none), a TmHttpStream, only watched. seconds: TM_HTTP_N_PHASES limits, 0 =
 * none. expired: called from the main loop when a phase took too long. */
TmHttpConnection *tm_http_connection_new (GSocketConnection *stream,
                                          const guint *seconds,
                                          TmHttpExpiredFunc expired,
                                          gpointer user_data);
void tm_http_connection_free (TmHttpConnection *self);

void tm_http_connection_set_phase (TmHttpConnection *self, TmHttpPhase phase);
TmHttpPhase tm_http_connection_get_phase (TmHttpConnection *self);
/* (transfer full) (nullable) */
GSocketConnection *tm_http_connection_dup_stream (TmHttpConnection *self);
const char *tm_http_connection_get_network (TmHttpConnection *self);
gboolean tm_http_connection_is_local (TmHttpConnection *self);
/* An address object that belongs to this connection alone, even for a Unix socket. */
GSocketAddress *tm_http_connection_get_key (TmHttpConnection *self);
/* What keeps the stream open while it waits for another request. As long as there is one, expired
 * is also called when the client has left. (nullable) */
void tm_http_connection_set_owner (TmHttpConnection *self, GObject *owner);
GObject *tm_http_connection_get_owner (TmHttpConnection *self);
/* Both directions are closed; who reads or writes finds the end of the stream. */
void tm_http_connection_cut (TmHttpConnection *self);

/* Answers text, throws away what still comes, and closes: a client that is still sending gets the
 * answer instead of a reset. */
void tm_http_connection_refuse (TmHttpConnection *self, GBytes *text);

/* "192.0.2.7" -> "192.0.2.0/24", IPv6 -> /56, loopback and anything else -> "local". */
char *tm_http_network_of (GInetAddress *address);

G_END_DECLS
