/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A key file: [updates] began, build; [apt], [dnf] and [dnf5] id, end. See update-state.h. */
#include "update-state.h"

void
update_state_clear (UpdateState *self)
{
  g_clear_pointer (&self->build, g_free);
  for (guint i = 0; i < UPDATE_N_HISTORIES; i++)
    update_place_clear (&self->places[i]);
}

void
update_state_load (UpdateState *self, TmProbe *probe)
{
  g_autofree char *text = tm_probe_load_state (probe);
  g_autoptr (GKeyFile) file = g_key_file_new ();

  update_state_clear (self);
  *self = (UpdateState){ 0 };
  if (text == NULL || !g_key_file_load_from_data (file, text, -1, G_KEY_FILE_NONE, NULL))
    return;

  self->began_usec = g_key_file_get_int64 (file, "updates", "began", NULL);
  self->build = g_key_file_get_string (file, "updates", "build", NULL);
  for (guint i = 0; i < UPDATE_N_HISTORIES; i++)
    {
      const char *name = update_histories[i].name;

      self->places[i].id = g_key_file_get_string (file, name, "id", NULL);
      self->places[i].end_usec = g_key_file_get_int64 (file, name, "end", NULL);
    }
}

gboolean
update_state_save (const UpdateState *self, TmProbe *probe, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *text = NULL;

  g_key_file_set_int64 (file, "updates", "began", self->began_usec);
  if (self->build != NULL)
    g_key_file_set_string (file, "updates", "build", self->build);
  for (guint i = 0; i < UPDATE_N_HISTORIES; i++)
    if (self->places[i].id != NULL)
      {
        g_key_file_set_string (file, update_histories[i].name, "id", self->places[i].id);
        g_key_file_set_int64 (file, update_histories[i].name, "end", self->places[i].end_usec);
      }

  text = g_key_file_to_data (file, NULL, NULL);
  return tm_probe_save_state (probe, text, error);
}
