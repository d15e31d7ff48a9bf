#!/usr/bin/env bash
# S 2p, P 2p and Nb 3d of NCM622 in Li6PS5Cl, coated with Li2CO3/LiNbO3 and bare, as Walther et al., Chem. Mater. 2021
# follow them over cycling. Usage: run.sh [path of the interphase program]
set -euo pipefail
cd "$(dirname "$0")"
source ../lib/example.sh

for cathode in bare coated; do
    say "S 2p against cycles, $cathode"
    "$interphase" series spectra/s2p-"$cathode"-{0,1,200}.vms --recipe s2p-argyrodite-cathode --joint \
        --variable cycle=0,1,200 --pristine "S 2-; PS4 3-" --plot "$output/s2p-$cathode.svg" \
        --csv "$output/s2p-$cathode.csv" --json "$output/s2p-$cathode.json"
done

say "P 2p against cycles, bare, on the scale of the thiophosphate"
"$interphase" series spectra/p2p-bare-{0,1,200}.vms --recipe p2p.yaml --joint --variable cycle=0,1,200 \
    --pristine "PS4 3-" --plot "$output/p2p-bare.svg"

say "Nb 3d against the state of charge"
"$interphase" series spectra/nb3d-{0,25,50,75,100,0-again}.vms --recipe nb3d-linbo3 --joint --share width \
    --shift 0 --variable "state of charge/%=0,25,50,75,100,0" --mean-position --plot "$output/nb3d.svg"

say "Ni 2p against the state of charge: mean position of main line and satellite"
"$interphase" series spectra/ni2p-{0,25,50,75,100}.vms --recipe ni2p.yaml --joint --share width --shift 0 \
    --variable "state of charge/%=0,25,50,75,100" --mean-position --plot-of position --plot "$output/ni2p.svg"

say "The spectrum of figure 3: bare, 200 cycles"
"$interphase" fit spectra/s2p-bare-200.vms --recipe s2p-argyrodite-cathode --plot "$output/s2p.svg" \
    --report "$output/s2p.html" --json "$output/s2p.json"

say "What the referee says of the paper's own parameters"
review published-s2p.yaml published-p2p.yaml --json "$output/review.json"
