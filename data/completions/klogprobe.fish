# SPDX-License-Identifier: LGPL-2.1-or-later
# fish completion for klogprobe

complete -c klogprobe -f
complete -c klogprobe -s k -l kmsg -d 'Follow /dev/kmsg, where there is no journal'
complete -c klogprobe -s i -l input -r -F -d 'Read this file in place of the system'
complete -c klogprobe -l root -r -d 'Take everything of the system from below this directory'
complete -c klogprobe -s n -l dry-run -d 'Print records and hand over nothing'
complete -c klogprobe -l once -d 'Read what is there, then end'
complete -c klogprobe -s h -l help -d 'Print the options'
complete -c klogprobe -s V -l version -d 'Print the version'
