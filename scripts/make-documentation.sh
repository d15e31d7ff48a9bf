#!/usr/bin/env bash
# Builds the documentation of all modules with DocC, without warnings, and checks that nothing public is undocumented.
# Usage: scripts/make-documentation.sh [output folder]; needs the debug build (swift build).
set -euo pipefail
cd "$(dirname "$0")/.."
output=${1:-.build/documentation}
build=.build/debug
symbols=$output/symbols
modules=(
    Spectra SpectralMath ReferenceSpectra SQLiteDatabase SpectrumFiles Photoemission Diffraction BatchFitting Reporting
    Interphase
)

rm -rf "$output"
mkdir -p "$symbols"
yaml=.build/checkouts/Yams/Sources/CYaml/include
flags=(-I "$build/Modules" -I "$yaml" -Xcc "-fmodule-map-file=$yaml/module.modulemap")
for map in Sources/*/module.modulemap "$build"/*.build/module.modulemap; do
    flags+=(-Xcc "-fmodule-map-file=$map")
done
for folder in Sources/*/include; do flags+=(-I "$folder"); done
sdk=$(xcrun --show-sdk-path 2>/dev/null || echo /)
target=$(swift -print-target-info | sed -n 's/.*"unversionedTriple": "\(.*\)",/\1/p' | head -n 1)

archives=()
for module in "${modules[@]}"; do
    mkdir -p "$symbols/$module"
    swift-symbolgraph-extract -module-name "$module" "${flags[@]}" -target "$target" -sdk "$sdk" \
        -minimum-access-level public -output-dir "$symbols/$module"
    dependencies=()
    for archive in "${archives[@]}"; do dependencies+=(--dependency "$archive"); done
    docc convert "Sources/$module/$module.docc" --additional-symbol-graph-dir "$symbols/$module" \
        --fallback-display-name "$module" --fallback-bundle-identifier "interphase.$module" \
        --enable-experimental-external-link-support "${dependencies[@]}" --warnings-as-errors \
        --output-path "$output/$module.doccarchive" | sed "/^\s*$/d"
    archives+=("$output/$module.doccarchive")
done
docc merge "${archives[@]}" --synthesized-landing-page-name Interphase --output-path "$output/Interphase-all.doccarchive"
python3 scripts/check-documentation.py "$symbols" Sources
echo "Documentation of ${#modules[@]} modules: $output/Interphase-all.doccarchive (docc preview, or any web server)"
