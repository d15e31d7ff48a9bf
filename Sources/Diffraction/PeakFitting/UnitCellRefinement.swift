import Foundation
import SpectralMath
import Spectra

/// A line of a pattern with the indices of the reflection that it is.
public struct IndexedLine: Sendable, Hashable {
    /// The indices of one of the equivalent reflections.
    public var index: MillerIndex
    /// The measured position of the primary line, degrees.
    public var twoTheta: Measured

    /// A line.
    public init(_ index: MillerIndex, twoTheta: Measured) {
        self.index = index
        self.twoTheta = twoTheta
    }
}

/// The unit cell from the positions of indexed lines, with errors of the instrument: weighted least squares on two
/// theta, the cell in the parameters of the reciprocal metric that its symmetry leaves free (M. U. Cohen, Rev. Sci. Instrum.
/// 6 (1935) 68).
public struct UnitCellRefinement: Sendable {
    /// An error of the instrument that is refined with the cell.
    ///
    /// Zero and displacement can hardly be told apart over a usual range: refine one of them.
    public enum Correction: String, Sendable, Hashable, Codable, CaseIterable {
        /// A constant added to two theta.
        case zero
        /// The specimen stands too high by h: two theta becomes larger by 2 h cos(theta) / R (Bragg-Brentano geometry).
        case displacement
        /// Rays that leave the equatorial plane draw lines to smaller angles below and to larger angles above 90 degrees,
        /// by a constant times cot(2 theta) (A. J. C. Wilson, Mathematical Theory of X-ray Powder Diffractometry (1963);
        /// International Tables C, 5.2): what a symmetric line fitted to an asymmetric one leaves of it.
        case axialDivergence

        /// By how much a line moves for a parameter of one degree.
        fileprivate func shift(twoTheta: Double) -> Double {
            switch self {
            case .zero: 1
            case .displacement: cos(twoTheta * .pi / 360)
            case .axialDivergence: -1 / tan(twoTheta * .pi / 180)
            }
        }
    }

    /// Why there is no result.
    public enum Failure: Error, Sendable, Hashable, CustomStringConvertible {
        /// Fewer lines than parameters.
        case tooFewLines(found: Int, parameters: Int)
        /// The lines do not determine the cell: none of them depends on some edge or angle.
        case undetermined
        /// The parameters left what is a cell.
        case noCell
        /// A position without a positive uncertainty.
        case noUncertainty(MillerIndex)

        /// A sentence for a person.
        public var description: String {
            switch self {
            case .tooFewLines(let found, let parameters):
                "\(found) lines cannot determine \(parameters) parameters of cell and instrument"
            case .undetermined: "the lines do not determine all parameters of the cell: other indices are needed"
            case .noCell: "the positions lead to no cell: are the indices right?"
            case .noUncertainty(let index): "the line \(index) has no standard uncertainty to weigh it by"
            }
        }
    }

    /// The cell.
    public let cell: UnitCell
    /// The standard uncertainties of a, b, c in Angstrom and alpha, beta, gamma in degrees, in this order; 0 where symmetry
    /// fixes a parameter. They are raised where the lines scatter more than their own uncertainties.
    public let standardUncertainties: [Double]
    /// Which errors of the instrument were refined, and their parameters in degrees: the zero, the shift that displacement
    /// would cause at two theta = 0, the factor of -cot(2 theta) for axial divergence.
    public let corrections: [(kind: Correction, value: Measured)]
    /// The wavelength in Angstrom that the cell refers to.
    public let wavelength: Double
    /// Measured less calculated position of each line, degrees, in the order of the lines.
    public let residuals: [Double]
    /// Chi squared per degree of freedom; `nil` where there is none.
    public let reducedChi2: Double?
    /// The largest correlation, as a number from 0 to 1, of a correction with another parameter.
    public let correlation: Double

    /// The parameter of a correction in degrees; `nil` where it was not refined.
    public func correction(_ kind: Correction) -> Measured? { corrections.first { $0.kind == kind }?.value }

    /// How far too high the specimen stands, in the unit of `radius`, of the goniometer; `nil` where that was not refined.
    public func displacement(radius: Double) -> Measured? {
        guard let shift = correction(.displacement) else { return nil }
        // s = 2 h / R.
        let factor = radius / 2 * .pi / 180
        return Measured(shift.value * factor, standardUncertainty: shift.standardUncertainty.map { $0 * factor })
    }

