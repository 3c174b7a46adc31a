# SPDX-License-Identifier: LGPL-2.1-or-later
# fish completion for telemetrics-server

complete -c telemetrics-server -f
complete -c telemetrics-server -n __fish_is_first_arg -a serve -d 'Answer requests'
complete -c telemetrics-server -n __fish_is_first_arg -a migrate -d 'Bring the database to the newest schema'
complete -c telemetrics-server -s c -l config -r -F -d 'Read this configuration'
complete -c telemetrics-server -s l -l listen -r -d 'Listen here (IP:PORT or unix:/PATH)'
complete -c telemetrics-server -s r -l role -x -a 'all collector ui' -d 'What to serve'
complete -c telemetrics-server -s h -l help -d 'Print the options'
complete -c telemetrics-server -s V -l version -d 'Print the version'
