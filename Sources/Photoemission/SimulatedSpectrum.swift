import Spectra
import SpectralMath

/// The background of a simulated spectrum: constant + slope x (E - middle) + shirley x the cumulative integral of the
/// peaks from low binding energy.
public struct SimulatedBackground: Sendable, Hashable {
    /// Intensity.
    public var constant: Double
    /// Intensity per eV; the line crosses `constant` in the middle of the energies.
    public var slope: Double
    /// Step height per peak area, 1/eV.
    public var shirley: Double

    /// A background of the stated parts.
    public init(constant: Double, slope: Double = 0, shirley: Double = 0) {
        self.constant = constant
        self.slope = slope
        self.shirley = shirley
    }
}

extension PeakModel {
    /// The intensities that the model predicts, every parameter at its start (or fixed) value, on any background.
    ///
    /// - Parameters:
    ///   - bindingEnergies: eV, ascending.
    ///   - background: takes the place of the model's own.
    /// - Returns: one intensity for each energy, in the unit of the areas per eV.
    /// - Throws: `FitError.invalidModel` where the area or another parameter of a component has no value.
    public func expectedIntensities(at bindingEnergies: [Double], background: SimulatedBackground) throws -> [Double] {
        var bare = self
        bare.background = .none
        bare.calibration = .none
        let resolved = try bare.resolved(calibration: .none)
        func start(_ free: ResolvedModel.Free) throws -> Double {
            guard let start = free.start else {
                throw FitError.invalidModel("\(free.name) has no start value, so there is nothing to simulate")
            }
            return start
        }
        let theta = try resolved.nonlinear.map(start)
        let areas = try resolved.linear.map(start)
        var problem = PeakProblem(model: resolved, energies: bindingEnergies)
        let peaks = try problem.peakIntensities(theta: theta, coefficients: areas)
        let middle = PeakProblem.slopeCentre(bindingEnergies)
        var step = 0.0
        return bindingEnergies.indices.map { i in
            if i > 0 { step += (bindingEnergies[i] - bindingEnergies[i - 1]) * (peaks[i] + peaks[i - 1]) / 2 }
            return background.constant + background.slope * (bindingEnergies[i] - middle) + background.shirley * step
                + peaks[i]
        }
    }

    /// A spectrum with Poisson counts around what the model predicts, for known truth.
    ///
    /// - Parameters:
    ///   - bindingEnergies: eV, ascending.
    ///   - background: in counts.
    ///   - acquisition: recorded with the spectrum; the counts are those over all sweeps.
    ///   - photonEnergy: eV.
    ///   - numbers: the source of randomness; the same state gives the same spectrum.
    /// - Throws: `FitError.invalidModel` as `expectedIntensities`, or where a predicted count is negative.
    public func simulatedSpectrum(
        at bindingEnergies: [Double], background: SimulatedBackground, acquisition: Acquisition = Acquisition(),
        photonEnergy: Double = 1486.6, numbers: inout RandomNumbers
    ) throws -> Spectrum {
        let expected = try expectedIntensities(at: bindingEnergies, background: background)
        guard let lowest = expected.min(), lowest >= 0 else {
            throw FitError.invalidModel("the model predicts negative counts; raise the constant background")
        }
        var counts: [Double] = []
        for mean in expected { counts.append(try numbers.poisson(mean: mean)) }
        return Spectrum(
            name: level?.description ?? "simulated", sample: "simulated", level: level, kind: .coreLevel,
            axis: EnergyAxis(bindingEnergies, scale: .binding, photonEnergy: photonEnergy), intensities: counts,
            unit: .counts, acquisition: acquisition)
    }
}
