#!/usr/bin/env bash
# Simulates the spectra of this example. Species and positions: Ji et al., Batteries 2023, 9, 292; areas, widths, charging
# and noise are ours. Usage: make-spectra.sh [path of the interphase program]
set -euo pipefail
cd "$(dirname "$0")"
# A path is seen from where the script was called.
interphase=$(cd "${1:+$OLDPWD/}./" && realpath "${1:-../../.build/release/interphase}")
source ../lib/simulate.sh

# name seed charging, areas of metal sulfide, PS4 3-, P-[S]n-P, S-S
s2p() {
    spectrum "s2p-$1" "$2" "$3" "S 2p" "156.5, 169" 1500 0.05 "metal sulfide|160.1|1.1|$4" "PS4 3-|161.6|1.1|$5" \
        "P-[S]n-P|163.0|1.1|$6" "S-S|163.5|1.1|$7"
}
# name seed charging, areas of reduced P, PS4 3-, Li3PO4/P2Sx, TMPO4
p2p() {
    spectrum "p2p-$1" "$2" "$3" "P 2p" "126, 139" 900 0.03 "reduced P|130.7|1.1|$4" "PS4 3-|131.9|1.1|$5" \
        "Li3PO4, P2Sx|132.8|1.1|$6" "TMPO4|133.7|1.1|$7"
}
s2p pristine-fresh 11 0.20 6000 70000 4000 1500
s2p pristine-100 12 -0.10 11000 48000 14000 9000
s2p coated-fresh 13 0.15 6000 70000 3800 1400
s2p coated-100 14 0.05 7500 62000 7500 3800
p2p pristine-100 22 0 1800 26000 9000 5200
p2p coated-100 24 0 900 33000 5200 2100
# B 1s of the coating against etch time.
for entry in "0 31 5200" "30 32 4300" "60 33 2900" "120 34 1500" "240 35 500"; do
    read -r time seed area <<<"$entry"
    spectrum "b1s-$time" "$seed" 0 "B 1s" "186, 199" 700 0.02 "borate|192.1|1.7|$area"
done
