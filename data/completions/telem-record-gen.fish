# SPDX-License-Identifier: LGPL-2.1-or-later
# fish completion for telem-record-gen

complete -c telem-record-gen -f
complete -c telem-record-gen -s c -l class -x -d 'What it is about'
complete -c telem-record-gen -s s -l severity -x -a '1 2 3 4' -d 'How much it matters'
complete -c telem-record-gen -s p -l payload -x -d 'What it says'
complete -c telem-record-gen -s P -l payload-file -r -F -d 'Read what it says from a file'
complete -c telem-record-gen -s R -l record-version -x -d "Version of the payload's format"
complete -c telem-record-gen -s e -l event-id -x -d 'Groups the records of one event'
complete -c telem-record-gen -s o -l echo -d 'Show the record'
complete -c telem-record-gen -s n -l no-post -d 'Do not hand it over'
complete -c telem-record-gen -s f -l config-file -r -F -d 'Accepted for old scripts'
complete -c telem-record-gen -s v -l verbose -d 'Print the id of the record'
complete -c telem-record-gen -s h -l help -d 'Print the options'
complete -c telem-record-gen -s V -l version -d 'Print the version'
