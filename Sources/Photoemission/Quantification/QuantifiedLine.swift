import Foundation
import ReferenceSpectra
import Spectra

/// One component on its way from an area to a number of atoms: which factors its area is divided by.
public struct QuantifiedLine: Sendable, Hashable {
    /// The species.
    public var name: String
    /// The core level.
    public var level: CoreLevel
    /// The spectrum that it was fitted in.
    public var spectrumName: String
    /// The lines that the area covers: "S 2p" for the whole level, "Co 2p3/2" for one line of it.
    public var covered: String
    /// The area in the unit of the fit.
    public var area: Measured
    /// What the area is divided by to bring spectra to one counting time: the seconds per channel for counts, 1 for
    /// counts per second.
    public var time: Double
    /// The kinetic energy in eV.
    public var kineticEnergy: Double
    /// The relative sensitivity factor.
    public var sensitivity: Double
    /// The transmission of the analyser.
    public var transmission: Double
    /// The escape depth.
    public var escapeDepth: Double
    /// The relative standard uncertainty of the three factors together as far as it belongs to this level alone.
    public var relativeUncertainty: Double

    /// The product that the area is divided by.
    public var divisor: Double { time * sensitivity * transmission * escapeDepth }
}

/// Brings the components of fits into the form that quantification needs.
struct QuantifiedLineReader {
    let sensitivities: SensitivitySet
    let transmission: TransmissionCorrection
    let escapeDepth: EscapeDepthCorrection
    let excluded: Set<String>
    var findings: [Finding] = []

    /// The lines of `fit`, and the covariance of their areas.
    mutating func lines(of fit: PeakFit, time: Double) throws -> (lines: [QuantifiedLine], covariance: [Double]) {
        guard let spectrum = fit.workings?.spectrum else {
            throw QuantificationError.fits("the fit of \"\(fit.spectrumName)\" does not carry its spectrum")
        }
        guard let photonEnergy = spectrum.axis.photonEnergy else {
            throw QuantificationError.fits(
                "\"\(fit.spectrumName)\": the photon energy is unknown, so kinetic energies are too; state it")
        }
        if let wanted = sensitivities.photonEnergy, abs(wanted - photonEnergy) > 2 {
            throw QuantificationError.correction(
                "\"\(fit.spectrumName)\" was measured with photons of \(photonEnergy) eV, but the sensitivity factors "
                    + "\"\(sensitivities.name)\" are for \(wanted) eV; give a table for this source")
        }
        guard fit.convergence.converged else {
            throw QuantificationError.fits(
                "the fit of \"\(fit.spectrumName)\" did not converge: \(fit.convergence.reason)")
        }
        let counted = fit.components.filter { !excluded.contains($0.name) }
        guard let covariance = try fit.covariance(of: counted.map { .component($0.name, .area) }) else {
            throw QuantificationError.fits("the fit of \"\(fit.spectrumName)\" does not determine its areas")
        }
        let lines = try counted.map { component in
            try line(component, of: fit, spectrum: spectrum, photonEnergy: photonEnergy, time: time)
        }
        return (lines, covariance)
    }

