# SPDX-License-Identifier: LGPL-2.1-or-later
# fish completion for telemctl

function __telemctl_categories
    # From the files that the service reads, so that completing starts no service.
    for file in /usr/share/telemetrics/categories.d/*.category /etc/telemetrics/categories.d/*.category
        basename $file .category
    end
end

complete -c telemctl -f
complete -c telemctl -n __fish_use_subcommand -s h -l help -d 'Print the commands'
complete -c telemctl -n __fish_use_subcommand -s V -l version -d 'Print the version'
complete -c telemctl -n __fish_use_subcommand -a opt-in -d 'Agree to telemetry, or to some of it'
complete -c telemctl -n __fish_use_subcommand -a opt-out -d 'Take it back'
complete -c telemctl -n __fish_use_subcommand -a is-opted-in -d 'Exit 0 if telemetry is on'
complete -c telemctl -n __fish_use_subcommand -a status -d 'Show what is on, what waits, and how delivery goes'
complete -c telemctl -n __fish_use_subcommand -a categories -d 'Show what can be agreed to'
complete -c telemctl -n __fish_use_subcommand -a journal -d 'List the records that are kept'
complete -c telemctl -n __fish_use_subcommand -a show -d 'Show all of a record'
complete -c telemctl -n __fish_use_subcommand -a upload -d 'Send what waits now'
complete -c telemctl -n __fish_use_subcommand -a stats -d "Show the service's counters"
complete -c telemctl -n __fish_use_subcommand -a rotate-id -d 'Give this machine a new pseudonym'
complete -c telemctl -n __fish_use_subcommand -a is-active -d 'Exit 0 if the service runs right now'
complete -c telemctl -n __fish_use_subcommand -a start -d 'Start the service'
complete -c telemctl -n __fish_use_subcommand -a stop -d 'Stop the service'
complete -c telemctl -n __fish_use_subcommand -a restart -d 'Restart the service'

complete -c telemctl -n '__fish_seen_subcommand_from opt-in opt-out' -a '(__telemctl_categories)'
complete -c telemctl -n '__fish_seen_subcommand_from status categories journal show upload stats' -l json -d 'Print JSON'
complete -c telemctl -n '__fish_seen_subcommand_from categories' -s v -l verbose -d 'Say what each of them means'
complete -c telemctl -n '__fish_seen_subcommand_from upload' -l no-wait -d "Print the attempt's id"

set -l journal '__fish_seen_subcommand_from journal'
complete -c telemctl -n $journal -s c -l classification -x -d 'Only this one'
complete -c telemctl -n $journal -l category -x -a '(__telemctl_categories)' -d 'Only of this category'
complete -c telemctl -n $journal -s s -l severity -x -a '1 2 3 4' -d 'Only this severity or higher'
complete -c telemctl -n $journal -l state -x -a 'pending sent rejected' -d 'Only these'
complete -c telemctl -n $journal -l scope -x -a 'own system all' -d Whose
complete -c telemctl -n $journal -s r -l record-id -x -d 'Only this record'
complete -c telemctl -n $journal -s e -l event-id -x -d 'Only of this event'
complete -c telemctl -n $journal -s b -l boot-id -x -d 'Only of this boot'
complete -c telemctl -n $journal -l since -x -d 'Not older than this'
complete -c telemctl -n $journal -l until -x -d 'Older than this'
complete -c telemctl -n $journal -s n -l lines -x -d 'Only the newest so many'
complete -c telemctl -n $journal -s f -l follow -d 'Go on with those that come'
complete -c telemctl -n $journal -s i -l include-record -d 'Show what they say'
complete -c telemctl -n $journal -s V -l verbose -d 'Print the names of the columns'
