import SpectralMath

/// Finds the shift of the energy scale that lines a model up best with data: areas and background are solved for at each of
/// many shifts, all other parameters stand at their starts.
///
/// Where lines stand shows over a fitted Shirley background, whatever the model subtracts later: its ends move with the
/// shift that is sought. The lines do not depend on the data, so they are drawn once for all spectra of an axis; on equal
/// steps of which some make one step of the scan, shifting them is reading them from another point on.
struct ShiftScan: ~Copyable {
    /// The distance of two shifts in eV: finer than half a line width, so that the fit starts inside the right valley.
    static let step = 0.1

    /// Lines on a grid that reaches beyond the data by the largest shift on both sides.
    private final class Lines {
        /// A constant, one column for each component, the data.
        let columns: SpectralColumns
        /// The components without background, one after another, and their integrals from the first point on.
        let values: [Double]
        let integrals: [Double]
        let points: Int
        /// How many points one step of the scan is.
        let stride: Int

        init(columns: consuming SpectralColumns, values: [Double], integrals: [Double], points: Int, stride: Int) {
            self.columns = columns
            self.values = values
            self.integrals = integrals
            self.points = points
            self.stride = stride
        }
    }

    /// The energies that this is ready for.
    let energies: [Double]
    /// Which of them are looked at.
    private let range: Range<Int>
    private let scanned: [Double]
    private var problem: PeakProblem
    private let lines: Lines?
    private let solver: BoundedLinearSolver
    private let shiftIndex: Int
    private let strengthIndices: [Int]
    private var theta: [Double]
    private let linearCount: Int
    private let componentCount: Int
    private let gram: UnsafeMutableBufferPointer<Double>
    private let matrix: UnsafeMutableBufferPointer<Double>
    private let vector: UnsafeMutableBufferPointer<Double>
    private let solution: UnsafeMutableBufferPointer<Double>
    private let isHeld: UnsafeMutableBufferPointer<Bool>

    /// A scan with `model`, whose energies are referenced to a line, over `energies` (eV, ascending); `nil` where there are
    /// too few points to tell a shift.
    init?(_ model: ResolvedModel, energies: [Double]) throws {
        let reach = PeakModel.calibrationReach
        var range = energies.indices
        if let window = model.effective.window {
            range = FitData.range((window.lowerBound - reach)...(window.upperBound + reach), in: energies)
        }
        var scanned = model.effective
        scanned.background = .shirley
        let model = try scanned.resolved(calibration: model.effective.calibration)
        guard range.count >= 3, let shiftIndex = model.shiftIndex else { return nil }
        let looked = Array(energies[range])
        self.energies = energies
        self.range = range
        self.scanned = looked
        self.shiftIndex = shiftIndex
        strengthIndices = model.background.stepParameters
        theta = model.nonlinear.map { min(max($0.start ?? 0, $0.bounds.lowerBound), $0.bounds.upperBound) }
        linearCount = model.linear.count
        componentCount = model.parts.count
        solver = BoundedLinearSolver(bounds: model.linear.map(\.bounds))
        let grid = model.backgroundCount == 1 ? Self.grid(around: looked) : nil
        problem = PeakProblem(model: model, energies: grid?.energies ?? looked)
        if let grid {
            lines = Self.lines(&problem, theta, strengthIndices, shiftIndex, grid)
        } else {
            lines = nil
        }
        let count = model.linear.count, length = model.parts.count + 2
        gram = .allocate(capacity: length * length)
        gram.initialize(repeating: 0)
        matrix = .allocate(capacity: count * count)
        matrix.initialize(repeating: 0)
        vector = .allocate(capacity: count)
        vector.initialize(repeating: 0)
        solution = .allocate(capacity: count)
        solution.initialize(repeating: 0)
        isHeld = .allocate(capacity: count)
        isHeld.initialize(repeating: false)
    }

    deinit {
        gram.deallocate()
        matrix.deallocate()
        vector.deallocate()
        solution.deallocate()
        isHeld.deallocate()
    }

    // MARK: - Lines

    /// The grid of equal steps around `energies`, with the number of its steps in one of the scan; `nil` where the energies,
    /// or the steps of the scan, do not fall on one.
    private static func grid(around energies: [Double]) -> (energies: [Double], stride: Int)? {
        let first = energies[0], count = energies.count
        let distance = (energies[count - 1] - first) / Double(count - 1)
        guard distance > 1e-3, distance <= step * 1.5 else { return nil }
        // What files print their energies to; it displaces no line noticeably.
        let slack = 1e-9
        for (index, energy) in energies.enumerated() where abs(energy - first - Double(index) * distance) > slack {
            return nil
        }
        let stride = Int((step / distance).rounded())
        let steps = (2 * PeakModel.calibrationReach / step).rounded()
        guard stride > 0, abs(Double(stride) * distance - step) * steps <= slack else { return nil }
        let before = Int(steps / 2) * stride
        // Vectors reach beyond the last point by less than one of them.
        let total = count + 2 * before + SpectralColumns.padding
        return ((0..<total).map { first + Double($0 - before) * distance }, stride)
    }

