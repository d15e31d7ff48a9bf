#!/usr/bin/env bash
# Makes the files that README and docs speak of, so that every command in them can be run: simulated, with known truth.
# Usage: scripts/document-files.sh FOLDER; `interphase` is looked for in PATH.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$1"
cd "$1"

# Several spectra in one VAMAS file, from files of one spectrum that this program wrote.
combine() {
    python3 - "$@" <<'PYTHON'
import sys

output, *inputs = sys.argv[1:]
files = [open(name).read().splitlines() for name in inputs]
header_length = 10 + int(files[0][5])  # lines before the number of blocks
header = files[0][: header_length + 4]
blocks = [line for lines in files for line in lines[header_length + 5 : -1]]
with open(output, "w") as file:
    file.write("\n".join([*header, str(len(files)), *blocks, "end of experiment"]) + "\n")
PYTHON
}

# A recipe of components of one width: FILE LEVEL WINDOW COMPONENT...
recipe() {
    local file=$1 level=$2 window=$3
    shift 3
    printf 'interphase: 1\nlevel: %s\nwindow: [%s]\ncomponents:\n' "$level" "$window" >"$file"
    printf '  - %s\n' "$@" >>"$file"
}

# A simulated powder pattern as a table of two columns: FILE OPTION...
pattern() {
    interphase simulate "${@:2}" -o pattern.csv --quiet
    interphase convert pattern.csv -o "$1" --quiet
}

spectra=$root/examples
cp "$root/reference-spectra/spectra/s2p-argyrodite-cathode-simulated.vms" cathode.vms
cp "$spectra/walther-2021/spectra/s2p-bare-0.vms" c0.vms
cp "$spectra/walther-2021/spectra/s2p-bare-1.vms" c1.vms
cp "$spectra/walther-2021/spectra/s2p-bare-200.vms" c200.vms
cp "$spectra"/walther-2021/spectra/ni2p-{0,100}.vms .
mv ni2p-0.vms nio.vms && mv ni2p-100.vms nioh2.vms
for level in s2p p2p ge3d; do
    cp "$spectra/wang-2023/spectra/$level-fresh.vms" $level.vms
    cp "$spectra/wang-2023/lgps-$level.yaml" $level.yaml
done
interphase simulate --species "C-C, C-H" -o carbon.vms --quiet
combine all.vms cathode.vms p2p.vms carbon.vms
mv all.vms cathode.vms
combine sample.vms s2p.vms p2p.vms ge3d.vms
combine lgps.vms s2p.vms p2p.vms ge3d.vms
cp sample.vms survey.vms
for level in s2p p2p; do interphase fit $level.vms --recipe $level.yaml --json $level.json --quiet; done
mkdir -p folder measurements more
cp c0.vms c1.vms folder
cp c0.vms c1.vms c200.vms measurements
interphase convert c0.vms -o more/c0.csv --quiet
interphase fit cathode.vms --recipe s2p-argyrodite-cathode --print-recipe >my-recipe.yaml
cp my-recipe.yaml recipe.yaml
interphase simulate "$root/reference-spectra/spectra/s2p-argyrodite-cathode-truth.yaml" -o map.vms --map 3x2 --quiet
interphase fit cathode.vms --recipe my-recipe.yaml --casa assigned.vms --quiet
cp assigned.vms colleague.vms
interphase fit cathode.vms --recipe my-recipe.yaml --curves-csv export.csv --quiet

interphase simulate --phases "LiCoO2=97, Co3O4=3" -o coated.csv --two-theta 15:90 --quiet
mv coated.csv coated.xrdml # the content decides, not the name
cp coated.xrdml same.xrdml
cp coated.xrdml scan.xrdml
interphase convert coated.xrdml -o scan.xy --quiet
mkdir -p my-cifs
cp "$root"/reference-spectra/phases/{ZnO,CaF2,Al2O3-corundum,LaB6,Co3O4}.cif my-cifs
cp "$root/reference-spectra/phases/Co3O4.cif" .
pattern mixture.xy --phases "ZnO=30, CaF2=30, Al2O3-corundum=40" --two-theta 20:100
pattern LaB6.xy --phases "LaB6=1" --two-theta 20:140 --crystallites 2000
interphase simulate --phases "LiCoO2=90, Al2O3-corundum=10" -o spiked.csv --two-theta 15:90 --quiet
mv spiked.csv spiked.raw
pattern new.xy --phases "Co3O4=1" --two-theta 15:80
for temperature in 300 350 400; do
    pattern heat-$temperature.xy --phases "LiCoO2=1" --two-theta 15:80 --seed $temperature
done

# An electrolyte with its carbon, and an oxide with its Auger line, for the energy scale.
recipe c1s-truth.yaml "C 1s" 280,292 '{name: C-C, position: 285.2, width: 1.2, area: 9000}'
interphase simulate c1s-truth.yaml -o c1s.vms --quiet
printf 'interphase: 1\nlevel: C 1s\nwindow: [281, 291]\ncomponents:\n  - {name: C-C, position: {start: 285, within: 1}}\n' \
    >c1s.yaml
combine electrolyte.vms s2p.vms p2p.vms c1s.vms
combine lps.vms s2p.vms p2p.vms
recipe zn2p-truth.yaml "Zn 2p" 1014,1054 '{name: ZnO, position: 1021.7, width: 1.6, area: 40000, doublet: true}'
interphase simulate zn2p-truth.yaml -o zn2p.vms --quiet
printf 'interphase: 1\nlevel: Zn 2p\nwindow: [1015, 1053]\ncomponents:\n  - {name: ZnO, position: {start: 1021.8, within: 0.5}}\n' \
    >zn2p.yaml
printf 'interphase: 1\nwindow: [485, 512]\ncomponents:\n  - {name: LMM, position: 498.3, width: 2.5, area: 20000}\n' >lmm-truth.yaml
interphase simulate lmm-truth.yaml -o lmm.vms --quiet
printf 'interphase: 1\nwindow: [486, 511]\ncomponents:\n  - {name: LMM, position: {start: 498, within: 2}, width: {start: 2, min: 1, max: 5}}\n' \
    >lmm.yaml
