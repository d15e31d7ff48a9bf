import Spectra

/// A description of a spectrum as a sum of components over a background.
///
/// ```swift
/// let model = PeakModel(.s2p, background: .shirley) {
///     Doublet("S 2-", near: 160.2)
///     Doublet("PS4 3-", near: 161.6)
/// }
/// let fit = try model.fit(spectrum)
/// ```
public struct PeakModel: Sendable, Hashable {
    /// The core level described; components take their defaults from its reference data.
    public var level: CoreLevel?
    /// The window to fit, binding energy in eV after calibration; `nil` for the whole spectrum.
    public var window: ClosedRange<Double>?
    /// How binding energies are referenced; `.none` leaves it to the spectrum's own calibration.
    public var calibration: Calibration
    /// The background.
    public var background: Background
    /// The line shape of components that state none.
    public var shape: LineShape
    /// Constraints for components that state none of their own; a quantity missing here comes from reference data.
    public var defaults: [ComponentQuantity: Constraint]
    /// The components, in the order in which they are reported.
    public var components: [Component]

    /// How far, in eV, a position may move from its start where nothing else is said.
    public static let positionTolerance = 0.3

    /// A model of `components`.
    public init(
        level: CoreLevel? = nil, window: ClosedRange<Double>? = nil, calibration: Calibration = .none,
        background: Background = .shirley, shape: LineShape = .glProduct(mix: 30),
        defaults: [ComponentQuantity: Constraint] = [:], components: [Component]
    ) {
        self.level = level
        self.window = window
        self.calibration = calibration
        self.background = background
        self.shape = shape
        self.defaults = defaults
        self.components = components
    }

    /// A model of the core level `level` with the components between the braces.
    public init(
        _ level: CoreLevel, window: ClosedRange<Double>? = nil, calibration: Calibration = .none,
        background: Background = .shirley, shape: LineShape = .glProduct(mix: 30),
        defaults: [ComponentQuantity: Constraint] = [:], @ComponentBuilder components: () -> [Component]
    ) {
        self.init(
            level: level, window: window, calibration: calibration, background: background, shape: shape,
            defaults: defaults, components: components())
    }
}