    private static func lines(
        _ problem: inout PeakProblem, _ theta: [Double], _ strengths: [Int], _ shiftIndex: Int,
        _ grid: (energies: [Double], stride: Int)
    ) -> Lines {
        let parts = problem.model.parts.count, count = grid.energies.count
        var theta = theta
        theta[shiftIndex] = 0
        func curves(strength: Double) -> [Double] {
            for index in strengths { theta[index] = strength }
            problem.evaluate(theta: theta, coefficients: problem.model.linear.map { _ in 0 })
            return (0..<parts).flatMap { Array(problem.columns.column(problem.backgroundCount + $0)) }
        }
        let both = curves(strength: 1), values = curves(strength: 0)
        let columns = SpectralColumns(abscissa: grid.energies, columnCount: parts + 2)
        columns.column(0).update(repeating: 1)
        return Lines(
            columns: columns, values: values, integrals: zip(both, values).map { $0 - $1 }, points: count,
            stride: grid.stride)
    }

    // MARK: - Scanning

    /// The best shift in eV for `data`, whose energies are those that this is ready for.
    mutating func bestShift(_ data: FitData) throws -> Double {
        let intensities = Array(data.intensities[range])
        let strength = FitWorkspace.shirleyStrength(scanned, intensities)
        for index in strengthIndices { theta[index] = strength }
        let size = (intensities.count + SpectralColumns.padding - 1) / SpectralColumns.padding * SpectralColumns.padding
        var weights = PeakFitter.smoothed(intensities).map { 1 / (max($0, data.gain) * data.gain) }
        let squares = zip(intensities, weights).reduce(0) { $0 + $1.0 * $1.0 * $1.1 }
        if lines == nil { problem.setData(intensities, weights: weights) }
        weights += repeatElement(0, count: size - weights.count)
        if let lines { fillColumns(lines, strength) }

        var best = (shift: 0.0, chi2: Double.infinity)
        let reach = PeakModel.calibrationReach
        for (number, shift) in stride(from: -reach, through: reach, by: Self.step).enumerated() {
            theta[shiftIndex] = shift
            if let lines {
                fillGram(lines, from: number * lines.stride, strength, intensities, weights)
                theta.withUnsafeBufferPointer {
                    problem.gather(
                        UnsafeBufferPointer(gram), rowLength: componentCount + 2, at: $0, matrix: matrix, vector: vector
                    )
                }
            } else {
                try theta.withUnsafeBufferPointer {
                    try problem.linearEquations(at: $0, matrix: matrix, vector: vector)
                }
            }
            solution.update(repeating: 0)
            isHeld.update(repeating: false)
            solver.solve(matrix: matrix, vector: vector, solution: solution, isHeld: isHeld)
            let chi2 = squares + change
            if chi2 < best.chi2 { best = (shift, chi2) }
        }
        return best.shift
    }

    /// The components over a background of that strength.
    private func fillColumns(_ lines: Lines, _ strength: Double) {
        lines.values.withUnsafeBufferPointer { values in
            lines.integrals.withUnsafeBufferPointer { integrals in
                for part in 0..<componentCount {
                    let column = lines.columns.column(1 + part), start = part * lines.points
                    for i in 0..<lines.points { column[i] = values[start + i] + strength * integrals[start + i] }
                }
            }
        }
    }

    /// Fills the Gram matrix of the constant, the components and the data, which begin at point `first` of the grid.
    private func fillGram(
        _ lines: Lines, from first: Int, _ strength: Double, _ intensities: [Double], _ weights: [Double]
    ) {
        let length = componentCount + 2
        let data = lines.columns.column(length - 1)
        for i in intensities.indices { data[first + i] = intensities[i] }
        weights.withUnsafeBufferPointer {
            lines.columns.gram(count: length, from: first, weights: $0, into: gram, rowLength: length)
        }
        // Integrals start at the first point of the data, not of the grid: less a constant.
        func offset(_ column: Int) -> Double {
            column <= componentCount ? strength * lines.integrals[(column - 1) * lines.points + first] : 0
        }
        let constant = gram[0]
        for i in 1..<length {
            let a = offset(i), iConstant = gram[i * length]
            for j in 1...i {
                let b = offset(j), jConstant = j == i ? iConstant : gram[j * length] + b * constant
                gram[i * length + j] += a * b * constant - b * iConstant - a * jConstant
            }
            gram[i * length] -= a * constant
        }
    }

    /// c'Ac - 2 b'c for the coefficients c.
    private var change: Double {
        var sum = 0.0
        for i in 0..<linearCount {
            var row = matrix[i * linearCount + i] * solution[i] - 2 * vector[i]
            for j in 0..<i { row += 2 * matrix[i * linearCount + j] * solution[j] }
            sum += row * solution[i]
        }
        return sum
    }
}
