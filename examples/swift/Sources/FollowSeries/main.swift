// Species against cycle number, fitted as one problem: FollowSeries OUTPUT FOLDER 0=PRISTINE.vms 1=FIRST.vms ...
import Foundation
import Interphase

let arguments = CommandLine.arguments.dropFirst()
let output = arguments.first ?? "."
let members = try arguments.dropFirst().map { argument -> (cycle: Double, spectrum: Spectrum) in
    let parts = argument.split(separator: "=", maxSplits: 1)
    guard parts.count == 2, let cycle = Double(parts[0]) else { fatalError("\(argument): expected CYCLE=FILE") }
    return (cycle, try SpectrumFile(contentsOf: String(parts[1])).spectrum(.s2p))
}
let series = SpectrumSeries(
    name: "S 2p", variable: .cycle, values: members.map(\.cycle), spectra: members.map(\.spectrum))

// Position and width of a species belong to the species, not to the spectrum: all spectra share them.
guard let shipped = ReferenceLibrary.recipe(named: "s2p-argyrodite-cathode") else { fatalError("no such recipe") }
let recipe = try Recipe(yaml: shipped.text, file: shipped.name)
let joint = try recipe.model.fit(series)

let table = try SeriesTable(joint, pristine: ["S 2-", "PS4 3-"])
print(table.text)

let oxidised = try joint.track(.quantity(.fraction("S ox,1")))
if let change = oxidised.change(from: 0, to: members.count - 1) {
    print("S ox,1 changed by \(change.difference) of the signal, p = \(change.probability ?? .nan)")
}
try SeriesPlot(table).write(to: "\(output)/series.svg")
