#!/usr/bin/env bash
# Co 2p against depth, and S 2p, P 2p, Ge 3d and O 1s of LiCoO2 in Li10GeP2S12, as Feng et al., Adv. Funct. Mater. 2023 show
# them. Usage: run.sh [path of the interphase program]
set -euo pipefail
cd "$(dirname "$0")"
source ../lib/example.sh

for sample in bare ceramic; do
    say "Co2+ against depth, $sample: published 23.4 % at the surface (bare), 22.1 % and 33.6 % at 30 nm (ceramic)"
    "$interphase" series spectra/co2p-"$sample"-{0,10,20,30}.vms --recipe co2p-licoo2 --joint --share width,position \
        --shift 0 --variable depth=0,10,20,30 --ratio "Co2+ / Co3+; Co2+" --plot-of ratios \
        --plot "$output/co2p-$sample.svg" --csv "$output/co2p-$sample.csv"
done

for level in s2p p2p ge3d; do
    say "$level"
    "$interphase" fit "spectra/$level.vms" --recipe "$level-lgps" --shift 0 --plot "$output/$level.svg" \
        --json "$output/$level.json" --report "$output/$level.html"
done
say "o1s"
"$interphase" fit spectra/o1s.vms --recipe o1s-licoo2-coating --shift 0 --plot "$output/o1s.svg"

say "What the referee says of the paper's own parameters: P 2p 131.6/133.0 and Ge 3d 30.5/31.7 eV are no doublets"
review published-p2p.yaml published-ge3d.yaml published-s2p.yaml published-co2p.yaml --json "$output/review.json"

./xrd.sh "$interphase"
