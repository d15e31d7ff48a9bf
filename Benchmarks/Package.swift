// swift-tools-version: 6.1
import PackageDescription

let package = Package(
    name: "interphase-benchmarks",
    platforms: [.macOS(.v14)],
    dependencies: [.package(name: "interphase", path: "..")],
    targets: [
        .executableTarget(
            name: "InterphaseBenchmarks", dependencies: [.product(name: "Interphase", package: "interphase")])
    ],
    swiftLanguageModes: [.v6]
)
