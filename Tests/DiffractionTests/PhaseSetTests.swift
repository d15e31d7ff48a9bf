import Foundation
import Spectra
import Testing

@testable import Diffraction

/// Sets of phases side by side, and what could stand in a phase's place.
@Suite("Sets of phases")
struct PhaseSetTests {
    private static func lines(_ name: String) throws -> PhaseLines {
        let candidate = CandidatePhase(name: name, structure: try #require(PhaseLibrary.phase(name)))
        return try PhaseLines(candidate, settings: .init(twoTheta: 2...150))
    }

    /// The same lines under other names, as an isostructural compound of atoms that scatter alike has them.
    private static func renamed(_ phase: PhaseLines, _ name: String, formula: String, elements: Set<String>)
        -> PhaseLines
    {
        PhaseLines(
            name: name, formula: formula, elements: elements, density: phase.density, cell: phase.cell,
            axisGroups: phase.axisGroups, lines: phase.lines.map { ($0.index, $0.intensity) })
    }

    private static func look(_ curve: PatternCurve, _ candidates: [PhaseLines], elements: Set<String>? = nil) throws
        -> PhaseIdentification
    {
        var prepared = PreparedPhases(wavelength: EmissionSpectrum.copper.primary.wavelength)
        prepared.lines = candidates
        return try PhaseIdentification(
            curve, emission: .copper, prepared: prepared, options: IdentificationOptions(elements: elements))
    }

    @Test("what has the same lines is named beside the phase, other substances and other entries told apart")
    func alternatives() throws {
        let own = try Self.lines("LiCoO2")
        let twin = Self.renamed(own, "LiCoO2-again", formula: own.formula, elements: own.elements)
        let nickel = Self.renamed(own, "LiNiO2", formula: "LiNiO2", elements: ["Li", "Ni", "O"])
        let curve = try IdentificationTests.pattern([("LiCoO2", 0.8), ("Co3O4", 0.2)], top: 8000)
        let all = [own, twin, nickel, try Self.lines("Co3O4"), try Self.lines("Li2CO3")]
        let result = try Self.look(curve, all)
        #expect(result.phases.count == 2)
        let layered = try #require(result.phases.first)
        let named = Dictionary(uniqueKeysWithValues: layered.alternatives.map { ($0.name, $0) })
        // Co3O4 needs cobalt too, so LiCoO2 takes fewer elements than LiNiO2.
        #expect(["LiCoO2", "LiCoO2-again"].contains(layered.name))
        let again = try #require(named[layered.name == "LiCoO2" ? "LiCoO2-again" : "LiCoO2"])
        #expect(again.isSameCompound && abs(again.logOdds) < 0.1)
        let other = try #require(named["LiNiO2"])
        #expect(!other.isSameCompound)
        #expect(abs(other.logOdds - log(3)) < 0.1, "one element more: \(other.logOdds)")
        #expect(abs(other.strain - (layered.strains.max { abs($0) < abs($1) } ?? 0)) < 2e-4)
        let oxide = try #require(result.phases.last)
        #expect(oxide.name == "Co3O4" && oxide.alternatives.isEmpty, "\(oxide.alternatives)")
        // The elements tell them apart.
        let given = try Self.look(curve, all, elements: ["Li", "Co", "O"])
        #expect(given.phases.first?.alternatives.contains { $0.name == "LiNiO2" } == false)
    }

    /// A candidate that has all lines of `phases` in the shares that they have, each off by `scatter`, alternately
    /// stronger and weaker.
    private static func decoy(_ phases: [(PhaseLines, Double)], scatter: Double) throws -> PhaseLines {
        // A cell so large that some reflection lies at any spacing.
        let cell = try #require(UnitCell(a: 60, b: 60, c: 60, alpha: 90, beta: 90, gamma: 90))
        var lines: [(index: MillerIndex, intensity: Double)] = []
        for (phase, share) in phases {
            for (k, line) in phase.lines.enumerated() {
                let square = Int(pow(60 / line.spacing, 2).rounded())
                guard let index = Self.index(ofSquare: square) else { continue }
                lines.append((index, share / phase.density * line.intensity * (1 + (k % 2 == 0 ? scatter : -scatter))))
            }
        }
        return PhaseLines(
            name: "decoy", formula: "BaTa", elements: ["Ba", "Ta"], density: 5, cell: cell, axisGroups: [[0, 1, 2]],
            lines: lines)
    }

    /// Whole numbers whose squares add up to `square`.
    private static func index(ofSquare square: Int) -> MillerIndex? {
        for h in 0...Int(Double(square).squareRoot()) {
            for k in 0...h where h * h + k * k <= square {
                let l = Int(Double(square - h * h - k * k).squareRoot().rounded())
                if h * h + k * k + l * l == square { return MillerIndex(h, k, l) }
            }
        }
        return nil
    }

    @Test("two phases that explain a pattern better together than one that explains more than either")
    func beam() throws {
        let first = try Self.lines("Si")
        let second = try Self.lines("Al")
        let curve = try IdentificationTests.pattern([("Si", 0.5), ("Al", 0.5)], strain: 0, displacement: 0)
        let decoy = try Self.decoy([(first, 0.5), (second, 0.5)], scatter: 0.5)
        // Alone the decoy is believed, and it explains more than either phase does.
        let alone = try Self.look(curve, [decoy])
        #expect(alone.phases.map(\.name) == ["decoy"])
        let single = try Self.look(curve, [first])
        #expect(alone.weightedProfileR < single.weightedProfileR)
        let result = try Self.look(curve, [decoy, first, second])
        #expect(Set(result.phases.map(\.name)) == ["Si", "Al"], "\(result.phases.map(\.name))")
        #expect(result.weightedProfileR < alone.weightedProfileR)
    }

    @Test("the order of the candidates does not matter")
    func order() throws {
        let curve = try IdentificationTests.pattern([("LiCoO2", 0.7), ("Co3O4", 0.2), ("Li2CO3", 0.1)])
        let candidates =
            CandidatePhase.library.prefix(40)
            + CandidatePhase.library.filter {
                ["LiCoO2", "Co3O4", "Li2CO3"].contains($0.name)
            }
        let forward = PreparedPhases(Array(candidates), emission: .copper)
        var backward = forward
        backward.lines.reverse()
        let one = try PhaseIdentification(curve, emission: .copper, prepared: forward)
        let two = try PhaseIdentification(curve, emission: .copper, prepared: backward)
        // Entries with the same lines may stand for each other.
        #expect(one.phases.map(\.formula) == two.phases.map(\.formula))
        for (a, b) in zip(one.phases, two.phases) {
            #expect(abs(a.weightFraction.value - b.weightFraction.value) < 1e-3)
        }
    }
}
