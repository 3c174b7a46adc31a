# SPDX-License-Identifier: LGPL-2.1-or-later
# fish completion for crashprobe

complete -c crashprobe -f
complete -c crashprobe -l core -r -F -d 'Report the crash of which this is the core file'
complete -c crashprobe -l exe -r -F -d 'The program that crashed, where it is not in its place'
complete -c crashprobe -l handler -d 'For the kernel: report the core on standard input'
complete -c crashprobe -s i -l input -r -F -d 'The same as --core'
complete -c crashprobe -l root -r -d 'Take everything of the system from below this directory'
complete -c crashprobe -s n -l dry-run -d 'Print records, hand over nothing'
complete -c crashprobe -l once -d 'Read what is there, then end'
complete -c crashprobe -s h -l help -d 'Print the options'
complete -c crashprobe -s V -l version -d 'Print the version'
