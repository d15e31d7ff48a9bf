import Foundation
import SpectralMath

/// What is unexplained in a pattern, seen through the shape of a line.
///
/// At each point, `signal` is the weighted correlation of the residual with a line of unit area whose first wavelength is
/// there, all wavelengths of the radiation included, and `power` that of the line with itself. signal / power is then
/// the area of a line there, 1 / sqrt(power) its standard deviation.
struct PatternSignal: Sendable {
    let first: Double
    let step: Double
    let signal: [Double]
    let power: [Double]

    init(_ pattern: ObservedPattern, residual: [Double], weights: [Double]) {
        first = pattern.twoTheta[0]
        step = pattern.step
        let width = pattern.lineWidth, count = pattern.count, step = step, low = first
        let profile = PseudoVoigt(width: width, share: 0.5)
        let reach = max(1, min(Int((3 * width / step).rounded(.up)), count - 1))
        let shape = (-reach...reach).map { profile.density(Double($0) * step) }
        var single = [Double](repeating: 0, count: count), singlePower = single
        let weighted = zip(weights, residual).map { $0 * $1 }
        for i in 0..<count {
            var sum = 0.0, squares = 0.0
            for k in max(0, i - reach)...min(count - 1, i + reach) {
                let value = shape[k - i + reach]
                sum += weighted[k] * value
                squares += weights[k] * value * value
            }
            single[i] = sum
            singlePower[i] = squares
        }
        guard pattern.emission.count > 1 else {
            signal = single
            power = singlePower
            return
        }
        func at(_ values: [Double], _ angle: Double) -> Double {
            let place = (angle - low) / step
            guard place >= 0, place < Double(count - 1) else { return 0 }
            let i = Int(place), t = place - Double(i)
            return values[i] * (1 - t) + values[i + 1] * t
        }
        var signal = single, power = singlePower
        let main = pattern.emission[0].wavelength
        for i in 0..<count {
            let angle = pattern.twoTheta[i], sine = sin(angle * .pi / 360)
            let lines = pattern.emission.compactMap { line -> (angle: Double, intensity: Double)? in
                let own = sine * line.wavelength / main
                return own < 1 ? (2 * asin(own) * 180 / .pi, line.intensity) : nil
            }
            signal[i] = 0
            power[i] = 0
            for (a, line) in lines.enumerated() {
                signal[i] += line.intensity * at(single, line.angle)
                power[i] += line.intensity * line.intensity * at(singlePower, line.angle)
                for other in lines[..<a] {
                    // Two Lorentzians of one width overlap like one of twice the width.
                    let apart = (line.angle - other.angle) / width
                    power[i] +=
                        2 * line.intensity * other.intensity / (1 + apart * apart)
                        * at(singlePower, (line.angle + other.angle) / 2)
                }
            }
        }
        self.signal = signal
        self.power = power
    }

    private init(first: Double, step: Double, signal: [Double], power: [Double]) {
        self.first = first
        self.step = step
        self.signal = signal
        self.power = power
    }

    /// This signal and another, multiplied with a factor, of the same weights.
    func adding(_ other: PatternSignal, times factor: Double) -> PatternSignal {
        PatternSignal(
            first: first, step: step, signal: signal.indices.map { signal[$0] + factor * other.signal[$0] },
            power: power)
    }

    /// Signal and power of a line at an angle; zero beyond the pattern.
    func at(_ angle: Double) -> (signal: Double, power: Double) {
        let place = (angle - first) / step
        guard place >= 0, place < Double(signal.count - 1) else { return (0, 0) }
        let i = Int(place), t = place - Double(i)
        return (signal[i] * (1 - t) + signal[i + 1] * t, power[i] * (1 - t) + power[i + 1] * t)
    }
}

/// The points of an axis x = ln sin(theta), on which a uniform stretch of a cell is a shift.
struct LogarithmicAxis: Sendable {
    /// The strain that one point stands for.
    let step: Double
    /// x of the first point.
    let start: Double
    /// Two theta of the points, degrees.
    let angles: [Double]

    var count: Int { angles.count }

    /// The axis of a pattern: a line's width has two points or more where that needs no more than `limit` points, a
    /// margin of `margin` beyond the end among them.
    init(_ pattern: ObservedPattern, limit: Int, margin: Double) {
        func x(_ twoTheta: Double) -> Double { log(sin(twoTheta * .pi / 360)) }
        let low = x(pattern.range.lowerBound), high = x(min(pattern.range.upperBound, 179))
        let theta = min(pattern.range.upperBound, 140) * .pi / 360
        let narrow = pattern.lineWidth * .pi / 360 / tan(theta)
        let step = min(max(narrow / 2.5, (high - low + margin) / Double(limit - 2)), (high - low) / 500)
        self.step = step
        start = low
        angles = (0...Int((high - low) / step)).compactMap {
            let sine = exp(low + Double($0) * step)
            return sine < 1 ? 2 * asin(sine) * 180 / .pi : nil
        }
    }

    /// The place of a line, not rounded.
    func place(sine: Double) -> Double { (log(sine) - start) / step }
}
