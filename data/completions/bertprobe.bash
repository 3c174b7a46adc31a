# SPDX-License-Identifier: LGPL-2.1-or-later
# bash completion for bertprobe

complete -W '--decode --input= --root= --dry-run --once --help --version' bertprobe
