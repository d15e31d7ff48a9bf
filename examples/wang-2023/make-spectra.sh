#!/usr/bin/env bash
# Simulates the spectra of this example. Species and positions: Wang et al., Nano Energy 2023, 108192; doublets with the
# splitting of the atom, the areas of stoichiometric Li10GeP2S12 (12 S : 2 P : 1 Ge by Scofield's factors), the shift of
# Ba 4d, widths and noise are ours. Usage: make-spectra.sh [path of the interphase program]
set -euo pipefail
cd "$(dirname "$0")"
# A path is seen from where the script was called.
interphase=$(cd "${1:+$OLDPWD/}./" && realpath "${1:-../../.build/release/interphase}")
source ../lib/simulate.sh

spectrum s2p-fresh 11 0 "S 2p" "156.5, 168.5" 1800 0.05 "PS4 3-|161.0|1.1|60000"
spectrum p2p-fresh 12 0 "P 2p" "127, 139" 900 0.03 "PS4 3-|131.8|1.1|7208"
spectrum ge3d-fresh 13 0 "Ge 3d" "26, 38" 900 0.03 "GeS4 4-|30.7|1.1|4481"
spectrum s2p-cycled 21 0 "S 2p" "156.5, 168.5" 1800 0.05 "PS4 3-|161.0|1.1|46000" "S0, CoSx|162.9|1.3|14000"
spectrum p2p-cycled 22 0 "P 2p" "127, 139" 900 0.03 "PS4 3-|131.8|1.1|5100" "P2S6 2-|133.3|1.1|2100"
spectrum ge3d-cycled 23 0 "Ge 3d" "26, 38" 900 0.03 "GeS4 4-|30.7|1.1|3400" "GeSx, GeO2|32.4|1.3|1080"
# Ba 4d moves to higher energy from the surface to the bulk.
for entry in "0 31 89.2 5200" "60 32 89.5 4600" "120 33 89.7 3600" "240 34 89.8 2000"; do
    read -r time seed position area <<<"$entry"
    spectrum "ba4d-$time" "$seed" 0 "Ba 4d" "84, 98" 900 0.03 "barium|$position|1.5|$area"
done
