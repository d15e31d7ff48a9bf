#!/usr/bin/env bash
# Simulates the spectra of this example. Species, positions and reference: Dai et al., Chem. Sci. 2024, 15, 12964; areas,
# widths, charging and noise are ours. Usage: make-spectra.sh [path of the interphase program]
set -euo pipefail
cd "$(dirname "$0")"
# A path is seen from where the script was called.
interphase=$(cd "${1:+$OLDPWD/}./" && realpath "${1:-../../.build/release/interphase}")
source ../lib/simulate.sh

# name seed charging, areas of C-C, C-O, C=O
c1s() {
    spectrum "c1s-$1" "$2" "$3" "C 1s" "280.5, 293.5" 1500 0.02 "C-C, C-H|284.8|1.2|$4" "C-O|286.6|1.2|$5" \
        "C=O|288.3|1.2|$6"
}
c1s bare-0 11 0.3 12000 40000 900
c1s bare-100 12 0.1 15000 26000 5200
c1s coated-0 21 0.2 12000 40000 900
c1s coated-100 22 -0.2 13000 36500 1900
# B 1s against the addition of H3BO3.
for entry in "0.5 31 900" "1 32 1750" "2 33 3600"; do
    read -r share seed area <<<"$entry"
    spectrum "b1s-$share" "$seed" 0 "B 1s" "186, 199" 700 0.02 "borate|192.3|1.8|$area"
done
