/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the kernel says about the shape of one of its trace events: the file "format" beside it.
 * Shapes change with the version, the processor and the configuration of a kernel, so nothing is
 * known about them but what stands there:
 *
 *   name: mc_event
 *   ID: 57
 *   format:
 *           field:unsigned int error_type;    offset:8;    size:4;    signed:0;
 *           field:__data_loc char[] label;    offset:16;   size:4;    signed:0;
 *
 * events/header_page, which tells of the pages of the ring buffer, has fields of the same form.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The longest such file of a kernel has 10 kB. */
#define TM_TRACE_FORMAT_MAX_BYTES (64 * 1024)
#define TM_TRACE_FORMAT_MAX_FIELDS 256

/* Where the bytes of a field are. */
typedef enum
{
  TM_TRACE_FIXED,    /* at its offset */
  TM_TRACE_DATA_LOC, /* at its offset stands length << 16 | offset from the event's beginning */
  TM_TRACE_REL_LOC,  /* the same, from the end of the field */
} TmTracePlace;

typedef struct
{
  char *name;
  TmTracePlace place;
  gsize offset;
  gsize n_bytes;
  gboolean is_signed;
} TmTraceField;

typedef struct
{
  char *name;
  guint id;
  GPtrArray *fields; /* (element-type TmTraceField) */
} TmTraceFormat;

/* Fails in the domain G_IO_ERROR. */
TmTraceFormat *tm_trace_format_parse (const char *text, gsize n_bytes, GError **error);
void tm_trace_format_free (TmTraceFormat *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmTraceFormat, tm_trace_format_free)

/* (nullable) (transfer none) */
const TmTraceField *tm_trace_format_find (const TmTraceFormat *self, const char *name);

/* (transfer full) (element-type TmTraceField): the lines of text that describe a field. Fails if
 * one of them cannot be read, or if there is none. */
GPtrArray *tm_trace_fields_parse (const char *text, gsize n_bytes, GError **error);
/* (nullable) (transfer none) */
const TmTraceField *tm_trace_fields_find (GPtrArray *fields, const char *name);

G_END_DECLS
