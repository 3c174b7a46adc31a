# SPDX-License-Identifier: LGPL-2.1-or-later
# fish completion for hprobe

complete -c hprobe -f
complete -c hprobe -s H -l heartbeat -d 'Give a sign of life instead'
complete -c hprobe -l dry-run -d 'Print the record and hand over nothing'
complete -c hprobe -s i -l input -r -F -d 'With -H: tell what this state has counted'
complete -c hprobe -l root -r -d 'Read etc/os-release below this directory'
complete -c hprobe -l once -d 'Accepted as in other probes'
complete -c hprobe -s f -l config-file -r -F -d 'Accepted for old scripts'
complete -c hprobe -s v -l verbose -d 'Print the id of the record'
complete -c hprobe -s h -l help -d 'Print the options'
complete -c hprobe -s V -l version -d 'Print the version'
