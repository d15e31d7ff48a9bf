import Foundation
import SpectralMath

/// The cell of a phase in as many parameters as its crystal system leaves free: relative changes of the independent
/// elements of the reciprocal metric, G* = G*_0 + sum_k p_k n_k T_k, with T_k the tensors that the symmetry allows. 1/d^2
/// is linear in them for every symmetry, rhombohedral and oblique angles included.
struct CellParameters: Sendable {
    /// G* at the start.
    let start: SymmetricTensor
    /// The directions n_k T_k.
    let directions: [SymmetricTensor]

    var count: Int { directions.count }

    /// The freedom of `cell` under `group`; the cell is made to obey the symmetry first.
    init(_ cell: UnitCell, group: SpaceGroup) {
        let symmetric = UnitCell(metric: cell.symmetrized(by: group).metric) ?? cell
        let metric = symmetric.reciprocalMetric
        start = metric
        let lengths = [metric.xx.squareRoot(), metric.yy.squareRoot(), metric.zz.squareRoot()]
        directions = UnitCellRefinement.basis(of: group).map { tensor in
            // As large as leaves every element below twice the product of its axes: p = 0.01 is about 1 % of an edge.
            let ratios = [
                (tensor.xx, lengths[0] * lengths[0]), (tensor.yy, lengths[1] * lengths[1]),
                (tensor.zz, lengths[2] * lengths[2]), (tensor.xy, lengths[0] * lengths[1]),
                (tensor.xz, lengths[0] * lengths[2]), (tensor.yz, lengths[1] * lengths[2]),
            ].filter { abs($0.0) > 1e-9 }.map { $0.1 / abs($0.0) }
            var direction = tensor
            direction *= 2 * (ratios.min() ?? 1)
            // Growing parameters shrink the cell; the sign turns that round.
            if direction.xx + direction.yy + direction.zz > 0 { direction *= -1 }
            return direction
        }
    }

    /// G* for parameters.
    func metric(_ parameters: [Double]) -> SymmetricTensor {
        var sum = start
        for (value, direction) in zip(parameters, directions) {
            var part = direction
            part *= value
            sum += part
        }
        return sum
    }

    /// The cell; `nil` where the parameters give none.
    func cell(_ parameters: [Double]) -> UnitCell? {
        UnitCell(metric: metric(parameters)).flatMap { UnitCell(metric: $0.reciprocalMetric) }
    }

    /// The parameters that come closest to another cell of the same symmetry.
    func parameters(of cell: UnitCell) -> [Double] {
        let target = cell.reciprocalMetric
        let keys: [KeyPath<SymmetricTensor, Double>] = [\.xx, \.yy, \.zz, \.xy, \.xz, \.yz]
        let difference = keys.map { target[keyPath: $0] - start[keyPath: $0] }
        // The directions are orthogonal in the six elements.
        return directions.map { direction in
            let elements = keys.map { direction[keyPath: $0] }
            let norm = elements.reduce(0) { $0 + $1 * $1 }
            return zip(elements, difference).reduce(0) { $0 + $1.0 * $1.1 } / norm
        }
    }

    /// Parameters for an isotropic stretch of all edges.
    func stretched(_ parameters: [Double], by strain: Double) -> [Double] {
        guard let cell = cell(parameters) else { return parameters }
        let factor = 1 + strain
        guard
            let larger = UnitCell(
                a: cell.a * factor, b: cell.b * factor, c: cell.c * factor, alpha: cell.alpha, beta: cell.beta,
                gamma: cell.gamma)
        else { return parameters }
        return self.parameters(of: larger)
    }

    /// Derivatives of a function of the cell by the parameters, as central differences.
    func slopes(_ parameters: [Double], _ function: (UnitCell) -> [Double]) -> [[Double]] {
        directions.indices.map { k in
            let step = 1e-6
            func value(_ sign: Double) -> [Double]? {
                var moved = parameters
                moved[k] += sign * step
                return cell(moved).map(function)
            }
            guard let above = value(1), let below = value(-1) else { return [] }
            return zip(above, below).map { ($0 - $1) / (2 * step) }
        }
    }
}
