import Foundation
import Spectra

/// What is asked of a layered oxide LiMO2 of the alpha-NaFeO2 type, space group R-3m on hexagonal axes: order of the
/// layers and distortion of the oxygen packing.
public struct LayeredOxideReport: Sendable, Hashable {
    /// The phase.
    public var name: String
    /// c/a; 2 sqrt(6) = 4.899 for cubic close packing of oxygen.
    public var axialRatio: Measured
    /// The observed I(003)/I(104) of integrated intensities; `nil` where one of them is outside the pattern.
    public var intensityRatio: Measured?
    /// 2 theta (012) - 2 theta (006) in degrees, often written (102) and (006); zero where the packing is cubic.
    public var splitting006: Measured?
    /// 2 theta (110) - 2 theta (018) in degrees, often written (110) and (108).
    public var splitting108: Measured?

    /// The report of a refined phase; `nil` where it is no layered oxide of this type.
    public init?(_ phase: RefinedPhase, wavelength: Double) {
        guard let structure = phase.structure, structure.cellContents.counts["O"] != nil,
            let setting = SpaceGroupTable.setting(of: phase.spaceGroup), setting.number == 166,
            phase.cell.gamma == 120 || abs(phase.cell.gamma - 120) < 1e-6,
            (4.6...5.6).contains(phase.cell.c / phase.cell.a), (2.7...3.1).contains(phase.cell.a)
        else { return nil }
        name = phase.name
        axialRatio = phase.quantity { $0.c / $0.a }
        if let first = phase.reflection(MillerIndex(0, 0, 3)), let second = phase.reflection(MillerIndex(1, 0, 4)),
            first.observed.value > 0, second.observed.value > 0
        {
            let ratio = first.observed.value / second.observed.value
            let relative = [first.observed, second.observed].map { ($0.standardUncertainty ?? 0) / $0.value }
            let sum = relative.reduce(0) { $0 + $1 * $1 }
            intensityRatio = Measured(ratio, standardUncertainty: sum > 0 ? ratio * sum.squareRoot() : nil)
        }
        func splitting(_ low: MillerIndex, _ high: MillerIndex) -> Measured? {
            func angle(_ index: MillerIndex, _ cell: UnitCell) -> Double {
                PowderPattern.twoTheta(spacing: cell.spacing(index), wavelength: wavelength) ?? .nan
            }
            let value = phase.quantity { angle(high, $0) - angle(low, $0) }
            return value.value.isFinite ? value : nil
        }
        splitting006 = splitting(MillerIndex(0, 0, 6), MillerIndex(0, 1, 2))
        splitting108 = splitting(MillerIndex(0, 1, 8), MillerIndex(1, 1, 0))
    }
}

extension PatternRefinement {
    /// The reports of all layered oxides among the phases.
    public var layeredOxides: [LayeredOxideReport] {
        phases.compactMap { LayeredOxideReport($0, wavelength: emission.primary.wavelength) }
    }
}
