import Spectra

/// A description of a spectrum as a sum of components over a background: what `fit` fits.
public struct PeakModel: Sendable, Hashable {
    /// The core level described; components take their defaults from its reference data.
    public var level: CoreLevel?
    /// The window to fit, binding energy in eV after calibration; `nil` for the whole spectrum.
    public var window: ClosedRange<Double>?
    /// How binding energies are referenced; `.none` leaves it to the spectrum's own.
    public var calibration: Calibration
    /// The background.
    public var background: Background
    /// The components, in the order in which they are reported.
    public var components: [Component]
}

/// A background under photoelectron lines.
public struct Background: Sendable, Hashable {
    /// The kind of curve.
    public enum Kind: String, Sendable, Hashable {
        case none
        case constant
        case linear
        case shirley
    }
    /// The kind of curve.
    public var kind: Kind
    /// Whether it is fitted together with the peaks; otherwise it is computed from the data and subtracted first.
    public var isFitted: Bool
    /// Whether a straight slope is fitted beside a Shirley background.
    public var slope: Bool
}

/// A line, or a doublet taken as one, of a `PeakModel`.
public struct Component: Sendable, Hashable {
    /// The name, usually the chemical species.
    public var name: String
    /// The line shape.
    public var shape: LineShape
}
