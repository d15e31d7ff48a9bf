import Spectra

/// A model with every default filled in and every link followed: what the fit works on.
struct ResolvedModel: Sendable {
    /// A free parameter.
    struct Free: Sendable, Hashable {
        var name: String
        /// `nil` where the fit has to take a start from the data.
        var start: Double?
        var bounds: ClosedRange<Double>
    }

    /// A component whose parameters are expressions of the free nonlinear parameters.
    struct Part: Sendable {
        var name: String
        var level: CoreLevel?
        var isDoublet: Bool
        var shape: PreparedShape
        var position: ParameterExpression
        var width: ParameterExpression
        var splitting: ParameterExpression
        var areaRatio: ParameterExpression
        var widthRatio: ParameterExpression
        var mixing: ParameterExpression
        var gaussianWidth: ParameterExpression = .constant(0)
        var lorentzianWidth: ParameterExpression = .constant(0)
        var asymmetry: ParameterExpression = .constant(0)
        /// area = areaFactor x linear coefficient `linearIndex`
        var areaFactor: ParameterExpression
        var linearIndex: Int

        func expression(_ quantity: ComponentQuantity) -> ParameterExpression {
            switch quantity {
            case .position: position
            case .width: width
            case .area: areaFactor
            case .splitting: splitting
            case .areaRatio: areaRatio
            case .widthRatio: widthRatio
            case .mixing: mixing
            case .gaussianWidth: gaussianWidth
            case .lorentzianWidth: lorentzianWidth
            case .asymmetry: asymmetry
            }
        }
    }

    /// Gaussian knowledge of a quantity: its value is `mean` with standard deviation `sigma`. The value is `expression`,
    /// times the linear coefficient `linearIndex` where it has one (for areas).
    struct Prior: Sendable {
        var mean: Double
        var sigma: Double
        var expression: ParameterExpression
        var linearIndex: Int?
    }

    /// The free nonlinear parameters theta.
    var nonlinear: [Free]
    /// The linear coefficients: background first, then areas.
    var linear: [Free]
    /// How many of the linear coefficients belong to the background.
    var backgroundCount: Int
    /// The components.
    var parts: [Part]
    /// Prior knowledge.
    var priors: [Prior]
    /// The fitted background.
    var background: BackgroundLayout
    /// The index of the calibration shift in `nonlinear`, where it is fitted.
    var shiftIndex: Int?
    /// The model with every default written out.
    var effective: PeakModel

    /// The index of the strength in `nonlinear`, for a fitted Shirley background.
    var shirleyIndex: Int? { background.stepParameters.first }
}
