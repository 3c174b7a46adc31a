# SPDX-License-Identifier: LGPL-2.1-or-later
# fish completion for pstoreprobe

complete -c pstoreprobe -f
complete -c pstoreprobe -s i -l input -r -F -d 'Read this file in place of the system'
complete -c pstoreprobe -l root -r -d 'Take everything of the system from below this directory'
complete -c pstoreprobe -s n -l dry-run -d 'Print records and hand over nothing'
complete -c pstoreprobe -l once -d 'Read what is there, then end'
complete -c pstoreprobe -s h -l help -d 'Print the options'
complete -c pstoreprobe -s V -l version -d 'Print the version'
