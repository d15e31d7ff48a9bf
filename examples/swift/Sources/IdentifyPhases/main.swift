// Which crystalline phases, how much, and what could hide: IdentifyPhases PATTERN [OUTPUT FOLDER]
import Foundation
import Interphase

let output = CommandLine.arguments.dropFirst(2).first ?? "."
let pattern = try DiffractionPattern(contentsOf: CommandLine.arguments.dropFirst().first ?? "pattern.csv")

let options = IdentificationOptions(elements: ["Li", "Co", "Ti", "O"], asked: ["Li2TiO3"])
let phases = try PhaseIdentification(pattern, options: options)
print(phases)
for phase in phases.phases {
    print(String(format: "%@: a = %.4f A, right with p = %.2f", phase.name, phase.cell.a, phase.probability))
}
for limit in phases.detectionLimits {
    if let share = limit.weightFraction { print(String(format: "%@: less than %.1f wt%%", limit.name, 100 * share)) }
}

// The same phases by whole-pattern refinement.
if let emission = EmissionSpectrum(pattern.radiation) {
    let found = phases.phases.compactMap { phase in
        PhaseLibrary.phase(phase.name).map { RefinementPhase(name: phase.name, structure: $0) }
    }
    let refinement = try PatternRefinement(PatternCurve(pattern), phases: found, emission: emission)
    print(refinement)
    try refinement.plot.write(to: "\(output)/refinement.svg")
}
