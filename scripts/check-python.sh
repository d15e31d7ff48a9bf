#!/usr/bin/env bash
# The C interface and the Python package: builds both from the objects of scripts/build.sh, tries the header from C, installs the
# wheel into a fresh environment that sees no Swift, and runs there the tests, the notebooks and the examples of the documentation.
#
#   check-python.sh [--full]       --full also runs what takes minutes
set -euo pipefail
cd "$(dirname "$0")/.."
full=${1:-}
library=$PWD/.build/c-interface
environment=$PWD/.build/python
say() { printf '\n-- %s\n' "$*"; }

if ! python3 -m venv --help >/dev/null 2>&1 || ! python3 -c 'import ensurepip' 2>/dev/null; then
    run=()
    [ "$(id -u)" -eq 0 ] || run=(sudo)
    DEBIAN_FRONTEND=noninteractive "${run[@]}" apt-get install -y -qq python3-venv >/dev/null
fi
compiler=${CC:-$(command -v cc || command -v clang)}

say "C interface"
scripts/build-c-library.sh "$library" | tail -n 1
nm --dynamic --defined-only "$library/libinterphase.so" | awk '{ print $3 }' | sort >"$library/exported"
scripts/declared-functions.sh | diff "$library/exported" - || {
    echo "The library does not export what interphase.h declares." >&2
    exit 1
}
if ldd "$library/libinterphase.so" | grep -i swift; then
    echo "The library needs Swift's libraries beside it." >&2
    exit 1
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$compiler" -std=c11 -Wall -Wextra -Werror -g -I "$library" Tests/CInterface/interface.c -L "$library" -linterphase \
    -Wl,-rpath,"$library" -lm -lpthread -o "$work/interface"
"$work/interface" "$work"

say "Wheel"
rm -rf "$environment"
python3 -m venv "$environment"
PIP_DISABLE_PIP_VERSION_CHECK=1 "$environment/bin/pip" install -q --no-compile "./python[test]"
"$environment/bin/python" -c 'import interphase; print("interphase", interphase.__version__, "from", interphase.__file__)'

# Nothing of Swift, nor of the library just built, within reach.
away() { env -i HOME="$work" PATH="$environment/bin:/usr/bin:/bin" MPLBACKEND=Agg LIBRARY="$library" CC="$compiler" "$@"; }
if away sh -c "command -v swift"; then echo "Note: Swift is on the path of the tests." >&2; fi

say "Types"
(cd python && away mypy --config-file pyproject.toml --cache-dir "$work/mypy" | tail -n 1)

say "Tests of the installed package, and of what the documentation shows"
away python -m pytest -p no:cacheprovider python/tests ${full:+"$full"}

say "Notebooks"
OUTPUT=$work away python -m pytest -p no:cacheprovider --nbmake --nbmake-timeout=300 --override-ini=addopts=-q python/notebooks
