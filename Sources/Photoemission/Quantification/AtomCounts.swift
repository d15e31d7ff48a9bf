import Foundation
import Spectra

/// Numbers of atoms behind areas, on a common arbitrary scale, with their covariance.
struct AtomCounts: Sendable {
    let lines: [QuantifiedLine]
    let counts: [Double]
    /// Row-major covariance from counting statistics.
    let statistical: [Double]
    /// Row-major covariance with the uncertainty of the corrections.
    let combined: [Double]
    /// Whether each line belongs to the level that its element is counted by.
    let isCounted: [Bool]
    let total: Double

    /// - Parameter blocks: the lines of each fit with the covariance of their areas.
    init(_ blocks: [(lines: [QuantifiedLine], covariance: [Double])], exponentUncertainty: Double) throws {
        lines = blocks.flatMap(\.lines)
        let count = lines.count
        counts = lines.map { $0.area.value / $0.divisor }
        var covariance = [Double](repeating: 0, count: count * count)
        var first = 0
        for block in blocks {
            let size = block.lines.count
            for a in 0..<size {
                for b in 0..<size {
                    covariance[(first + a) * count + first + b] =
                        block.covariance[a * size + b] / (block.lines[a].divisor * block.lines[b].divisor)
                }
            }
            first += size
        }
        statistical = covariance
        for a in 0..<count {
            for b in 0..<count {
                // What is wrong with the factor of a level is wrong for all of its species alike.
                let own =
                    lines[a].level == lines[b].level ? lines[a].relativeUncertainty * lines[b].relativeUncertainty : 0
                // What is wrong with an exponent is wrong for all levels, by the logarithm of their energies.
                let logarithms = log(lines[a].kineticEnergy / 1000) * log(lines[b].kineticEnergy / 1000)
                covariance[a * count + b] +=
                    counts[a] * counts[b] * (own + logarithms * exponentUncertainty * exponentUncertainty)
            }
        }
        combined = covariance
        var levels: [String: CoreLevel] = [:]
        for line in lines where levels[line.level.element] == nil { levels[line.level.element] = line.level }
        isCounted = lines.map { levels[$0.level.element] == $0.level }
        total = try Self.total(counts, isCounted)
    }

    init(
        lines: [QuantifiedLine], counts: [Double], statistical: [Double], combined: [Double], isCounted: [Bool]
    ) throws {
        self.lines = lines
        self.counts = counts
        self.statistical = statistical
        self.combined = combined
        self.isCounted = isCounted
        total = try Self.total(counts, isCounted)
    }

    private static func total(_ counts: [Double], _ isCounted: [Bool]) throws -> Double {
        let total = zip(counts, isCounted).reduce(0) { $1.1 ? $0 + $1.0 : $0 }
        guard total > 0, total.isFinite else {
            throw QuantificationError.fits("the areas add up to nothing that could be quantified")
        }
        return total
    }

    // MARK: - Gradients by the counts

    /// The atomic per cent of the lines in `members`, and its derivatives by the counts.
    private func percent(_ members: [Int]) -> (value: Double, gradient: [Double]) {
        let sum = members.reduce(0) { $0 + counts[$1] }
        var gradient = isCounted.map { $0 ? -100 * sum / (total * total) : 0 }
        for index in members { gradient[index] += 100 / total }
        return (100 * sum / total, gradient)
    }

    private func quotient(_ first: [Int], _ second: [Int]) -> (value: Double, gradient: [Double])? {
        let above = first.reduce(0) { $0 + counts[$1] }, below = second.reduce(0) { $0 + counts[$1] }
        guard below > 0 else { return nil }
        var gradient = [Double](repeating: 0, count: counts.count)
        for index in first { gradient[index] += 1 / below }
        for index in second { gradient[index] -= above / (below * below) }
        return (above / below, gradient)
    }

    /// The standard deviation of a quantity around `value`; `nil` where it cannot vary, as the share of an only species.
    private func deviation(_ gradient: [Double], _ covariance: [Double], of value: Double) -> Double? {
        let deviation = max(0, propagated([gradient], covariance)[0]).squareRoot()
        return deviation > 1e-12 * abs(value) ? deviation : nil
    }

    // MARK: - Results

    private func members(of level: CoreLevel) -> [Int] { lines.indices.filter { lines[$0].level == level } }

    /// The elements in order of appearance with the level that each is counted by.
    private var counted: [(element: String, level: CoreLevel)] {
        var seen: Set<String> = []
        return lines.compactMap { seen.insert($0.level.element).inserted ? ($0.level.element, $0.level) : nil }
    }

    func species() -> [Quantification.SpeciesAmount] {
        lines.indices.map { index in
            let (value, gradient) = percent([index])
            let share = quotient([index], members(of: lines[index].level))
            return .init(
                line: lines[index],
                atomicPercent: Measured(value, standardUncertainty: deviation(gradient, combined, of: value)),
                statisticalUncertainty: deviation(gradient, statistical, of: value),
                shareOfElement: Measured(
                    share?.value ?? 0,
                    standardUncertainty: share.flatMap { deviation($0.gradient, combined, of: $0.value) }),
                counts: isCounted[index])
        }
    }

    func elements() -> [Quantification.ElementAmount] {
        counted.map { element, level in
            let (value, gradient) = percent(members(of: level))
            var others: [CoreLevel] = []
            for line in lines where line.level.element == element && line.level != level {
                if !others.contains(line.level) { others.append(line.level) }
            }
            return .init(
                element: element, level: level,
                atomicPercent: Measured(value, standardUncertainty: deviation(gradient, combined, of: value)),
                statisticalUncertainty: deviation(gradient, statistical, of: value),
                otherLevels: others.map { other in
                    let (value, gradient) = percent(members(of: other))
                    return .init(
                        level: other,
                        atomicPercent: Measured(value, standardUncertainty: deviation(gradient, combined, of: value)))
                })
        }
    }

    func covarianceOfSpecies() -> [Double] { propagated(lines.indices.map { percent([$0]).gradient }, combined) }

    func covarianceOfElements() -> [Double] {
        propagated(counted.map { percent(members(of: $0.level)).gradient }, combined)
    }

    func ratio(_ first: [Int], _ second: [Int]) throws -> Measured {
        guard let (value, gradient) = quotient(first, second) else {
            throw QuantificationError.fits("the denominator of the ratio has no atoms")
        }
        return Measured(value, standardUncertainty: deviation(gradient, combined, of: value))
    }
}
