#!/bin/sh
# Makes .venv and installs the project into it. Run by `make`; needs only a Python.
set -eu
cd "$(dirname "$0")/.."
python=${1:-python3}

command -v "$python" >/dev/null 2>&1 || {
    echo "setup: '$python' was not found; install Python 3.11 or newer, or name one: make PYTHON=python3.12" >&2
    exit 1
}
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "setup: this is $("$python" --version 2>&1), but the course needs Python 3.11 or newer; name one: make PYTHON=python3.12" >&2
    exit 1
}
[ -x .venv/bin/python ] || "$python" -m venv .venv || {
    echo "setup: $python cannot make a virtual environment; on Debian and Ubuntu: apt install python3-venv" >&2
    exit 1
}

log=.venv/pip.log
rm -f "$log"
echo "setup: installing requirements.txt into .venv (a few minutes the first time)"
pip=".venv/bin/python -m pip install --quiet --disable-pip-version-check --log $log"
{ $pip -r requirements.txt && $pip --no-deps -e .; } || {
    if grep -qiE 'NewConnectionError|NameResolution|ConnectTimeout|ReadTimeout|ProxyError|Network is unreachable' "$log"; then
        echo "setup: pip could not reach the package index; connect to the internet (or set PIP_INDEX_URL to a mirror) and run make again" >&2
    else
        echo "setup: pip could not install requirements.txt; its last words are above, the whole log is in $log" >&2
    fi
    exit 1
}
touch .venv/.ready
