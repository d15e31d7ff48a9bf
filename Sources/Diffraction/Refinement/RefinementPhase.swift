import Foundation
import Spectra

/// A phase that a pattern is refined with: a structure, or a cell with its symmetry where intensities are not computed.
public struct RefinementPhase: Sendable {
    /// How texture is treated.
    public enum Texture: Sendable, Hashable {
        /// There is none.
        case none
        /// March-Dollase with this preferred direction.
        case along(MillerIndex)
        /// March-Dollase along the low-index direction that explains most, where that is significant.
        case automatic
    }

    /// The name.
    public var name: String
    /// The structure; `nil` where only the cell is known.
    public let structure: CrystalStructure?
    /// The cell at the start.
    public let cell: UnitCell
    /// The symmetry.
    public let spaceGroup: SpaceGroup
    /// How texture is treated.
    public var texture: Texture

    /// A phase of known structure.
    public init(name: String, structure: CrystalStructure, texture: Texture = .automatic) {
        self.name = name
        self.structure = structure
        self.texture = texture
        cell = structure.cell
        spaceGroup = structure.spaceGroup
    }

    /// A phase of which only cell and symmetry are known, for Le Bail and Pawley.
    public init(name: String, cell: UnitCell, spaceGroup: SpaceGroup) {
        self.name = name
        self.cell = cell
        self.spaceGroup = spaceGroup
        structure = nil
        texture = .none
    }

    /// The same phase with another cell, as it was refined elsewhere.
    public func withCell(_ cell: UnitCell) -> RefinementPhase {
        guard let structure else { return RefinementPhase(name: name, cell: cell, spaceGroup: spaceGroup) }
        return RefinementPhase(name: name, structure: structure.withCell(cell), texture: texture)
    }
}

extension CrystalStructure {
    /// The same atoms at the same fractional coordinates in another cell.
    func withCell(_ cell: UnitCell) -> CrystalStructure {
        var copy = CrystalStructure(
            name: name, cell: cell, spaceGroup: spaceGroup, sites: sites, spaceGroupSymbol: spaceGroupSymbol,
            findings: findings)
        copy.source = source
        return copy
    }
}

/// The reflections of a phase as refinement needs them, with what a structure says of their intensities.
struct PhaseReflections: Sendable {
    let name: String
    let spaceGroup: SpaceGroup
    let cell: CellParameters
    /// The volume of the cell at which intensities were computed.
    let volume: Double
    /// The density at that volume, g/cm^3.
    let density: Double?
    let indices: [MillerIndex]
    let multiplicities: [Int]
    /// m |F|^2 / V^2, without Lorentz and polarisation factors; 1 where there is no structure.
    let strengths: [Double]
    let findings: [Finding]

    var count: Int { indices.count }

    init(
        _ phase: RefinementPhase, settings: PowderPattern.Settings, usesStructure: Bool
    ) throws(PatternError) {
        name = phase.name
        spaceGroup = phase.spaceGroup
        cell = CellParameters(phase.cell, group: phase.spaceGroup)
        volume = phase.cell.volume
        density = phase.structure?.density
        if usesStructure {
            guard let structure = phase.structure else {
                throw .badParameter(
                    "\(phase.name): only the cell is known; intensities need atoms (or use lebail or pawley)")
            }
            let pattern: PowderPattern
            do { pattern = try PowderPattern(structure, settings: settings) } catch {
                throw .badParameter("\(phase.name): \(error)")
            }
            let seen = pattern.reflections.filter { $0.structureFactorSquared > 0 }
            indices = seen.map(\.index)
            multiplicities = seen.map(\.multiplicity)
            let square = volume * volume
            strengths = seen.map { Double($0.multiplicity) * $0.structureFactorSquared / square }
            findings = structure.findings + pattern.findings
        } else {
            let reach = 2 * sin(settings.twoTheta.upperBound * .pi / 360) / settings.emission.primary.wavelength
            let list: ReflectionList
            do { list = try ReflectionList(cell: phase.cell, group: phase.spaceGroup, limit: reach * reach) } catch {
                throw .badParameter("\(phase.name): the cell has far too many reflections in this range")
            }
            let least = 2 * sin(settings.twoTheta.lowerBound * .pi / 360) / settings.emission.primary.wavelength
            let seen = list.entries.filter { $0.inverseSquare >= least * least }
            indices = seen.map(\.index)
            multiplicities = seen.map(\.multiplicity)
            strengths = seen.map { _ in 1 }
            findings = []
        }
        guard !indices.isEmpty else {
            throw .badParameter("\(phase.name): has no reflection in the range of the pattern")
        }
    }
}
