/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Says hello, to try the way of a record out; or, with -H, gives a sign of life: which build runs
 * here, and for how long. Without consent it does nothing: no payload is put together, nothing is
 * asked.
 *
 * Exit status: 0 the record is on the disk (or was shown), 1 it was refused or failed, 2 the
 * command line is wrong.
 */
#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <libtelemetry/telemetry-client.h>
#include <locale.h>
#include <stdio.h>
#include <telemetry.h>
#include <time.h>

#define EXIT_REFUSED 1
#define EXIT_USAGE 2

typedef struct
{
  gboolean heartbeat;
  gboolean dry_run;
  gboolean once;
  gboolean verbose;
  gboolean version;
  char *config_file;
  char *root;
} Options;

static void
options_clear (Options *self)
{
  g_free (self->config_file);
  g_free (self->root);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static gboolean
parse (Options *self, int *argc, char ***argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "heartbeat", 'H', 0, G_OPTION_ARG_NONE, &self->heartbeat,
      N_ ("Give a sign of life instead: build and uptime"), NULL },
    { "dry-run", 0, 0, G_OPTION_ARG_NONE, &self->dry_run,
      N_ ("Print the record as JSON and hand over nothing"), NULL },
    { "root", 0, 0, G_OPTION_ARG_FILENAME, &self->root,
      N_ ("Read etc/os-release below this directory"), N_ ("DIR") },
    { "once", 0, 0, G_OPTION_ARG_NONE, &self->once,
      N_ ("Accepted like in other probes; this one always ends"), NULL },
    { "config-file", 'f', 0, G_OPTION_ARG_FILENAME, &self->config_file,
      N_ ("Accepted for old scripts; only looked at"), N_ ("FILE") },
    { "verbose", 'v', 0, G_OPTION_ARG_NONE, &self->verbose, N_ ("Print the id of the record"),
      NULL },
    { "version", 'V', 0, G_OPTION_ARG_NONE, &self->version, N_ ("Print the version and exit"),
      NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_option_context_set_summary (
      context, _ ("Say hello to the makers of this system, to see whether telemetry works."));
  g_option_context_set_description (
      context,
      _ ("Exit status: 0 the record is on the disk, 1 it was refused or failed, 2 wrong usage."));
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  if (*argc == 1)
    return TRUE;

  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION,
               _ ("“%s” is one argument too many"), (*argv)[1]);
  return FALSE;
}

/* The build of the system: VERSION_ID, else BUILD_ID; as the service says it in "build". */
static char *
read_build (const char *root)
{
  static const char *const places[] = { "etc/os-release", "usr/lib/os-release" };

  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autofree char *path = g_build_filename (root != NULL ? root : "/", places[i], NULL);
      g_autofree char *text = NULL;
      if (!g_file_get_contents (path, &text, NULL, NULL))
        continue;

      /* os-release is a key file without a group, but with a shell's quotes. */
      g_autofree char *grouped = g_strconcat ("[os-release]\n", text, NULL);
      g_autoptr (GKeyFile) file = g_key_file_new ();
      g_key_file_load_from_data (file, grouped, -1, G_KEY_FILE_NONE, NULL);
      char *build = g_key_file_get_string (file, "os-release", "VERSION_ID", NULL);
      if (build == NULL)
        build = g_key_file_get_string (file, "os-release", "BUILD_ID", NULL);
      if (build == NULL)
        return NULL;
      return g_strdelimit (build, "\"'", ' ') && g_strstrip (build) ? build : NULL;
    }

  return NULL;
}

static char *
heartbeat_payload (const char *root)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *build = read_build (root);
  struct timespec uptime = { 0 };

  clock_gettime (CLOCK_BOOTTIME, &uptime);
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "build");
  json_builder_add_string_value (builder, build);
  json_builder_set_member_name (builder, "uptime_seconds");
  json_builder_add_int_value (builder, uptime.tv_sec);
  json_builder_end_object (builder);

  g_autoptr (JsonNode) node = json_builder_get_root (builder);
  return json_to_string (node, FALSE);
}

static void
print_record (const char *classification, const char *payload)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "classification");
  json_builder_add_string_value (builder, classification);
  json_builder_set_member_name (builder, "severity");
  json_builder_add_int_value (builder, TELEMETRY_SEVERITY_LOW);
  json_builder_set_member_name (builder, "payload_format_version");
  json_builder_add_int_value (builder, 1);
  json_builder_set_member_name (builder, "payload");
  json_builder_add_string_value (builder, payload);
  json_builder_end_object (builder);

  g_autoptr (JsonNode) node = json_builder_get_root (builder);
  g_autofree char *text = json_to_string (node, FALSE);
  puts (text);
}

static gboolean
run (const Options *options, GError **error)
{
  g_autoptr (TelemetryClient) client = telemetry_client_new ();
  if (!options->dry_run && !telemetry_client_is_active (client))
    {
      g_set_error_literal (
          error, TELEMETRY_ERROR, TELEMETRY_ERROR_DISABLED,
          _ ("telemetry is off on this machine; turn it on with: telemctl opt-in"));
      return FALSE;
    }

  const char *classification =
      options->heartbeat ? "org.telemetrics/heartbeat/ping" : "org.telemetrics/hello/world";
  g_autofree char *payload =
      options->heartbeat ? heartbeat_payload (options->root) : g_strdup ("hello");
  if (options->dry_run)
    {
      print_record (classification, payload);
      return TRUE;
    }

  g_autofree char *id = telemetry_client_submit (client, classification, TELEMETRY_SEVERITY_LOW,
                                                 payload, NULL, NULL, error);
  if (id != NULL && options->verbose)
    g_print ("%s\n", id);
  return id != NULL;
}

int
main (int argc, char **argv)
{
  g_auto (Options) options = { 0 };
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, TM_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  if (!parse (&options, &argc, &argv, &error))
    {
      g_printerr ("hprobe: %s\n%s\n", error->message, _ ("Try --help."));
      return EXIT_USAGE;
    }
  if (options.version)
    {
      g_print ("hprobe %s\n", TM_VERSION);
      return 0;
    }
  int ret = options.config_file == NULL ? 0 : tm_set_config_file (options.config_file);
  if (ret != 0)
    g_set_error (&error, G_FILE_ERROR, g_file_error_from_errno (-ret),
                 _ ("“%s” cannot be used as a configuration file: %s"), options.config_file,
                 g_strerror (-ret));
  if (ret != 0 || !run (&options, &error))
    {
      g_printerr ("hprobe: %s\n", error->message);
      return EXIT_REFUSED;
    }
  return 0;
}
