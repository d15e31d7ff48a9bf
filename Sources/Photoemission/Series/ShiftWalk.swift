import Spectra
import SpectralMath

/// A shift that wanders along a series: its steps have zero mean and a variance that grows with the distance of the
/// variable, as those of a random walk.
struct ShiftWalk {
    /// The smallest standard deviation of a step, eV: far below what any spectrometer tells, far above rounding.
    static let leastStep = 1e-5
    /// Spectra at the same value of the variable count as this part of the usual distance apart, since no two
    /// measurements are charged exactly alike.
    static let leastDistance = 0.01

    /// The standard deviation of a step over the usual distance, eV.
    let step: Double
    /// The usual distance between neighbours, in the unit of the variable; 1 where all stand at one place.
    let distance: Double
    /// The terms that the steps add.
    let penalty: ChainPenalty

    /// - Throws: `FitError.invalidModel` for a step that is not positive, and for a model without a shift.
    init(step: Double, series: SpectrumSeries, model: ResolvedModel) throws {
        guard step.isFinite, step >= Self.leastStep else {
            throw FitError.invalidModel(
                "the step of a smooth shift is \(step) eV; expected \(Self.leastStep) eV or more")
        }
        guard let index = model.shiftIndex else {
            throw FitError.invalidModel(
                "a smooth shift needs a calibration line that the shift of each spectrum is fitted with")
        }
        guard series.values.allSatisfy(\.isFinite) else {
            throw FitError.invalidSpectrum("the series \"\(series.name)\" has a place that is no finite number")
        }
        let values = series.values
        let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
        let distances = zip(order, order.dropFirst()).map { values[$1] - values[$0] }
        let apart = distances.filter { $0 > 0 }.sorted()
        let usual = apart.isEmpty ? 1 : (apart[(apart.count - 1) / 2] + apart[apart.count / 2]) / 2
        self.step = step
        distance = usual
        penalty = ChainPenalty(
            parameter: index, order: order,
            standardDeviations: distances.map { distance in
                apart.isEmpty ? step : step * max(distance / usual, Self.leastDistance).squareRoot()
            })
    }
}
