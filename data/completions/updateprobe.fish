# SPDX-License-Identifier: LGPL-2.1-or-later
# fish completion for updateprobe

complete -c updateprobe -f
complete -c updateprobe -s i -l input -r -F -d 'Read this file in place of the system'
complete -c updateprobe -l format -x -a 'apt dnf dnf5 swupd' -d 'What the input is'
complete -c updateprobe -l post-update -d 'Report another build than before'
complete -c updateprobe -l root -r -d 'Take everything of the system from below this directory'
complete -c updateprobe -s n -l dry-run -d 'Print records, hand over nothing'
complete -c updateprobe -l once -d 'Read what is there, then end'
complete -c updateprobe -s h -l help -d 'Print the options'
complete -c updateprobe -s V -l version -d 'Print the version'
