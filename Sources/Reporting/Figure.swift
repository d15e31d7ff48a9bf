import Spectra

/// A figure that is drawn on paper of some size in some colours.
///
/// ```swift
/// try fit.plot.sized(.doubleColumn).themed(.dark).write(to: "s2p.pdf")
/// ```
public protocol Figure: Sendable {
    /// The size on paper.
    var size: FigureSize { get set }
    /// The colours.
    var theme: PlotTheme { get set }
    /// The figure drawn. The same figure gives the same text, byte for byte.
    var svg: SVGDocument { get }
}

/// A figure in which species have colours.
public protocol SpeciesFigure: Figure {
    /// Which colour each species has.
    var colours: SpeciesColours { get set }
    /// The names that have colours in it.
    var colouredNames: [String] { get }
}

extension SpeciesFigure {
    /// The same figure with the colours that its species have among all of `names`: figures of one project agree in their
    /// colours where each of them is given all names of the project.
    public func coloured(among names: [String]) -> Self {
        var copy = self
        copy.colours = SpeciesColours(for: names + colouredNames)
        return copy
    }
}

extension Figure {
    /// The same figure at another size.
    public func sized(_ size: FigureSize) -> Self {
        var copy = self
        copy.size = size
        return copy
    }

    /// The same figure in other colours.
    public func themed(_ theme: PlotTheme) -> Self {
        var copy = self
        copy.theme = theme
        return copy
    }

    /// Writes the figure to the file at `path` as SVG, PNG or PDF, whichever its name ends in. Throws `WriteError`, also
    /// where the converter for PNG and PDF is not installed.
    public func write(to path: String, settings: FigureFileSettings = FigureFileSettings()) throws {
        try svg.write(to: path, settings: settings)
    }
}
