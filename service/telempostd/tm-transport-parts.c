/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Gathers what the transport is made of; see tm-transport-parts.h. */
#include "tm-transport-parts.h"

#include "tm-caller.h"

static TmCredentials *
load_credentials (TmConfig *config, GError **error)
{
  const TmCredentialSources sources = {
    .cainfo = tm_config_get_text (config, TM_CONFIG_CAINFO),
    .token_file = tm_config_get_text (config, TM_CONFIG_DELIVERY_TOKEN_FILE),
    .client_certificate = tm_config_get_text (config, TM_CONFIG_DELIVERY_CLIENT_CERTIFICATE),
    .client_key = tm_config_get_text (config, TM_CONFIG_DELIVERY_CLIENT_KEY),
    .tidheader = tm_config_get_text (config, TM_CONFIG_TIDHEADER),
  };

  return tm_credentials_new (&sources, error);
}

/* A bad address reads as none, so what is wrong with the files may be the reason. */
static char *
describe_no_server (TmConfig *config)
{
  g_autofree char *problems = g_strjoinv ("; ", (char **) tm_config_get_problems (config));

  if (*problems == '\0')
    return g_strdup ("no server is configured");

  return g_strconcat ("no server is configured; ", problems, NULL);
}

static void
load_server (TmTransportParts *self, TmConfig *config)
{
  const char *server = tm_config_get_text (config, TM_CONFIG_SERVER);
  g_autoptr (TmEndpoint) endpoint = NULL;
  g_autoptr (GError) error = NULL;

  if (*server == '\0')
    {
      self->problem = describe_no_server (config);
      return;
    }

  endpoint = tm_endpoint_new (
      server, tm_config_get_boolean (config, TM_CONFIG_DELIVERY_ALLOW_PLAIN_HTTP), &error);
  if (endpoint != NULL)
    self->credentials = load_credentials (config, &error);
  if (self->credentials == NULL)
    {
      self->problem = g_strdup (error->message);
      return;
    }

  self->endpoint = g_steal_pointer (&endpoint);
}

void
tm_transport_parts_init (TmTransportParts *self, TmConfig *config)
{
  *self = (TmTransportParts){
    .allow_metered = tm_config_get_boolean (config, TM_CONFIG_DELIVERY_ALLOW_METERED),
    .network = g_object_ref (g_network_monitor_get_default ()),
    .telemetry_uid = tm_caller_look_up_telemetry_user (),
  };
  load_server (self, config);
}

void
tm_transport_parts_clear (TmTransportParts *self)
{
  g_clear_pointer (&self->endpoint, tm_endpoint_unref);
  g_clear_pointer (&self->credentials, tm_credentials_unref);
  g_clear_pointer (&self->problem, g_free);
  g_clear_object (&self->network);
}
