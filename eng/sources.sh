# Sourced. Prints the folder, below the root, of a kind of build.
actorbrowser_build_folder() { # native, pie, r2r or jit
  if [ "$1" = native ]; then echo artifacts/cli; else echo "artifacts/cli-$1"; fi
}
# Prints a checksum of the command line program's sources, of names and contents, not of dates.
# POSIX find only: macOS has no -printf.
actorbrowser_source_sum() { # root
  (cd "$1" && find src hocon Directory.Build.props Directory.Packages.props global.json \( -name bin -o -name obj \) -prune -o -type f ! -name '*.md' \
    -exec cksum {} + | LC_ALL=C sort | cksum)
}
