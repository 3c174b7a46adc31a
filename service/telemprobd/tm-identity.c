/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Secrets and the machine id made of them; see tm-identity.h. */
#include "tm-identity.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/random.h>

#include "telemetry-error.h"

#define SECRET_BYTES 32
#define SECRET_HEX (2 * SECRET_BYTES)
#define ID_HEX 32
#define USEC G_USEC_PER_SEC
/* More than a rotation a day for the ten years a secret can be kept at most. */
#define MAX_SECRETS 4000

typedef struct
{
  char hex[SECRET_HEX + 1];
  gint64 created_usec;
  gint64 ended_usec; /* 0: it is the present one */
  gboolean is_used;  /* the present one: records may have been made under it */
} Secret;

struct _TmIdentity
{
  gatomicrefcount ref_count;
  char *path;     /* (owned) */
  TmClock *clock; /* (owned) */
  gint64 rotation_usec;
  gint64 keep_usec;
  GArray *secrets; /* (owned) (element-type Secret): oldest first, the present one last */
  char machine_id[ID_HEX + 1];
  gboolean is_static;
  gboolean is_saved;
  char *problem; /* (owned) (nullable) */
};

static TmIdentity *
identity_new (const char *path, TmClock *clock)
{
  TmIdentity *self = g_new0 (TmIdentity, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->path = g_strdup (path);
  self->clock = g_object_ref (clock);
  self->secrets = g_array_new (FALSE, TRUE, sizeof (Secret));

  return self;
}

TmIdentity *
tm_identity_ref (TmIdentity *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
tm_identity_unref (TmIdentity *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  /* Not left behind in freed memory. */
  explicit_bzero (self->secrets->data, self->secrets->len * sizeof (Secret));
  g_array_unref (self->secrets);
  g_object_unref (self->clock);
  g_free (self->path);
  g_free (self->problem);
  g_free (self);
}

static gboolean
is_hex (const char *text, gsize n_digits)
{
  return strlen (text) == n_digits && strspn (text, "0123456789abcdef") == n_digits;
}

static Secret *
get_present (TmIdentity *self)
{
  return &g_array_index (self->secrets, Secret, self->secrets->len - 1);
}

/* machine_id: the first 16 bytes of SHA-256 of the secret's bytes. */
static void
derive_machine_id (TmIdentity *self)
{
  g_autofree char *digest = NULL;
  guchar bytes[SECRET_BYTES];
  const char *hex = get_present (self)->hex;

  for (guint i = 0; i < SECRET_BYTES; i++)
    bytes[i] = g_ascii_xdigit_value (hex[2 * i]) << 4 | g_ascii_xdigit_value (hex[2 * i + 1]);

  digest = g_compute_checksum_for_data (G_CHECKSUM_SHA256, bytes, sizeof bytes);
  memcpy (self->machine_id, digest, ID_HEX);
  explicit_bzero (bytes, sizeof bytes);
}

/* getrandom() fails only where the kernel has none: then there is nothing to be pseudonymous with.
 */
static void
add_secret (TmIdentity *self)
{
  Secret secret = { .created_usec = tm_clock_get_realtime_usec (self->clock) };
  guchar bytes[SECRET_BYTES];

  if (getrandom (bytes, sizeof bytes, 0) != sizeof bytes)
    g_error ("the kernel gives no random bytes: %s", g_strerror (errno));

  for (guint i = 0; i < SECRET_BYTES; i++)
    g_snprintf (secret.hex + 2 * i, 3, "%02x", bytes[i]);
  g_array_append_val (self->secrets, secret);
  explicit_bzero (bytes, sizeof bytes);
  self->is_saved = FALSE;
}

static gboolean
read_time (GKeyFile *file, const char *group, const char *key, gint64 *out_usec)
{
  g_autofree char *text = g_key_file_get_value (file, group, key, NULL);
  gint64 seconds;

  if (text == NULL || !g_ascii_string_to_signed (text, 10, 0, G_MAXINT64 / USEC, &seconds, NULL))
    return FALSE;

  *out_usec = seconds * USEC;
  return TRUE;
}

static gboolean
read_secret (TmIdentity *self, GKeyFile *file, const char *group, gboolean is_last)
{
  g_autofree char *hex = g_key_file_get_value (file, group, "secret", NULL);
  Secret secret = { 0 };

  if (hex == NULL || !is_hex (hex, SECRET_HEX) ||
      !read_time (file, group, "created", &secret.created_usec) ||
      (!is_last && !read_time (file, group, "ended", &secret.ended_usec)))
    return FALSE;

  secret.is_used = is_last && g_key_file_get_boolean (file, group, "used", NULL);

  memcpy (secret.hex, hex, SECRET_HEX);
  g_array_append_val (self->secrets, secret);
  return TRUE;
}

static gboolean
read_file (TmIdentity *self, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_auto (GStrv) groups = NULL;

  if (!g_key_file_load_from_file (file, self->path, G_KEY_FILE_NONE, error))
    return FALSE;

  groups = g_key_file_get_groups (file, NULL);
  for (guint i = 0; groups[i] != NULL; i++)
    if (!read_secret (self, file, groups[i], groups[i + 1] == NULL))
      {
        g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS,
                     "[%s] is not a secret of %d hex digits with its times", groups[i], SECRET_HEX);
        return FALSE;
      }

  if (groups[0] == NULL)
    g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS, "there is no secret");
  return groups[0] != NULL;
}

