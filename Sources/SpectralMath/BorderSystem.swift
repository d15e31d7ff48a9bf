/// What is left of the normal equations of several problems once the own parameters of each have been eliminated: the
/// parameters that all share, and the parameter of a chain in each problem.
///
/// The outer parameters of a problem are the shared ones in front and that of the chain, where it moves, behind them.
struct BorderSystem: Sendable {
    /// The number of shared parameters that move.
    let sharedCount: Int
    /// What all data say of the shared parameters, the chain eliminated too: row-major and full.
    private(set) var sharedInformation: [Double]
    /// The system of the chain; `nil` without one.
    let chain: ChainSystem?
    /// How the parameter of the chain in each problem follows the shared ones; empty without a chain.
    private(set) var chainElimination: [[Double]] = []
    private var inverseDiagonal: [Double] = []

    /// - Parameter damping: what is added to the diagonal for the outer parameters of each block; empty for nothing.
    ///
    /// `nil` where the chain is singular.
    init?(_ blocks: [EliminatedBlock], sharedCount s: Int, chain penalty: ChainPenalty?, damping: [[Double]]) {
        sharedCount = s
        var information = [Double](repeating: 0, count: s * s)
        for (index, block) in blocks.enumerated() {
            let m = block.remainder.count
            for a in 0..<s {
                for b in 0..<s { information[a * s + b] += block.complement[a * m + b] }
                if !damping.isEmpty { information[a * s + a] += damping[index][a] }
            }
        }
        guard let penalty else {
            chain = nil
            sharedInformation = information
            return
        }
        let diagonal = blocks.enumerated().map { index, block -> Double? in
            let m = block.remainder.count
            guard m > s else { return nil }
            return block.complement[m * m - 1] + (damping.isEmpty ? 0 : damping[index][s])
        }
        guard let system = ChainSystem(penalty, diagonal: diagonal) else { return nil }
        chain = system
        inverseDiagonal = system.inverseDiagonal()
        chainElimination = blocks.map { _ in [Double](repeating: 0, count: s) }
        for a in 0..<s {
            let column = system.solve(blocks.map { Self.chainElement($0, a, s) })
            for index in blocks.indices { chainElimination[index][a] = column[index] }
        }
        for (index, block) in blocks.enumerated() {
            for a in 0..<s {
                for b in 0..<s {
                    information[a * s + b] -= Self.chainElement(block, a, s) * chainElimination[index][b]
                }
            }
        }
        sharedInformation = information
    }

    /// The element of a block between the parameter of the chain and shared parameter `a`; zero where the former is held.
    private static func chainElement(_ block: EliminatedBlock, _ a: Int, _ s: Int) -> Double {
        let m = block.remainder.count
        return m > s ? block.complement[s * m + a] : 0
    }

    /// The steps of the shared parameters and, by problem, of that of the chain; `nil` where the system is singular.
    ///
    /// - Parameters:
    ///   - chainSlopes: the right-hand side of the chain's own terms, by problem.
    ///   - heldSteps: by problem the steps of parameters of the chain that are held; others do not count.
    func steps(
        _ blocks: [EliminatedBlock], chainSlopes: [Double], heldSteps: [Double]
    ) -> (shared: [Double], chain: [Double])? {
        let s = sharedCount
        var particular: [Double] = []
        if let chain {
            let rest = chain.rest(of: heldSteps)
            particular = chain.solve(
                blocks.enumerated().map { index, block in
                    block.remainder.count > s ? block.remainder[s] + chainSlopes[index] + rest[index] : 0
                })
        }
        let rightHandSide = (0..<s).map { a in
            blocks.enumerated().reduce(0.0) { sum, entry in
                let own = chain == nil ? 0 : Self.chainElement(entry.element, a, s) * particular[entry.offset]
                return sum + entry.element.remainder[a] - own
            }
        }
        guard let inverse = SmallSymmetric.inverse(of: sharedInformation, count: s, over: Array(0..<s)) else {
            return nil
        }
        let shared = (0..<s).map { a in (0..<s).reduce(0.0) { $0 + inverse[a * s + $1] * rightHandSide[$1] } }
        let own = particular.indices.map { index in
            (0..<s).reduce(particular[index]) { $0 - chainElimination[index][$1] * shared[$1] }
        }
        return (shared, own)
    }

    /// What all data say of the outer parameters of one problem, all others eliminated: row-major and full. Its inverse
    /// is the covariance of these parameters.
    func information(of index: Int, hasChain: Bool) -> [Double] {
        guard hasChain else { return sharedInformation }
        let s = sharedCount, m = s + 1
        let own = 1 / inverseDiagonal[index], follow = chainElimination[index]
        var result = [Double](repeating: 0, count: m * m)
        for a in 0..<s {
            for b in 0..<s { result[a * m + b] = sharedInformation[a * s + b] + own * follow[a] * follow[b] }
            result[a * m + s] = own * follow[a]
            result[s * m + a] = own * follow[a]
        }
        result[m * m - 1] = own
        return result
    }
}
