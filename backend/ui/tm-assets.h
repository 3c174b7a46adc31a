/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Style and icon. Their URLs carry a hash of their bytes, so a browser may keep them for ever and
 * still never shows an old one.
 */
#pragma once

#include "tm-http-request.h"

G_BEGIN_DECLS

typedef struct _TmAssets TmAssets;

TmAssets *tm_assets_new (void);
void tm_assets_free (TmAssets *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmAssets, tm_assets_free)

/* name: such as "style.css"; a name that is not there is a programming error. */
const char *tm_assets_get_url (TmAssets *self, const char *name);
/* (transfer full): the asset at this path, or NULL */
TmHttpResponse *tm_assets_respond (TmAssets *self, const char *path);

G_END_DECLS
