import Photoemission
import Spectra

/// A figure of a fit or of measured spectra, as journals print them: binding energy increases to the left, marks stand
/// inside the frame, components are drawn on the background and labelled beside the curve, residuals are shown below in
/// units of their standard deviation.
///
/// ```swift
/// try fit.plot.write(to: "s2p.svg")
/// try fit.plot.sized(.doubleColumn).themed(.dark).write(to: "s2p-slide.svg")
/// ```
public struct SpectrumPlot: SpeciesFigure {
    /// How several spectra share one figure.
    public enum Arrangement: Sendable, Hashable {
        /// On one intensity axis.
        case overlaid
        /// Each scaled to its own range and shifted upwards, the first one at the top.
        case stacked
    }

    enum Content: Sendable {
        case fit(PeakFit)
        case spectra([Spectrum], Arrangement)
    }

    /// The size on paper.
    public var size: FigureSize = .singleColumn
    /// The colours.
    public var theme: PlotTheme = .light
    /// Which colour each species (or each spectrum) has.
    public var colours: SpeciesColours
    /// A line above the frame; `nil`, as journals want it, for none.
    public var title: String?
    /// Whether the residuals of a fit are shown.
    public var showsResiduals = true
    let content: Content

    /// A figure of `fit`.
    public init(_ fit: PeakFit) {
        content = .fit(fit)
        colours = SpeciesColours(for: fit.components.map(\.name))
    }

    /// A figure of one measured spectrum.
    public init(_ spectrum: Spectrum) {
        self.init(measured: [spectrum], arrangement: .overlaid)
    }

    /// A figure of several measured spectra. They are drawn against binding energy, or against kinetic energy where
    /// all of them have only that; throws where neither is known of all of them.
    public init(_ spectra: [Spectrum], arrangement: Arrangement = .overlaid) throws(PlotError) {
        for scale in [EnergyScale.binding, .kinetic] where spectra.allSatisfy({ $0.axis.energies(on: scale) != nil }) {
            self.init(measured: spectra, arrangement: arrangement)
            return
        }
        throw .noCommonEnergyScale(spectra.map(\.name))
    }

    private init(measured spectra: [Spectrum], arrangement: Arrangement) {
        content = .spectra(spectra, arrangement)
        colours = SpeciesColours(for: SpectraDrawing.names(of: spectra))
    }

    /// The names that have colours.
    public var colouredNames: [String] {
        switch content {
        case .fit(let fit): fit.components.map(\.name)
        case .spectra(let spectra, _): SpectraDrawing.names(of: spectra)
        }
    }

    /// The figure drawn. The same plot gives the same text, byte for byte.
    public var svg: SVGDocument {
        switch content {
        case .fit(let fit): FitDrawing(fit: fit, plot: self).document()
        case .spectra(let spectra, let arrangement):
            SpectraDrawing(spectra: spectra, arrangement: arrangement, plot: self).document()
        }
    }
}

/// Why spectra cannot be drawn in one figure.
public enum PlotError: Error, Sendable, Hashable {
    /// Some spectra have only kinetic, others only binding energies (the photon energy is missing).
    case noCommonEnergyScale([String])
}

extension PlotError: CustomStringConvertible {
    /// A sentence for a person.
    public var description: String {
        switch self {
        case .noCommonEnergyScale(let names):
            "the spectra \(names.map { "\"\($0)\"" }.joined(separator: ", ")) have no common energy scale: some have "
                + "kinetic energies without a photon energy, others binding energies"
        }
    }
}

extension PeakFit {
    /// A figure of this fit in one journal column, for print; change its size, colours or title as needed.
    public var plot: SpectrumPlot { SpectrumPlot(self) }
}

extension Spectrum {
    /// A figure of this spectrum as measured.
    public var plot: SpectrumPlot { SpectrumPlot(self) }
}
