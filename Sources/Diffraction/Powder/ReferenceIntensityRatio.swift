extension PowderPattern {
    /// The reference intensity ratio I/Ic: the integrated intensity of the strongest line of the phase over that of the
    /// (113) line of corundum in a mixture of equal weights, both computed with these settings (C. R. Hubbard, E. H. Evans &
    /// D. K. Smith, J. Appl. Cryst. 9 (1976) 169). Reflections within 0.002 degrees count as one line. `nil` where the
    /// density is not known or no line of one of them can be seen.
    ///
    /// Measured ratios are some 5 % lower: extinction, microabsorption and texture are not in a calculation.
    public var referenceIntensityRatio: Double? {
        guard let density, density > 0, let corundum = PhaseLibrary.phase("Al2O3-corundum") else { return nil }
        // The range of the phase need not hold the line of the standard.
        var wide = settings
        wide.twoTheta = 0...179
        guard let strongest = lines().map(\.intensityPerVolume).max(),
            let reference = try? PowderPattern(corundum, settings: wide), let referenceDensity = reference.density,
            let line = reference.reflections.first(where: { $0.index == MillerIndex(1, 1, 3) }),
            line.intensityPerVolume > 0
        else { return nil }
        return (strongest / density) / (line.intensityPerVolume / referenceDensity)
    }
}
