# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What Debian 12 must have so that the tree builds, runs and is tested: the one list, for ./demo, ./check and people.
# Sourced by them; `bash build-aux/dependencies.sh build|run|test` prints a list.

# shellcheck disable=SC2034 # the lists are read by those who source this
{
packages_to_build=(
  build-essential meson ninja-build pkg-config gettext
  libglib2.0-dev libglib2.0-dev-bin libjson-glib-dev libsoup-3.0-dev
  libpq-dev libsqlite3-dev libsystemd-dev libdw-dev libzstd-dev libseccomp-dev libiberty-dev
  gobject-introspection libgirepository1.0-dev valac
  polkitd # which XML elements of an action are text: /usr/share/gettext/its/polkit.its
)

packages_to_run=(
  dbus polkitd systemd iproute2 glib-networking ca-certificates
  postgresql postgresql-client libglib2.0-bin
  python3 python3-gi gir1.2-glib-2.0 curl procps
  gdb # ./demo: the core of a crash, where the kernel gives cores to a program
)

packages_to_test=(
  clang clang-format libclang-rt-14-dev shellcheck
  elfutils g++ gnat gcc-multilib rustc zstd
  python3-dbusmock python3-psycopg2 expect strace jq xxd man-db
  systemd-journal-remote systemd-container desktop-file-utils appstream gi-docgen gir1.2-json-1.0 gir1.2-soup-3.0
  bash-completion zsh fish
  libxml2-utils packagekit packagekit-tools dpkg-dev
  dnf createrepo-c rpm
  chromium nodejs npm
  qemu-system-x86 ovmf busybox-static kmod e2fsprogs
)

# Not installed, because they would change this machine: build-aux/fetch-kernel unpacks them for the virtual machine.
packages_to_unpack=(
  linux-image-amd64 linux-headers-amd64 systemd-coredump
)
}

# as_root COMMAND...: directly, or through sudo.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo -- "$@"
  else
    echo "this needs root: run it as root, or install sudo" >&2
    return 1
  fi
}

# missing_packages PACKAGE...: those that are not installed, one a line. A package counts as installed when another one
# that provides it is (nodejs of another source brings npm along).
missing_packages() {
  local package
  for package in "$@"; do
    case $(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null) in
      installed) ;; # “not-installed” is what a name is that another package only mentions
      *) provided_otherwise "$package" || echo "$package" ;;
    esac
  done
}

provided_otherwise() {
  case $1 in
    nodejs) command -v node >/dev/null ;;
    npm) command -v npm >/dev/null ;;
    rustc) command -v rustc >/dev/null ;;
    *) return 1 ;;
  esac
}

# install_packages PACKAGE...: says what it will install; does nothing when all is there.
install_packages() {
  local missing
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]})) || return 0
  echo "installing from Debian: ${missing[*]}"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq </dev/null || return
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
  list="packages_to_${1:-build}[@]"
  printf '%s\n' "${!list}"
fi
