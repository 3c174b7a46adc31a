# SPDX-License-Identifier: LGPL-2.1-or-later
# bash completion for updateprobe

complete -W '--input= --format= --post-update --root= --dry-run --once --help --version' updateprobe
