import Spectra

/// An atom of the asymmetric unit.
public struct AtomSite: Sendable, Hashable {
    /// The label of the site, `O1`.
    public var label: String
    /// The element and, where the source states one, its charge.
    public var species: ChemicalSpecies
    /// Fractional coordinates, on the special position where the given ones miss it by rounding.
    public var position: SIMD3<Double>
    /// The fraction of the site's images that this atom fills.
    public var occupancy: Double
    /// The displacement in the source's own parameters; `nil` where it states none.
    public var displacement: Displacement?
    /// The disorder assembly the atom belongs to, where the source names one; it is for information: occupancies count
    /// as they stand.
    public var disorderAssembly: String?
    /// The disorder group within its assembly, where the source names one.
    public var disorderGroup: String?
    /// Images of the site per cell, all occupied and empty ones.
    public internal(set) var multiplicity: Int

    /// An atom.
    public init(
        label: String, species: ChemicalSpecies, position: SIMD3<Double>, occupancy: Double = 1,
        displacement: Displacement? = nil
    ) {
        self.label = label
        self.species = species
        self.position = position
        self.occupancy = occupancy
        self.displacement = displacement
        multiplicity = 0
    }
}

/// A crystal structure: cell, space group and the atoms of the asymmetric unit.
public struct CrystalStructure: Sendable {
    /// A name: the data block's, or the compound's.
    public var name: String
    /// The cell.
    public let cell: UnitCell
    /// The operations.
    public let spaceGroup: SpaceGroup
    /// The Hermann-Mauguin symbol: of the table where it has the setting, otherwise as the source has it, or empty.
    public var spaceGroupSymbol: String
    /// The atoms, with positions and multiplicities as symmetry makes them.
    public let sites: [AtomSite]
    /// Where the structure was published or which database has it, `COD 1000055`; `nil` where the file does not say.
    public var source: String?
    /// What reading had to assume or found odd.
    public var findings: [Finding]

    /// For each site one operation for every image modulo the centring.
    let imageOperations: [[SymmetryOperation]]

    /// A structure. Sites that miss a special position by less than their tolerance, in fractions of the cell edges, are
    /// moved onto it, and their displacements are made to obey its symmetry.
    ///
    /// - Parameters:
    ///   - name: how messages and tables call it.
    ///   - cell: the unit cell.
    ///   - spaceGroup: the operations in the setting of the cell.
    ///   - sites: the atoms of the asymmetric unit.
    ///   - tolerances: one for each site where they differ; 1e-4 where left out.
    ///   - spaceGroupSymbol: the Hermann-Mauguin symbol; looked up by the operations where left out.
    ///   - findings: what reading had to assume.
    public init(
        name: String, cell: UnitCell, spaceGroup: SpaceGroup, sites: [AtomSite], tolerances: [Double]? = nil,
        spaceGroupSymbol: String? = nil, findings: [Finding] = []
    ) {
        self.name = name
        self.cell = cell
        self.spaceGroup = spaceGroup
        self.spaceGroupSymbol = spaceGroupSymbol ?? SpaceGroupTable.setting(of: spaceGroup)?.symbol ?? ""
        self.findings = findings
        let operations = spaceGroup.primitiveOperations
        let centring = spaceGroup.centringTranslations
        var placed: [AtomSite] = []
        var images: [[SymmetryOperation]] = []
        for (index, site) in sites.enumerated() {
            let tolerance = tolerances.flatMap { index < $0.count ? $0[index] : nil } ?? 1e-4
            let orbit = SiteOrbit(
                of: site.position, primitiveOperations: operations, centring: centring, tolerance: tolerance)
            var moved = site
            moved.position = orbit.position
            moved.multiplicity = orbit.multiplicity
            moved.displacement = site.displacement?.symmetrized(by: orbit.stabilizer, in: cell)
            placed.append(moved)
            images.append(orbit.operations)
        }
        self.sites = placed
        imageOperations = images
    }

    /// The atoms of the cell, occupancies counted.
    public var cellContents: ChemicalFormula {
        var counts: [String: Double] = [:]
        for site in sites { counts[site.species.element, default: 0] += site.occupancy * Double(site.multiplicity) }
        return ChemicalFormula(counts: counts)
    }

    /// Formula units per cell: the greatest number that leaves whole numbers of atoms, or where the cell's content is
    /// not whole, of sites.
    public var formulaUnits: Int {
        let counts = cellContents.counts.values.map { $0 }
        func greatestDivisor(_ values: [Int]) -> Int {
            values.reduce(0) { first, second in
                var (a, b) = (first, second)
                while b != 0 { (a, b) = (b, a % b) }
                return a
            }
        }
        if !counts.isEmpty, counts.allSatisfy({ $0 < 1e6 && abs($0 - $0.rounded()) < 0.01 && $0 > 0.5 }) {
            return max(greatestDivisor(counts.map { Int($0.rounded()) }), 1)
        }
        return max(greatestDivisor(sites.map(\.multiplicity)), 1)
    }

    /// The formula of one formula unit.
    public var formula: ChemicalFormula { cellContents.divided(by: Double(formulaUnits)) }

    /// The density in g/cm^3: mass of the cell over its volume; `nil` where an element has no atomic weight here.
    public var density: Double? {
        // 1 u / A^3 in g/cm^3: 1e24 / N_A (CODATA 2018).
        cellContents.molarMass.map { $0 / cell.volume * (1e24 / 6.02214076e23) }
    }

    /// All atoms of the cell, the centring applied: the index of the site and fractional coordinates.
    public var cellAtoms: [(site: Int, position: SIMD3<Double>)] {
        let translations = spaceGroup.centringTranslations.map {
            SIMD3(Double($0[0]), Double($0[1]), Double($0[2])) / Double(SymmetryOperation.denominator)
        }
        return zip(sites, imageOperations).enumerated().flatMap { index, pair in
            pair.1.flatMap { operation in
                translations.map { translation in
                    let image = operation(pair.0.position) + translation
                    return (index, image - image.rounded(.down))
                }
            }
        }
    }
}
