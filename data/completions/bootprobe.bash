# SPDX-License-Identifier: LGPL-2.1-or-later
# bash completion for bootprobe

complete -W '--input= --shutdown --root= --dry-run --once --help --version' bootprobe
