// swift-tools-version: 6.1
import PackageDescription

let package = Package(
    name: "interphase",
    platforms: [.macOS(.v14)],
    products: [
        .library(name: "Interphase", targets: ["Interphase"]),
        .executable(name: "interphase", targets: ["InterphaseCLI"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // C libraries of the system, each seen by one Swift target only.
        .systemLibrary(name: "CGSL", pkgConfig: "gsl", providers: [.apt(["libgsl-dev"]), .brew(["gsl"])]),
        .systemLibrary(name: "CFFTW", pkgConfig: "fftw3", providers: [.apt(["libfftw3-dev"]), .brew(["fftw"])]),
        .systemLibrary(
            name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]),
        .systemLibrary(name: "CZip", pkgConfig: "libzip", providers: [.apt(["libzip-dev"]), .brew(["libzip"])]),
        .systemLibrary(name: "CExpat", pkgConfig: "expat", providers: [.apt(["libexpat1-dev"]), .brew(["expat"])]),

        .systemLibrary(
            name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"]), .brew(["sqlite"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),

        // Hot loops in C, one object per SIMD level.
        .target(name: "CSpectralKernels", linkerSettings: [.linkedLibrary("m")]),

        // Without pkgConfig, whose flags would link the library and so load it with the program.
        .systemLibrary(name: "CHDF5Headers", providers: [.apt(["libhdf5-dev"]), .brew(["hdf5"])]),

        // The HDF5 library behind a header of its own, loaded when a file needs it, see there.
        .target(
            name: "CHDF5", dependencies: ["CHDF5Headers"],
            linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),

        // What was measured, and the vocabulary everyone shares.
        .target(name: "Spectra"),
        .target(name: "SpectralMath", dependencies: ["CSpectralKernels", "CGSL", "CFFTW"]),

        // Reference data: the files in reference-spectra/ are compiled in, so no resource bundle can get lost.
        .target(name: "CReferenceData", path: "reference-spectra"),
        .target(name: "ReferenceSpectra", dependencies: ["CReferenceData", "Spectra", "Yams"]),

        // Databases of SQLite: files that are read, and results of batches.
        .target(name: "SQLiteDatabase", dependencies: ["CSQLite"]),

        .target(
            name: "SpectrumFiles",
            dependencies: ["Spectra", "SQLiteDatabase", "CCrypto", "CZip", "CExpat", "CHDF5", "CZlib"]),
        .target(name: "Photoemission", dependencies: ["Spectra", "SpectralMath", "ReferenceSpectra", "Yams"]),
        .target(name: "Diffraction", dependencies: ["Spectra", "SpectralMath", "ReferenceSpectra"]),

        // Many fits: files in, one table of results out.
        .target(
            name: "BatchFitting",
            dependencies: ["Photoemission", "SpectrumFiles", "SQLiteDatabase", "SpectralMath", "Spectra"]),
        // The script of HTML reports, compiled in.
        .target(name: "CReportPage", exclude: ["axes.js", "elements.js", "page.js", "plots.js", "tables.js"]),
        .target(name: "Reporting", dependencies: ["CReportPage", "Photoemission", "Diffraction", "Spectra"]),
        .target(
            name: "Interphase",
            dependencies: [
                "Spectra", "SpectralMath", "ReferenceSpectra", "SpectrumFiles", "Photoemission", "Diffraction",
                "BatchFitting", "Reporting", "SQLiteDatabase",
            ]),
        .executableTarget(
            name: "InterphaseCLI",
            dependencies: [
                "Interphase", "Yams", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),

        .target(name: "TestSupport", dependencies: ["Spectra"], path: "Tests/TestSupport"),
        .testTarget(name: "SpectraTests", dependencies: ["Spectra", "TestSupport"]),
        .testTarget(name: "SpectralMathTests", dependencies: ["SpectralMath", "CSpectralKernels", "TestSupport"]),
        .testTarget(name: "ReferenceSpectraTests", dependencies: ["ReferenceSpectra", "TestSupport"]),
        .testTarget(name: "SpectrumFilesTests", dependencies: ["SpectrumFiles", "TestSupport", "CSQLite", "CZlib"]),
        .testTarget(
            name: "PhotoemissionTests",
            dependencies: ["Photoemission", "SpectralMath", "SpectrumFiles", "TestSupport"]),
        .testTarget(name: "SQLiteDatabaseTests", dependencies: ["SQLiteDatabase", "TestSupport"]),
        .testTarget(
            name: "BatchFittingTests",
            dependencies: ["BatchFitting", "Photoemission", "SpectrumFiles", "SQLiteDatabase", "TestSupport"]),
        .testTarget(name: "DiffractionTests", dependencies: ["Diffraction", "SpectrumFiles", "TestSupport"]),
        .testTarget(
            name: "ReportingTests",
            dependencies: ["Reporting", "Photoemission", "Diffraction", "SpectralMath", "SpectrumFiles", "TestSupport"]),
        .testTarget(name: "InterphaseCLITests", dependencies: ["Interphase", "InterphaseCLI", "TestSupport"]),
    ],
    swiftLanguageModes: [.v6]
)

// scripts/test.sh tests optimised numerics: with them all tests take a quarter of the processor time. An unsafe flag, so
// only where it is asked for.
if Context.environment["INTERPHASE_OPTIMISED_NUMERICS"] != nil {
    for target in package.targets {
        switch target.name {
        case "CSpectralKernels": target.cSettings = [.unsafeFlags(["-O2"], .when(configuration: .debug))]
        case "SpectralMath", "Photoemission", "Diffraction":
            target.swiftSettings = [
                .unsafeFlags(["-O", "-whole-module-optimization", "-num-threads", "2"], .when(configuration: .debug))
            ]
        default: break
        }
    }
}

// The C interface, see docs/c-interface.md: the header that programs include, and the functions behind it, which the compiler
// holds against the header.
#if compiler(>=6.3)
    package.products.append(.library(name: "InterphaseC", type: .dynamic, targets: ["InterphaseC"]))
    package.targets += [
        .systemLibrary(name: "CInterphase"),
        .target(name: "InterphaseC", dependencies: ["CInterphase", "Interphase", "ReferenceSpectra"]),
    ]
#endif
