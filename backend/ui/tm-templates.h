/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All templates of the program, compiled once. */
#pragma once

#include "tm-mustache.h"

G_BEGIN_DECLS

typedef struct _TmTemplates TmTemplates;

/* A template with a mistake is a programming error and ends the program. */
TmTemplates *tm_templates_new (void);
void tm_templates_free (TmTemplates *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmTemplates, tm_templates_free)

/* (transfer full): the page, or NULL and an error. */
GBytes *tm_templates_render (
    TmTemplates *self, const char *name, JsonNode *data, gsize max_bytes, GError **error);

G_END_DECLS
