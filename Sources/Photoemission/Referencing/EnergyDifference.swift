import Spectra

extension PeakFit {
    /// Where the line j = l + 1/2 of `component` was measured: its binding energy in eV before any referencing, with the
    /// uncertainty of the fit alone.
    ///
    /// Throws `FitError.noSuchQuantity` where the fit has no such component.
    public func measuredPosition(of component: String) throws -> Measured {
        guard let workings else { throw FitError.uncertainty("the fit of \"\(spectrumName)\" carries no data") }
        let model = workings.fitter.model
        var form = try QuantityForm(.component(component, .position), in: model)
        if let shift = model.shiftIndex {
            form.expression = form.expression + .constant(-1) * .free(shift)
        }
        let solution = workings.solution
        let given: Double = if case .shift(let shift) = effectiveModel.calibration { shift.value } else { 0 }
        let value = form.value(solution.nonlinear, solution.linear) - given
        let gradient = form.gradient(solution.nonlinear, solution.linear)
        let moves = gradient.indices.contains { gradient[$0] != 0 && !solution.isHeld[$0] }
        guard moves, let covariance = workings.covariance() else { return Measured(value) }
        let variance = propagated([gradient], covariance)[0]
        return Measured(value, standardUncertainty: variance > 0 ? variance.squareRoot() : nil)
    }

    /// The distance from the line of `other` in `fit` to that of `component` here, such as S 2p3/2 - P 2p3/2 of PS4(3-),
    /// in eV: as measured, so that no reference and no charging that both spectra share enters.
    ///
    /// Within one fit the covariance of the two positions counts; between fits their noise is independent. Throws
    /// `FitError.noSuchQuantity`.
    public func distance(of component: String, from other: String, in fit: PeakFit) throws -> Measured {
        let (a, b) = (try measuredPosition(of: component), try fit.measuredPosition(of: other))
        let own = [a.standardUncertainty, b.standardUncertainty].compactMap { $0 }
        return Measured(
            a.value - b.value,
            standardUncertainty: own.isEmpty ? nil : own.reduce(0) { $0 + $1 * $1 }.squareRoot())
    }

    /// The distance from the line of `other` to that of `component`, both in this fit, in eV.
    ///
    /// Throws `FitError.noSuchQuantity`.
    public func distance(of component: String, from other: String) throws -> Measured {
        let quantities: [FitQuantity] = [.component(component, .position), .component(other, .position)]
        let difference = try measuredPosition(of: component).value - measuredPosition(of: other).value
        guard let covariance = try covariance(of: quantities) else { return Measured(difference) }
        let variance = covariance[0] + covariance[3] - 2 * covariance[1]
        return Measured(difference, standardUncertainty: variance > 0 ? variance.squareRoot() : nil)
    }

    /// The modified Auger parameter in eV: kinetic energy of the Auger line `auger` in `augerFit` plus binding energy of
    /// the line `component` here. Charging that both spectra share cancels (Wagner, Faraday Discuss. Chem. Soc. 60 (1975)
    /// 291).
    ///
    /// Throws `FitError.invalidSpectrum` where the photon energy of the Auger spectrum is unknown, and
    /// `FitError.noSuchQuantity`.
    public func augerParameter(of component: String, auger: String, in augerFit: PeakFit) throws -> Measured {
        guard let energy = augerFit.workings?.spectrum.axis.photonEnergy else {
            throw FitError.invalidSpectrum(
                "\"\(augerFit.spectrumName)\": the photon energy is unknown, so the kinetic energy of its line is too")
        }
        // Kinetic energy = photon energy - binding energy on the scale of the file.
        var result = try distance(of: component, from: auger, in: augerFit)
        result.value += energy
        return result
    }
}
