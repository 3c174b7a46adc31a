/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Brings the kernel to report a fault of its own on demand, because Debian's has nothing that does:
 * the word that is written to /sys/kernel/debug/provoke says which. For the virtual machine of the
 * tests alone.
 */
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/uaccess.h>

static struct dentry *file;

/* The functions have names of their own, so that a report can be asked whom it blames. */
static noinline void
provoke_warning (void)
{
  WARN (1, "provoked on demand\n");
}

static noinline void
provoke_oops (int *nowhere)
{
  WRITE_ONCE (*nowhere, 1);
}

static noinline void
provoke_bug (void)
{
  BUG ();
}

static ssize_t
provoke_write (struct file *self, const char __user *text, size_t size, loff_t *position)
{
  char word[16] = "";

  if (size >= sizeof word || copy_from_user (word, text, size) != 0)
    return -EINVAL;

  if (sysfs_streq (word, "warning"))
    provoke_warning ();
  else if (sysfs_streq (word, "oops"))
    provoke_oops ((int *) 8);
  else if (sysfs_streq (word, "bug"))
    provoke_bug ();
  else
    return -EINVAL;
  return size;
}

static const struct file_operations operations = { .owner = THIS_MODULE, .write = provoke_write };

static int __init
provoke_init (void)
{
  file = debugfs_create_file ("provoke", 0200, NULL, NULL, &operations);
  return PTR_ERR_OR_ZERO (file);
}

static void __exit
provoke_exit (void)
{
  debugfs_remove (file);
}

module_init (provoke_init);
module_exit (provoke_exit);
MODULE_DESCRIPTION ("Faults of the kernel on demand");
MODULE_LICENSE ("GPL");
