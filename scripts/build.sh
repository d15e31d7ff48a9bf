#!/usr/bin/env bash
# Installs what is missing and builds the program: .build/release/interphase.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/install-dependencies.sh
flags=()
# With Swift's libraries in the program it starts in half the time, and runs where no Swift is installed.
[ "$(uname)" != Linux ] || flags+=(--static-swift-stdlib)
swift build -c release --product "${1:-interphase}" ${flags[@]+"${flags[@]}"}
