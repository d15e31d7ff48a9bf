import Spectra
import SpectralMath

/// A fit that CasaXPS stored, drawn anew from the stored numbers and held against the data, and fitted anew where asked.
public struct CasaXPSComparison: Sendable {
    /// What a curve is described by: area in counts/s times eV, width in CasaXPS's convention and position, both in eV.
    public struct Quantities: Sendable, Hashable {
        /// The area over all energies (within `LineShape.areaReach` for shapes whose area is infinite).
        public var area: Double
        /// The full width at half maximum; for asymmetric shapes twice the half width at low binding energy.
        public var fwhm: Double
        /// The binding energy after calibration, in CasaXPS's convention.
        public var position: Double
    }

    /// One component.
    public struct Component: Sendable {
        /// The name, told apart by a number where several have it.
        public var name: String
        /// The line shape in CasaXPS's notation.
        public var shape: String
        /// The numbers as stored.
        public var stored: Quantities
        /// The same numbers measured on the curve that is drawn from them; `nil` where the shape cannot be drawn.
        public var recomputed: Drawn?
        /// The component after a fit under CasaXPS's objective.
        public var refit: FittedComponent?
    }

    /// Numbers measured on a drawn curve.
    public struct Drawn: Sendable, Hashable {
        /// Area by quadrature, half widths and position.
        public var quantities: Quantities
        /// The true full width at half maximum, eV.
        public var trueFWHM: Double
        /// The binding energy of the maximum, eV.
        public var maximum: Double
        /// The height of the maximum, counts/s.
        public var height: Double
    }

    /// The name of the region.
    public var region: String
    /// CasaXPS's name of the background.
    public var background: String
    /// The binding energies of the region, eV after calibration.
    public var window: ClosedRange<Double>
    /// The components in the order of the file.
    public var components: [Component]
    /// Background and envelope drawn from the stored numbers, with the data; `nil` where they cannot be drawn.
    public var curves: FitCurves?
    /// Why the stored fit, or a part of it, could not be drawn or fitted.
    public var problem: String?
    /// The fit under CasaXPS's objective, from the stored numbers on.
    public var refit: PeakFit?
    /// The stored fit that was drawn.
    public var fit: CasaXPSFit?

    /// Root mean square of data minus drawn envelope over the region, counts/s.
    public var envelopeRMS: Double? {
        guard let curves, !curves.residuals.isEmpty else { return nil }
        let squares = curves.residuals.reduce(0) { $0 + $1 * $1 }
        return (squares / Double(curves.residuals.count)).squareRoot()
    }

    /// `envelopeRMS` divided by the greatest height of the drawn envelope above the background.
    public var relativeEnvelopeRMS: Double? {
        guard let curves, let envelopeRMS else { return nil }
        let heights = zip(curves.envelope, curves.background).map { $0 - $1 }
        guard let height = heights.max(), height > 0 else { return nil }
        return envelopeRMS / height
    }
}

extension Spectrum {
    /// Draws every fit that CasaXPS stored in this spectrum's comments, one for each region with components.
    ///
    /// What cannot be drawn is told in `CasaXPSComparison.problem`; it does not keep the rest from being drawn.
    ///
    /// - Parameter refits: whether to fit the stored model anew under CasaXPS's objective.
    /// - Throws: `FitError.invalidSpectrum` where the spectrum lacks what is needed to place the fit: photon energy, time
    ///   per channel, or a calibration that can be told from the comments.
    public func casaXPSComparisons(refits: Bool = false) throws -> [CasaXPSComparison] {
        guard !CasaXPSAnnotations(comments: comments).components.isEmpty else { return [] }
        let reader = try casaXPSReader()
        let rates = try inCountsPerSecond()
        if reader.regions.isEmpty {
            throw FitError.invalidSpectrum("\"\(name)\" has CasaXPS components, but no region to draw them in")
        }
        return try reader.regions.indices.compactMap { try reader.comparison(inRegion: $0, rates, refits: refits) }
    }
}

extension CasaXPSModelReader {
    fileprivate func comparison(inRegion index: Int, _ rates: Spectrum, refits: Bool) throws -> CasaXPSComparison? {
        let places = members(ofRegion: index)
        guard !places.isEmpty else { return nil }
        var comparison = CasaXPSComparison(
            region: regions[index].name, background: regions[index].background, window: window(of: regions[index]),
            components: try places.map(drawn))
        do {
            guard let fit = try fit(inRegion: index) else { return nil }
            comparison.fit = fit
            comparison.curves = try fit.frozenModel.fit(rates, options: CasaXPSFit.options).curves
            if refits {
                let refit = try fit.model.fit(rates, options: CasaXPSFit.options)
                for (place, component) in refit.components.enumerated() {
                    comparison.components[place].refit = component
                }
                comparison.refit = refit
            }
        } catch let error as FitError {
            comparison.problem = "\(error)"
        }
        return comparison
    }

    private func drawn(_ place: Int) throws -> CasaXPSComparison.Component {
        let component = components[place]
        let stored = CasaXPSComparison.Quantities(
            area: component.area.value, fwhm: component.width.value, position: position(of: component))
        var result = CasaXPSComparison.Component(
            name: uniqueName(place), shape: component.lineShape, stored: stored)
        guard let shape = LineShape(name: component.lineShape), shape.parameters.first == .width, stored.fwhm > 0 else {
            return result
        }
        let prepared = try PreparedShape(shape)
        let parameters = shape.ownParameters(fwhm: stored.fwhm, gaussianWidth: 0)
        let profile = prepared.profile(parameters)
        let widths = prepared.widths(parameters)
        result.recomputed = CasaXPSComparison.Drawn(
            quantities: .init(
                area: stored.area * (try LineArea(of: profile, shape: shape, width: stored.fwhm).value),
                fwhm: widths.stored, position: stored.position),
            trueFWHM: widths.full, maximum: stored.position + widths.maximum,
            height: stored.area * profile.sample(at: widths.maximum).value)
        return result
    }
}

/// The area of a line by quadrature, piece by piece, so that a narrow line is not overlooked beside its long tails.
private struct LineArea {
    let value: Double

    init(of profile: any LineProfile, shape: LineShape, width: Double) throws {
        let rule = try GaussLegendreRule(count: 20)
        let end = shape.hasAreaWithinReach ? LineShape.areaReach : 1e9 * width
        var sum = 0.0, start = 0.0, length = width / 8
        while start < end {
            let stop = min(start + length, end)
            sum += rule.integral(from: start, to: stop) { profile.sample(at: $0).value }
            sum += rule.integral(from: -stop, to: -start) { profile.sample(at: $0).value }
            start = stop
            length = max(width / 8, start / 2)
        }
        value = sum
    }
}
