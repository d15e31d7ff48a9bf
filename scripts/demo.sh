#!/usr/bin/env bash
# Installs what is missing, builds, and fits a spectrum: a table, and plot, report and JSON in demo-output/.
# Usage: scripts/demo.sh [FILE], by default a bundled simulated spectrum. RECIPE and SPECTRUM in the environment choose the
# model and the spectrum, OUTPUT the folder of the results; without RECIPE components are found by their residuals.
set -euo pipefail
place=$PWD
cd "$(dirname "$0")/.."
bundled=reference-spectra/spectra/s2p-argyrodite-cathode-simulated.vms
file=${1:-$bundled}
output=${OUTPUT:-demo-output}
if [ "$file" = "$bundled" ]; then
    recipe=${RECIPE:-s2p-argyrodite-cathode}
else
    recipe=${RECIPE:-}
    case $file in /*) ;; *) file=$place/$file ;; esac
fi
if [ ! -f "$file" ]; then
    echo "$file: no such file" >&2
    exit 66
fi

scripts/build.sh
mkdir -p "$output"
model=(--explore)
[ -z "$recipe" ] || model=(--recipe "$recipe")
[ -z "${SPECTRUM:-}" ] || model+=(--spectrum "$SPECTRUM")
status=0
.build/release/interphase fit "$file" "${model[@]}" --curves \
    --plot "$output/fit.svg" --report "$output/fit.html" --json "$output/fit.json" || status=$?
# 1 says that the fit is done and that the referee objects.
[ $status -le 1 ] || exit $status
echo "Written: $output/fit.svg (plot), $output/fit.html (report), $output/fit.json"
