#!/usr/bin/env bash
# Fuzzes all readers for the stated number of seconds (600 unless stated) with libFuzzer, one process, from the samples of
# the tests. Inputs that broke a reader are left in Fuzzing/.build/findings.
set -euo pipefail
cd "$(dirname "$0")"
seconds=${1:-600}
work=$PWD/.build/fuzzing
mkdir -p "$work/samples" "$work/inputs" "$work/corpus" .build/findings

# One sanitizer only: with two, Swift leaves the coverage out.
swift build -c release --sanitize=fuzzer -Xswiftc -enable-testing
program=$PWD/.build/release/FuzzReaders
(cd .. && INTERPHASE_WRITE_SAMPLES="$work/samples" swift test --filter writeSamples >/dev/null)
INTERPHASE_FUZZ_SAMPLES="$work/samples:$work/inputs" "$program"

cd .build/findings
# The backtracer of Swift would wait for a person.
SWIFT_BACKTRACE=enable=no nice "$program" -fork=1 -ignore_crashes=1 -ignore_timeouts=1 -ignore_ooms=1 -max_len=12288 \
    -timeout=2 -rss_limit_mb=2000 -malloc_limit_mb=256 -max_total_time="$seconds" "$work/corpus" "$work/inputs"
