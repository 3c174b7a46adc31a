/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How a target says that a promise was broken. g_error() ends in SIGTRAP, which libFuzzer does not
 * catch: the input that did it would be lost.
 */
#pragma once

#include <glib.h>
#include <stdlib.h>

#define FUZZ_FAIL(...) (g_printerr (__VA_ARGS__), g_printerr ("\n"), abort ())
