// Line shapes of your own: the published lines of a multiplet, and the measured line of a reference sample.
// CustomLineShape SPECTRUM.vms REFERENCE.vms, both of Ni 2p
import Foundation
import Interphase

let arguments = Array(CommandLine.arguments.dropFirst())
let nickel = try SpectrumFile(contentsOf: arguments[0]).spectra[0]

// A multiplet moves, grows and widens as one: a position and an area are all that is free.
let multiplet = PeakModel(.ni2p, window: 848...868) {
    Multiplet(
        "Ni 2p3/2 with satellite",
        lines: [.init(at: 855.0, area: 42, width: 2.6), .init(at: 861.2, area: 15, width: 4.2)],
        within: 1.5, isDoublet: false)
}
print(try multiplet.fit(nickel))

// The line as it was measured on a reference sample, its background taken away: position and area are free.
let reference = try SpectrumFile(contentsOf: arguments[1]).spectra[0]
let measured = try MeasuredLine(reference, window: 848...868)
let asMeasured = PeakModel(.ni2p, window: 848...868) {
    ReferenceComponent("as the reference sample", line: measured, within: 1.5)
}
print(try asMeasured.fit(nickel))

// A formula: sample it once, and the curve is a line shape with a background, a fit and an uncertainty. Here a Gaussian
// with an exponential tail towards losses, 800 points of it.
let energies = (-300...500).map { Double($0) * 0.04 }
let tailed = energies.map { energy in
    exp(-energy * energy / 2.2) + (energy > 0 ? 0.12 * (1 - exp(-energy)) * exp(-energy / 5) : 0)
}
let lossy = try MeasuredLine(energies: energies.map { $0 + 855 }, values: tailed)
let formula = PeakModel(.ni2p, window: 848...868) {
    ReferenceComponent("main line with losses", line: lossy, within: 2)
    Singlet("satellite", near: 861.3, within: 1, width: .free(start: 4, min: 2, max: 6))
}
print(try formula.fit(nickel))