    /// Refines the cell `start` under the symmetry of `group`.
    ///
    /// - Throws: `Failure`.
    public init(
        _ lines: [IndexedLine], start: UnitCell, group: SpaceGroup, wavelength: Double,
        correcting kinds: [Correction] = [.displacement]
    ) throws(Failure) {
        let basis = Self.basis(of: group)
        let count = basis.count + kinds.count
        guard lines.count >= count else { throw .tooFewLines(found: lines.count, parameters: count) }
        for line in lines {
            guard let u = line.twoTheta.standardUncertainty, u > 0, u.isFinite, line.twoTheta.value > 0,
                line.twoTheta.value < 180
            else { throw .noUncertainty(line.index) }
        }
        var parameters =
            Self.coordinates(start.symmetrized(by: group).metric, basis) + [Double](repeating: 0, count: kinds.count)
        let problem = Problem(lines: lines, basis: basis, kinds: kinds, wavelength: wavelength)
        var covariance = Matrix(zeros: count, count)
        for _ in 0..<50 {
            let solution = try problem.step(from: parameters)
            covariance = solution.covariance
            for k in 0..<count { parameters[k] += solution.steps[k] }
            let scale = parameters.prefix(basis.count).map(abs).max() ?? 1
            let converged = (0..<count).allSatisfy { k in
                abs(solution.steps[k]) < (k < basis.count ? 1e-13 * scale : 1e-12)
            }
            if converged { break }
        }
        let metric = Self.metric(parameters, basis)
        guard metric.isPositiveDefinite, let cell = Self.cell(reciprocal: metric) else { throw .noCell }
        residuals = try problem.rows(at: parameters).map(\.difference)
        let chi2 = zip(residuals, lines).reduce(0) {
            let pull = $1.0 / ($1.1.twoTheta.standardUncertainty ?? 1)
            return $0 + pull * pull
        }
        let freedom = lines.count - count
        reducedChi2 = freedom > 0 ? chi2 / Double(freedom) : nil
        let factor = max(1, reducedChi2 ?? 1)
        self.cell = cell
        self.wavelength = wavelength
        corrections = kinds.enumerated().map { number, kind in
            let k = basis.count + number
            return (kind, Measured(parameters[k], standardUncertainty: (factor * covariance[k, k]).squareRoot()))
        }
        correlation =
            (basis.count..<count).flatMap { k in
                (0..<count).filter { $0 != k }.map {
                    abs(covariance[k, $0]) / (covariance[k, k] * covariance[$0, $0]).squareRoot()
                }
            }.max() ?? 0
        standardUncertainties = Self.uncertainties(parameters, basis, covariance).map { $0 * factor.squareRoot() }
    }

    // MARK: - Least squares

    private struct Problem {
        let lines: [IndexedLine]
        let basis: [SymmetricTensor]
        let kinds: [Correction]
        let wavelength: Double

        /// Measured less calculated position of each line, and the derivatives of the calculated one by the parameters.
        func rows(at parameters: [Double]) throws(Failure) -> [(difference: Double, derivatives: [Double])] {
            let metric = UnitCellRefinement.metric(parameters, basis)
            var rows: [(difference: Double, derivatives: [Double])] = []
            for line in lines {
                let h = SIMD3(Double(line.index.h), Double(line.index.k), Double(line.index.l))
                let sine = wavelength / 2 * max(metric.form(h), 0).squareRoot()
                guard sine > 0, sine < 1 else { throw .noCell }
                let theta = asin(sine)
                let angle = 2 * theta * 180 / .pi
                let shifts = kinds.map { $0.shift(twoTheta: angle) }
                let moved = zip(shifts, parameters.dropFirst(basis.count)).reduce(0) { $0 + $1.0 * $1.1 }
                // sin^2 = (lambda^2 / 4) Q: d(2 theta) = (lambda^2 / 4) dQ / (sin cos).
                let slope = wavelength * wavelength / (4 * sin(theta) * cos(theta)) * 180 / .pi
                rows.append((line.twoTheta.value - angle - moved, basis.map { slope * $0.form(h) } + shifts))
            }
            return rows
        }

        /// A Gauss-Newton step, and the inverse of the normal matrix.
        func step(from parameters: [Double]) throws(Failure) -> (steps: [Double], covariance: Matrix) {
            let count = parameters.count
            var elements: [Double] = []
            var right: [Double] = []
            for (row, line) in zip(try rows(at: parameters), lines) {
                let weight = 1 / (line.twoTheta.standardUncertainty ?? 1)
                elements += row.derivatives.map { $0 * weight }
                right.append(row.difference * weight)
            }
            var normal = Matrix(zeros: count, count)
            for start in stride(from: 0, to: elements.count, by: count) {
                for a in 0..<count {
                    for b in 0..<count { normal[a, b] += elements[start + a] * elements[start + b] }
                }
            }
            guard let matrix = try? Matrix(rows: right.count, columns: count, elements: elements),
                let steps = try? LinearLeastSquares(matrix, right).solution,
                let covariance = try? CholeskyDecomposition(normal).inverse()
            else { throw .undetermined }
            return (steps, covariance)
        }
    }

    // MARK: - The metric that symmetry leaves

    private static let elements: [WritableKeyPath<SymmetricTensor, Double> & Sendable] = [
        \.xx, \.yy, \.zz, \.xy, \.xz, \.yz,
    ]

