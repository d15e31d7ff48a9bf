// swift-tools-version: 6.1
import PackageDescription

// A package of its own, so that nobody who uses the library builds it. See README.md here.
let package = Package(
    name: "interphase-fuzzing",
    platforms: [.macOS(.v14)],
    dependencies: [.package(name: "interphase", path: "..")],
    targets: [
        .executableTarget(
            name: "FuzzReaders", dependencies: [.product(name: "Interphase", package: "interphase")],
            swiftSettings: [.unsafeFlags(["-parse-as-library"])],
            linkerSettings: [.linkedLibrary("stdc++", .when(platforms: [.linux]))])
    ],
    swiftLanguageModes: [.v6]
)
