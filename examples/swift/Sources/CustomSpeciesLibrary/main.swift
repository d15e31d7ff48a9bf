// Species of your own, with their sources: CustomSpeciesLibrary SPECIES.yaml SPECTRUM.vms
import Foundation
import Interphase

let arguments = Array(CommandLine.arguments.dropFirst())
let own = try SpeciesTable(contentsOf: arguments[0])
let spectrum = try SpectrumFile(contentsOf: arguments[1]).spectrum(.s2p)

// Own species beside those that come along.
let species =
    own.species
    + [ReferenceLibrary.species(named: "PS4 3-"), ReferenceLibrary.species(named: "S 2-")].compactMap { $0 }
let fit = try PeakModel(.s2p, species: species).fit(spectrum.calibrated(.line("PS4 3-", at: 161.6)))
print(fit)

// What could the lines be, by either library?
for component in fit.components {
    let energy = component.position.value
    let candidates =
        own.candidates(for: .s2p, near: energy, within: 0.3) + ReferenceLibrary.candidates(for: .s2p, near: energy)
    let names = candidates.map { "\($0.species.name) (\(String(format: "%+.2f", $0.offset)) eV)" }
    print(String(format: "%@ at %.2f eV: %@", component.name, energy, names.joined(separator: ", ")))
}
