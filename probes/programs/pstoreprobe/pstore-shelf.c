/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See pstore-shelf.h. */
#include "pstore-shelf.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* archive/EVENT/PART-DIRECTORY/file */
#define MAX_DEPTH 3

typedef struct
{
  GHashTable *known; /* (nullable): NULL: all is */
  GPtrArray *files;
  gsize n_bytes;
} Walk;

void
pstore_file_free (PstoreFile *self)
{
  g_free (self->event);
  g_free (self->identity);
  g_clear_pointer (&self->part, tm_pstore_part_free);
  g_free (self);
}

static char *
make_identity (const char *path, const struct stat *status)
{
  g_autofree char *text =
      g_strdup_printf ("%s|%lld|%lld|%ld", path, (long long) status->st_size,
                       (long long) status->st_mtim.tv_sec, status->st_mtim.tv_nsec);
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);

  return g_strndup (hash, 16);
}

/* (nullable): too large, or not to be read. Files of sysfs need not know their size. */
static GBytes *
read_part (int directory, const char *name)
{
  int fd = openat (directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  g_autofree char *data = g_malloc (TM_PSTORE_MAX_BYTES + 1);
  gsize n_all = 0;
  gssize n = -1;

  while (fd >= 0 && n_all <= TM_PSTORE_MAX_BYTES &&
         (n = read (fd, data + n_all, TM_PSTORE_MAX_BYTES + 1 - n_all)) > 0)
    n_all += (gsize) n;
  if (fd >= 0)
    close (fd);

  return n == 0 && n_all <= TM_PSTORE_MAX_BYTES ? g_bytes_new (data, n_all) : NULL;
}

static void
visit_file (
    Walk *self, int directory, const char *event, const char *path, const struct stat *status)
{
  PstoreFile *file = g_new0 (PstoreFile, 1);
  g_autofree char *name = g_path_get_basename (path);
  g_autoptr (GBytes) bytes = NULL;

  /* systemd-pstore's directories are of so many seconds, and a dump may be of more. */
  file->event = g_strdup (tm_pstore_names_time (name) ? "" : event);
  file->identity = make_identity (path, status);
  g_ptr_array_add (self->files, file);
  if (self->known == NULL || g_hash_table_contains (self->known, file->identity) ||
      self->n_bytes >= PSTORE_SHELF_MAX_BYTES)
    return;

  bytes = read_part (directory, name);
  if (bytes == NULL || self->n_bytes + g_bytes_get_size (bytes) > PSTORE_SHELF_MAX_BYTES)
    return;
  self->n_bytes += g_bytes_get_size (bytes);
  file->part = tm_pstore_part_new (name, bytes, (guint64) MAX (status->st_mtim.tv_sec, 0));
}

/* Takes fd. */
static void
walk (Walk *self, int fd, const char *event, const char *path, guint depth)
{
  DIR *directory = fdopendir (fd);
  struct dirent *entry;
  struct stat status;

  while ((entry = readdir (directory)) != NULL && self->files->len < PSTORE_SHELF_MAX_FILES)
    {
      g_autofree char *below = g_strdup_printf ("%s/%s", path, entry->d_name);
      int child;

      if (entry->d_name[0] == '.' || fstatat (fd, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0)
        continue;
      if (S_ISREG (status.st_mode) && tm_pstore_is_dump (entry->d_name))
        visit_file (self, fd, event, below, &status);
      if (!S_ISDIR (status.st_mode) || depth == MAX_DEPTH)
        continue;

      child = openat (fd, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
      if (child >= 0)
        walk (self, child, depth == 1 ? entry->d_name : event, below, depth + 1);
    }

  closedir (directory);
}

static GPtrArray *
start (const char *directory, GHashTable *known)
{
  Walk self = { .known = known };
  int fd = open (directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

  self.files = g_ptr_array_new_with_free_func ((GDestroyNotify) pstore_file_free);
  if (fd >= 0)
    walk (&self, fd, "", "", 1);
  return self.files;
}

GPtrArray *
pstore_shelf_read (const char *directory, GHashTable *known)
{
  return start (directory, known);
}

GPtrArray *
pstore_shelf_list (const char *directory)
{
  return start (directory, NULL);
}

gboolean
pstore_shelf_remove (const char *directory, const char *name, GError **error)
{
  int fd = open (directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  gboolean done = fd >= 0 && unlinkat (fd, name, 0) == 0;
  int saved_errno = errno;

  if (fd >= 0)
    close (fd);
  if (!done)
    g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (saved_errno),
                 "cannot remove “%s” from “%s”: %s", name, directory, g_strerror (saved_errno));
  return done;
}
