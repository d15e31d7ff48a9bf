#!/usr/bin/env bash
# S 2p, P 2p and Ge 3d of Li10GeP2S12 fresh and cycled, and Ba 4d against etching, after Wang et al., Nano Energy 2023, 108192.
# Usage: run.sh [path of the interphase program]
set -euo pipefail
cd "$(dirname "$0")"
source ../lib/example.sh

say "Fresh Li10GeP2S12: 12 S for 2 P and 1 Ge, with 5 % of uncertainty in each factor"
"$interphase" quantify spectra/s2p-fresh.vms:lgps-s2p.yaml spectra/p2p-fresh.vms:lgps-p2p.yaml \
    spectra/ge3d-fresh.vms:lgps-ge3d.yaml --u-sensitivities 5 --csv "$output/fresh.csv"

for level in s2p p2p ge3d; do
    say "$level after cycling"
    "$interphase" fit "spectra/$level-cycled.vms" --recipe "$level-lgps" --shift 0 --plot "$output/$level.svg" \
        --json "$output/$level.json"
done
say "The three levels held against each other"
review "$output"/{s2p,p2p,ge3d}.json --no-notes

say "Ba 4d against etching"
"$interphase" series spectra/ba4d-{0,60,120,240}.vms --recipe ba4d.yaml --joint --share width \
    --variable "etch time=0,60,120,240" --areas --mean-position --plot-of position --plot "$output/ba4d.svg"

say "What the referee says of the paper's own parameters: P 2p 131.6/133.0 and Ge 3d 30.5/31.7 eV are no doublets"
review published-p2p.yaml published-ge3d.yaml --json "$output/review.json"
