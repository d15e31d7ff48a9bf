import Foundation
import Photoemission
import ReferenceSpectra
import Spectra

/// The sensitivity factors and corrections of a quantification as words ask for them.
package struct QuantificationRequest: Sendable {
    /// "scofield", or the file of a table (YAML or CSV).
    package var sensitivities = "scofield"
    /// "file", "none", a power of the kinetic energy such as "-0.5", or the file of a table (CSV).
    package var transmission = "file"
    /// A power of the kinetic energy, "tpp2m" or "none".
    package var escapeDepth = "0.6"
    /// Density (g/cm3), valence electrons and mass (g/mol) of the formula unit, band gap (eV); `nil` for an average matrix.
    package var material: [Double]?
    /// Relative standard uncertainties, per cent.
    package var sensitivityUncertainty: Double?
    package var transmissionUncertainty: Double?
    package var escapeDepthUncertainty: Double?
    /// The standard uncertainty of the power of the escape depth.
    package var exponentUncertainty: Double?
    /// Components that stand for no atoms of their own.
    package var excluded: [String] = []

    package init() {}

    /// Quantifies `fits`.
    ///
    /// - Throws: `RequestError` for words that mean nothing, `QuantificationError`, and what tables throw.
    package func quantify(_ fits: [PeakFit]) throws -> Quantification {
        try Quantification(
            fits, sensitivities: sensitivitySet(), transmission: transmissionCorrection(),
            escapeDepth: escapeDepthCorrection(), excluding: Set(excluded))
    }

    private func share(_ percent: Double?) -> Double? { percent.map { $0 / 100 } }

    /// The text of a small file, such as a table of factors.
    private func text(ofFileAt path: String) throws -> String {
        guard FileManager.default.fileExists(atPath: path) else { throw ReadError.noSuchFile(file: path) }
        guard let data = FileManager.default.contents(atPath: path), let text = String(data: data, encoding: .utf8)
        else { throw ReadError.unreadable(file: path, reason: "it is no UTF-8 text") }
        return text
    }

    private func sensitivitySet() throws -> SensitivitySet {
        var set = SensitivitySet.scofield
        if sensitivities.lowercased() != "scofield" {
            set = try SensitivitySet(text: text(ofFileAt: sensitivities), file: sensitivities)
        }
        return sensitivityUncertainty == nil ? set : set.withRelativeUncertainty(share(sensitivityUncertainty))
    }

    private func transmissionCorrection() throws -> TransmissionCorrection {
        let correction: TransmissionCorrection
        switch transmission.lowercased() {
        case "file": correction = .fromFile
        case "none": correction = .none
        default:
            if let exponent = Double(transmission), abs(exponent) <= 5 {
                correction = .exponent(exponent)
            } else {
                correction = .table(try TransmissionTable(csv: text(ofFileAt: transmission), file: transmission))
            }
        }
        return correction.withRelativeUncertainty(share(transmissionUncertainty))
    }

    private func escapeDepthCorrection() throws -> EscapeDepthCorrection {
        let own = share(escapeDepthUncertainty)
        switch escapeDepth.lowercased() {
        case "none": return .none.withRelativeUncertainty(own)
        case "tpp2m", "tpp-2m": return .tpp2m(try electronMaterial()).withRelativeUncertainty(own)
        default:
            guard let exponent = Double(escapeDepth), abs(exponent) <= 5 else {
                throw RequestError("--escape-depth \(escapeDepth): expected a power such as 0.6, tpp2m, or none")
            }
            return .exponent(exponent, uncertainty: exponentUncertainty).withRelativeUncertainty(own)
        }
    }

    private func electronMaterial() throws -> ElectronMaterial {
        guard let material else { return .averageMatrix }
        guard material.count == 4 else {
            throw RequestError("a material is a density, valence electrons, a molar mass and a band gap")
        }
        let name = material.map { "\($0)" }.joined(separator: ",")
        return try ElectronMaterial(
            name: name, density: material[0], valenceElectrons: material[1], molarMass: material[2],
            bandGap: material[3])
    }
}
