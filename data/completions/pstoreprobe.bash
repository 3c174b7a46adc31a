# SPDX-License-Identifier: LGPL-2.1-or-later
# bash completion for pstoreprobe

complete -W '--input= --root= --dry-run --once --help --version' pstoreprobe
