#!/bin/sh
# Runs the whole test suite under each Python of $PYTHONS (such as "3.11 3.12"), each in an
# environment of its own, .venv-3.11 and so on. One that is not installed is named and left out.
set -u
passed= failed= missing=

# Prints an interpreter of a version that starts: of the path, of pyenv, or of uv.
interpreter() {
    for found in "python$1" "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$1".*/bin/python \
        "$(uv python find "$1" 2>/dev/null)"; do
        if [ "$("$found" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)" = "$1" ]; then
            printf '%s\n' "$found"
            return
        fi
    done
}

for version in ${PYTHONS:?such as \"3.11 3.12\"}; do
    python=$(interpreter "$version")
    if [ -z "$python" ]; then
        missing="$missing $version"
        continue
    fi
    echo "== Python $version: $python"
    if make test VENV=".venv-$version" PYTHON="$python"; then
        passed="$passed $version"
    else
        failed="$failed $version"
    fi
done
echo "== passed:${passed:- none}; failed:${failed:- none}; not installed:${missing:- none}"
[ -z "$failed" ] && [ -n "$passed" ]
