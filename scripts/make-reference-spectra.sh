#!/usr/bin/env bash
# Simulates reference spectra of every species of the library into reference-spectra/spectra/species/, one file for each,
# with a spectrum for each of its levels. Seeds follow from the names, so that a file changes with its species alone.
# Usage: scripts/make-reference-spectra.sh [path of the interphase program]
set -euo pipefail
cd "$(dirname "$0")/.."
interphase=${1:-.build/release/interphase}
folder=reference-spectra/spectra/species
mkdir -p "$folder"
sed -n 's/^  - id: //p' reference-spectra/xps/species.yaml | while read -r id; do
    seed=$(printf '%s' "$id" | cksum | cut -d ' ' -f 1)
    "$interphase" simulate --species "$id" -o "$folder/$id.vms" --seed "$seed" --area 300000 --constant 5000 \
        --shirley 0.02 --step 0.1 --sweeps 100 --dwell 0.1 --quiet
done
