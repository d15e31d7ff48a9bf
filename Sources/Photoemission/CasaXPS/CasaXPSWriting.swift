import Foundation
import Spectra

extension CasaXPSAnnotations {
    /// Puts the numbers of a fit of `stored`'s model in the place of the stored ones: areas, widths and positions of its
    /// components, rounded to the eight digits that CasaXPS writes. Bounds, links and everything else stay.
    ///
    /// `fit` must be a fit of `stored.model` to the spectrum in counts per second.
    public mutating func update(_ stored: CasaXPSFit, with fit: PeakFit) {
        var changed = components
        for (place, component) in zip(stored.places, fit.components) where changed.indices.contains(place) {
            changed[place].area.value = Self.eightDigits(component.area.value)
            changed[place].width.value = Self.eightDigits(component.fwhm.value)
            changed[place].position.value = Self.eightDigits(stored.origin - component.position.value)
        }
        components = changed
    }

    private static func eightDigits(_ value: Double) -> Double { Double(String(format: "%.8g", value)) ?? value }
}
