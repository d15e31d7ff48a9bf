/// A space group in one setting: its operations modulo lattice translations, those of the centring included.
public struct SpaceGroup: Sendable, Hashable {
    /// All operations, the identity first; for a centred cell each occurs once for every centring translation.
    public let operations: [SymmetryOperation]

    /// Why a list of operations is no space group.
    public enum Failure: Error, Sendable, Hashable {
        /// The operation is of infinite order, as no symmetry of a lattice is.
        case notCrystallographic(SymmetryOperation)
        /// Products of the operations never end.
        case tooManyOperations
    }

    /// The most operations a group may have: 192 is the most of any setting of the International Tables; supercells
    /// listed with their old translations have more.
    static let operationLimit = 3072

    /// The group that `generators` generate.
    ///
    /// - Throws: `Failure` where that is no space group.
    public init(generatedBy generators: [SymmetryOperation]) throws(Failure) {
        var members: [SymmetryOperation] = [.identity]
        var known: Set<SymmetryOperation> = [.identity]
        var used: [SymmetryOperation] = []
        for generator in generators where !known.contains(generator) {
            guard Self.isCrystallographic(generator.rotation) else { throw .notCrystallographic(generator) }
            used.append(generator)
            // Right products with all generators until nothing new turns up: in a finite group that is the group.
            var next = 0
            while next < members.count {
                for factor in used {
                    let product = members[next].after(factor)
                    guard known.insert(product).inserted else { continue }
                    guard Self.isCrystallographic(product.rotation) else { throw .notCrystallographic(product) }
                    guard members.count < Self.operationLimit else { throw .tooManyOperations }
                    members.append(product)
                }
                next += 1
            }
        }
        operations = members
    }

    /// No translation at all: the group P 1.
    public static let p1 = SpaceGroup(trusted: [.identity])

    private init(trusted operations: [SymmetryOperation]) { self.operations = operations }

    /// Whether an integer matrix has a finite order that a lattice allows: 1, 2, 3, 4 or 6.
    private static func isCrystallographic(_ rotation: [Int]) -> Bool {
        guard rotation.allSatisfy({ abs($0) <= 100 }) else { return false }
        let one = SymmetryOperation.identity.rotation
        var power = rotation
        for _ in 1...6 {
            if power == one { return true }
            power = SymmetryOperation.product(power, rotation)
            guard power.allSatisfy({ abs($0) <= 10_000 }) else { return false }
        }
        return false
    }

    /// The translations of the centring, the zero vector included, in units of 1/`SymmetryOperation.denominator`.
    public var centringTranslations: [[Int]] { operations.filter(\.isTranslation).map(\.translation) }

    /// One operation for each matrix R: the group modulo the centring.
    public var primitiveOperations: [SymmetryOperation] {
        var seen: Set<[Int]> = []
        return operations.filter { seen.insert($0.rotation).inserted }
    }

    /// Whether the group has an inversion centre, at the origin or elsewhere.
    public var isCentrosymmetric: Bool { operations.contains { $0.rotation == [-1, 0, 0, 0, -1, 0, 0, 0, -1] } }

    /// The matrices of the Laue group modulo inversion: the point group's, each with the sign that makes it proper.
    public var laueRotations: [SymmetryOperation] {
        var seen: Set<[Int]> = []
        return operations.compactMap { operation in
            let rotation = operation.determinant < 0 ? operation.rotation.map { -$0 } : operation.rotation
            return seen.insert(rotation).inserted
                ? SymmetryOperation(rotation: rotation, translation: [0, 0, 0]) : nil
        }
    }

    /// The order of the Laue group, Friedel mates counted: the multiplicity of a general reflection.
    public var laueOrder: Int { 2 * laueRotations.count }

    /// Whether symmetry makes the reflection zero: an operation that maps it onto itself shifts its phase.
    public func isSystematicallyAbsent(_ index: MillerIndex) -> Bool {
        operations.contains { $0(index) == index && $0.phaseShift(index) != 0 }
    }

    /// The crystal system, from the rotations.
    public var crystalSystem: CrystalSystem {
        let orders = laueRotations.map { rotation -> Int in
            switch rotation.rotation[0] + rotation.rotation[4] + rotation.rotation[8] {
            case 3: 1
            case -1: 2
            case 0: 3
            case 1: 4
            default: 6
            }
        }
        let twofold = orders.filter { $0 == 2 }.count
        if orders.filter({ $0 == 3 }).count >= 8 { return .cubic }
        if orders.contains(6) { return .hexagonal }
        if orders.contains(3) { return .trigonal }
        if orders.contains(4) { return .tetragonal }
        return twofold >= 3 ? .orthorhombic : (twofold == 1 ? .monoclinic : .triclinic)
    }

    /// Whether the groups have the same rotations, centring and systematic absences: an origin shift changes neither.
    func differsOnlyInOrigin(from other: SpaceGroup) -> Bool {
        guard operations.count == other.operations.count, Set(centringTranslations) == Set(other.centringTranslations),
            Set(operations.map(\.rotation)) == Set(other.operations.map(\.rotation))
        else { return false }
        // Screws and glides show in the axes and planes through the origin of reciprocal space.
        let reach = -4...4
        return reach.allSatisfy { h in
            reach.allSatisfy { k in
                (0...6).allSatisfy { l in
                    let index = MillerIndex(h, k, l)
                    return isSystematicallyAbsent(index) == other.isSystematicallyAbsent(index)
                }
            }
        }
    }

    /// The same symmetry in other coordinates, x' = V x with V the change of basis; `nil` where V is not unimodular.
    func transformed(by change: SymmetryOperation) throws(Failure) -> SpaceGroup? {
        guard let back = change.inverse else { return nil }
        return try SpaceGroup(generatedBy: operations.map { change.after($0).after(back) })
    }

    /// Two groups are equal where they have the same operations in any order.
    public static func == (left: SpaceGroup, right: SpaceGroup) -> Bool {
        left.operations.count == right.operations.count && Set(left.operations) == Set(right.operations)
    }

    /// Hashes the operations without their order.
    public func hash(into hasher: inout Hasher) { hasher.combine(Set(operations)) }
}

/// The seven crystal systems.
public enum CrystalSystem: String, Sendable, Hashable, Codable, CaseIterable {
    /// No symmetry but, at most, inversion.
    case triclinic
    /// One twofold axis or mirror plane.
    case monoclinic
    /// Three perpendicular twofold axes or mirror planes.
    case orthorhombic
    /// One fourfold axis.
    case tetragonal
    /// One threefold axis, on hexagonal or rhombohedral axes.
    case trigonal
    /// One sixfold axis.
    case hexagonal
    /// Four threefold axes, along the diagonals of the cube.
    case cubic
}
