#!/usr/bin/env bash
# C 1s of a PEO electrolyte on coated and bare LiNi0.9Co0.06Mn0.04O2 before and after 100 cycles, and B 1s of the coating, after
# Dai et al., Chem. Sci. 2024, 15, 12964. Usage: run.sh [path of the interphase program]
set -euo pipefail
cd "$(dirname "$0")"
source ../lib/example.sh

for cathode in bare coated; do
    say "C-O : C-C and the growth of C=O, $cathode"
    "$interphase" series spectra/c1s-"$cathode"-{0,100}.vms --recipe c1s-peo --joint --variable cycle=0,100 \
        --ratio "C-O / C-C, C-H" --plot "$output/c1s-$cathode.svg" --csv "$output/c1s-$cathode.csv"
    "$interphase" fit "spectra/c1s-$cathode-100.vms" --recipe c1s-peo --plot "$output/c1s-$cathode-100.svg" --quiet
done

say "B 1s against the addition of H3BO3"
"$interphase" series spectra/b1s-{0.5,1,2}.vms --recipe b1s-borate-coating --joint --share width,position --shift 0 \
    --variable "H3BO3/wt%=0.5,1,2" --areas --plot "$output/b1s.svg"

say "What the referee says of the paper's own parameters"
review published-c1s.yaml --json "$output/review.json"
