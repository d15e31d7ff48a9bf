#!/usr/bin/env bash
# Everything that must hold before a change lands: formatting, no warnings, all tests, the demo on bundled and real data.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/install-dependencies.sh

say() { printf '\n== %s\n' "$*"; }

say "Formatting"
swift format lint --strict -r Sources Tests Benchmarks Fuzzing examples/swift Package.swift

say "Build without warnings"
# For all that builds from here on, so that nothing is compiled twice; release builds are the same with it.
export INTERPHASE_OPTIMISED_NUMERICS=1
log=$(mktemp) results=$(mktemp)
tests=
finish() {
    # Under `set -e` a trap's failing command would replace the status of the script.
    if [ -n "$tests" ]; then kill "$tests" 2>/dev/null || true; fi
    rm -f "$log" "$results"
}
trap finish EXIT
swift build --build-tests 2>&1 | tee "$log" | grep -E 'error:|warning:|Compiling|Build' | tail -n 3
if grep -E '(^|/)(Sources|Tests|reference-spectra)/.*warning:' "$log"; then
    echo "There are warnings." >&2
    exit 1
fi

# The tests run beside what follows, which compiles on one processor most of the time. `swift test` would keep others from
# building meanwhile, so on Linux its program is called as it is.
run_tests() {
    if [ "$(uname)" = Linux ]; then
        .build/debug/interphasePackageTests.xctest --testing-library swift-testing
    else
        swift test --skip-build
    fi
}
say "Tests, in the background"
run_tests >"$results" 2>&1 &
tests=$!

say "Demo on the bundled spectrum"
scripts/demo.sh
for file in fit.svg fit.html fit.json; do test -s "demo-output/$file"; done

real=../shared/data/xps/vamas/mjr9_59c.vms
if [ -f "$real" ]; then
    say "Demo on a measured file"
    OUTPUT=demo-output/measured SPECTRUM="S 2p/9" scripts/demo.sh "$real"
else
    say "Demo on a measured file: skipped, $real is absent"
fi

say "Examples"
examples/s2p-cathode.sh >demo-output/example.txt
tail -n 3 demo-output/example.txt
for example in examples/*/run.sh; do
    name=$(basename "$(dirname "$example")")
    "$example" >"demo-output/$name.txt"
    tail -n 2 "demo-output/$name.txt"
done

say "C interface and Python package"
scripts/check-python.sh

say "Reports in a browser"
scripts/check-report.sh

say "Documentation: no warnings, nothing public undocumented, every block of code in the documents runs"
scripts/make-documentation.sh
python3 scripts/make-command-reference.py .build/release/interphase --check
python3 scripts/check-documents.py .build/release/interphase

say "Tests"
status=0
wait "$tests" || status=$?
tests=
if [ $status -ne 0 ]; then grep -vE '^(◇|✔|↳)' "$results" | tail -n 200; fi
tail -n 2 "$results"
exit $status
