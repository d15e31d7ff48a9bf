import Foundation
import Testing

@testable import SpectralMath

/// A data set of NIST's Statistical Reference Datasets for nonlinear regression, with its certified results.
struct NISTDataSet: Decodable, Sendable, CustomTestStringConvertible {
    struct Parameter: Decodable, Sendable {
        let start1: Double
        let start2: Double
        let value: Double
        let standardError: Double

        enum CodingKeys: String, CodingKey {
            case start1, start2, value
            case standardError = "standard_error"
        }
    }

    let name: String
    let difficulty: String
    let parameters: [Parameter]
    let residualSumOfSquares: Double
    let degreesOfFreedom: Int
    let response: [Double]
    let predictors: [[Double]]

    enum CodingKeys: String, CodingKey {
        case name, difficulty, parameters, response, predictors
        case residualSumOfSquares = "residual_sum_of_squares"
        case degreesOfFreedom = "degrees_of_freedom"
    }

    var testDescription: String { name }

    static let all: [NISTDataSet] = {
        let names = """
            Bennett5 BoxBOD Chwirut1 Chwirut2 DanWood ENSO Eckerle4 Gauss1 Gauss2 Gauss3 Hahn1 Kirby2 Lanczos1 Lanczos2 \
            Lanczos3 MGH09 MGH10 MGH17 Misra1a Misra1b Misra1c Misra1d Nelson Rat42 Rat43 Roszman1 Thurber
            """.split(separator: " ")
        return names.compactMap { try? Fixtures.decode(NISTDataSet.self, from: "nist-strd/\($0).json") }
    }()

    /// The response as the model predicts it: Nelson's model is that of its logarithm.
    var target: [Double] { name == "Nelson" ? response.map { log($0) } : response }

    func start(_ number: Int) -> [Double] { parameters.map { number == 1 ? $0.start1 : $0.start2 } }

    /// The residuals model - data.
    func residuals(_ parameters: [Double], _ residuals: inout [Double]) {
        for (index, target) in target.enumerated() {
            residuals[index] = Self.model(name, parameters, predictors[index]) - target
        }
    }

    /// The derivatives of the residuals by forward-mode differentiation of the same formula.
    func jacobian(_ parameters: [Double], _ jacobian: inout [Double]) {
        let duals = parameters.enumerated().map { Dual(parameter: $0.offset, $0.element) }
        for index in response.indices {
            let value = Self.model(name, duals, predictors[index])
            for parameter in parameters.indices {
                jacobian[index * parameters.count + parameter] = value.slopes[parameter]
            }
        }
    }

    // swift-format-ignore: NeverForceUnwrap
    private static func model<S: Differentiable>(_ name: String, _ b: [S], _ predictors: [Double]) -> S {
        exponentialModel(name, b, predictors[0]) ?? otherModel(name, b, predictors)!
    }

    private static func exponentialModel<S: Differentiable>(_ name: String, _ b: [S], _ x: Double) -> S? {
        switch name {
        case "BoxBOD", "Misra1a":
            return b[0] * (1 - S.exp(0 - b[1] * x))
        case "Chwirut1", "Chwirut2":
            return S.exp(0 - b[0] * x) / (b[1] + b[2] * x)
        case "Eckerle4":
            return (b[0] / b[1]) * S.exp(-0.5 * ((x - b[2]) / b[1]).squared)
        case "Gauss1", "Gauss2", "Gauss3":
            let background = b[0] * S.exp(0 - b[1] * x)
            let first = b[2] * S.exp(0 - ((x - b[3]) / b[4]).squared)
            let second = b[5] * S.exp(0 - ((x - b[6]) / b[7]).squared)
            return background + first + second
        case "Lanczos1", "Lanczos2", "Lanczos3":
            let first = b[0] * S.exp(0 - b[1] * x) + b[2] * S.exp(0 - b[3] * x)
            return first + b[4] * S.exp(0 - b[5] * x)
        case "MGH10":
            return b[0] * S.exp(b[1] / (x + b[2]))
        case "MGH17":
            return b[0] + b[1] * S.exp(0 - b[3] * x) + b[2] * S.exp(0 - b[4] * x)
        case "Rat42":
            return b[0] / (1 + S.exp(b[1] - b[2] * x))
        case "Rat43":
            return b[0] / (1 + S.exp(b[1] - b[2] * x)).power(1 / b[3])
        default:
            return nil
        }
    }

    private static func otherModel<S: Differentiable>(_ name: String, _ b: [S], _ predictors: [Double]) -> S? {
        let x = predictors[0]
        switch name {
        case "Bennett5":
            return b[0] * (b[1] + x).power(-1 / b[2])
        case "DanWood":
            return b[0] * S(constant: x).power(b[1])
        case "ENSO":
            let annual = b[1] * cos(2 * .pi * x / 12) + b[2] * sin(2 * .pi * x / 12)
            let (first, second) = (2 * .pi * x / b[3], 2 * .pi * x / b[6])
            let longer = b[4] * S.cos(first) + b[5] * S.sin(first)
            return b[0] + annual + longer + b[7] * S.cos(second) + b[8] * S.sin(second)
        case "Hahn1", "Thurber":
            let numerator = b[0] + x * (b[1] + x * (b[2] + x * b[3]))
            return numerator / (1 + x * (b[4] + x * (b[5] + x * b[6])))
        case "Kirby2":
            return (b[0] + x * (b[1] + x * b[2])) / (1 + x * (b[3] + x * b[4]))
        case "MGH09":
            return b[0] * (x * x + x * b[1]) / (x * x + x * b[2] + b[3])
        case "Misra1b":
            return b[0] * (1 - 1 / (1 + b[1] * x / 2).squared)
        case "Misra1c":
            return b[0] * (1 - (1 + 2 * b[1] * x).power(S(constant: -0.5)))
        case "Misra1d":
            return b[0] * b[1] * x / (1 + b[1] * x)
        case "Nelson":
            return b[0] - b[1] * x * S.exp(0 - b[2] * predictors[1])
        case "Roszman1":
            return b[0] - b[1] * x - S.arctan(b[2] / (x - b[3])) / Double.pi
        default:
            return nil
        }
    }
}
