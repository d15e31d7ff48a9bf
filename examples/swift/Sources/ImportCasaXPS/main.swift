// What a colleague fitted with CasaXPS, drawn anew, reviewed, and fitted with the background in the fit:
// ImportCasaXPS ASSIGNED.vms
import Foundation
import Interphase

let file = try SpectrumFile(contentsOf: CommandLine.arguments.dropFirst().first ?? "assigned.vms")
for spectrum in file.spectra {
    for comparison in try spectrum.casaXPSComparisons(refits: true) {
        print("\(spectrum.name), region \(comparison.region), background \(comparison.background)")
        if let problem = comparison.problem { print("  not drawn: \(problem)") }
        for component in comparison.components {
            let refitted = component.refit.map { "\($0.area)" } ?? "-"
            print("  \(component.name)  \(component.shape)  stored \(component.stored.area)  refitted \(refitted)")
        }
    }
    // The referee on the model as stored, and the same peaks with their background in the fit.
    for stored in try spectrum.casaXPSFits() {
        let subject = try ReviewSubject(
            recipe: Recipe(model: stored.model), name: stored.region.name, spectrum: spectrum)
        for finding in Referee().findings(in: subject) { print("  \(finding.severity.rawValue): \(finding.message)") }
        var model = stored.model
        model.background = .shirley
        print(try model.fit(spectrum.inCountsPerSecond()))
    }
}
