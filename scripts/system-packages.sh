#!/bin/sh
# Installs the system packages that the tests use, where apt is there and may be used; names them in one line where not.
set -eu

missing=""
command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 ||
    command -v google-chrome >/dev/null 2>&1 || [ -d "/Applications/Google Chrome.app" ] || missing="$missing chromium"
command -v npm >/dev/null 2>&1 || missing="$missing npm"
[ ! -d /proc/self ] || command -v bwrap >/dev/null 2>&1 || missing="$missing bubblewrap" # Linux: confines student code
command -v postgres >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || missing="$missing postgresql"
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    echo "system packages: please install$missing by hand (no apt here); tests that need them are skipped until then" >&2
elif [ "$(id -u)" = 0 ]; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing >/dev/null
elif sudo -n true 2>/dev/null; then
    sudo apt-get update -qq && sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
else
    echo "system packages: please run 'sudo apt install$missing' (this user may not); tests that need them are skipped until then" >&2
fi
