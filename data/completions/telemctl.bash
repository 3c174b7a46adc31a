# SPDX-License-Identifier: LGPL-2.1-or-later
# bash completion for telemctl

_telemctl() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
  # bash takes "--state=sent" for three words.
  [[ $current == = ]] && current=
  [[ $previous == = ]] && previous=${COMP_WORDS[COMP_CWORD-2]}
  local commands='opt-in opt-out is-opted-in status categories journal show upload stats rotate-id is-active start stop restart'
  local words=

  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    words="$commands --help --version"
  else
    case $previous in
      --state) words='pending sent rejected' ;;
      --scope) words='own system all' ;;
      -s|--severity) words='1 2 3 4' ;;
      --category) words=$(_telemctl_categories) ;;
      *) words=$(_telemctl_words "${COMP_WORDS[1]}") ;;
    esac
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  [[ ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2> /dev/null
}

# From the files that the service reads, so that completing starts no service.
_telemctl_categories() {
  local file
  for file in /usr/share/telemetrics/categories.d/*.category /etc/telemetrics/categories.d/*.category; do
    [[ -e $file ]] && basename "$file" .category
  done
}

_telemctl_words() {
  case $1 in
    opt-in|opt-out) echo "$(_telemctl_categories) --help" ;;
    status|stats|show) echo '--json --help' ;;
    categories) echo '--verbose --json --help' ;;
    upload) echo '--no-wait --json --help' ;;
    journal)
      echo '--classification= --category= --severity= --state= --scope= --record-id= --event-id= --boot-id='
      echo '--since= --until= --lines= --follow --include-record --verbose --json --help'
      ;;
    *) echo '--help' ;;
  esac
}

complete -F _telemctl telemctl
