import Spectra

/// The points of a spectrum in order of rising binding energy, ready to be fitted.
struct FitData: Sendable {
    /// Binding energies in eV, ascending, before calibration.
    var energies: [Double]
    /// Intensities in the spectrum's unit.
    var intensities: [Double]
    /// Intensity units per count: 1 for counts, 1 / (dwell x sweeps) for counts per second.
    var gain: Double
    /// Whether `gain` was estimated from the scatter of the data, so that chi squared is relative.
    var gainIsEstimated: Bool
    /// Where each point stands in the spectrum.
    var order: [Int]
    /// Variances of the intensities, where the caller knows them; they take the place of counting statistics.
    var variances: [Double]?

    /// The points of `spectrum`.
    ///
    /// Throws `FitError.invalidSpectrum` where an energy or intensity is not a finite number, or binding energies are
    /// unknown.
    init(_ spectrum: Spectrum, variances: [Double]? = nil) throws {
        guard let energies = spectrum.axis.bindingEnergies else {
            throw FitError.invalidSpectrum(
                "\"\(spectrum.name)\" has kinetic energies and no photon energy, so its binding energies are unknown; "
                    + "state the photon energy")
        }
        for (index, pair) in zip(energies, spectrum.intensities).enumerated() {
            guard pair.0.isFinite, pair.1.isFinite else {
                throw FitError.invalidSpectrum(
                    "\"\(spectrum.name)\": point \(index + 1) is not a number (energy \(pair.0), intensity \(pair.1))")
            }
        }
        let ascending = zip(energies, energies.dropFirst()).allSatisfy { $0 <= $1 }
        let order =
            ascending
            ? Array(energies.indices)
            : energies.indices.sorted { (energies[$0], $0) < (energies[$1], $1) }
        self.order = order
        self.energies = order.map { energies[$0] }
        self.intensities = order.map { spectrum.intensities[$0] }
        if let variances {
            guard variances.count == energies.count, variances.allSatisfy({ $0 > 0 && $0.isFinite }) else {
                throw FitError.invalidSpectrum(
                    "\"\(spectrum.name)\" needs one positive variance for each of its \(energies.count) points")
            }
            self.variances = order.map { variances[$0] }
        }
        (gain, gainIsEstimated) = Self.gain(of: spectrum, intensities: intensities)
    }

    /// Intensity units per count, and whether that is estimated from the scatter of `intensities`, in order of energy.
    static func gain(of spectrum: Spectrum, intensities: [Double]) -> (gain: Double, isEstimated: Bool) {
        switch spectrum.unit {
        case .counts: (1, false)
        case .countsPerSecond:
            spectrum.acquisition.timePerChannel.map { (1 / $0, false) } ?? (estimatedGain(intensities), true)
        case .arbitrary: (estimatedGain(intensities), true)
        }
    }

    /// The points in `window`, eV before calibration.
    func range(_ window: ClosedRange<Double>) -> Range<Int> { Self.range(window, in: energies) }

    /// Which of `energies`, ascending, lie in `window`.
    static func range(_ window: ClosedRange<Double>, in energies: [Double]) -> Range<Int> {
        // Energies in files carry few digits; a window's end that falls on a point includes it.
        let slack = 1e-6
        let first = energies.firstIndex { $0 >= window.lowerBound - slack } ?? energies.count
        let last = energies.lastIndex { $0 <= window.upperBound + slack } ?? -1
        return first <= last ? first..<(last + 1) : 0..<0
    }

    /// Variance per intensity from the scatter about a locally straight line: the median of the squared second
    /// differences, each 6 variances in the mean, over the local intensity. 0.4549 is the median of chi squared with
    /// one degree of freedom.
    private static func estimatedGain(_ y: [Double]) -> Double {
        let ratios = (1..<max(1, y.count - 1)).compactMap { i -> Double? in
            let level = (y[i - 1] + y[i] + y[i + 1]) / 3
            let difference = y[i - 1] - 2 * y[i] + y[i + 1]
            return level > 0 ? difference * difference / (6 * level) : nil
        }.sorted()
        guard !ratios.isEmpty else { return 1 }
        let gain = ratios[ratios.count / 2] / 0.4549
        return gain > 0 && gain.isFinite ? gain : 1
    }
}
