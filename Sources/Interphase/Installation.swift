import Diffraction
import Foundation
import Photoemission
import ReferenceSpectra
import SQLiteDatabase
import SpectralMath
import Spectra
import SpectrumFiles

/// What this installation consists of, and whether it computes what it should.
public struct Installation: Sendable {
    /// Something that was looked at.
    public struct Check: Sendable, Hashable {
        /// How it ended.
        public enum Outcome: String, Sendable, Hashable, Codable {
            /// As it should be.
            case good
            /// Something optional is absent; the rest works.
            case absent
            /// Something does not work.
            case failed
        }

        /// What was looked at, "GSL".
        public let name: String
        /// What was found.
        public let found: String
        /// How it ended.
        public let outcome: Outcome
        /// What a person can do, where there is something to do.
        public let remedy: String?

        init(_ name: String, _ found: String, outcome: Outcome = .good, remedy: String? = nil) {
            self.name = name
            self.found = found
            self.outcome = outcome
            self.remedy = remedy
        }
    }

    /// The checks, in the order in which they were made.
    public let checks: [Check]

    /// Whether everything that is not optional works.
    public var works: Bool { checks.allSatisfy { $0.outcome != .failed } }

    /// Looks at processor, libraries, reference data and the cache, and computes three things of known result. It takes
    /// a fifth of a second.
    public init() {
        checks = [
            Self.processor, Self.numericalLibraries, Self.fileLibraries, Self.hierarchicalData, Self.figures,
            Self.referenceData, Self.cache, Self.transform, Self.fit, Self.identification,
        ]
    }

    private static var processor: Check {
        let architecture: String
        #if arch(x86_64)
            architecture = "x86_64"
        #elseif arch(arm64)
            architecture = "arm64"
        #else
            architecture = "other"
        #endif
        let level =
            switch SIMDLevel.best {
            case .baseline: "baseline"
            case .avx2: "AVX2"
            case .avx512: "AVX-512"
            }
        let count = ProcessInfo.processInfo.activeProcessorCount
        let chosen = ProcessInfo.processInfo.environment["INTERPHASE_SIMD"].map { ", INTERPHASE_SIMD=\($0)" } ?? ""
        return Check("processor", "\(architecture), \(count) in use, vector instructions \(level)\(chosen)")
    }

    private static var numericalLibraries: Check {
        Check(
            "numerics",
            "GSL \(NumericalLibraries.scientificLibraryVersion), \(NumericalLibraries.fourierLibraryVersion)")
    }

    private static var fileLibraries: Check {
        let libraries = FileLibraries.linked + [("SQLite", Database.libraryVersion)]
        return Check("files", libraries.map { "\($0.0) \($0.1)" }.joined(separator: ", "))
    }

    private static var hierarchicalData: Check {
        if let version = FileLibraries.hierarchicalDataVersion { return Check("NeXus", "HDF5 \(version)") }
        return Check(
            "NeXus", "no HDF5 library: NeXus files cannot be read or written", outcome: .absent,
            remedy: "apt-get install libhdf5-dev, or brew install hdf5")
    }

    private static var figures: Check {
        if let program = FigureFileSettings.converter { return Check("figures", "SVG; PNG and PDF by \(program)") }
        return Check(
            "figures", "SVG alone: no rsvg-convert, which makes PNG and PDF", outcome: .absent,
            remedy: "apt-get install librsvg2-bin, or brew install librsvg")
    }

    private static var referenceData: Check {
        let problems = ReferenceLibrary.problems
        guard problems.isEmpty else {
            return Check("reference data", problems.map(\.description).joined(separator: "; "), outcome: .failed)
        }
        return Check(
            "reference data",
            "\(ReferenceLibrary.coreLevels.count) core levels, \(ReferenceLibrary.species.count) species, "
                + "\(ReferenceLibrary.recipes.count) recipes, \(CandidatePhase.library.count) phases")
    }

    private static var cache: Check {
        guard let folder = PhaseFolder.userCache else {
            return Check("cache", "none: folders of CIFs are indexed each time", outcome: .absent)
        }
        let probe = folder.appendingPathComponent("probe-\(ProcessInfo.processInfo.processIdentifier)")
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data().write(to: probe)
            try FileManager.default.removeItem(at: probe)
            return Check("cache", folder.path)
        } catch {
            return Check(
                "cache", "\(folder.path) cannot be written to", outcome: .absent,
                remedy: "make it writable, or set XDG_CACHE_HOME; until then folders of CIFs are indexed each time")
        }
    }

    /// A transform forwards and backwards.
    private static var transform: Check {
        judged("Fourier transform") {
            var transform = try RealFourierTransform(count: 1000)
            var numbers = RandomNumbers(seed: 1)
            let values = (0..<1000).map { _ in numbers.gaussian() }
            let returned = try transform.inverse(transform.forward(values))
            let error = zip(values, returned).map { abs($0 - $1) }.max() ?? .infinity
            return (String(format: "forwards and backwards within %.0e", error), error < 1e-12)
        }
    }

    /// A fit of a simulated spectrum of known areas.
    private static var fit: Check {
        judged("fit") {
            let truth = [("PS4 3-", 161.6, 6600.0), ("S ox", 163.4, 2200.0)]
            let components = { (areas: Bool) in
                truth.map { name, energy, area in
                    Component(
                        name: name, position: areas ? .fixed(energy) : .within(0.3, of: energy),
                        width: areas ? .fixed(1.1) : nil, area: areas ? .fixed(area) : nil)
                }
            }
            var numbers = RandomNumbers(seed: 7)
            let spectrum = try PeakModel(level: .s2p, components: components(true)).simulatedSpectrum(
                at: stride(from: 158, through: 168, by: 0.05).map { $0 },
                background: SimulatedBackground(constant: 1500, shirley: 0.05), numbers: &numbers)
            let fit = try PeakModel(level: .s2p, components: components(false)).fit(spectrum)
            let pulls = zip(fit.components, truth).map { component, entry in
                abs(component.area.value - entry.2) / (component.area.standardUncertainty ?? 0)
            }
            let worst = pulls.max() ?? .infinity
            return (
                String(format: "areas within %.1f standard uncertainties of the truth", worst),
                worst < 4 && fit.convergence.converged
            )
        }
    }

    /// A simulated pattern of one phase, to be found among all.
    private static var identification: Check {
        judged("identification") {
            guard let phase = CandidatePhase.library.first(where: { $0.name == "Co3O4" }) else {
                return ("Co3O4 is not in the library", false)
            }
            let powder = SimulatedPattern([
                SimulatedPattern.Phase(name: phase.name, structure: phase.structure, mass: 1)
            ])
            var numbers = RandomNumbers(seed: 11)
            let pattern = try powder.pattern(
                at: stride(from: 15, through: 80, by: 0.03).map { $0 }, numbers: &numbers)
            let found = try PhaseIdentification(pattern)
            let names = found.phases.map(\.name)
            return ("Co3O4 found as \(names.joined(separator: ", "))", names == ["Co3O4"])
        }
    }

    private static func judged(_ name: String, _ compute: () throws -> (String, Bool)) -> Check {
        do {
            let (found, isGood) = try compute()
            return Check(name, found, outcome: isGood ? .good : .failed, remedy: isGood ? nil : Self.report)
        } catch {
            return Check(name, "\(error)", outcome: .failed, remedy: Self.report)
        }
    }

    private static let report = "this should not happen: please report it with this output"
}
