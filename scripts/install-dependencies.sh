#!/usr/bin/env bash
# Installs the system libraries that Interphase builds on, if any is missing. Quick when nothing is.
set -euo pipefail

apt_packages=(libgsl-dev libfftw3-dev libssl-dev libzip-dev libexpat1-dev libhdf5-dev libsqlite3-dev zlib1g-dev pkg-config python3 librsvg2-bin)
brew_packages=(gsl fftw openssl@3 libzip expat hdf5 sqlite zlib pkg-config python3 librsvg)

if command -v apt-get >/dev/null 2>&1; then
    missing=()
    for package in "${apt_packages[@]}"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
    done
    if [ ${#missing[@]} -gt 0 ]; then
        echo "Installing ${missing[*]}"
        run=()
        [ "$(id -u)" -eq 0 ] || run=(sudo)
        "${run[@]}" apt-get update -qq
        DEBIAN_FRONTEND=noninteractive "${run[@]}" apt-get install -y -qq "${missing[@]}" >/dev/null
    fi
elif command -v brew >/dev/null 2>&1; then
    for package in "${brew_packages[@]}"; do
        brew list "$package" >/dev/null 2>&1 || brew install "$package"
    done
else
    echo "Neither apt-get nor brew is here. Install GSL, FFTW, OpenSSL's libcrypto, libzip, Expat, HDF5, SQLite and zlib with their headers." >&2
    exit 1
fi

if ! command -v swift >/dev/null 2>&1; then
    echo "Swift 6.1 or newer is needed: https://www.swift.org/install" >&2
    exit 1
fi
