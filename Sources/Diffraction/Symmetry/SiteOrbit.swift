/// The atoms of a cell that symmetry makes of one.
struct SiteOrbit {
    /// The given position, moved onto the special position that it misses by rounding.
    var position: SIMD3<Double>
    /// One operation for each image that differs from the others by more than a centring translation.
    var operations: [SymmetryOperation]
    /// Atoms per cell.
    var multiplicity: Int
    /// The operations that leave the position where it is.
    var stabilizer: [SymmetryOperation]

    /// The orbit of a point.
    ///
    /// - Parameters:
    ///   - tolerance: how far, in fractions of a cell edge, an operation may move the point and still be taken to leave
    ///     it where it is.
    init(of point: SIMD3<Double>, primitiveOperations: [SymmetryOperation], centring: [[Int]], tolerance: Double) {
        let translations = centring.map {
            SIMD3(Double($0[0]), Double($0[1]), Double($0[2])) / Double(SymmetryOperation.denominator)
        }
        // Operations that leave the point nearly where it is; the mean of what they make of it is where they leave it
        // exactly, if they are a group (Grosse-Kunstleve & Adams, J. Appl. Cryst. 35 (2002) 477).
        var sum = SIMD3<Double>(repeating: 0)
        var count = 0.0
        for operation in primitiveOperations {
            if let shift = Self.nearest(operation(point) - point, translations), Self.size(shift) <= tolerance {
                sum += shift
                count += 1
            }
        }
        let snapped = count > 1 ? point + sum / count : point
        let stabilizer = primitiveOperations.filter { operation in
            Self.nearest(operation(snapped) - snapped, translations).map { Self.size($0) < 1e-7 } ?? false
        }
        self.stabilizer = stabilizer
        guard stabilizer.count > 1 else {
            position = point
            operations = primitiveOperations
            multiplicity = primitiveOperations.count * centring.count
            return
        }
        var images: [SIMD3<Double>] = []
        var chosen: [SymmetryOperation] = []
        for operation in primitiveOperations {
            let image = operation(snapped)
            let isKnown = images.contains { known in
                Self.nearest(image - known, translations).map { Self.size($0) < 1e-6 } ?? false
            }
            if isKnown { continue }
            images.append(image)
            chosen.append(operation)
        }
        position = snapped
        operations = chosen
        multiplicity = chosen.count * centring.count
    }

    private static func size(_ vector: SIMD3<Double>) -> Double {
        max(abs(vector.x), abs(vector.y), abs(vector.z))
    }

    /// The vector reduced by the lattice and the centring translations to the smallest that this gives.
    private static func nearest(_ vector: SIMD3<Double>, _ translations: [SIMD3<Double>]) -> SIMD3<Double>? {
        var best: SIMD3<Double>?
        var bestSize = Double.infinity
        for translation in translations {
            var reduced = vector - translation
            reduced -= reduced.rounded(.toNearestOrEven)
            if size(reduced) < bestSize {
                bestSize = size(reduced)
                best = reduced
            }
        }
        return best
    }
}
