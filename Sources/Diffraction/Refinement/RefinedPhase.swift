import Foundation
import Spectra

/// One reflection after refinement.
public struct RefinedReflection: Sendable, Hashable {
    /// The indices of one of the equivalent reflections.
    public var index: MillerIndex
    /// The spacing in Angstrom.
    public var spacing: Double
    /// The place in the pattern at the primary wavelength, degrees, errors of the instrument included.
    public var twoTheta: Double
    /// The integrated intensity of the model, all lines of the radiation, in intensity times degrees.
    public var calculated: Double
    /// What is measured, divided among overlapping reflections as the model has them.
    public var observed: Measured
}

/// The cell of a phase in the parameters it was refined in.
struct RefinedCell: Sendable {
    var freedom: CellParameters
    var parameters: [Double]
    var covariance: [[Double]]
}

/// What refinement says of one phase.
public struct RefinedPhase: Sendable {
    /// The name.
    public var name: String
    /// The formula; empty where only the cell is known.
    public var formula: String
    /// The cell.
    public var cell: UnitCell
    /// The standard uncertainties of a, b, c in Angstrom and alpha, beta, gamma in degrees; 0 where symmetry fixes one,
    /// `nil` where the cell was held.
    public var cellUncertainties: [Double]?
    /// The crystal system.
    public var crystalSystem: CrystalSystem
    /// The volume of the cell, cubic Angstrom.
    public var volume: Measured
    /// The density, g/cm^3; `nil` where atoms are not known.
    public var density: Measured?
    /// The scale: in units of intensity, proportional to the volume that the phase fills of what the beam sees.
    public var scale: Measured
    /// The scale over its standard uncertainty.
    public var significance: Double
    /// The fraction of the mass of the crystalline phases of the model: S Z M V over the sum of it (R. J. Hill & C. J.
    /// Howard, J. Appl. Cryst. 20 (1987) 467); `nil` where intensities are not those of a structure.
    public var weightFraction: Measured?
    /// The same from the strongest line alone and I/Ic, as a cross-check (F. H. Chung, J. Appl. Cryst. 7 (1974) 519).
    public var referenceRatioFraction: Double?
    /// I/Ic; `nil` where it cannot be computed.
    public var referenceIntensityRatio: Double?
    /// The Lorentzian width of size broadening X: full width X / cos(theta) in degrees.
    public var sizeWidth: Measured
    /// The Lorentzian width of strain broadening Y: full width Y tan(theta) in degrees.
    public var strainWidth: Measured
    /// The size of crystallites in Angstrom, Scherrer's K lambda / X; `nil` where X is not clearly above zero.
    public var size: Measured?
    /// The strain epsilon, Y = 4 epsilon; `nil` where Y is not clearly above zero.
    public var microstrain: Measured?
    /// The preferred direction; `nil` for none.
    public var textureDirection: MillerIndex?
    /// March's r; `nil` for no texture.
    public var texture: Measured?
    /// What is added to B of all atoms, square Angstrom; `nil` where that is not refined.
    public var overallB: Measured?
    /// sum |observed - calculated| / sum observed over the reflections.
    public var braggR: Double
    /// The reflections in the pattern, by growing angle.
    public var reflections: [RefinedReflection]
    /// Its part of the calculated pattern.
    public var curve: [Double]
    /// The structure with the refined cell.
    public var structure: CrystalStructure?
    /// The symmetry.
    public var spaceGroup: SpaceGroup
    /// The cell as it was refined; `nil` where it was held.
    var refinedCell: RefinedCell?

    /// A quantity that follows from the cell, with the uncertainty that the covariance of its parameters gives.
    public func quantity(_ function: (UnitCell) -> Double) -> Measured {
        let value = function(cell)
        guard let refinedCell else { return Measured(value) }
        let slopes = refinedCell.freedom.slopes(refinedCell.parameters) { [function($0)] }.map { $0.first ?? 0 }
        var variance = 0.0
        for i in slopes.indices {
            for j in slopes.indices { variance += slopes[i] * slopes[j] * refinedCell.covariance[i][j] }
        }
        return Measured(value, standardUncertainty: variance > 0 ? variance.squareRoot() : nil)
    }

    /// The reflection with the spacing of `index`, which its equivalents have too.
    public func reflection(_ index: MillerIndex) -> RefinedReflection? {
        let spacing = cell.spacing(index)
        return reflections.first { abs($0.spacing / spacing - 1) < 1e-9 }
    }
}

/// How well the model of a pattern agrees with it.
public struct RefinementStatistics: Sendable, Hashable {
    /// The number of points.
    public var points: Int
    /// The number of parameters that were refined, scales and background included.
    public var parameters: Int
    /// Chi squared.
    public var chi2: Double
    /// sqrt(sum w (y - model)^2 / sum w y^2).
    public var weightedProfileR: Double
    /// The same with the background taken off y in the denominator.
    public var weightedProfileRWithoutBackground: Double
    /// sum |y - model| / sum y.
    public var profileR: Double
    /// What counting statistics let the weighted R be: sqrt((points - parameters) / sum w y^2).
    public var expectedR: Double
    /// Serial correlation of the residuals; uncertainties are raised by its factor.
    public var correlation: SerialCorrelation

    /// Chi squared per degree of freedom.
    public var reducedChi2: Double { chi2 / Double(max(1, points - parameters)) }
    /// The goodness of fit R_wp / R_exp, the root of it.
    public var goodnessOfFit: Double { reducedChi2.squareRoot() }
}