    private mutating func line(
        _ component: FittedComponent, of fit: PeakFit, spectrum: Spectrum, photonEnergy: Double, time: Double
    ) throws -> QuantifiedLine {
        guard let level = component.level else {
            throw QuantificationError.fits(
                "component \"\(component.name)\" of \"\(fit.spectrumName)\" belongs to no core level; state its level, "
                    + "or exclude it")
        }
        guard let factor = sensitivities.factors[level] else {
            throw QuantificationError.correction(
                "the sensitivity factors \"\(sensitivities.name)\" have none for \(level)")
        }
        let (covered, sensitivity) = try sensitivity(of: component, level, factor, in: fit)
        // A doublet's electrons have the mean energy of its two lines.
        let ratio = component.areaRatio?.value ?? 0
        let mean = component.position.value + (component.splitting?.value ?? 0) * ratio / (1 + ratio)
        let energy = photonEnergy - mean
        guard energy > 0 else {
            throw QuantificationError.fits(
                "component \"\(component.name)\" at \(mean) eV has no kinetic energy with photons of \(photonEnergy) eV"
            )
        }
        if case .tpp2m = escapeDepth.kind, energy < ElectronMaterial.lowestEnergy {
            throw QuantificationError.correction(
                "TPP-2M holds from \(ElectronMaterial.lowestEnergy) eV of kinetic energy; \"\(component.name)\" has "
                    + String(format: "%.1f", energy))
        }
        let depth = escapeDepth.depth(at: energy)
        guard depth > 0, depth.isFinite else {
            throw QuantificationError.correction("the escape depth at \(energy) eV is \(depth): check the material")
        }
        let parts = [
            factor.relativeUncertainty ?? sensitivities.relativeUncertainty, transmission.relativeUncertainty,
            escapeDepth.relativeUncertainty,
        ].compactMap { $0 }
        // The analyser sees the energy as measured, before any referencing.
        let measured = energy + fit.calibration.shift.value
        return QuantifiedLine(
            name: component.name, level: level, spectrumName: fit.spectrumName, covered: covered,
            area: component.area, time: time, kineticEnergy: energy, sensitivity: sensitivity,
            transmission: try transmission(at: measured, of: spectrum), escapeDepth: depth,
            relativeUncertainty: parts.reduce(0) { $0 + $1 * $1 }.squareRoot())
    }

    /// The factor that goes with the lines which the component's area covers: both lines of a level where the fit shows
    /// both, that of j = l + 1/2 where the other one lies beyond the window.
    private mutating func sensitivity(
        of component: FittedComponent, _ level: CoreLevel, _ factor: SensitivitySet.Factor, in fit: PeakFit
    ) throws -> (covered: String, factor: Double) {
        guard level.isDoublet, component.splitting == nil else { return (level.description, factor.total) }
        let hasDoublets = fit.components.contains { $0.level == level && $0.splitting != nil }
        let splitting = level.reference?.splitting?.default ?? 0
        let shows = fit.window.contains(component.position.value + splitting)
        // In a model of tied single lines this may be the line j = l - 1/2, whose partner stands below it.
        let isMinor = fit.components.contains { other in
            other.level == level && other.splitting == nil
                && abs(component.position.value - other.position.value - splitting) < 0.25 * splitting
        }
        guard !hasDoublets, !shows, !isMinor else {
            findings.append(
                Finding(
                    rule: "single-line-of-split-level", severity: .note,
                    message: "\"\(component.name)\" is a single line of the split level \(level); its area is taken as "
                        + "part of the whole level"))
            return (level.description, factor.total)
        }
        guard let major = factor.major else {
            throw QuantificationError.correction(
                "only \(level.majorLine) lies in the window of \"\(fit.spectrumName)\", and the sensitivity factors "
                    + "\"\(sensitivities.name)\" have no factor for that line alone")
        }
        return (level.majorLine, major)
    }

    /// The transmission at a measured kinetic energy in eV.
    func transmission(at energy: Double, of spectrum: Spectrum) throws -> Double {
        switch transmission.kind {
        case .none: return 1
        case .exponent(let exponent): return pow(energy / 1000, exponent)
        case .table(let table):
            guard let value = table.value(at: energy) else {
                throw QuantificationError.correction(
                    "the transmission \"\(table.name)\" runs from \(table.kineticEnergies.first ?? 0) to "
                        + "\(table.kineticEnergies.last ?? 0) eV; \"\(spectrum.name)\" needs it at "
                        + String(format: "%.1f eV", energy))
            }
            return value
        case .file:
            guard let values = spectrum.transmission, let energies = spectrum.axis.kineticEnergies else { return 1 }
            let points = zip(energies, values).sorted { $0.0 < $1.0 }
            let table = try TransmissionTable(
                name: "\(spectrum.name): transmission in the file", kineticEnergies: points.map(\.0),
                values: points.map(\.1))
            let first = table.kineticEnergies.first ?? energy, last = table.kineticEnergies.last ?? energy
            return table.value(at: min(max(energy, first), last)) ?? 1
        }
    }
}
