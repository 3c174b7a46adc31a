/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What shows the server who this machine's fleet is, and shows us that the server is the right one:
 * bearer token, client certificate, pinned authority, the telemetry id header. All optional. What
 * is configured and cannot be loaded is an error: sending without a pin that was asked for would be
 * worse than not sending.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define TM_TOKEN_MAX_BYTES 4096

/* Where each comes from; NULL or "" where not configured. */
typedef struct
{
  const char *cainfo;             /* PEM file: the only authorities that are trusted */
  const char *token_file;         /* text file */
  const char *client_certificate; /* PEM file; may hold the key too */
  const char *client_key;         /* PEM file */
  const char *tidheader;          /* "Name: value" */
} TmCredentialSources;

typedef struct
{
  gatomicrefcount ref_count;
  GTlsDatabase *authorities;           /* (nullable) (owned): NULL is the system's trust */
  GTlsCertificate *client_certificate; /* (nullable) (owned) */
  char *authorization;                 /* (nullable): value of the header Authorization */
  char *tid_name;                      /* (nullable) */
  char *tid_value;                     /* (nullable) */
} TmCredentials;

/* Reads small local files: for the start of the program. */
TmCredentials *tm_credentials_new (const TmCredentialSources *sources, GError **error);
TmCredentials *tm_credentials_ref (TmCredentials *self);
void tm_credentials_unref (TmCredentials *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmCredentials, tm_credentials_unref)

G_END_DECLS
