#!/usr/bin/env bash
# Simulates the spectra of this example. Species and positions: Walther et al., Chem. Mater. 2021; areas, widths, charging
# and noise are ours. Usage: make-spectra.sh [path of the interphase program]
set -euo pipefail
cd "$(dirname "$0")"
# A path is seen from where the script was called.
interphase=$(cd "${1:+$OLDPWD/}./" && realpath "${1:-../../.build/release/interphase}")
source ../lib/simulate.sh

# name seed charging, areas of S 2-, PS4 3-, S ox,1, S ox,2
s2p() {
    spectrum "s2p-$1" "$2" "$3" "S 2p" "157, 169" 1200 0.05 "S 2-|160.2|1.05|$4" "PS4 3-|161.6|1.05|$5" \
        "S ox,1|163.0|1.2|$6" "S ox,2|163.7|1.2|$7"
}
# name seed charging, areas of PS4 3-, phosphate
p2p() {
    spectrum "p2p-$1" "$2" "$3" "P 2p" "127, 139" 800 0.03 "PS4 3-|131.9|1.1|$4" "Li3PO4, P2Sx|133.0|1.1|$5"
}
s2p bare-0 11 0.00 9000 52000 1500 300
s2p bare-1 12 0.35 8000 46000 6500 2500
s2p bare-200 13 -0.25 6200 36000 11500 9500
s2p coated-0 21 0.10 9000 52000 1400 250
s2p coated-1 22 0.30 8800 50000 3000 900
s2p coated-200 23 -0.15 8200 47000 5600 3300
p2p bare-0 31 0.00 11000 500
p2p bare-1 32 0.35 10000 1800
p2p bare-200 33 -0.25 8200 4200
# LiNbO3 shifts with the state of charge of the cathode and comes back.
for entry in "0 41 207.20" "25 42 207.31" "50 43 207.42" "75 44 207.48" "100 45 207.55" "0-again 46 207.22"; do
    read -r charge seed position <<<"$entry"
    spectrum "nb3d-$charge" "$seed" 0 "Nb 3d" "202, 214" 900 0.03 "LiNbO3|$position|1.25|14000"
done
# Ni 2p3/2 with its satellite: no numbers are printed for it, so that the shift with the state of charge is ours.
for entry in "0 51 855.00" "25 52 855.10" "50 53 855.24" "75 54 855.35" "100 55 855.45"; do
    read -r charge seed position <<<"$entry"
    satellite=$(awk "BEGIN { print $position + 6.2 }")
    spectrum "ni2p-$charge" "$seed" 0 "Ni 2p" "848, 869" 6000 0.02 "NCM|$position|2.6|42000|doublet: false" \
        "satellite|$satellite|4.2|15000|doublet: false"
done
