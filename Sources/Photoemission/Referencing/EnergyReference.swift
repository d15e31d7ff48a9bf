import Foundation
import Spectra

/// Where an energy scale is tied down: a line of one spectrum, the energy assigned to it, and the shift that follows for
/// all spectra measured in the same state of charge, with its uncertainty.
///
/// ```swift
/// let carbon = try PeakModel(.c1s) { Singlet("C-C", near: 285, within: 1) }.fit(c1s)
/// let reference = try EnergyReference("C-C", of: carbon, at: Measured(284.8, standardUncertainty: 0.1))
/// let fit = try model.fit(s2p, referencedTo: reference)
/// ```
public struct EnergyReference: Sendable, Hashable {
    /// What the reference is, in words: `C-C of C 1s at 284.8(1) eV`. A chain names each of its steps.
    public var description: String
    /// referenced = measured + shift, in eV; the uncertainty is that of the assigned energy and of the fitted line.
    public var shift: Measured
    /// The sample that the line was measured on; empty where the file has none.
    public var sample: String
    /// What a person should know about the reference.
    public var findings: [Finding]

    /// The reference that gives the line j = l + 1/2 of `component` in `fit` the binding energy `energy` (eV).
    ///
    /// What `fit` itself was referenced to does not matter: the line counts where it was measured. Throws
    /// `FitError.noSuchQuantity` where the fit has no such component, `FitError.invalidSpectrum` where it did not
    /// converge.
    public init(_ component: String, of fit: PeakFit, at energy: Measured) throws {
        guard fit.convergence.converged else {
            throw FitError.invalidSpectrum(
                "the fit of \"\(fit.spectrumName)\" is no reference: \(fit.convergence.reason)")
        }
        let measured = try fit.measuredPosition(of: component)
        let level = fit.components.first { $0.name == component }?.level
        let place = level.map { " of \($0)" } ?? ""
        description = "\(component)\(place) at \(Self.text(energy)) eV, measured in \"\(fit.spectrumName)\""
        let own = [energy.standardUncertainty, measured.standardUncertainty].compactMap { $0 }
        shift = Measured(
            energy.value - measured.value,
            standardUncertainty: own.isEmpty ? nil : own.reduce(0) { $0 + $1 * $1 }.squareRoot())
        sample = fit.workings?.spectrum.sample ?? ""
        findings = Self.findings(level: level, energy: energy, measured: measured, shift: shift)
    }

    /// A shift that was found elsewhere, for example from a Fermi edge or a metal foil.
    public init(shift: Measured, description: String) {
        self.description = description
        self.shift = shift
        sample = ""
        findings =
            shift.standardUncertainty == nil
            ? [Self.withoutUncertainty("the shift \"\(description)\" is given without an uncertainty")] : []
    }

    /// The energy of the line of `component` in `fit` on this scale, to serve as the reference of further samples: the
    /// second step of a chain such as reference electrolyte to carbon, then cathode to the electrolyte's own line.
    public func energy(of component: String, in fit: PeakFit) throws -> Measured {
        let measured = try fit.measuredPosition(of: component)
        let own = [shift.standardUncertainty, measured.standardUncertainty].compactMap { $0 }
        return Measured(
            measured.value + shift.value,
            standardUncertainty: own.isEmpty ? nil : own.reduce(0) { $0 + $1 * $1 }.squareRoot())
    }

    /// The same reference with the steps before it named.
    public func following(_ earlier: EnergyReference) -> EnergyReference {
        var copy = self
        copy.description = "\(description); that energy from \(earlier.description)"
        copy.findings = earlier.findings + findings.filter { !earlier.findings.contains($0) }
        return copy
    }

    private static func text(_ energy: Measured) -> String {
        energy.standardUncertainty == nil ? "\(energy.value)" : "\(energy)"
    }

    // MARK: - Warnings

    /// Binding energies in eV between which adventitious carbon is looked for and assigned.
    private static let carbonRange = 284.0...285.6

    private static func findings(
        level: CoreLevel?, energy: Measured, measured: Measured, shift: Measured
    ) -> [Finding] {
        var findings: [Finding] = []
        if level == .c1s, carbonRange.contains(energy.value) {
            findings.append(
                Finding(
                    rule: "reference-adventitious-carbon", severity: .warning,
                    message:
                        "the scale rests on carbon: carbon in contact with alkali metal, or in poor contact with the "
                        + "sample, stands elsewhere by up to several eV (Oswald, Batteries 4 (2018) 36); compare "
                        + "differences of levels, which need no reference"))
        }
        if energy.standardUncertainty == nil {
            findings.append(
                withoutUncertainty("the reference energy \(energy.value) eV is stated without an uncertainty"))
        }
        if measured.standardUncertainty == nil {
            findings.append(
                Finding(
                    rule: "reference-line-not-fitted", severity: .warning,
                    message: "the position of the reference line was held or ended on a bound, so its uncertainty is "
                        + "unknown"))
        }
        if abs(shift.value) > PeakModel.calibrationReach {
            findings.append(
                Finding(
                    rule: "reference-large-shift", severity: .warning,
                    message:
                        "the shift of \(String(format: "%.2f", shift.value)) eV is larger than charging usually is: "
                        + "check which line was taken"))
        }
        return findings
    }

    private static func withoutUncertainty(_ what: String) -> Finding {
        Finding(
            rule: "reference-without-uncertainty", severity: .note,
            message: what + ": binding energies look better known than they are")
    }
}

extension PeakModel {
    /// Fits the model to a spectrum on the energy scale of `reference`, which takes the place of any calibration of the
    /// model and the spectrum. The shift's uncertainty is part of that of every position, and the result says what it
    /// rests on.
    ///
    /// Throws as `fit(_:variances:options:)`.
    public func fit(
        _ spectrum: Spectrum, referencedTo reference: EnergyReference, options: FitOptions = FitOptions()
    ) throws -> PeakFit {
        var model = self
        model.calibration = .shift(reference.shift)
        var fit = try model.fit(spectrum, options: options)
        fit.calibration.reference = reference.description
        fit.findings += reference.findings
        if !reference.sample.isEmpty, !spectrum.sample.isEmpty, reference.sample != spectrum.sample {
            fit.findings.append(
                Finding(
                    rule: "reference-of-other-sample", severity: .warning,
                    message: "the reference line was measured on \"\(reference.sample)\", the spectrum on "
                        + "\"\(spectrum.sample)\", which may be charged differently"))
        }
        return fit
    }
}
