# SPDX-License-Identifier: LGPL-2.1-or-later
# bash completion for telemetrics-server

_telemetrics_server()
{
    local current previous
    current=${COMP_WORDS[COMP_CWORD]}
    previous=${COMP_WORDS[COMP_CWORD-1]}
    case $previous in
        -c|--config) COMPREPLY=($(compgen -f -- "$current")); return ;;
        -r|--role) COMPREPLY=($(compgen -W 'all collector ui' -- "$current")); return ;;
        -l|--listen) return ;;
    esac
    COMPREPLY=($(compgen -W 'serve migrate --config --listen --role --help --version' -- "$current"))
}

complete -F _telemetrics_server telemetrics-server
