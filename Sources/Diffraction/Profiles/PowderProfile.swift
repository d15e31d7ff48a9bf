import Foundation

/// How an instrument draws a reflection: widths that depend on the angle, axial divergence, and the lines of the
/// radiation with their natural widths.
public struct PowderProfile: Sendable, Hashable {
    /// The widths of a line of a single wavelength.
    public var widths: LineWidths
    /// The asymmetry at low and high angles; `nil` for none.
    public var divergence: AxialDivergence?
    /// The lines of the radiation.
    public var emission: EmissionSpectrum

    /// The profile of an instrument.
    public init(widths: LineWidths, divergence: AxialDivergence? = nil, emission: EmissionSpectrum) {
        self.widths = widths
        self.divergence = divergence
        self.emission = emission
    }

    /// A reflection whose primary line is at `twoTheta` degrees, all emission lines in it; the area of the primary line
    /// is 1, and that of the others comes on top. `nil` where the widths describe no line at this angle.
    ///
    /// The natural width of an emission line adds to the Lorentzian part, in degrees 2 tan(theta) times its relative
    /// width.
    public func line(twoTheta: Double) -> ComposedProfile? {
        var parts: [(offset: Double, share: Double, line: PseudoVoigt)] = []
        for image in emission.images(twoTheta: twoTheta) {
            guard let own = widths.line(twoTheta: image.twoTheta),
                let line = ThompsonCoxHastings(
                    gaussianWidth: own.gaussianWidth, lorentzianWidth: own.lorentzianWidth + image.naturalWidth)
            else { return nil }
            let shift = image.twoTheta - twoTheta
            let profile = line.profile
            guard let divergence else {
                parts.append((shift, image.intensity, profile))
                continue
            }
            for node in divergence.distribution(twoTheta: image.twoTheta, fullWidth: profile.fullWidth) {
                parts.append((shift + node.offset, image.intensity * node.share, profile))
            }
        }
        return parts.isEmpty ? nil : ComposedProfile(parts: parts)
    }

    /// Adds a reflection to a pattern: `area` (intensity times degrees, of the primary line) at `twoTheta` degrees, over
    /// ascending places `grid` in degrees. Each part is cut `reach` full widths from its middle with its area kept.
    /// Gives whether there is a line at this angle.
    @discardableResult
    public func add(
        area: Double, twoTheta: Double, to intensities: inout [Double], over grid: [Double], reach: Double = 30
    ) -> Bool {
        guard let line = line(twoTheta: twoTheta) else { return false }
        for part in line.parts {
            let cut = part.line.cut(atFullWidths: reach)
            let middle = twoTheta + part.offset
            var index = grid.partitioningIndex { $0 >= middle - cut.limit }
            while index < min(grid.count, intensities.count), grid[index] <= middle + cut.limit {
                intensities[index] += area * part.share * cut.density(grid[index] - middle)
                index += 1
            }
        }
        return true
    }
}

extension EmissionSpectrum {
    /// Where each emission line shows a reflection whose primary line is at `twoTheta` degrees, how strong it is
    /// relative to the primary line, and its natural full width in degrees. Lines too long for the spacing are left out.
    public func images(twoTheta: Double) -> [(twoTheta: Double, intensity: Double, naturalWidth: Double)] {
        let sine = sin(twoTheta * .pi / 360)
        return lines.compactMap { line in
            let ratio = line.wavelength / primary.wavelength * sine
            guard ratio < 1 else { return nil }
            let theta = asin(ratio)
            let spread = 2 * tan(theta) * line.naturalWidth / line.wavelength * 180 / .pi
            return (2 * theta * 180 / .pi, line.intensity / primary.intensity, spread)
        }
    }
}

extension Array {
    /// The index of the first element for which `belongs` holds, in an array that is partitioned by it; `count` where
    /// there is none.
    func partitioningIndex(where belongs: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if belongs(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
