import ReferenceSpectra
import Spectra

/// What the referee looks at: a model as planned, as fitted, or as another program stored it, in one vocabulary.
///
/// A recipe gives the values that it fixes or starts from, a fit those that it ended on.
public struct ReviewSubject: Sendable {
    /// What the model was taken from.
    public enum Origin: String, Sendable, Hashable {
        /// A recipe, before any fit.
        case recipe
        /// A fit, done here.
        case fit
        /// Components that CasaXPS stored in a file.
        case casaXPS = "CasaXPS"
    }

    /// What it was taken from.
    public var origin: Origin
    /// How it is called: the spectrum, or the recipe.
    public var name: String
    /// The core level.
    public var level: CoreLevel?
    /// The window, binding energy in eV after calibration; `nil` for the whole spectrum.
    public var window: ClosedRange<Double>?
    /// What the energy scale is referenced to; `nil` where it is not.
    public var reference: String?
    /// The component whose line the energy scale rests on, where it rests on one of this spectrum.
    public var referenceLine: String?
    /// The parts of the background.
    public var backgrounds: [Background]
    /// How the points are weighted; `nil` where that is not known.
    public var weighting: Weighting?
    /// Whether the variances of the points were given by the caller, and take the place of the weights.
    public var hasGivenVariances = false
    /// The unit of the intensities; `nil` where there are no data.
    public var unit: IntensityUnit?
    /// Whether counts are known: the unit and the time per channel allow counting statistics. `nil` without data.
    public var hasCountingStatistics: Bool?
    /// The photon energy in eV, where it is known.
    public var photonEnergy: Double?
    /// The seconds spent on one channel, where they are known.
    public var secondsPerChannel: Double?
    /// The components.
    public var components: [ReviewedComponent]
    /// How well the model describes the data; `nil` without a fit.
    public var statistics: FitStatistics?
    /// Whether the fit converged; `nil` without a fit.
    public var convergence: Convergence?
    /// The free parameters with their covariance; `nil` without a fit.
    public var parameters: FittedParameters?
    /// The data and curves; `nil` without them.
    public var curves: FitCurves?
    /// The energies of the data, eV after calibration, where a model without a fit is held against data.
    public var energies: [Double]?
    /// How many parameters the model leaves free, background included; `nil` where that is not known.
    public var freeParameters: Int?
    /// Items that the source ought to state and does not, in words.
    public var missingItems: [String] = []
    /// Findings that came with the source and that only its data can give.
    public var carried: [Finding] = []

    /// The components of `level` that stand for chemical species: no satellites, losses or Auger lines.
    func species(of level: CoreLevel) -> [ReviewedComponent] {
        components.filter { $0.level == level && !$0.isFeature }
    }

    /// The levels of the components, each once, in order.
    var levels: [CoreLevel] {
        var found: [CoreLevel] = []
        for case let level? in components.lazy.map(\.level) where !found.contains(level) { found.append(level) }
        return found
    }
}

/// A component as the referee sees it.
public struct ReviewedComponent: Sendable, Hashable {
    /// The name in the model.
    public let name: String
    /// The core level.
    public var level: CoreLevel?
    /// Whether it stands for both lines of a doublet.
    public var isDoublet: Bool
    /// The line shape.
    public var shape: LineShape
    /// Binding energy of the line j = l + 1/2, eV after calibration.
    public var position: ReviewedValue
    /// True full width at half maximum of that line, eV.
    public var width: ReviewedValue
    /// Area of the whole component; its value is `nil` where a recipe leaves it open.
    public var area: ReviewedValue
    /// Distance to the line j = l - 1/2, eV; `nil` for a single line.
    public var splitting: ReviewedValue?
    /// Area of that line divided by that of j = l + 1/2; `nil` for a single line.
    public var areaRatio: ReviewedValue?
    /// Width of that line divided by that of j = l + 1/2; `nil` for a single line.
    public var widthRatio: ReviewedValue?

    /// Whether its name says that it stands for no species: satellites, losses, Auger lines.
    let isFeature: Bool

    init(
        name: String, level: CoreLevel?, isDoublet: Bool, shape: LineShape, position: ReviewedValue,
        width: ReviewedValue, area: ReviewedValue, splitting: ReviewedValue?, areaRatio: ReviewedValue?,
        widthRatio: ReviewedValue?
    ) {
        self.name = name
        self.level = level
        self.isDoublet = isDoublet
        self.shape = shape
        self.position = position
        self.width = width
        self.area = area
        self.splitting = splitting
        self.areaRatio = areaRatio
        self.widthRatio = widthRatio
        let plain = Array(name.lowercased().utf8)
        isFeature =
            Self.featureWords.contains { word in
                plain.count >= word.count
                    && (0...(plain.count - word.count)).contains { plain[$0...].starts(with: word) }
            } || plain == Array("sat".utf8) || plain.starts(with: "sat ".utf8)
    }

    private static let featureWords = ["satellite", "sat.", "shake", "plasmon", "loss", "auger", "multiplet"]
        .map { Array($0.utf8) }

    /// The energies of its lines, eV.
    var lineEnergies: [Double] {
        guard let first = position.value else { return [] }
        guard let splitting = splitting?.value else { return [first] }
        return [first, first + splitting]
    }
}

/// A parameter as the referee sees it.
public struct ReviewedValue: Sendable, Hashable {
    /// The fitted value, or the one that is held or started from.
    public var value: Double?
    /// The standard uncertainty, where it was fitted.
    public var uncertainty: Double?
    /// The bounds between which it is fitted; `nil` where it is held or follows another component.
    public var bounds: ClosedRange<Double>?
    /// The component that it follows.
    public var leader: String?

    /// A value that is held, unless bounds or a leader are given.
    public init(
        _ value: Double?, uncertainty: Double? = nil, bounds: ClosedRange<Double>? = nil, leader: String? = nil
    ) {
        self.value = value
        self.uncertainty = uncertainty
        self.bounds = bounds
        self.leader = leader
    }

    /// Whether the fit moves it on its own.
    var isFree: Bool { bounds != nil }
}
