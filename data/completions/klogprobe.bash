# SPDX-License-Identifier: LGPL-2.1-or-later
# bash completion for klogprobe

complete -W '--kmsg --input= --root= --dry-run --once --help --version' klogprobe
