# SPDX-License-Identifier: LGPL-2.1-or-later
# bash completion for hprobe

complete -W '--heartbeat --dry-run --input= --root= --once --config-file= --verbose --help --version' hprobe
