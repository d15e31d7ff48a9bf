import Foundation
import Testing

@testable import SpectralMath

/// The 27 nonlinear regression sets of NIST's Statistical Reference Datasets, from both official starts.
@Suite("NIST StRD nonlinear regression")
struct NISTRegressionTests {
    @Test("All 27 sets are there")
    func complete() {
        #expect(NISTDataSet.all.count == 27)
    }

    /// The number of digits that double precision leaves in a sum of squares: the residuals carry the rounding errors of
    /// the data. Only for Lanczos1, whose residuals are of the order of 1e-14 themselves, is that a restriction.
    static func digitsOfChi2(_ set: NISTDataSet, _ chi2: Double) -> Double {
        let size = set.target.reduce(0) { $0 + $1 * $1 }
        return -log10(Double.ulpOfOne * (size / chi2).squareRoot()) - 0.5
    }

    static func check(_ fit: LeastSquaresFit, _ set: NISTDataSet, digits: Double) throws {
        #expect(fit.converged, "\(fit.termination)")
        #expect(fit.undetermined.isEmpty && fit.positions.allSatisfy { $0 == .free })
        #expect(fit.degreesOfFreedom == set.degreesOfFreedom)
        let scatterDigits = min(digits, digitsOfChi2(set, set.residualSumOfSquares))
        #expect(agreeingDigits(fit.chi2, set.residualSumOfSquares) >= scatterDigits)
        for (index, certified) in set.parameters.enumerated() {
            #expect(agreeingDigits(fit.parameters[index], certified.value) >= digits)
            let uncertainty = try #require(fit.standardUncertainty(of: index, weights: .relative))
            #expect(agreeingDigits(uncertainty, certified.standardError) >= scatterDigits)
        }
    }

    @Test(
        "Parameters, standard errors and residual sum of squares to 9.5 digits with analytic derivatives",
        arguments: NISTDataSet.all, [1, 2])
    func analytic(_ set: NISTDataSet, _ start: Int) throws {
        let problem = LeastSquaresProblem(start: set.start(start), residualCount: set.response.count)
        let fit = try NonlinearLeastSquares().minimize(problem, residuals: set.residuals, jacobian: set.jacobian)
        try Self.check(fit, set, digits: 9.5)
    }

    @Test("The same to 7.5 digits with difference quotients", arguments: NISTDataSet.all, [1, 2])
    func differences(_ set: NISTDataSet, _ start: Int) throws {
        let problem = LeastSquaresProblem(start: set.start(start), residualCount: set.response.count)
        let fit = try NonlinearLeastSquares().minimize(problem, residuals: set.residuals)
        try Self.check(fit, set, digits: 7.5)
    }

    /// The default step follows the magnitude of the parameter. That is far too long for the position of Eckerle4's peak
    /// (450, of width 5), the worst of the sets.
    @Test("Difference quotients agree with automatic differentiation to 1e-8 at the starts", arguments: NISTDataSet.all)
    func derivatives(_ set: NISTDataSet) throws {
        let start = set.start(2)
        let problem = LeastSquaresProblem(start: start, residualCount: set.response.count)
        let objective = try LeastSquaresObjective(problem, residuals: set.residuals, jacobian: nil)
        try objective.updateJacobian()
        var exact = [Double](repeating: 0, count: objective.jacobian.count)
        set.jacobian(start, &exact)
        for column in start.indices {
            let indices = stride(from: column, to: exact.count, by: start.count)
            let largest = indices.reduce(0) { max($0, abs(exact[$1])) }
            let difference = indices.reduce(0) { max($0, abs(exact[$1] - objective.jacobian[$1])) }
            #expect(difference <= 1e-8 * largest)
        }
    }
}

/// A result of SciPy on a NIST set within a box that cuts off the optimum; made by scripts/bounded_regression_scipy.py.
struct BoundedReference: Decodable, Sendable, CustomTestStringConvertible {
    let name: String
    let variant: String
    let lower: [Double?]
    let upper: [Double?]
    let start: [Double]
    let parameters: [Double]
    let chi2: Double

    var testDescription: String { "\(name), \(variant)" }

    struct File: Decodable {
        let fits: [BoundedReference]
    }

    static let all = (try? Fixtures.decode(File.self, from: "nist-strd-bounded.json").fits) ?? []

    var bounds: [ClosedRange<Double>] { zip(lower, upper).map { ($0 ?? -.infinity)...($1 ?? .infinity) } }
}

@Suite("NIST StRD within boxes that cut off the optimum")
struct BoundedNISTTests {
    @Test("Both boxes of all 27 sets are there")
    func complete() {
        #expect(BoundedReference.all.count == 54)
    }

    @Test(
        "Karush-Kuhn-Tucker conditions hold and the sum of squares is not above SciPy's",
        arguments: BoundedReference.all)
    func bounded(_ reference: BoundedReference) throws {
        let set = try #require(NISTDataSet.all.first { $0.name == reference.name })
        var problem = LeastSquaresProblem(start: reference.start, residualCount: set.response.count)
        problem.bounds = reference.bounds
        let fit = try NonlinearLeastSquares().minimize(problem, residuals: set.residuals, jacobian: set.jacobian)
        #expect(fit.converged, "\(fit.termination)")
        let precision = pow(10, -NISTRegressionTests.digitsOfChi2(set, reference.chi2))
        #expect(fit.chi2 <= reference.chi2 * (1 + max(1e-10, precision)))
        expectKarushKuhnTucker(fit, problem, set, precision: precision)
        // SciPy stops 5e-6 above the minimum of one box (Hahn1, "one"); there only the sums of squares can be compared.
        guard fit.chi2 >= reference.chi2 * (1 - 1e-9) else { return }
        for (index, parameter) in fit.parameters.enumerated() {
            let uncertainty = fit.standardUncertainty(of: index, weights: .relative) ?? 0
            let difference = abs(parameter - reference.parameters[index])
            #expect(difference <= 1e-4 * uncertainty + 1e-9 * abs(parameter))
        }
    }

    /// Inside the box the residuals are orthogonal to every column of the Jacobian; on a wall the sum of squares falls
    /// only outwards.
    private func expectKarushKuhnTucker(
        _ fit: LeastSquaresFit, _ problem: LeastSquaresProblem, _ set: NISTDataSet, precision: Double
    ) {
        let count = fit.parameters.count
        var jacobian = [Double](repeating: 0, count: fit.residuals.count * count)
        set.jacobian(fit.parameters, &jacobian)
        for index in 0..<count {
            let column = stride(from: index, to: jacobian.count, by: count).map { jacobian[$0] }
            let length = column.reduce(0) { $0 + $1 * $1 }.squareRoot()
            let slope = zip(column, fit.residuals).reduce(0) { $0 + $1.0 * $1.1 }
            let cosine = slope / (length * fit.chi2.squareRoot())
            let range = problem.bounds?[index] ?? -Double.infinity...Double.infinity
            #expect(range.contains(fit.parameters[index]))
            switch fit.positions[index] {
            case .free: #expect(abs(cosine) <= max(1e-7, 10 * precision))
            case .atLowerBound: #expect(fit.parameters[index] == range.lowerBound && cosine > 0)
            case .atUpperBound: #expect(fit.parameters[index] == range.upperBound && cosine < 0)
            case .fixed: Issue.record("no parameter is fixed")
            }
        }
    }
}
