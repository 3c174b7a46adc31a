# SPDX-License-Identifier: LGPL-2.1-or-later
# bash completion for telem-record-gen

_telem_record_gen() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
  [[ $current == = ]] && current=
  [[ $previous == = ]] && previous=${COMP_WORDS[COMP_CWORD-2]}

  case $previous in
    -s|--severity) mapfile -t COMPREPLY < <(compgen -W '1 2 3 4' -- "$current") ;;
    -P|--payload-file|-f|--config-file) mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
    *)
      mapfile -t COMPREPLY < <(compgen -W '--class= --severity= --payload= --payload-file= --record-version= --event-id=
        --echo --no-post --config-file= --verbose --help --version' -- "$current")
      [[ ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2> /dev/null
      ;;
  esac
}

complete -F _telem_record_gen telem-record-gen
