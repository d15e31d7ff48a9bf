#!/usr/bin/env bash
# S 2p, P 2p and B 1s of NCM811 in Li6PS5Cl, with and without Li3BO3-Li3PO4, as Ji et al., Batteries 2023, 9, 292 show them.
# Usage: run.sh [path of the interphase program]
set -euo pipefail
cd "$(dirname "$0")"
source ../lib/example.sh

for cathode in pristine coated; do
    say "S 2p before and after 100 cycles, $cathode"
    "$interphase" series spectra/s2p-"$cathode"-{fresh,100}.vms --recipe s2p-argyrodite-ncm811 --joint \
        --variable cycle=0,100 --pristine "PS4 3-" --csv "$output/s2p-$cathode.csv" --plot "$output/s2p-$cathode.svg"
    say "P 2p after 100 cycles, $cathode"
    "$interphase" fit spectra/p2p-"$cathode"-100.vms --recipe p2p-argyrodite-ncm811 --shift 0 \
        --plot "$output/p2p-$cathode.svg" --report "$output/p2p-$cathode.html"
done

say "B 1s against etch time"
"$interphase" series spectra/b1s-{0,30,60,120,240}.vms --recipe b1s-borate-coating --joint --share width --shift 0 \
    --variable "etch time=0,30,60,120,240" --areas --plot "$output/b1s.svg" --csv "$output/b1s.csv"

say "What the referee says of the paper's own parameters"
review published-s2p.yaml published-p2p.yaml --json "$output/review.json"
