import Foundation

/// The geometric sums of a structure: for each scattering species G(h) = sum_j occupancy_j T_j(h) exp(2 pi i h . x_j)
/// over the atoms of the cell. The structure factor is F(h) = sum_species f_species(s) G_species(h).
struct StructureFactors {
    /// A kind of atom that scatters alike.
    struct Scatterer: Hashable {
        var formFactor: FormFactor
        var element: String
    }

    private let reflections: [ReflectionList.Entry]
    private(set) var scatterers: [Scatterer] = []
    private var real: [[Double]] = []
    private var imaginary: [[Double]] = []

    /// The sums over the cell of `structure`.
    ///
    /// - Parameters:
    ///   - scatterers: what each site scatters as.
    ///   - displacements: B in square Angstrom for the sites that state no displacement.
    init(
        structure: CrystalStructure, reflections: [ReflectionList.Entry], scatterers siteScatterers: [Scatterer],
        displacements: (AtomSite) -> Double
    ) {
        self.reflections = reflections
        let phases = PhaseTable(reflections: reflections)
        let centring = Double(
            structure.spaceGroup.operations.count / max(structure.spaceGroup.primitiveOperations.count, 1))
        for (index, site) in structure.sites.enumerated() {
            let scatterer = siteScatterers[index]
            var slot = scatterers.firstIndex(of: scatterer)
            if slot == nil {
                slot = scatterers.count
                scatterers.append(scatterer)
                real.append([Double](repeating: 0, count: reflections.count))
                imaginary.append([Double](repeating: 0, count: reflections.count))
            }
            guard let slot else { continue }
            let weight = site.occupancy * centring
            let images = structure.imageOperations[index]
            if let tensor = site.displacement?.reciprocalTensor(in: structure.cell) {
                for operation in images {
                    let damping = Self.damping(tensor.transformed(by: operation.rotation), reflections)
                    phases.add(
                        operation(site.position), weights: damping.map { $0 * weight }, &real[slot], &imaginary[slot])
                }
            } else {
                let b = site.displacement?.equivalentB(in: structure.cell) ?? displacements(site)
                let weights = reflections.map { weight * exp(-b * $0.inverseSquare / 4) }
                phases.add(images.map { $0(site.position) }, weights: weights, &real[slot], &imaginary[slot])
            }
        }
    }

    /// exp(-2 pi^2 h^T U* h) for every reflection.
    private static func damping(_ tensor: SymmetricTensor, _ reflections: [ReflectionList.Entry]) -> [Double] {
        reflections.map { entry in
            exp(
                -2 * .pi * .pi * tensor.form(SIMD3(Double(entry.index.h), Double(entry.index.k), Double(entry.index.l)))
            )
        }
    }

    /// |F|^2 as a powder shows it: the mean over a reflection and its Friedel mate.
    ///
    /// With A = sum (f0 + f') G and B = sum f'' G it is F(h) = A + i B and F(-h) = A* + i B*, so that the mean of the
    /// squares is |A|^2 + |B|^2 exactly, with and without an inversion centre.
    ///
    /// - Parameter dispersion: f' and f'' of each scatterer, or nothing.
    func squared(dispersion: [(real: Double, imaginary: Double)]) -> [Double] {
        reflections.indices.map { i in
            let s2 = reflections[i].inverseSquare / 4
            var (ar, ai, br, bi) = (0.0, 0.0, 0.0, 0.0)
            for (slot, scatterer) in scatterers.enumerated() {
                let anomalous = slot < dispersion.count ? dispersion[slot] : (real: 0, imaginary: 0)
                let f = scatterer.formFactor(s2) + anomalous.real
                ar += f * real[slot][i]
                ai += f * imaginary[slot][i]
                br += anomalous.imaginary * real[slot][i]
                bi += anomalous.imaginary * imaginary[slot][i]
            }
            return ar * ar + ai * ai + br * br + bi * bi
        }
    }
}

/// Adds up exp(2 pi i h . x) for many reflections, as products of three tabulated factors.
private struct PhaseTable {
    private let h: [Int]
    private let k: [Int]
    private let l: [Int]
    private let bounds: [Int]

    init(reflections: [ReflectionList.Entry]) {
        let reach = [
            reflections.map { abs($0.index.h) }.max() ?? 0, reflections.map { abs($0.index.k) }.max() ?? 0,
            reflections.map { abs($0.index.l) }.max() ?? 0,
        ]
        bounds = reach
        h = reflections.map { $0.index.h + reach[0] }
        k = reflections.map { $0.index.k + reach[1] }
        l = reflections.map { $0.index.l + reach[2] }
    }

    /// Adds weight(h) exp(2 pi i h . x) of one point.
    func add(_ point: SIMD3<Double>, weights: [Double], _ real: inout [Double], _ imaginary: inout [Double]) {
        add([point], weights: weights, &real, &imaginary)
    }

    /// Adds weight(h) sum_j exp(2 pi i h . x_j) of some points.
    func add(_ points: [SIMD3<Double>], weights: [Double], _ real: inout [Double], _ imaginary: inout [Double]) {
        var sumReal = [Double](repeating: 0, count: weights.count)
        var sumImaginary = sumReal
        for point in points {
            let (x, y, z) = (factors(point.x, bounds[0]), factors(point.y, bounds[1]), factors(point.z, bounds[2]))
            for i in weights.indices {
                let (a, b, c) = (x[h[i]], y[k[i]], z[l[i]])
                let abReal = a.x * b.x - a.y * b.y
                let abImaginary = a.x * b.y + a.y * b.x
                sumReal[i] += abReal * c.x - abImaginary * c.y
                sumImaginary[i] += abReal * c.y + abImaginary * c.x
            }
        }
        for i in weights.indices {
            real[i] += weights[i] * sumReal[i]
            imaginary[i] += weights[i] * sumImaginary[i]
        }
    }

    /// exp(2 pi i n x) for n from -bound to bound.
    private func factors(_ coordinate: Double, _ bound: Int) -> [SIMD2<Double>] {
        let reduced = coordinate - coordinate.rounded(.down)
        return (-bound...bound).map { n in
            let turns = Double(n) * reduced
            let angle = 2 * Double.pi * (turns - turns.rounded(.toNearestOrEven))
            return SIMD2(cos(angle), sin(angle))
        }
    }
}
