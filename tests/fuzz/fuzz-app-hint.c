/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whatever a control group is named: no crash, and a hint is a label that a record takes. */
#include "tm-app-hint.h"

#include "tm-field.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *hint = tm_app_hint_from_cgroup ((const char *) data, size);

  if (hint != NULL)
    g_assert_true (tm_field_check_text (tm_field_get (TM_FIELD_APP), hint, strlen (hint), NULL));

  return 0;
}
