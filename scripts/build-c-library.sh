#!/usr/bin/env bash
# Builds libinterphase, the C interface with Swift's libraries inside, into the folder given (default .build/c-interface):
# the library and its header. It takes the objects of scripts/build.sh, compiles only what is missing, and links.
set -euo pipefail
output=$(realpath -m "${1:-.build/c-interface}")
cd "$(dirname "$0")/.."
mkdir -p "$output"

header=Sources/CInterphase/interphase.h
cp "$header" "$output/"

if [ "$(uname)" != Linux ]; then
    # Swift is part of macOS.
    swift build -c release --product InterphaseC
    cp "$(swift build -c release --show-bin-path)/libInterphaseC.dylib" "$output/libinterphase.dylib"
    exit 0
fi

static=$(swift -print-target-info | sed -n 's/.*"runtimeResourcePath": "\(.*\)\/swift".*/\1\/swift_static\/linux/p')
# The product itself needs Swift's shared libraries; its objects are what is wanted.
swift build -c release --product InterphaseC --static-swift-stdlib -Xlinker "-L$static"
objects=$(swift build -c release --show-bin-path)/InterphaseC.product/Objects.LinkFileList

# What the header declares is what the library shows, nothing else of what is inside.
{
    echo '{ global:'
    scripts/declared-functions.sh
    echo 'local: *; };'
} | sed 's/^interphase_.*/    &;/' >"$output/exported-symbols.map"

read -ra libraries < <(pkg-config --libs gsl fftw3 libcrypto libzip expat sqlite3 zlib)
swiftc -emit-library -static-stdlib -use-ld=lld -o "$output/libinterphase.so" "@$objects" "-L$static" \
    -Xlinker --version-script="$output/exported-symbols.map" -Xlinker --gc-sections -Xlinker --strip-all \
    -Xlinker -soname=libinterphase.so -Xlinker --no-undefined "${libraries[@]}" -lm -ldl -lpthread -lstdc++
