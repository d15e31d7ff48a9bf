import Foundation
import Spectra

extension VAMASExperiment {
    /// An experiment that holds `spectra`, one block each, to be written.
    ///
    /// Axes with equal steps (to the digits they are printed with) give a regular scan, which every program reads; one axis without
    /// makes the whole file irregular, as the standard has it. Sweeps, dwell time, photon energy, pass energy,
    /// transmission, comments and further columns are kept; a total time per channel becomes one scan of that time.
    public init(spectra: [Spectrum], comments: [String] = []) {
        self.init()
        self.comments = comments
        let regular = spectra.map { Self.regularAxis($0.axis.values) }
        scanMode = regular.allSatisfy { $0 != nil } ? .regular : .irregular
        spectralRegions = spectra.count
        if let name = Self.common(spectra.map(\.acquisition.instrument)) { instrument = name }
        if let name = Self.common(spectra.map { $0.acquisition.further["institution"] }) { institution = name }
        if let name = Self.common(spectra.map { $0.acquisition.further["operator"] }) { operatorName = name }
        if let name = Self.common(spectra.map { $0.acquisition.further["experiment"] }) { experiment = name }
        blocks = zip(spectra, regular).map { VAMASBlock($0, axis: scanMode == .regular ? $1 : nil) }
    }

    /// What all values have in common, `nil` where they differ or are unknown.
    private static func common(_ values: [String?]) -> String? {
        guard let first = values.first, let value = first, values.allSatisfy({ $0 == first }) else { return nil }
        return value
    }

    /// Start and increment that give `values` back: exactly where few digits do that, else to a microelectronvolt, or to
    /// the last digit of energies that were printed with few of them (1076.57 and 1076.45 for steps of 0.125).
    static func regularAxis(_ values: [Double]) -> (start: Double, increment: Double)? {
        guard let first = values.first, let last = values.last else { return nil }
        guard values.count > 1 else { return (first, 0) }
        let mean = (last - first) / Double(values.count - 1)
        guard mean != 0, mean.isFinite else { return nil }
        func largestDeviation(_ increment: Double) -> Double {
            values.indices.reduce(0) { max($0, abs(first + Double($1) * increment - values[$1])) }
        }
        var best: (increment: Double, deviation: Double) = (mean, largestDeviation(mean))
        for digits in 1...15 {
            guard let rounded = Double(String(format: "%.\(digits)g", mean)), rounded != 0 else { continue }
            let deviation = largestDeviation(rounded)
            if deviation < best.deviation { best = (rounded, deviation) }
            if deviation == 0 { break }
        }
        let tolerance = printedDigit(of: values).map { $0 <= 0.1 * abs(mean) ? $0 : 0 } ?? 0
        return best.deviation <= max(1e-6, tolerance) ? (first, best.increment) : nil
    }

    /// The place of the last decimal of `values`, 0.01 for 1076.57; `nil` where they have more than six decimals.
    private static func printedDigit(of values: [Double]) -> Double? {
        var scale = 1.0
        for _ in 0...6 {
            if values.allSatisfy({ abs($0 * scale - ($0 * scale).rounded()) < 1e-5 }) { return 1.01 / scale }
            scale *= 10
        }
        return nil
    }
}

extension VAMASBlock {
    /// The block of one spectrum; `axis` is its start and increment in a regular scan.
    fileprivate init(_ spectrum: Spectrum, axis: (start: Double, increment: Double)?) {
        self.init()
        let acquisition = spectrum.acquisition
        identifier = spectrum.name
        sample = spectrum.sample
        comments = spectrum.comments
        if let known = acquisition.further["technique"], Self.techniques.contains(known) { technique = known }
        if let text = acquisition.date { date = Self.dateParts(text) }
        sourceLabel = acquisition.source ?? ""
        sourceEnergy = spectrum.axis.photonEnergy
        analyserMode = acquisition.further["analyser mode"] ?? analyserMode
        passEnergy = acquisition.passEnergy
        workFunction = acquisition.workFunction
        if let angle = acquisition.emissionAngle { (takeOffPolarAngle, tiltPolarAngle) = (angle, 0) }
        if let level = spectrum.level {
            species = level.element
            transition = "\(level.principal)\(level.orbital.rawValue)"
        } else {
            species = spectrum.name
        }
        collectionTime = acquisition.dwellTime
        scans = acquisition.sweeps.map(Double.init)
        if acquisition.dwellTime == nil || acquisition.sweeps == nil, let time = acquisition.timePerChannel {
            (collectionTime, scans) = (time, 1)
        }
        // Only counting gives counts; other intensities must not be read as such.
        signalMode = spectrum.unit == .arbitrary ? "analogue" : "pulse counting"
        parameters = Self.parameters(acquisition.further)
        setVariables(spectrum, axis: axis)
    }

    private mutating func setVariables(_ spectrum: Spectrum, axis: (start: Double, increment: Double)?) {
        let energy = VAMASExperiment.Variable(
            label: spectrum.axis.scale == .kinetic ? "Kinetic Energy" : "Binding Energy", unit: "eV")
        if let axis {
            abscissa = energy
            (start, increment) = (axis.start, axis.increment)
        } else {
            variables.append(CorrespondingVariable(variable: energy, values: spectrum.axis.values))
        }
        let (label, unit) =
            switch spectrum.unit {
            case .counts: ("counts", "d")
            case .countsPerSecond: ("count rate", "c/s")
            case .arbitrary: ("Intensity", "n")
            }
        variables.append(
            CorrespondingVariable(variable: .init(label: label, unit: unit), values: spectrum.intensities))
        if let transmission = spectrum.transmission {
            variables.append(
                CorrespondingVariable(variable: .init(label: "Transmission", unit: "d"), values: transmission))
        }
        for column in spectrum.columns where column.values.count == spectrum.axis.count {
            variables.append(
                CorrespondingVariable(variable: .init(label: column.name, unit: unit), values: column.values))
        }
    }

    /// The parts of an ISO 8601 date and time without zone.
    private static func dateParts(_ text: String) -> [String] {
        let numbers = text.split { !$0.isNumber }.prefix(6).compactMap { Int($0) }
        return numbers.map(String.init) + [String](repeating: "", count: 7 - numbers.count)
    }

    /// Of the further items of an acquisition those that are a number with a unit.
    private static func parameters(_ further: [String: String]) -> [Parameter] {
        further.sorted { $0.key < $1.key }.compactMap { key, text in
            let parts = text.split(separator: " ", maxSplits: 1)
            guard let first = parts.first, let value = Double(first), value.isFinite else { return nil }
            let unit = parts.count > 1 ? String(parts[1]) : "d"
            return Parameter(variable: .init(label: key, unit: unit), value: value)
        }
    }
}
