# SPDX-License-Identifier: LGPL-2.1-or-later
# fish completion for bertprobe

complete -c bertprobe -f
complete -c bertprobe -l decode -d 'Print all that the file says, also what never leaves'
complete -c bertprobe -s i -l input -r -F -d 'Read this file in place of the system'
complete -c bertprobe -l root -r -d 'Take everything of the system from below this directory'
complete -c bertprobe -s n -l dry-run -d 'Print records and hand over nothing'
complete -c bertprobe -l once -d 'Read what is there, then end'
complete -c bertprobe -s h -l help -d 'Print the options'
complete -c bertprobe -s V -l version -d 'Print the version'
