#!/usr/bin/env bash
# Everything that must hold before a change lands: formatting, no warnings, all tests, the demo on bundled and real data.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '\n== %s\n' "$*"; }

say "Formatting"
swift format lint --strict -r Sources Tests Benchmarks Fuzzing Package.swift

say "Build without warnings"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
swift build --build-tests 2>&1 | tee "$log" | grep -E 'error:|warning:|Compiling|Build' | tail -n 3
if grep -E '(^|/)(Sources|Tests|reference-spectra)/.*warning:' "$log"; then
    echo "There are warnings." >&2
    exit 1
fi

say "Demo on the bundled spectrum"
make --no-print-directory demo OUTPUT=demo-output
for file in fit.svg fit.html fit.json; do test -s "demo-output/$file"; done

real=../shared/data/xps/vamas/mjr9_59c.vms
if [ -f "$real" ]; then
    say "Demo on a measured file"
    make --no-print-directory demo OUTPUT=demo-output/measured FILE="$real" SPECTRUM="S 2p/9"
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

say "Tests"
swift test --skip-build
