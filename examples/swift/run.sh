#!/usr/bin/env bash
# Builds and runs the Swift examples on the simulated spectra of the other examples.
# Usage: examples/swift/run.sh [path of the interphase program]
set -euo pipefail
cd "$(dirname "$0")"
output=${OUTPUT:-../../demo-output/swift}
source ../lib/example.sh

# In the folder of the library's own build, so that nothing is compiled twice; a copy of this package has its own.
swift build --package-path . --scratch-path ../../.build --disable-build-manifest-caching 2>&1 | tail -n 1
# The plan of this build is not that of the library's own.
rm -f ../../.build/debug.yaml
run() {
    say "$1"
    "../../.build/debug/$1" "${@:2}"
}

cathode=../../reference-spectra/spectra/s2p-argyrodite-cathode-simulated.vms
walther=../walther-2021/spectra
wang=../wang-2023/spectra
run FitSpectrum "$cathode" "$output"
run FollowSeries "$output" 0="$walther/s2p-bare-0.vms" 1="$walther/s2p-bare-1.vms" 200="$walther/s2p-bare-200.vms"
run QuantifySpecies $wang/{s2p,p2p,ge3d}-fresh.vms
"$interphase" fit "$cathode" --recipe s2p-argyrodite-cathode --casa "$output/assigned.vms" --quiet
run ImportCasaXPS "$output/assigned.vms"
"$interphase" simulate --phases "LiCoO2=97, Co3O4=3" -o "$output/pattern.csv" --two-theta 15:80 --quiet
run IdentifyPhases "$output/pattern.csv" "$output"
run CustomLineShape "$walther/ni2p-100.vms" "$walther/ni2p-0.vms"
run CustomSpeciesLibrary species.yaml "$cathode"
