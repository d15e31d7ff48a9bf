#!/usr/bin/env bash
# X-ray patterns of bare and ceramic-coated LiCoO2: the weak line at 59.2 degrees that Feng et al., Adv. Funct. Mater. 2023
# take for spinel Co3O4. Their patterns are not public: these are SIMULATED from the structures that come along (Cu K-alpha,
# seeded; the 3 % of spinel are ours), identified and refined.
# Usage: xrd.sh [path of the interphase program]
set -euo pipefail
cd "$(dirname "$0")"
source ../lib/example.sh

simulate() { "$interphase" simulate --phases "$2" -o "$output/$1.csv" --two-theta 15:80 --seed "$3" --quiet; }
simulate xrd-bare "LiCoO2=100" 61
simulate xrd-ceramic "LiCoO2=97, Co3O4=3" 62

for sample in bare ceramic; do
    say "Phases of $sample LiCoO2 (simulated), and how much of those not found could hide"
    "$interphase" identify "$output/xrd-$sample.csv" --elements Li,Co,Ti,O --ask Co3O4,Li2TiO3,Li4Ti5O12 \
        --json "$output/xrd-$sample.json" --plot "$output/xrd-$sample.svg"
done
say "Cells and masses of the ceramic sample (simulated): 511 of the spinel stands at 59.4 degrees"
"$interphase" refine "$output/xrd-ceramic.csv" --phases LiCoO2,Co3O4 --texture none \
    --plot "$output/xrd-ceramic-refined.svg" --reflections-csv "$output/xrd-ceramic-reflections.csv"
awk -F, '$1 == "Co3O4" && $2 == 5 && $3 == 1 && $4 == 1 { printf "511 of Co3O4: %.2f deg, d %.4f A\n", $6, $5 }' \
    "$output/xrd-ceramic-reflections.csv"
