# SPDX-License-Identifier: LGPL-2.1-or-later
# fish completion for mceprobe

complete -c mceprobe -f
complete -c mceprobe -s i -l input -r -F -d 'Read this log or recording in place of the system'
complete -c mceprobe -l root -r -d 'Take everything of the system from below this directory'
complete -c mceprobe -s n -l dry-run -d 'Print records, hand over nothing'
complete -c mceprobe -l once -d 'Read what is there, then end'
complete -c mceprobe -s h -l help -d 'Print the options'
complete -c mceprobe -s V -l version -d 'Print the version'
