/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The files of people and of the service itself: telemetrics.conf and consent.conf. Whatever they
 * contain, every value that is read is one that its key accepts, and a file with an error in it
 * never means more than no.
 */
#include "fuzz-fail.h"
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tm-config-key.h"
#include "tm-consent.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check_config (TmConfig *config)
{
  for (guint i = 0; i < TM_N_CONFIG_KEYS; i++)
    {
      const TmConfigKeyInfo *info = tm_config_key_get_info (i);

      g_assert_true (tm_config_key_accepts (i, tm_config_get_text (config, i)));
      if (info->type == TM_CONFIG_TYPE_NUMBER && !info->takes_minus_one)
        g_assert_cmpint (tm_config_get_number (config, i), >=, info->min);
    }
}

static void
check_consent (const char *path, TmConfig *config)
{
  const char *none[] = { NULL };
  g_autoptr (TmCategorySet) categories = tm_category_set_load (none);
  g_autoptr (TmConsent) consent = tm_consent_load (path, config, categories);

  if (tm_consent_get_problem (consent) != NULL)
    g_assert_false (tm_consent_is_enabled (consent));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  int fd = memfd_create ("config", MFD_CLOEXEC);
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);
  const char *paths[] = { path, NULL };
  g_autoptr (TmConfig) config = NULL;

  if (fd < 0 || write (fd, data, size) != (gssize) size)
    FUZZ_FAIL ("no memory for the input");

  config = tm_config_load_files (paths);
  check_config (config);
  check_consent (path, config);

  close (fd);
  return 0;
}
