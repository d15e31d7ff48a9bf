import Foundation
import Spectra

/// What the labels of a file's blocks say, kept from block to block: those of a map are labelled alike, and to conclude the
/// same anew would take longer than to read the numbers.
struct VAMASConclusions {
    /// The instrument, where the file names one.
    let instrument: String?
    private var identity: (labels: [String], found: SpectrumIdentity?)?
    private var unit: (variable: VAMASExperiment.Variable, found: IntensityUnit?)?
    private var date: (parts: [String], found: String?)?

    init(experiment: VAMASExperiment) {
        let name = experiment.instrument.trimmingCharacters(in: .whitespaces)
        instrument = name.isEmpty || name.lowercased() == "not specified" ? nil : name
    }

    /// What labels say that a spectrum shows, if anything.
    mutating func identity(of labels: [String]) -> SpectrumIdentity? {
        if let identity, identity.labels == labels { return identity.found }
        let found = SpectrumIdentity(labels: labels)
        identity = (labels, found)
        return found
    }

    /// The unit that a variable names, if any.
    mutating func unit(of variable: VAMASExperiment.Variable) -> IntensityUnit? {
        if let unit, unit.variable == variable { return unit.found }
        let found = IntensityUnit(label: variable.unit) ?? IntensityUnit(label: variable.label)
        unit = (variable, found)
        return found
    }

    /// Date and time of a block, where all parts of it are there and possible.
    mutating func date(of block: VAMASBlock) -> String? {
        if let date, date.parts == block.date { return date.found }
        let found = Self.date(block.date)
        date = (block.date, found)
        return found
    }

    private static func date(_ parts: [String]) -> String? {
        let parts = parts.prefix(6).map { Int($0) }
        guard parts.allSatisfy({ $0 != nil }) else { return nil }
        let numbers = parts.compactMap { $0 }
        let limits = [1...9999, 1...12, 1...31, 0...23, 0...59, 0...60]
        guard zip(numbers, limits).allSatisfy({ $1.contains($0) }) else { return nil }
        // A format string would take longer than all numbers of a short block.
        func digits(_ index: Int, _ count: Int) -> String {
            let text = String(numbers[index])
            return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
        }
        let day = [digits(0, 4), digits(1, 2), digits(2, 2)].joined(separator: "-")
        return day + "T" + [digits(3, 2), digits(4, 2), digits(5, 2)].joined(separator: ":")
    }
}
