#!/usr/bin/env bash
# Simulates the spectra of this example. Species, positions and shares of Co2+: Feng et al., Adv. Funct. Mater. 2023
# (doi 10.1002/adfm.202210744); doublets with the splitting of the atom, areas, widths and noise are ours.
# Usage: make-spectra.sh [path of the interphase program]
set -euo pipefail
cd "$(dirname "$0")"
# A path is seen from where the script was called.
interphase=$(cd "${1:+$OLDPWD/}./" && realpath "${1:-../../.build/release/interphase}")
source ../lib/simulate.sh

# name seed, areas of Co3+, Co2+ (of 60000) and the satellite
co2p() {
    spectrum "co2p-$1" "$2" 0 "Co 2p" "772, 811" 3000 0.03 "Co3+|779.3|2.1|$3" "Co2+|781.9|2.1|$4" \
        "satellite|788.0|4.6|9000"
}
# Bare: 23.4 % Co2+ at the surface, falling. Ceramic: 22.1 % at the surface, 33.6 % at 30 nm.
co2p bare-0 11 45960 14040
co2p bare-10 12 49200 10800
co2p bare-20 13 51600 8400
co2p bare-30 14 53400 6600
co2p ceramic-0 21 46740 13260
co2p ceramic-10 22 44400 15600
co2p ceramic-20 23 42000 18000
co2p ceramic-30 24 39840 20160
spectrum s2p 31 0 "S 2p" "156.5, 168.5" 1500 0.05 "PS4 3-|161.0|1.1|60000" "S0, CoSx|162.9|1.3|12000"
spectrum p2p 32 0 "P 2p" "127, 139" 900 0.03 "PS4 3-|131.8|1.1|11000" "P2S6 2-|133.3|1.1|3500"
spectrum ge3d 33 0 "Ge 3d" "26, 38" 900 0.03 "GeS4 4-|30.7|1.1|8000" "GeSx, GeO2|32.4|1.3|2500"
spectrum o1s 34 0 "O 1s" "524, 539" 1800 0.03 "Co-O|529.0|1.4|22000" "Li-Ti-O|530.0|1.4|12000" \
    "lattice O|531.5|1.4|30000" "surface O|533.6|1.4|7000"
