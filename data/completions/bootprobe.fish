# SPDX-License-Identifier: LGPL-2.1-or-later
# fish completion for bootprobe

complete -c bootprobe -f
complete -c bootprobe -s i -l input -r -F -d 'Read this file in place of the system'
complete -c bootprobe -l shutdown -d 'Leave the mark of an orderly shutdown'
complete -c bootprobe -l root -r -d 'Take everything of the system from below this directory'
complete -c bootprobe -s n -l dry-run -d 'Print records, hand over nothing'
complete -c bootprobe -l once -d 'Read what is there, then end'
complete -c bootprobe -s h -l help -d 'Print the options'
complete -c bootprobe -s V -l version -d 'Print the version'
