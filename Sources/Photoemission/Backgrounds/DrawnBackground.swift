import Spectra

/// A background computed from the data of a spectrum alone.
public struct DrawnBackground: Sendable {
    /// Binding energies in eV after calibration, ascending: the points inside the windows.
    public var bindingEnergies: [Double]
    /// The background at each of them.
    public var values: [Double]
    /// What it was drawn with, named with units: `low_end`, `high_end`, `tougaard_b_eV2` ...
    public var parameters: [NamedMeasurement]
}

extension Background {
    /// The background of a spectrum, computed from its data alone, without a fit.
    ///
    /// - Parameters:
    ///   - spectrum: the spectrum; a shift that its calibration gives is applied.
    ///   - window: the binding energies to look at, eV after calibration; parts of the background may have narrower ones.
    /// - Throws: `FitError` where a part is one to be fitted, or cannot be computed.
    public func drawn(under spectrum: Spectrum, window: ClosedRange<Double>? = nil) throws -> DrawnBackground {
        try validate()
        guard !parts.contains(where: { $0.isFitted && $0.kind != .none }) else {
            throw FitError.invalidModel("a background that is fitted has no curve without a fit; state fitted: false")
        }
        var data = try FitData(spectrum)
        if case .shift(let shift) = spectrum.calibration { data.energies = data.energies.map { $0 + shift.value } }
        guard let first = data.energies.first, let last = data.energies.last else {
            throw FitError.invalidSpectrum("the spectrum has no point")
        }
        let range = data.range(window ?? first...last)
        guard range.count >= 2 else {
            throw FitError.windowMissesData(window: window ?? first...last, data: first...last, points: range.count)
        }
        let selection = try BackgroundRegions(self, data: data, range: range, shift: 0, parameters: 0)
        let curve = try SubtractedBackground(
            self, data: data, indices: selection.indices, ranges: selection.ranges)
        return DrawnBackground(
            bindingEnergies: selection.indices.map { data.energies[$0] }, values: curve.values,
            parameters: curve.parameters)
    }
}
