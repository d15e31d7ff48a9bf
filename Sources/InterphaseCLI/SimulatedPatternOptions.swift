import ArgumentParser
import Foundation
import Interphase

/// What `interphase simulate` needs for a powder pattern.
struct SimulatedPatternOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            A powder pattern of a mixture instead of a spectrum: names of phases that come along, or CIFs, with their \
            masses, such as "LiCoO2=97, Co3O4=3".
            """, valueName: "list"))
    var phases: String?

    @Option(help: ArgumentHelp("With --phases: the range of angles in degrees.", valueName: "from:to"))
    var twoTheta = "10:90"

    @Option(help: "With --phases: the radiation, CuKa, CuKa1, CoKa, MoKa ..., or a wavelength in Angstrom.")
    var wavelength = "CuKa"

    @Option(help: ArgumentHelp("With --phases: the height of the strongest line.", valueName: "counts"))
    var top = 20_000.0

    @Option(help: ArgumentHelp("With --phases: the size of the crystallites.", valueName: "nm"))
    var crystallites = 100.0

    func validate() throws {
        guard top > 0, top <= 1e12 else { throw ValidationError("--top \(top): expected counts above 0") }
        guard crystallites > 0, crystallites.isFinite else {
            throw ValidationError("--crystallites \(crystallites): expected a size above 0 nm")
        }
        _ = try range()
        guard EmissionSpectrum(wavelength) != nil else {
            throw ValidationError(
                "--wavelength \(wavelength): expected \(EmissionSpectrum.anodes.map { $0 + "Ka" }.joined(separator: ", ")), "
                    + "with 1 at the end for K-alpha-1 alone, or a wavelength in Angstrom")
        }
    }

    private func range() throws -> ClosedRange<Double> {
        let bounds = twoTheta.split(separator: ":").map { Double($0.trimmingCharacters(in: .whitespaces)) }
        guard bounds.count == 2, let low = bounds[0], let high = bounds[1], low >= 1, low < high, high <= 170 else {
            throw ValidationError("--two-theta \(twoTheta): expected two angles from 1 to 170 degrees, such as 10:90")
        }
        return low...high
    }

    /// The pattern that is asked for; `nil` without `--phases`.
    func pattern(step: Double, background: Double, seed: UInt32, say: (String) -> Void) throws -> DiffractionPattern? {
        guard let phases, let emission = EmissionSpectrum(wavelength) else { return nil }
        let range = try range()
        let count = ((range.upperBound - range.lowerBound) / step).rounded(.down)
        guard count >= 10, count <= 1_000_000 else {
            throw CommandFailure(.usage, "--step \(step): gives \(count + 1) points; expected 11 to a million")
        }
        let mixture = try phases.split(separator: ",").map { try Self.phase(String($0), crystallites, say) }
        let simulated = SimulatedPattern(mixture, emission: emission, top: top, background: background)
        var numbers = RandomNumbers(seed: seed)
        do {
            return try simulated.pattern(
                at: (0...Int(count)).map { range.lowerBound + step * Double($0) }, numbers: &numbers)
        } catch let error as SimulatedPattern.Failure {
            throw CommandFailure(.badData, "--phases \(phases): \(error)")
        }
    }

    private static func phase(_ text: String, _ size: Double, _ say: (String) -> Void) throws -> SimulatedPattern.Phase
    {
        let parts = text.split(separator: "=").map { $0.trimmingCharacters(in: .whitespaces) }
        let digits = parts.count == 2 ? parts[1].trimmingCharacters(in: CharacterSet(charactersIn: " %")) : ""
        guard let mass = Double(digits), mass > 0, mass.isFinite else {
            throw CommandFailure(
                .usage,
                "--phases \(text.trimmingCharacters(in: .whitespaces)): expected a name and a mass above 0, such as "
                    + "Co3O4=3")
        }
        let phase = try RefinePhaseOptions.phase(parts[0], say: say)
        guard let structure = phase.structure else {
            throw CommandFailure(.badData, "--phases \(parts[0]): has no atoms")
        }
        return SimulatedPattern.Phase(name: phase.name, structure: structure, mass: mass, crystallites: size)
    }
}
