# Sourced by every entry command: finds the .NET SDK, or prints what to install and exits.
actorbrowser_need_sdk() { # root
  # dotnet and NuGet keep files under HOME; if it cannot be written, they fail with a misleading message.
  if ! [ -d "${HOME:-}" ] || ! [ -w "$HOME" ]; then
    HOME=$1/artifacts/home
    export HOME
    mkdir -p "$HOME" || exit 73
    echo "actorbrowser: HOME is missing or cannot be written; packages and settings of dotnet go to $HOME" >&2
  fi
  if ! command -v dotnet >/dev/null 2>&1; then
    cat >&2 <<'TEXT'
actorbrowser: the .NET 10 SDK is missing (no `dotnet` on PATH). Install it with one of:
  Debian, Ubuntu:   sudo apt-get install dotnet-sdk-10.0      (Debian: add Microsoft's package feed first)
  Fedora:           sudo dnf install dotnet-sdk-10.0
  macOS:            brew install dotnet-sdk
  anywhere:         the install script or the archives at https://dot.net/download
TEXT
    exit 69
  fi
  if ! dotnet --version >/dev/null 2>&1; then
    echo "actorbrowser: no installed .NET SDK satisfies global.json (10.0.1xx or newer is needed). Installed:" >&2
    (cd / && dotnet --list-sdks) >&2
    dotnet --version >&2
    echo "Install package dotnet-sdk-10.0, or an archive from https://dot.net/download" >&2
    exit 69
  fi
}
