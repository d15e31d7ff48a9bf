/// What whole-pattern refinement varies beside scales and background.
public enum RefinementQuantity: Sendable, Hashable {
    /// The zero of two theta, degrees.
    case zero
    /// The shift by a specimen that stands too high, as the shift in degrees at two theta = 0: s cos(theta), s = 2 h / R.
    case displacement
    /// The shift by rays that enter the specimen, t in degrees: two theta becomes smaller by t sin(2 theta), t = 1/(2 mu R).
    case transparency
    /// The Gaussian full width of the instrument at the lowest angle of the pattern, degrees.
    case gaussianLow
    /// The Gaussian full width of the instrument at the highest angle of the pattern, degrees.
    case gaussianHigh
    /// What the Gaussian width is between, degrees; see `InstrumentWidths`.
    case gaussianMiddle
    /// The axial divergence S/L = H/L.
    case axialDivergence
    /// A parameter of the cell of a phase: the relative change of an independent element of its reciprocal metric.
    case cell(phase: Int, parameter: Int)
    /// The Lorentzian full width X / cos(theta) of a phase, degrees.
    case size(phase: Int)
    /// The Lorentzian full width Y tan(theta) of a phase, degrees.
    case microstrain(phase: Int)
    /// March's r of a phase.
    case texture(phase: Int)
    /// What is added to the B of all atoms of a phase, square Angstrom.
    case overallB(phase: Int)

    /// The phase it belongs to; `nil` for the instrument.
    var phase: Int? {
        switch self {
        case .cell(let phase, _), .size(let phase), .microstrain(let phase), .texture(let phase), .overallB(let phase):
            phase
        default: nil
        }
    }

    /// A name for a person, without the phase.
    var title: String {
        switch self {
        case .zero: "zero"
        case .displacement: "displacement"
        case .transparency: "transparency"
        case .gaussianLow: "Gaussian width at low angles"
        case .gaussianHigh: "Gaussian width at high angles"
        case .gaussianMiddle: "Gaussian width between"
        case .axialDivergence: "axial divergence"
        case .cell: "cell"
        case .size: "size broadening"
        case .microstrain: "strain broadening"
        case .texture: "texture"
        case .overallB: "overall B"
        }
    }

    /// The values that are allowed.
    var bounds: ClosedRange<Double> {
        switch self {
        case .zero, .displacement: -0.6...0.6
        case .transparency: 0...0.5
        case .gaussianLow, .gaussianHigh, .gaussianMiddle: 1e-4...4
        case .axialDivergence: 0.002...0.12
        case .cell: -0.02...0.02
        case .size: 0...1.2
        case .microstrain: 0...2.5
        case .texture: 0.15...5
        case .overallB: -1.5...8
        }
    }

    /// The values that one fit may try.
    func bounds(startingFrom value: Double) -> ClosedRange<Double> {
        guard case .cell = self else { return bounds }
        // A step at a time: far from its start a cell finds other phases' lines.
        let low = min(max(bounds.lowerBound, value - 0.004), bounds.upperBound - 1e-4)
        return low...max(low + 1e-4, min(bounds.upperBound, value + 0.004))
    }

    /// Whether a standard uncertainty at a value says that the data do not determine it.
    func isUndetermined(_ value: Double, uncertainty: Double) -> Bool {
        switch self {
        case .gaussianLow, .gaussianMiddle, .gaussianHigh:
            // Squares enter: a width of zero is an answer though its own uncertainty knows no limit.
            2 * value * uncertainty > 0.2
        default: uncertainty > largestUncertainty
        }
    }

    /// The standard uncertainty beyond which the data do not determine it.
    private var largestUncertainty: Double {
        switch self {
        case .zero, .displacement, .transparency: 0.05
        case .gaussianLow, .gaussianHigh, .gaussianMiddle: 0.5
        case .axialDivergence: 0.02
        case .cell: 0.003
        case .size: 0.15
        case .microstrain: 0.5
        case .texture: 0.2
        case .overallB: 0.7
        }
    }
}

/// The values of everything that is not linear in the model of a pattern.
struct RefinementValues: Sendable {
    /// What belongs to one phase.
    struct Phase: Sendable {
        var cell: [Double]
        var size = 0.03
        var microstrain = 0.0
        var texture = 1.0
        var overallB = 0.0
    }

    var zero = 0.0
    var displacement = 0.0
    var transparency = 0.0
    var gaussianLow = 0.06
    var gaussianHigh = 0.08
    var gaussianMiddle = 0.08
    var axialDivergence = 0.0
    var phases: [Phase] = []

    subscript(_ quantity: RefinementQuantity) -> Double {
        get {
            switch quantity {
            case .zero: zero
            case .displacement: displacement
            case .transparency: transparency
            case .gaussianLow: gaussianLow
            case .gaussianHigh: gaussianHigh
            case .gaussianMiddle: gaussianMiddle
            case .axialDivergence: axialDivergence
            case .cell(let phase, let parameter): phases[phase].cell[parameter]
            case .size(let phase): phases[phase].size
            case .microstrain(let phase): phases[phase].microstrain
            case .texture(let phase): phases[phase].texture
            case .overallB(let phase): phases[phase].overallB
            }
        }
        set {
            switch quantity {
            case .zero: zero = newValue
            case .displacement: displacement = newValue
            case .transparency: transparency = newValue
            case .gaussianLow: gaussianLow = newValue
            case .gaussianHigh: gaussianHigh = newValue
            case .gaussianMiddle: gaussianMiddle = newValue
            case .axialDivergence: axialDivergence = newValue
            case .cell(let phase, let parameter): phases[phase].cell[parameter] = newValue
            case .size(let phase): phases[phase].size = newValue
            case .microstrain(let phase): phases[phase].microstrain = newValue
            case .texture(let phase): phases[phase].texture = newValue
            case .overallB(let phase): phases[phase].overallB = newValue
            }
        }
    }
}
