# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# bash completion for mceprobe

complete -W '--input= --root= --dry-run --once --help --version' mceprobe
