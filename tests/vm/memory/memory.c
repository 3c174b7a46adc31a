/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A memory controller with one module, “DIMM_A1”, for a virtual machine, which has none: what is
 * written to /sys/kernel/debug/memory ("corrected 3", "uncorrected 1", or "corrected 1 quietly")
 * goes the way that every driver's errors go, into the trace, the counters and the log. Quietly:
 * the counters alone. "hot 7": what the kernel prints where a processor is too hot for the 7th
 * time.
 */
#include <linux/debugfs.h>
#include <linux/edac.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/string.h>
#include <linux/uaccess.h>

/* Of the kernel's own drivers alone, so that no header has them. */
struct mem_ctl_info *edac_mc_alloc (unsigned int number,
                                    unsigned int n_layers,
                                    struct edac_mc_layer *layers,
                                    unsigned int n_private);
int edac_mc_add_mc_with_groups (struct mem_ctl_info *controller,
                                const struct attribute_group **groups);
struct mem_ctl_info *edac_mc_del_mc (struct device *device);
void edac_mc_free (struct mem_ctl_info *controller);
void edac_mc_handle_error (const enum hw_event_mc_err_type type,
                           struct mem_ctl_info *controller,
                           const u16 count,
                           const unsigned long page,
                           const unsigned long offset,
                           const unsigned long syndrome,
                           const int top,
                           const int middle,
                           const int low,
                           const char *message,
                           const char *detail);

static struct platform_device *device;
static struct mem_ctl_info *controller;
static struct dentry *file;

static ssize_t
memory_write (struct file *self, const char __user *text, size_t size, loff_t *position)
{
  char line[32] = "";
  char word[16] = "";
  unsigned int count = 0;

  if (size >= sizeof line || copy_from_user (line, text, size) != 0 ||
      sscanf (line, "%15s %u", word, &count) != 2)
    return -EINVAL;

  if (strcmp (word, "hot") == 0)
    printk (KERN_WARNING "CPU0: Core temperature is above threshold, cpu clock is throttled "
                         "(total events = %u)\n",
            count);
  else if (strstr (line, "quietly") != NULL)
    controller->dimms[0]->ce_count += count;
  else
    edac_mc_handle_error (strcmp (word, "corrected") == 0 ? HW_EVENT_ERR_CORRECTED
                                                          : HW_EVENT_ERR_UNCORRECTED,
                          controller, count, 0x5e51a, 0x15, 0x5e51a1, 0, -1, -1,
                          "memory read error", "err_code:0101:0090 rank:1");
  return size;
}

static const struct file_operations operations = { .owner = THIS_MODULE, .write = memory_write };

static int
make_controller (void)
{
  struct edac_mc_layer layer = { .type = EDAC_MC_LAYER_CHANNEL, .size = 1, .is_virt_csrow = true };
  struct dimm_info *module;

  controller = edac_mc_alloc (0, 1, &layer, 0);
  if (controller == NULL)
    return -ENOMEM;

  module = controller->dimms[0];
  module->nr_pages = 1 << 18;
  module->grain = 32;
  module->mtype = MEM_DDR4;
  module->dtype = DEV_X8;
  module->edac_mode = EDAC_SECDED;
  strscpy (module->label, "DIMM_A1", sizeof module->label);
  controller->pdev = &device->dev;
  controller->mod_name = "memory";
  controller->ctl_name = "memory of the tests";
  controller->dev_name = "memory";
  controller->mtype_cap = MEM_FLAG_DDR4;
  controller->edac_ctl_cap = controller->edac_cap = EDAC_FLAG_SECDED;
  return edac_mc_add_mc_with_groups (controller, NULL);
}

static int __init
memory_init (void)
{
  int result;

  device = platform_device_register_simple ("memory", -1, NULL, 0);
  if (IS_ERR (device))
    return PTR_ERR (device);

  result = make_controller ();
  if (result != 0)
    {
      platform_device_unregister (device);
      return result;
    }

  file = debugfs_create_file ("memory", 0200, NULL, NULL, &operations);
  return 0;
}

static void __exit
memory_exit (void)
{
  debugfs_remove (file);
  edac_mc_del_mc (&device->dev);
  edac_mc_free (controller);
  platform_device_unregister (device);
}

module_init (memory_init);
module_exit (memory_exit);
MODULE_DESCRIPTION ("A memory controller with errors on demand");
MODULE_LICENSE ("GPL");
