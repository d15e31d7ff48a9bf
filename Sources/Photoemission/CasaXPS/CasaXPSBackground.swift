import Spectra

/// The background that CasaXPS draws in a region of a spectrum.
public struct CasaXPSBackground: Sendable, Hashable {
    /// The region as stored.
    public var region: CasaXPSRegion
    /// The background, subtracted before a fit, with the region as its window (binding energy in eV after calibration).
    public var background: Background
    /// The calibration stored beside it.
    public var calibration: Calibration
}

extension Spectrum {
    /// The backgrounds of all regions that CasaXPS stored in this spectrum's comments, whether they have components or
    /// not.
    ///
    /// Throws `FitError` where the spectrum lacks what is needed to place them, or a type cannot be drawn.
    public func casaXPSBackgrounds() throws -> [CasaXPSBackground] {
        let annotations = CasaXPSAnnotations(comments: comments)
        guard !annotations.regions.isEmpty else { return [] }
        guard let photonEnergy = axis.photonEnergy else {
            throw FitError.invalidSpectrum("\"\(name)\" has no photon energy, so its CasaXPS regions cannot be placed")
        }
        guard let shift = annotations.regionShift, let total = annotations.bindingEnergyShift else {
            throw FitError.invalidSpectrum("\"\(name)\" has a CasaXPS calibration of a kind not known here")
        }
        return try annotations.regions.map { region in
            var background = try region.drawnBackground
            background.window = region.window(origin: photonEnergy - shift + total)
            let calibration: Calibration = total == 0 ? .none : .shift(Measured(total))
            return CasaXPSBackground(region: region, background: background, calibration: calibration)
        }
    }
}

extension CasaXPSRegion {
    /// The binding energies (eV after calibration) of the region, whose limits are `origin` minus the stored ones.
    func window(origin: Double) -> ClosedRange<Double> { (origin - max(start, end))...(origin - min(start, end)) }
}

extension CasaXPSRegion {
    /// The background that CasaXPS draws in the region, subtracted before the fit; its window is left to the model.
    ///
    /// The amplitude of `U 2` and `U 3 Tougaard` follows from the end intensities (verified: the stored one is returned
    /// to 7 digits). `U 4 Tougaard` and the material types, such as `U Poly Tougaard`, name the same three-parameter
    /// cross-section with a stored amplitude; no export of them was at hand to verify that.
    ///
    /// Throws `FitError.invalidModel` for a type that cannot be drawn.
    var drawnBackground: Background {
        get throws {
            let (kind, loss) = try drawnKind()
            // Stored numbers can be anything; no spectrum has more than a million points.
            let width = averagingWidth.isFinite ? min(max(averagingWidth.rounded(), 1), 1e6) : 1
            let half = Int(width) - 1
            // CasaXPS's start is the low kinetic, that is the high binding energy end.
            return Background(
                kind, isFitted: false, loss: loss, endPoints: 2 * half + 1,
                endOffsets: .init(low: endOffset, high: startOffset))
        }
    }

    private func drawnKind() throws -> (Background.Kind, LossCrossSection?) {
        let type = background.lowercased().split(separator: " ").joined(separator: " ")
        switch type {
        case "shirley": return (.shirley, nil)
        case "linear": return (.linear, nil)
        case "none", "": return (.none, nil)
        case "u 2 tougaard", "tougaard":
            // CasaXPS stores -C. The plain type is the universal one, whose stored amplitude is stale.
            guard let c = stored(1), c < 0 else { throw unusable() }
            return (.tougaardU2, .twoParameters(c: .fixed(-c)))
        case "u 3 tougaard": return (.tougaardU3, try threeParameters(amplitude: nil))
        case "u 4 tougaard", "u poly tougaard", "u si tougaard", "u sio2 tougaard", "u ge tougaard", "u al tougaard":
            guard let amplitude = stored(0), amplitude > 0 else { throw unusable() }
            return (.tougaardU3, try threeParameters(amplitude: amplitude))
        default:
            throw FitError.invalidModel(
                "the CasaXPS background \"\(background)\" of region \"\(name)\" cannot be drawn yet")
        }
    }

    private func threeParameters(amplitude: Double?) throws -> LossCrossSection {
        guard let c = stored(1), let d = stored(2), let threshold = stored(3), c > 0, d > 0, threshold >= 0 else {
            throw unusable()
        }
        return .threeParameters(b: amplitude.map(Constraint.fixed), c: .fixed(c), d: .fixed(d), threshold: threshold)
    }

    private func stored(_ index: Int) -> Double? {
        backgroundParameters.indices.contains(index) && backgroundParameters[index].isFinite
            ? backgroundParameters[index] : nil
    }

    private func unusable() -> FitError {
        .invalidModel(
            "the CasaXPS background \"\(background)\" of region \"\(name)\" has the parameters \(backgroundParameters), "
                + "which make no cross-section")
    }
}
