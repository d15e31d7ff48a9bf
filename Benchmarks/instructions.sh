#!/usr/bin/env bash
# Instructions for one fit of W1 and their share by function: repeatable where times are not. Needs valgrind, which
# knows no AVX-512, so these are the AVX2 kernels.
#
#   Benchmarks/instructions.sh [w1-a|w1-b|...]
set -euo pipefail
cd "$(dirname "$0")"
benchmark=${1:-w1-a}
program=.build/release/InterphaseBenchmarks
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# Older valgrinds cannot read the debug information of a newer compiler; names of functions are enough.
strip --strip-debug -o "$folder/program" "$program"
program=$folder/program

# The difference of two runs takes start-up and the making of the spectra off.
count() {
    valgrind --tool=callgrind --callgrind-out-file="$folder/$1" \
        "$program" "$benchmark" --count 20 --starts 0 --rounds "$1" >/dev/null 2>&1
    callgrind_annotate "$folder/$1" | awk '/PROGRAM TOTALS/ && !n++ { gsub(",", ""); print $1 }'
}
first=$(count 1)
second=$(count 3)
echo "$benchmark: $(((second - first) / 40)) instructions a fit"
callgrind_annotate "$folder/3" | awk '/^ *[0-9,]+ \(/ && n++ < 16'
