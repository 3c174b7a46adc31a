/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What stands where in a section: tables, so that a decoder is something to read beside the
 * specification, and one function that takes care of bounds, validity and privacy.
 */
#pragma once

#include <json-glib/json-glib.h>

#include "tm-cper-reader.h"

G_BEGIN_DECLS

/* No bit says whether the field is valid: it always is. */
#define TM_CPER_ALWAYS (-1)
/* Of bytes that nobody can read further, this many are shown. */
#define TM_CPER_HEAD_BYTES 64
/* Of what is repeated within one section, this many are decoded; the section says beside them how
 * many there are. */
#define TM_CPER_MAX_LIST 16
/* So many where all is wanted. */
#define TM_CPER_MAX_LIST_OF_ALL 256
#define TM_CPER_UNKNOWN_NAME "Unknown (Reserved)"

typedef enum
{
  TM_CPER_NUMBER, /* wider than 32 bits: text, "0x..." */
  TM_CPER_BOOLEAN,
  TM_CPER_NAMED, /* {"value", "name"} */
  TM_CPER_BITS,  /* the names of the bits that are set */
  TM_CPER_GUID,
  TM_CPER_TEXT,
  TM_CPER_BYTES, /* {"length", "data", "sha256"} */
  TM_CPER_GROUP, /* an object of its own */
} TmCperKind;

typedef struct
{
  guint value;
  const char *name; /* NULL: end of the table */
} TmCperName;

typedef struct _TmCperField TmCperField;
struct _TmCperField
{
  const char *name; /* NULL: end of the table */
  TmCperKind kind;
  gint8 valid; /* bit of the validation word, or TM_CPER_ALWAYS */
  guint16 offset;
  guint8 n_bytes;
  guint8 first_bit; /* of the number at offset */
  guint8 n_bits;    /* 0: all */
  gboolean is_private;
  const TmCperName *names;
  const TmCperField *group; /* offsets and validity as outside of it */
};

/* The columns: name, bit of validity, offset and, where it can vary, bytes or bits. */
#define TM_CPER_N(name, valid, offset, n_bytes)                                                    \
  {                                                                                                \
    name, TM_CPER_NUMBER, valid, offset, n_bytes, 0, 0, FALSE, NULL, NULL                          \
  }
#define TM_CPER_P(name, valid, offset, n_bytes)                                                    \
  {                                                                                                \
    name, TM_CPER_NUMBER, valid, offset, n_bytes, 0, 0, TRUE, NULL, NULL                           \
  }
#define TM_CPER_V(name, valid, offset, n_bytes, names)                                             \
  {                                                                                                \
    name, TM_CPER_NAMED, valid, offset, n_bytes, 0, 0, FALSE, names, NULL                          \
  }
#define TM_CPER_B(name, valid, offset, n_bytes, bit)                                               \
  {                                                                                                \
    name, TM_CPER_BOOLEAN, valid, offset, n_bytes, bit, 1, FALSE, NULL, NULL                       \
  }
#define TM_CPER_NB(name, valid, offset, n_bytes, bit, n_bits)                                      \
  {                                                                                                \
    name, TM_CPER_NUMBER, valid, offset, n_bytes, bit, n_bits, FALSE, NULL, NULL                   \
  }
#define TM_CPER_VB(name, valid, offset, n_bytes, bit, n_bits, names)                               \
  {                                                                                                \
    name, TM_CPER_NAMED, valid, offset, n_bytes, bit, n_bits, FALSE, names, NULL                   \
  }
#define TM_CPER_S(name, valid, offset, n_bytes, names)                                             \
  {                                                                                                \
    name, TM_CPER_BITS, valid, offset, n_bytes, 0, 0, FALSE, names, NULL                           \
  }
#define TM_CPER_G(name, valid, group)                                                              \
  {                                                                                                \
    name, TM_CPER_GROUP, valid, 0, 0, 0, 0, FALSE, NULL, group                                     \
  }
#define TM_CPER_X(name, kind, valid, offset, n_bytes, is_private)                                  \
  {                                                                                                \
    name, kind, valid, offset, n_bytes, 0, 0, is_private, NULL, NULL                               \
  }
#define TM_CPER_END                                                                                \
  {                                                                                                \
    NULL, TM_CPER_NUMBER, TM_CPER_ALWAYS, 0, 0, 0, 0, FALSE, NULL, NULL                            \
  }

/* Adds to object what is valid, is there, and may be told. */
void tm_cper_fields_decode (const TmCperField *fields,
                            const TmCperReader *reader,
                            guint64 valid,
                            JsonObject *object);

/* Adds member: a list of n entries of n_bytes each, as far as they are there, from offset on.
 * Returns: where the last one ends. decode: (transfer full) */
gsize tm_cper_list_decode (const TmCperReader *reader,
                           gsize offset,
                           guint64 n,
                           gsize n_bytes,
                           JsonObject *(*decode) (const TmCperReader *entry),
                           JsonObject *object,
                           const char *member);

/* Of what is repeated, how many are decoded at most. */
guint tm_cper_list_get_max (const TmCperReader *reader);

/* Never NULL. */
const char *tm_cper_name (const TmCperName *names, guint64 value);
/* (transfer full): of bytes that nobody can read further: how many, the first ones, their hash. */
JsonObject *tm_cper_bytes_to_json (const TmCperReader *bytes);
void tm_cper_set_hex (JsonObject *object, const char *name, guint64 number);
/* "model": "8086:1533", as everybody writes it. */
void tm_cper_set_pci_model (JsonObject *object, guint64 vendor, guint64 device);

G_END_DECLS
