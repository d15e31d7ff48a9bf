#!/usr/bin/env bash
# The functions that the header of the C interface declares, one a line, sorted.
cd "$(dirname "$0")/.."
# Without comments, a name before a bracket is a function.
sed -e 's://.*::' Sources/CInterphase/interphase.h | awk 'BEGIN { RS = "\\*/" } { sub(/\/\*.*/, ""); print }' |
    grep -oE '\binterphase_[a-z0-9_]+\(' | tr -d '(' | sort -u
