import Photoemission
import Spectra
import SpectrumFiles

extension Spectrum {
    /// The fits that other programs stored with the spectrum, those of CasaXPS in the comments of a VAMAS block first.
    ///
    /// - Parameter drawsCurves: whether to draw the curves of a CasaXPS fit, of which the file has the numbers only.
    package func storedFits(drawsCurves: Bool = false) -> [StoredFit] {
        let annotations = CasaXPSAnnotations(comments: comments)
        let casaXPS = drawsCurves ? drawnCasaXPSFits() ?? casaXPSNumbers(annotations) : casaXPSNumbers(annotations)
        guard !casaXPS.isEmpty else {
            return fits.isEmpty ? [StoredFit(curvesOf: self)].compactMap { $0 } : fits
        }
        // A NeXus file of ours has both the comments and what they say.
        return casaXPS + fits.filter { $0.program != "CasaXPS" }
    }

    /// The numbers of the CasaXPS fit: positions in binding energies after its calibrations, where these can be told.
    private func casaXPSNumbers(_ annotations: CasaXPSAnnotations) -> [StoredFit] {
        let regions = annotations.regions, components = annotations.components
        guard !regions.isEmpty || !components.isEmpty else { return [] }
        var origin: Double?
        if let photonEnergy = axis.photonEnergy, let shift = annotations.componentShift,
            let total = annotations.bindingEnergyShift
        {
            origin = photonEnergy - shift + total
        }
        let peaks = components.map { component in
            StoredFit.Peak(
                name: component.name, position: origin.map { $0 - component.position.value },
                width: component.width.value, area: component.area.value, shape: component.lineShape)
        }
        return [
            StoredFit(
                program: "CasaXPS", name: name, shift: annotations.bindingEnergyShift ?? 0, unit: .countsPerSecond,
                peaks: peaks, backgrounds: regions.map { .init(name: $0.name, kind: $0.background) })
        ]
    }

    /// The CasaXPS fits with curves at each point, one for each region; `nil` where one of them cannot be drawn.
    ///
    /// Outside its region a fit has no peaks and its background is the measurement, as in what CasaXPS exports.
    private func drawnCasaXPSFits() -> [StoredFit]? {
        guard let comparisons = try? casaXPSComparisons(), !comparisons.isEmpty,
            let shift = CasaXPSAnnotations(comments: comments).bindingEnergyShift,
            let energies = axis.bindingEnergies?.map({ $0 + shift }), let rates = countsPerSecond
        else { return nil }
        let fits = comparisons.compactMap { comparison -> StoredFit? in
            guard let curves = comparison.curves, let first = curves.bindingEnergies.first,
                let last = curves.bindingEnergies.last, curves.components.count == comparison.components.count
            else { return nil }
            // The curves ascend in binding energy; the axis may not.
            let margin = 1e-6
            let inside = energies.indices.filter { (first - margin...last + margin).contains(energies[$0]) }
                .sorted { energies[$0] < energies[$1] }
            guard inside.count == curves.bindingEnergies.count else { return nil }
            let scale = zip(intensities, rates).first { $0.1 != 0 }.map { $0.0 / $0.1 } ?? 1
            func spread(_ curve: [Double], over rest: [Double]) -> [Double] {
                var values = rest
                for (place, value) in zip(inside, curve) { values[place] = value * scale }
                return values
            }
            let none = [Double](repeating: 0, count: intensities.count)
            let peaks = zip(comparison.components, curves.components).map { component, curve in
                StoredFit.Peak(
                    name: component.name, position: component.stored.position, width: component.stored.fwhm,
                    area: component.stored.area, shape: component.shape, curve: spread(curve.values, over: none))
            }
            let background = StoredFit.Background(
                name: comparison.region, kind: comparison.background,
                curve: spread(curves.background, over: intensities))
            return StoredFit(
                program: "CasaXPS", name: comparison.region, shift: shift, unit: .countsPerSecond, peaks: peaks,
                backgrounds: [background], envelope: spread(curves.envelope, over: intensities))
        }
        return fits.count == comparisons.count ? fits : nil
    }
}

extension SpectrumFile {
    /// Turns what CasaXPS keeps in comments into fits with curves, which other programs can read in formats that have
    /// fits, such as NeXus.
    package mutating func drawCasaXPSFits() {
        for index in spectra.indices {
            let spectrum = spectra[index]
            guard spectrum.fits.isEmpty, !CasaXPSAnnotations(comments: spectrum.comments).isEmpty else { continue }
            spectra[index].fits = spectrum.storedFits(drawsCurves: true).filter { !$0.peaks.isEmpty }
        }
    }
}
