# SPDX-License-Identifier: LGPL-2.1-or-later
# fish completion for journalprobe

complete -c journalprobe -l check -d 'Only say whether the files that follow are rules'
complete -c journalprobe -s i -l input -r -F -d 'Read this file in place of the system'
complete -c journalprobe -l root -r -d 'Take everything of the system from below this directory'
complete -c journalprobe -s n -l dry-run -d 'Print records and hand over nothing'
complete -c journalprobe -l once -d 'Read what is there, then end'
complete -c journalprobe -s h -l help -d 'Print the options'
complete -c journalprobe -s V -l version -d 'Print the version'