    /// Independent tensors that the group leaves unchanged as reciprocal metrics: the means over the group of the six
    /// elementary ones.
    static func basis(of group: SpaceGroup) -> [SymmetricTensor] {
        let rotations = group.laueRotations
        var result: [SymmetricTensor] = []
        var orthogonal: [[Double]] = []
        for element in elements {
            var unit = SymmetricTensor.zero
            unit[keyPath: element] = 1
            var mean = SymmetricTensor.zero
            // Indices transform as h R, so that h G* h^T is unchanged for G* = R G* R^T.
            for rotation in rotations { mean += unit.transformed(by: rotation.rotation) }
            mean *= 1 / Double(rotations.count)
            var rest = elements.map { mean[keyPath: $0] }
            for known in orthogonal {
                let overlap = zip(rest, known).reduce(0) { $0 + $1.0 * $1.1 }
                for i in rest.indices { rest[i] -= overlap * known[i] }
            }
            let norm = rest.reduce(0) { $0 + $1 * $1 }.squareRoot()
            guard norm > 1e-6 else { continue }
            orthogonal.append(rest.map { $0 / norm })
            var tensor = SymmetricTensor.zero
            for (i, key) in elements.enumerated() { tensor[keyPath: key] = rest[i] / norm }
            result.append(tensor)
        }
        return result
    }

    /// The coordinates in the basis of the reciprocal of a metric.
    private static func coordinates(_ metric: SymmetricTensor, _ basis: [SymmetricTensor]) -> [Double] {
        guard let cell = UnitCell(metric: metric) else { return basis.map { _ in 0 } }
        let reciprocal = cell.reciprocalMetric
        // The basis is orthonormal in the six elements.
        return basis.map { tensor in
            elements.reduce(0) { $0 + tensor[keyPath: $1] * reciprocal[keyPath: $1] }
        }
    }

    private static func metric(_ parameters: [Double], _ basis: [SymmetricTensor]) -> SymmetricTensor {
        zip(parameters, basis).reduce(into: SymmetricTensor.zero) { sum, term in
            var part = term.1
            part *= term.0
            sum += part
        }
    }

    /// The cell of a reciprocal metric: the reciprocal of the reciprocal cell.
    private static func cell(reciprocal: SymmetricTensor) -> UnitCell? {
        UnitCell(metric: reciprocal).flatMap { UnitCell(metric: $0.reciprocalMetric) }
    }

    private static func values(_ cell: UnitCell) -> [Double] {
        [cell.a, cell.b, cell.c, cell.alpha, cell.beta, cell.gamma]
    }

    /// The uncertainties of edges and angles by difference quotients of the cell by the parameters.
    private static func uncertainties(
        _ parameters: [Double], _ basis: [SymmetricTensor], _ covariance: Matrix
    ) -> [Double] {
        let scale = parameters.prefix(basis.count).map(abs).max() ?? 1
        let slopes = basis.indices.map { k -> [Double] in
            let step = 1e-6 * scale
            func cell(_ sign: Double) -> [Double]? {
                var moved = parameters
                moved[k] += sign * step
                return Self.cell(reciprocal: metric(moved, basis)).map(values)
            }
            guard let above = cell(1), let below = cell(-1) else { return [Double](repeating: 0, count: 6) }
            return zip(above, below).map { ($0 - $1) / (2 * step) }
        }
        return (0..<6).map { i in
            var variance = 0.0
            for j in basis.indices {
                for k in basis.indices { variance += slopes[j][i] * slopes[k][i] * covariance[j, k] }
            }
            let sigma = max(variance, 0).squareRoot()
            // What symmetry fixes has no uncertainty but rounding.
            return sigma < 1e-12 ? 0 : sigma
        }
    }
}

extension UnitCellRefinement {
    /// The peaks that are one reflection of a known phase each: the nearest calculated line, when no other line of it and
    /// no other peak is within a full width of the place.
    ///
    /// - Parameters:
    ///   - peaks: the measured peaks.
    ///   - pattern: the computed pattern of the phase.
    ///   - tolerance: how far measured and calculated position may be apart, degrees.
    ///   - minimumIntensity: weaker calculated lines are not looked for; the strongest has 100.
    public static func assign(
        _ peaks: [DiffractionPeak], to pattern: PowderPattern, tolerance: Double = 0.3, minimumIntensity: Double = 1
    ) -> [IndexedLine] {
        let lines = pattern.lines(separation: 1e-6)
        let strong = lines.filter { $0.intensity >= minimumIntensity }
        return strong.compactMap { line in
            let near = peaks.filter { abs($0.twoTheta.value - line.twoTheta) <= tolerance }
            guard near.count == 1, let peak = near.first, let index = line.indices.first else { return nil }
            // Another line that is a twentieth as strong pulls the position by a noticeable part of the width.
            let crowded = lines.contains {
                $0 != line && abs($0.twoTheta - line.twoTheta) < tolerance
                    && $0.intensity > 0.02 * line.intensity
            }
            return crowded ? nil : IndexedLine(index, twoTheta: peak.twoTheta)
        }
    }
}
