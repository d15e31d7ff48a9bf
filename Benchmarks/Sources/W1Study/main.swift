// Fits workload W1 and reports speed, agreement and pulls against the known truth.
//
//   swift run -c release --package-path Benchmarks W1Study FOLDER [a|b] [rounds] [poisson|data-counts] [OUT.csv]
//
// FOLDER holds all.bin and truth.json. Mode a subtracts the workload's fixed Shirley background, mode b fits it.

import Foundation
import Interphase

let arguments = CommandLine.arguments
guard arguments.count > 1 else {
    print("usage: W1Study FOLDER [a|b] [rounds] [poisson|data-counts] [OUT.csv]")
    exit(2)
}
let workload = try Workload(folder: URL(fileURLWithPath: arguments[1]))
let mode = arguments.count > 2 ? arguments[2] : "b"
let rounds = arguments.count > 3 ? Int(arguments[3]) ?? 1 : 1
let weighting = arguments.count > 4 ? Weighting(rawValue: arguments[4]) ?? .poisson : .poisson

let names = ["s2m", "ps4", "brg", "oxi"]
let nominal = [160.20, 161.60, 163.00, 163.85]
let components = zip(names, nominal).enumerated().map { index, pair in
    Component(
        name: pair.0, position: .within(0.3, of: pair.1),
        width: index == 1 ? .sameAs("s2m") : index == 3 ? .sameAs("brg") : .free(start: 1.1, min: 0.5, max: 2.5),
        splitting: .fixed(1.18))
}
let model = PeakModel(level: .s2p, background: mode == "a" ? .none : .shirley, components: components)
let spectra = zip(workload.counts, workload.backgrounds).map { counts, background in
    Spectrum(
        name: "S 2p", level: .s2p, axis: EnergyAxis(workload.energies, scale: .binding, photonEnergy: 1486.6),
        intensities: mode == "a" ? zip(counts, background).map { $0 - $1 } : counts, unit: .counts)
}
let options = FitOptions(weighting: weighting)
// Mode a: weights of the raw counts, though the background has been subtracted from the data.
let variances = workload.counts.map { counts in counts.map { max($0, 1) } }

var fits: [PeakFit] = []
var times: [Double] = []
for _ in 0..<rounds {
    fits.removeAll(keepingCapacity: true)
    let clock = ContinuousClock()
    let elapsed = try clock.measure {
        for (index, spectrum) in spectra.enumerated() {
            fits.append(
                mode == "a"
                    ? try model.fit(spectrum, variances: variances[index], options: options)
                    : try model.fit(spectrum, options: options))
        }
    }
    times.append(Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18)
}
let best = times.sorted()[times.count / 2] / Double(spectra.count) * 1e6
let evaluations = fits.reduce(0) { $0 + $1.convergence.evaluations }
print(
    String(
        format: "%d fits, mode %@, %@: %.1f us a fit (median of %d rounds), %.2f evaluations, sum chi2 %.4f",
        spectra.count, mode, weighting.rawValue, best, rounds, Double(evaluations) / Double(fits.count),
        fits.reduce(0) { $0 + $1.statistics.chi2 }))
print(
    "not converged: \(fits.filter { !$0.convergence.converged }.count), with a parameter on a bound: "
        + "\(fits.filter { !$0.parameters.atBound.isEmpty }.count), more than one start: "
        + "\(fits.filter { $0.convergence.starts > 1 }.count)")

var pulls: [String: [Double]] = [:]
for (fit, truth) in zip(fits, workload.truths) where fit.parameters.atBound.isEmpty {
    for (index, component) in fit.components.enumerated() {
        let name = names[index]
        func add(_ key: String, _ quantity: Measured, _ expected: Double?) {
            guard let u = quantity.standardUncertainty, u > 0, let expected else { return }
            pulls[key, default: []].append((quantity.value - expected) / u)
        }
        add("area_\(name)", component.area, truth["area_\(name)"])
        add("pos_\(name)", component.position, truth["pos_\(name)"])
        if index % 2 == 0 {
            add("fwhm_\(index / 2)", component.fwhm, truth["fwhm_\(index / 2)"].map { $0 / fwhmFactor })
        }
    }
    for parameter in fit.background.parameters {
        let key = parameter.name == "constant" ? "base" : "k_shirley"
        if let u = parameter.quantity.standardUncertainty, let expected = truth[key] {
            pulls[key, default: []].append((parameter.quantity.value - expected) / u)
        }
    }
}
/// F of GL(30) divided by its true full width at half maximum; the workload's widths are F.
var fwhmFactor: Double { 1 / (2 * 0.480680) }
for (key, values) in pulls.sorted(by: { $0.key < $1.key }) {
    let mean = values.reduce(0, +) / Double(values.count)
    let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)).squareRoot()
    print(String(format: "  pull %-10@ mean %+.3f  sd %.3f  (%d)", key as NSString, mean, deviation, values.count))
}
if arguments.count > 5 {
    let header =
        "id,chi2,nfev,"
        + (names.map { "area_\($0)" } + names.map { "pos_\($0)" } + ["fwhm_0", "fwhm_1"])
        .joined(separator: ",")
    let rows = fits.enumerated().map { index, fit in
        let values =
            fit.components.map(\.area.value) + fit.components.map(\.position.value)
            + [fit.components[0].fwhm.value * fwhmFactor, fit.components[2].fwhm.value * fwhmFactor]
        return
            ([
                String(format: "%05d", index), String(format: "%.10g", fit.statistics.chi2),
                "\(fit.convergence.evaluations)",
            ] + values.map { String(format: "%.10g", $0) }).joined(separator: ",")
    }
    try (header + "\n" + rows.joined(separator: "\n") + "\n").write(
        toFile: arguments[5], atomically: true, encoding: .utf8)
}
