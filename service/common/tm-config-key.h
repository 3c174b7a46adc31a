/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of keys that tm-config.c reads by, and the manual and the tests, too. */
#pragma once

#include "tm-config.h"

G_BEGIN_DECLS

typedef enum
{
  TM_CONFIG_TYPE_BOOLEAN,
  TM_CONFIG_TYPE_NUMBER,
  TM_CONFIG_TYPE_CHOICE, /* one of the words in choices */
  TM_CONFIG_TYPE_URL,    /* "" or http(s)://... without a '/' at its end */
  TM_CONFIG_TYPE_PATH,   /* "" or an absolute path */
  TM_CONFIG_TYPE_TEXT,   /* one line */
  TM_CONFIG_TYPE_IDS,    /* ids of categories, separated by ';' */
} TmConfigType;

typedef struct
{
  const char *group;
  const char *name;
  TmConfigType type;
  const char *unit;          /* (nullable): of a number */
  gint64 min;                /* of a number */
  gint64 max;                /* of a number */
  gboolean takes_minus_one;  /* of a number: -1 switches the limit off */
  const char *choices;       /* of a choice: words, separated by ';' */
  const char *default_value; /* as it would stand in a file */
  gboolean guards_consent;   /* an error in it means that nobody has agreed */
} TmConfigKeyInfo;

const TmConfigKeyInfo *tm_config_key_get_info (TmConfigKey key);
gboolean tm_config_key_lookup (const char *group, const char *name, TmConfigKey *out_key);
/* A key of Clear Linux's client that means nothing here: it is no mistake to have it. */
gboolean tm_config_key_is_obsolete (const char *group, const char *name);

/* What is accepted, for people. (transfer full) */
char *tm_config_key_describe (TmConfigKey key);
/* TRUE if value, as it stands in a file, is as the table says. */
gboolean tm_config_key_accepts (TmConfigKey key, const char *value);

G_END_DECLS
