// swift-tools-version: 6.1
// Analysis scripts that use the library as a project of yours would: copy one and change the package's place to
//     .package(url: "https://github.com/OWNER/interphase", from: "0.1.0")
import PackageDescription

let scripts = [
    "FitSpectrum", "FollowSeries", "QuantifySpecies", "ImportCasaXPS", "IdentifyPhases", "CustomLineShape",
    "CustomSpeciesLibrary",
]

let package = Package(
    name: "interphase-examples",
    platforms: [.macOS(.v14)],
    dependencies: [.package(name: "interphase", path: "../..")],
    targets: scripts.map {
        .executableTarget(name: $0, dependencies: [.product(name: "Interphase", package: "interphase")])
    },
    swiftLanguageModes: [.v6]
)
