#!/usr/bin/env bash
# From a VAMAS file to a species table: what is inside, a first look, the fit, and the numbers for a script.
# Usage: examples/s2p-cathode.sh [path of the interphase program]
set -euo pipefail
cd "$(dirname "$0")/.."
interphase=${1:-.build/release/interphase}
file=reference-spectra/spectra/s2p-argyrodite-cathode-simulated.vms # simulated, with known truth
output=${OUTPUT:-demo-output/example}
mkdir -p "$output"

"$interphase" info "$file"

# No model yet: components are added where the residuals ask for them.
"$interphase" fit "$file" --explore --plot "$output/first-look.svg"

# The model of the paper, referenced to the thiophosphate line.
"$interphase" fit "$file" --recipe s2p-argyrodite-cathode \
    --plot "$output/s2p.svg" --report "$output/s2p.html" --json "$output/s2p.json" --curves-csv "$output/s2p.csv"

# The same under CasaXPS's objective: background subtracted first, every point alike.
"$interphase" fit "$file" --recipe s2p-argyrodite-cathode --subtract-background --weights unweighted

# The recipe with every default written out is a recipe again.
"$interphase" fit "$file" --recipe s2p-argyrodite-cathode --print-recipe >"$output/effective.yaml"
"$interphase" fit "$file" --recipe "$output/effective.yaml" --quiet --json "$output/again.json"
