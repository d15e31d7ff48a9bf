import Spectra

/// A fit that CasaXPS stored in a VAMAS block, in terms of our own model.
///
/// Every component of CasaXPS is a single line; the lines of a doublet are tied to each other by links. Areas are in
/// counts/s times eV, so the model belongs to the spectrum in counts per second.
public struct CasaXPSFit: Sendable, Hashable {
    /// The region whose background it uses.
    public var region: CasaXPSRegion
    /// The components that belong to the region, as stored: those inside, and those outside all regions to which this
    /// one is the nearest.
    public var stored: [CasaXPSComponent]
    /// The places of `stored` among all components of the block.
    public var places: [Int]
    /// Binding energies of the stored positions, eV after calibration, in the order of `stored`.
    public var positions: [Double]
    /// Calibrated binding energy = `origin` - stored position of a component, eV.
    public var origin: Double
    /// The model: one single line per component, links and bounds as stored, CasaXPS's background subtracted first,
    /// each parameter starting at its stored value. A link to a component of another region is held at its value.
    public var model: PeakModel

    /// The options under which CasaXPS fits: every point alike, one start, and convergence to rounding.
    public static let options = FitOptions(weighting: .unweighted, furtherStarts: 0, tolerance: 1e-10)

    /// The model with every parameter held at its stored value.
    public var frozenModel: PeakModel {
        var frozen = model
        for index in frozen.components.indices {
            frozen.components[index].position = .fixed(positions[index])
            frozen.components[index].width = .fixed(stored[index].width.value)
            frozen.components[index].area = .fixed(stored[index].area.value)
        }
        return frozen
    }
}

extension Spectrum {
    /// The fits that CasaXPS stored in this spectrum's comments, one for each region that has components.
    ///
    /// Throws `FitError` where a stored fit uses a line shape or background that cannot be drawn here, or the spectrum
    /// lacks what is needed to place it (photon energy, time per channel).
    public func casaXPSFits() throws -> [CasaXPSFit] {
        let reader = try casaXPSReader()
        return try reader.regions.indices.compactMap { try reader.fit(inRegion: $0) }
    }

    /// What reads the stored fits of this spectrum. Throws `FitError.invalidSpectrum` as `casaXPSFits`.
    func casaXPSReader() throws -> CasaXPSModelReader {
        let annotations = CasaXPSAnnotations(comments: comments)
        guard let photonEnergy = axis.photonEnergy else {
            throw FitError.invalidSpectrum("\"\(name)\" has no photon energy, so its CasaXPS fit cannot be placed")
        }
        guard let regionShift = annotations.regionShift, let componentShift = annotations.componentShift,
            let total = annotations.bindingEnergyShift
        else {
            throw FitError.invalidSpectrum("\"\(name)\" has a CasaXPS calibration of a kind not known here")
        }
        return CasaXPSModelReader(
            regions: annotations.regions, components: annotations.components, calibration: total,
            regionOrigin: photonEnergy - regionShift + total, componentOrigin: photonEnergy - componentShift + total)
    }

    /// The same spectrum with its intensities in counts per second, the unit of CasaXPS's areas.
    ///
    /// Throws `FitError.invalidSpectrum` where the time per channel is unknown.
    public func inCountsPerSecond() throws -> Spectrum {
        guard let rates = countsPerSecond else {
            throw FitError.invalidSpectrum("\"\(name)\" does not say how long each channel was measured")
        }
        var copy = self
        copy.intensities = rates
        copy.unit = .countsPerSecond
        return copy
    }
}
