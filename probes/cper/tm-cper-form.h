/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How the kernel prints sections for people, and where in the bytes what it prints once stood: the
 * way back from its words to the section. Tables only; tm-cper-text.c reads lines by them.
 */
#pragma once

#include "tm-cper-type.h"

G_BEGIN_DECLS

/* The word stands always, there is no bit to say so. */
#define TM_CPER_FORM_ALWAYS (-1)

typedef enum
{
  TM_CPER_WORD_NUMBER, /* "key: 12, words", "key: 0x1f" */
  TM_CPER_WORD_HEX,    /* "key: 3b:1f.0": numbers without 0x, the one at index */
  TM_CPER_WORD_PAIR,   /* "key: 3.0": decimal numbers, the one at index */
  TM_CPER_WORD_IN_PARENTHESES,
  TM_CPER_WORD_NAME,  /* one of names: its index */
  TM_CPER_WORD_NAMES, /* some of names, behind a number that kernels count differently: bits */
  TM_CPER_WORD_GUID,  /* in the usual notation, or one of names: the GUID behind it */
  TM_CPER_WORD_SET,   /* that it is said is all: the bit */
  TM_CPER_WORD_DUMP,  /* lines of hexadecimal digits follow */
} TmCperWordKind;

typedef struct
{
  const char *key; /* NULL: end of the table */
  TmCperWordKind kind;
  gint8 valid; /* bit of the validation word, or TM_CPER_FORM_ALWAYS */
  guint16 offset;
  guint8 n_bytes;
  guint8 first_bit; /* of the number at offset */
  guint8 index;
  const char *const *names; /* (nullable): ends with NULL */
} TmCperWord;

/* A section, or a part that a section repeats. */
typedef struct _TmCperForm TmCperForm;
struct _TmCperForm
{
  const char *name;       /* as the kernel calls it; NULL: end of the table */
  const TmCperType *type; /* of a section */
  guint16 n_bytes;        /* without parts */
  guint8 valid_offset;
  guint8 valid_bytes; /* 0: there is no validation word */
  const TmCperWord *words;
  const TmCperForm *parts; /* (nullable): of a section */
  guint8 length_offset;    /* of a section that says its own length; else 0 */
  guint8 count_offset;     /* of a part: the number in the section that counts it, */
  guint8 count_bytes;
  guint16 count_step; /* and what one more adds to it */
};

/* (nullable): name: what follows "section_type: ". */
const TmCperForm *tm_cper_form_find (const char *name);

G_END_DECLS
