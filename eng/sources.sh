# Sourced: what the command line program is built from, as `find` sees it, and a checksum of those names, so that an
# added or deleted file is noticed as well as an edited one. POSIX find only: macOS has no -printf.
actorbrowser_sources() { # root [more find tests]
  _root=$1; shift
  find "$_root/src" "$_root/hocon" "$_root/Directory.Build.props" \
    "$_root/Directory.Packages.props" "$_root/global.json" \( -name bin -o -name obj \) -prune -o -type f \
    \( -name '*.cs' -o -name '*.csproj' -o -name '*.conf' -o -name '*.props' -o -name '*.targets' -o -name '*.json' \) "$@" -print
}
actorbrowser_source_names() { actorbrowser_sources "$1" | cksum; }
