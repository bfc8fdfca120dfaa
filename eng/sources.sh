# Sourced: a checksum of what the command line program is built from, names and contents. It is the same whatever the files' dates are.
# POSIX find only: macOS has no -printf.
actorbrowser_source_sum() { # root
  (cd "$1" && find src hocon Directory.Build.props Directory.Packages.props global.json \( -name bin -o -name obj \) -prune -o -type f ! -name '*.md' \
    -exec cksum {} + | LC_ALL=C sort | cksum)
}
