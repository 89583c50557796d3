#!/bin/sh
# Make .venv and install exactly what requirements-dev.txt names, by hash; `make` runs this when that file changes.
# Only Python 3.11 or later is needed. uv does the work in seconds; pip, in two minutes, where uv does not run.
set -eu

venv_python=.venv/bin/python
recent_enough='import sys; sys.exit(sys.version_info < (3, 11))'

find_python() {
    for candidate in ${PYTHON:-} python3.13 python3.12 python3.11 python3; do
        # A name on PATH can be a shim for a version that is not there, so each is tried.
        if "$candidate" -c "$recent_enough" >/dev/null 2>&1; then
            echo "$candidate"
            return
        fi
    done
    echo "Python 3.11 or later was not found: install it, or name it as in \`make run PYTHON=/path/to/python3.12\`." >&2
    return 1
}

make_venv() {
    python=$(find_python)
    if ! "$python" -c 'import venv, ensurepip' >/dev/null 2>&1; then
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        echo "Python's venv module is incomplete: install it, on Debian or Ubuntu with" \
            "\`apt-get install python3-venv\` (or python$version-venv), then run make again." >&2
        return 1
    fi
    echo "Making .venv with $("$python" --version)."
    "$python" -m venv --clear .venv
}

install_with_uv() {
    if ! "$venv_python" -m uv --version >/dev/null 2>&1; then
        "$venv_python" -m pip --version >/dev/null 2>&1 || "$venv_python" -m ensurepip >/dev/null || return 1
        # uv at the version and hashes that requirements-dev.txt pins: its line and the indented ones after it.
        awk '/^uv==/ { inside = 1; print; next } /^[^ ]/ { inside = 0 } inside' requirements-dev.txt >.venv/uv.txt
        "$venv_python" -m pip install -q --disable-pip-version-check --require-hashes -r .venv/uv.txt || return 1
    fi
    "$venv_python" -m uv pip install -q --python "$venv_python" --require-hashes -r requirements-dev.txt
}

install_with_pip() {
    "$venv_python" -m pip --version >/dev/null 2>&1 || "$venv_python" -m ensurepip >/dev/null
    "$venv_python" -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
}

"$venv_python" -c "$recent_enough" >/dev/null 2>&1 || make_venv
echo "Installing Python packages."
install_with_uv || {
    echo "uv could not do it; pip does, which takes a few minutes."
    install_with_pip
}
# Some environments forbid Python to keep compiled files, which would triple the start-up time of every command.
"$venv_python" -m compileall -q -j 0 .venv/lib >/dev/null 2>&1 || true
touch .venv/installed
