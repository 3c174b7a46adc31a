# SPDX-License-Identifier: LGPL-2.1-or-later
# bash completion for journalprobe

complete -o default -W '--check --input= --root= --dry-run --once --help --version' journalprobe