static void
read_secrets (TmIdentity *self)
{
  g_autoptr (GError) error = NULL;

  self->is_saved = read_file (self, &error);
  if (self->is_saved)
    return;

  if (!g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    {
      g_autofree char *aside = g_strconcat (self->path, ".damaged", NULL);

      gboolean is_aside = g_rename (self->path, aside) == 0;

      self->problem =
          g_strdup_printf ("%s: %s; %s there is a new identity", self->path, error->message,
                           is_aside ? "it was moved aside, and" : "it cannot be moved aside;");
    }

  g_array_set_size (self->secrets, 0);
  add_secret (self);
}

static void
read_static_id (TmIdentity *self, const char *static_path)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  if (!g_file_get_contents (static_path, &text, NULL, &error))
    {
      if (!g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        self->problem = g_strdup_printf ("%s; the identity rotates", error->message);
      return;
    }

  g_strstrip (text);
  self->is_static = is_hex (text, ID_HEX);
  if (self->is_static)
    memcpy (self->machine_id, text, ID_HEX);
  else
    self->problem = g_strdup_printf ("%s: is not an id, accepted is %d lower-case hex digits; the "
                                     "identity rotates",
                                     static_path, ID_HEX);
}

TmIdentity *
tm_identity_load (const char *path,
                  const char *static_path,
                  TmClock *clock,
                  gint64 rotation_days,
                  gint64 secret_days)
{
  TmIdentity *self = identity_new (path, clock);

  self->rotation_usec = rotation_days * TM_USEC_PER_DAY;
  self->keep_usec = secret_days * TM_USEC_PER_DAY;

  read_secrets (self);
  read_static_id (self, static_path);
  if (!self->is_static)
    derive_machine_id (self);

  return self;
}

const char *
tm_identity_get_machine_id (TmIdentity *self)
{
  return self->machine_id;
}

gboolean
tm_identity_is_static (TmIdentity *self)
{
  return self->is_static;
}

gint64
tm_identity_get_created_usec (TmIdentity *self)
{
  return get_present (self)->created_usec;
}

gint64
tm_identity_get_expires_usec (TmIdentity *self)
{
  return self->is_static ? 0 : get_present (self)->created_usec + self->rotation_usec;
}

const char *
tm_identity_get_problem (TmIdentity *self)
{
  return self->problem;
}

gboolean
tm_identity_is_saved (TmIdentity *self)
{
  return self->is_saved;
}

gboolean
tm_identity_is_used (TmIdentity *self)
{
  return !self->is_static && get_present (self)->is_used;
}

gboolean
tm_identity_is_due (TmIdentity *self)
{
  gint64 now_usec = tm_clock_get_realtime_usec (self->clock);

  if (self->is_static)
    return FALSE;

  return now_usec >= tm_identity_get_expires_usec (self) ||
         now_usec < get_present (self)->created_usec - TM_USEC_PER_DAY;
}

/* The same, with nothing in it yet but what is no secret. */
static TmIdentity *
copy_rules (TmIdentity *self)
{
  TmIdentity *next = identity_new (self->path, self->clock);

  next->rotation_usec = self->rotation_usec;
  next->keep_usec = self->keep_usec;
  next->is_static = self->is_static;
  memcpy (next->machine_id, self->machine_id, sizeof self->machine_id);

  return next;
}

/* The present secret ends now; those that ended long enough ago are left out. */
static void
copy_secrets (TmIdentity *self, TmIdentity *next, gint64 now_usec)
{
  for (guint i = 0; i < self->secrets->len; i++)
    {
      Secret secret = g_array_index (self->secrets, Secret, i);

      if (secret.ended_usec == 0)
        secret.ended_usec = now_usec;
      secret.is_used = FALSE;
      if (secret.ended_usec + self->keep_usec > now_usec && self->secrets->len - i < MAX_SECRETS)
        g_array_append_val (next->secrets, secret);
    }
}

TmIdentity *
tm_identity_renew (TmIdentity *self)
{
  TmIdentity *next;

  if (self->is_static)
    return tm_identity_ref (self);

  next = copy_rules (self);
  copy_secrets (self, next, tm_clock_get_realtime_usec (self->clock));
  add_secret (next);
  derive_machine_id (next);

  return next;
}

TmIdentity *
tm_identity_use (TmIdentity *self)
{
  TmIdentity *next;

  if (tm_identity_is_used (self))
    return tm_identity_ref (self);

  next = copy_rules (self);
  next->problem = g_strdup (self->problem);
  g_array_append_vals (next->secrets, self->secrets->data, self->secrets->len);
  get_present (next)->is_used = TRUE;

  return next;
}

GPtrArray *
tm_identity_get_secrets (TmIdentity *self)
{
  GPtrArray *secrets = g_ptr_array_new_with_free_func (g_free);

  for (guint i = self->secrets->len; i > 0; i--)
    g_ptr_array_add (secrets, g_strdup (g_array_index (self->secrets, Secret, i - 1).hex));

  return secrets;
}

static char *
make_text (TmIdentity *self, gsize *out_n_bytes)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();

  for (guint i = 0; i < self->secrets->len; i++)
    {
      const Secret *secret = &g_array_index (self->secrets, Secret, i);
      g_autofree char *group = g_strdup_printf ("secret %u", i + 1);

      g_key_file_set_value (file, group, "secret", secret->hex);
      g_key_file_set_int64 (file, group, "created", secret->created_usec / USEC);
      if (secret->ended_usec != 0)
        g_key_file_set_int64 (file, group, "ended", secret->ended_usec / USEC);
      if (secret->is_used)
        g_key_file_set_boolean (file, group, "used", TRUE);
    }

  return g_key_file_to_data (file, out_n_bytes, NULL);
}

gboolean
tm_identity_save (TmIdentity *self, GError **error)
{
  g_autofree char *directory = g_path_get_dirname (self->path);
  g_autoptr (GError) local_error = NULL;
  gsize n_bytes;
  g_autofree char *text = make_text (self, &n_bytes);

  g_mkdir_with_parents (directory, 0700);
  if (g_file_set_contents_full (self->path, text, n_bytes,
                                G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600,
                                &local_error))
    {
      self->is_saved = TRUE;
      return TRUE;
    }

  g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_STORAGE, "cannot save \"%s\": %s",
               self->path, local_error->message);
  return FALSE;
}
