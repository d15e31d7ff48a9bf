import Foundation
import Spectra

/// A line whose shape is that of a measured spectrum, its background taken off: a reference sample's envelope that a fit
/// may move and scale, but not change.
///
/// Between the points the curve is a cubic with the slopes of parabolas through neighbouring points, so that its
/// derivative is continuous; beyond them it is zero. The noise of the reference is part of the shape: it is not
/// contained in the uncertainties of a fit that uses it.
public struct MeasuredLine: Sendable, Hashable {
    /// The binding energies in eV, ascending.
    public let energies: [Double]
    /// The curve at each of them, scaled to unit area, 1/eV.
    public let values: [Double]
    /// The binding energy that the position of the line stands for, eV.
    public let position: Double
    private let slopes: [Double]

    /// A curve through `values` at `energies` (eV of binding energy, in either order); it is scaled to unit area.
    ///
    /// - Parameters:
    ///   - energies: binding energies in eV, five or more.
    ///   - values: the curve at each of them, in any unit.
    ///   - position: the energy that counts as the line's position; `nil` for that of the maximum.
    /// - Throws: `FitError.invalidModel` unless there are at least five points at different energies with a positive area.
    public init(energies: [Double], values: [Double], position: Double? = nil) throws {
        guard energies.count == values.count, energies.count >= 5 else {
            throw FitError.invalidModel(
                "a measured line needs at least five points, each with an energy and a value: found \(energies.count) "
                    + "and \(values.count)")
        }
        guard energies.allSatisfy(\.isFinite), values.allSatisfy(\.isFinite) else {
            throw FitError.invalidModel("a measured line needs finite energies and values")
        }
        let order = energies.indices.sorted { energies[$0] < energies[$1] }
        let x = order.map { energies[$0] }, y = order.map { values[$0] }
        if let index = x.indices.dropFirst().first(where: { x[$0] == x[$0 - 1] }) {
            throw FitError.invalidModel("a measured line has two points at \(x[index]) eV")
        }
        let slopes = Self.slopes(x, y)
        var area = 0.0
        for i in x.indices.dropLast() {
            let h = x[i + 1] - x[i]
            area += h * (y[i] + y[i + 1]) / 2 + h * h * (slopes[i] - slopes[i + 1]) / 12
        }
        guard area > 0, area.isFinite else {
            throw FitError.invalidModel("a measured line needs a positive area over its background, not \(area)")
        }
        self.energies = x
        self.values = y.map { $0 / area }
        self.slopes = slopes.map { $0 / area }
        self.position = position ?? Self.maximum(x, y)
        guard self.position.isFinite else { throw FitError.invalidModel("a measured line needs a finite position") }
    }

    /// The line of a spectrum over a background that is drawn under it.
    ///
    /// - Parameters:
    ///   - spectrum: the reference; a shift that its calibration gives is applied.
    ///   - window: the binding energies of the line, eV after calibration; `nil` for all.
    ///   - background: computed from the data, not fitted.
    ///   - position: the energy that counts as the line's position; `nil` for that of the maximum.
    /// - Throws: `FitError` where the background cannot be drawn, or nothing lies above it.
    public init(
        _ spectrum: Spectrum, window: ClosedRange<Double>? = nil,
        background: Background = Background(.shirley, isFitted: false), position: Double? = nil
    ) throws {
        var data = try FitData(spectrum)
        if case .shift(let shift) = spectrum.calibration { data.energies = data.energies.map { $0 + shift.value } }
        let drawn = try background.drawn(under: spectrum, window: window)
        let first = drawn.bindingEnergies.first ?? 0
        let start = data.energies.firstIndex { $0 >= first } ?? 0
        try self.init(
            energies: drawn.bindingEnergies,
            values: drawn.values.indices.map { data.intensities[start + $0] - drawn.values[$0] }, position: position)
    }

    /// The distances from the position between which the curve was measured, eV.
    var extent: ClosedRange<Double> {
        ((energies.first ?? 0) - position)...((energies.last ?? 0) - position)
    }

    /// The slope at each point of the parabola through it and its neighbours.
    private static func slopes(_ x: [Double], _ y: [Double]) -> [Double] {
        let chords = x.indices.dropLast().map { (y[$0 + 1] - y[$0]) / (x[$0 + 1] - x[$0]) }
        return x.indices.map { i in
            if i == 0 { return chords[0] }
            if i == x.count - 1 { return chords[i - 1] }
            let left = x[i] - x[i - 1], right = x[i + 1] - x[i]
            return (right * chords[i - 1] + left * chords[i]) / (left + right)
        }
    }

    /// The maximum of the parabola through the highest point and its neighbours.
    private static func maximum(_ x: [Double], _ y: [Double]) -> Double {
        guard let top = y.indices.max(by: { y[$0] < y[$1] }) else { return 0 }
        guard top > 0, top < x.count - 1 else { return x[top] }
        let left = x[top] - x[top - 1], right = x[top + 1] - x[top]
        let rise = (y[top] - y[top - 1]) / left, fall = (y[top + 1] - y[top]) / right
        let curvature = (fall - rise) / (left + right)
        guard curvature < 0 else { return x[top] }
        let slope = (right * rise + left * fall) / (left + right)
        return x[top] - slope / (2 * curvature)
    }
}

extension MeasuredLine: LineProfile {
    func sample(at distance: Double) -> LineSample {
        let energy = distance + position
        guard let first = energies.first, let last = energies.last, energy >= first, energy <= last else {
            return LineSample(value: 0, byDistance: 0)
        }
        let i = interval(of: energy)
        let h = energies[i + 1] - energies[i]
        let t = (energy - energies[i]) / h
        let chord = values[i + 1] - values[i]
        let a = slopes[i] * h - chord, b = chord - slopes[i + 1] * h
        // Cubic Hermite: value = linear + t (1 - t) (a (1 - t) + b t).
        let bend = a * (1 - t) + b * t
        let value = values[i] + t * chord + t * (1 - t) * bend
        let slope = (chord + (1 - 2 * t) * bend + t * (1 - t) * (b - a)) / h
        return LineSample(value: value, byDistance: slope)
    }

    /// The last point at or below `energy`, never the last of all: guessed for equal steps, then corrected.
    private func interval(of energy: Double) -> Int {
        let count = energies.count
        let share = (energy - energies[0]) / (energies[count - 1] - energies[0])
        var i = min(max(Int(share * Double(count - 1)), 0), count - 2)
        while i > 0, energies[i] > energy { i -= 1 }
        while i < count - 2, energies[i + 1] <= energy { i += 1 }
        return i
    }

    /// Maximum and half widths of the curve as it is, on either side up to the first point of half the height.
    var widths: LineWidths {
        guard let top = values.indices.max(by: { values[$0] < values[$1] }) else {
            return LineWidths(maximum: 0, low: 0, high: 0)
        }
        let half = values[top] / 2
        func side(_ steps: [Int]) -> Double {
            guard let outer = steps.first(where: { values[$0] <= half }) else { return .infinity }
            let inner = outer < top ? outer + 1 : outer - 1
            let share = (values[inner] - half) / (values[inner] - values[outer])
            return abs(energies[inner] + share * (energies[outer] - energies[inner]) - energies[top])
        }
        return LineWidths(
            maximum: energies[top] - position, low: side((0..<top).reversed()),
            high: side(Array((top + 1)..<values.count)))
    }
}
