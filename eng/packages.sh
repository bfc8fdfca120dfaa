# Sourced. Installs Debian packages of eng/packages.txt if this user may; otherwise prints one line with those that are missing.
actorbrowser_missing() { # root group...: prints the names of the missing packages
  _list=$1/eng/packages.txt; shift
  for _group; do
    while IFS='	' read -r _for _package _proof; do
      [ "$_for" = "$_group" ] || continue
      (PATH=$PATH:/usr/sbin:/sbin; eval "$_proof") >/dev/null 2>&1 </dev/null || echo "$_package"
    done <"$_list"
  done
}

actorbrowser_install() { # root consequence group...
  _root=$1 _consequence=$2; shift 2
  _missing=$(actorbrowser_missing "$_root" "$@" | tr '\n' ' ')
  [ -n "$_missing" ] || return 0
  _sudo=
  if [ "$(id -u)" -ne 0 ]; then _sudo="sudo -n"; fi
  if command -v apt-get >/dev/null 2>&1 && { [ -z "$_sudo" ] || sudo -n true 2>/dev/null; }; then
    echo "Installing the Debian packages $_missing..." >&2
    $_sudo apt-get -o DPkg::Lock::Timeout=300 update -qq >/dev/null 2>&1 9>&-
    # One by one if all together fail: a package that this release does not have must not prevent the others.
    # shellcheck disable=SC2086 # a list
    actorbrowser_apt $_missing || for _package in $_missing; do actorbrowser_apt "$_package"; done
    _missing=$(actorbrowser_missing "$_root" "$@" | tr '\n' ' ')
    [ -n "$_missing" ] || return 0
  fi
  echo "Not installed; $_consequence. On Debian or Ubuntu: sudo apt-get install --no-install-recommends $_missing" >&2
  return 1
}

actorbrowser_apt() {
  $_sudo env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "$@" >/dev/null 2>&1 9>&-
}

# The option of dotnet for the C compiler that links a native program; empty for clang, its default.
actorbrowser_linker() { command -v clang >/dev/null 2>&1 || printf -- -p:CppCompilerAndLinker=gcc; }

# The native program's address, as an option of dotnet: below 1 GiB, drawn anew by each build. Empty if the linker is not GNU's,
# which alone has this option; the program then gets the linker's default address.
actorbrowser_image_base() {
  _linker=clang
  if ! command -v clang >/dev/null 2>&1; then _linker=gcc; fi
  case $("$_linker" -Wl,--version 2>/dev/null) in *"GNU ld"*) ;; *) return 0 ;; esac
  _drawn=$(od -An -N4 -tu4 /dev/urandom | tr -d ' ') || return 0
  printf -- '-p:ImageBase=0x%x' $((0x1000000 + _drawn % 16128 * 0x10000))
}
