#!/usr/bin/env bash
# Opens reports of the release program in headless Chromium and uses them: mouse, keyboard alone, no scripts, dark, print,
# accessibility (axe-core). Installs what it needs: chromium and poppler-utils by apt, two Python packages into .build/.
# Usage: check-report.sh [folder that keeps reports, screenshots and prints]
set -euo pipefail
cd "$(dirname "$0")/.."

if command -v apt-get >/dev/null 2>&1; then
    missing=()
    for package in chromium poppler-utils python3-venv; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
    done
    if [ ${#missing[@]} -gt 0 ]; then
        run=()
        [ "$(id -u)" -eq 0 ] || run=(sudo)
        "${run[@]}" apt-get update -qq
        DEBIAN_FRONTEND=noninteractive "${run[@]}" apt-get install -y -qq "${missing[@]}" >/dev/null
    fi
fi

python=.build/report-check/bin/python
if ! "$python" -c 'import websocket' 2>/dev/null || ! ls .build/report-check/lib/*/site-packages/axe_playwright_python \
    >/dev/null 2>&1; then
    python3 -m venv .build/report-check
    "$python" -m pip install --quiet 'websocket-client>=1.8,<2'
    # Wanted for the axe-core 4.12 in it alone.
    "$python" -m pip install --quiet --no-deps 'axe-playwright-python==0.1.8'
fi

static=()
[ "$(uname)" = Linux ] && static=(--static-swift-stdlib)
swift build -c release --product interphase ${static[@]+"${static[@]}"} >/dev/null
interphase=$PWD/.build/release/interphase

folder=${1:-demo-output/reports}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
rm -f "$folder"/*.html "$folder"/*.png "$folder"/*.pdf

"$interphase" fit reference-spectra/spectra/s2p-argyrodite-cathode-simulated.vms --recipe s2p-argyrodite-cathode \
    --uncertainty profile --report "$folder/fit.html" --json "$folder/fit.json" --curves --quiet
(
    cd examples/walther-2021
    "$interphase" series spectra/s2p-bare-{0,1,200}.vms --recipe s2p-argyrodite-cathode --joint \
        --variable cycle=0,1,200 --pristine "S 2-; PS4 3-" --report "$folder/series.html" --quiet
    "$interphase" quantify spectra/s2p-bare-0.vms:s2p-argyrodite-cathode spectra/p2p-bare-0.vms:p2p.yaml \
        --report "$folder/quantify.html" --quiet
    cd "$folder"
    "$interphase" simulate --phases "LiCoO2=97, Co3O4=3" -o lco.csv --two-theta 15:80 --quiet
    "$interphase" identify lco.csv --wavelength CuKa --elements Li,Co,O --report identify.html --quiet
    "$interphase" refine lco.csv --wavelength CuKa --phases LiCoO2,Co3O4 --report refine.html --quiet
)
"$python" scripts/report/check.py "$folder"
