# SPDX-License-Identifier: LGPL-2.1-or-later
# bash completion for crashprobe

complete -W '--core= --exe= --handler --input= --root= --dry-run --once --help --version' crashprobe
