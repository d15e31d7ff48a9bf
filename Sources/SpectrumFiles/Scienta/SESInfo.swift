import Foundation
import Spectra

/// What Scienta's SES writes about a region, `Key=value` on each line: in its text files and in the notes of its Igor
/// waves.
struct SESInfo {
    /// The values by their keys.
    private(set) var values: [String: String] = [:]

    /// Nothing known yet.
    init() {}

    /// The lines `key=value` of `text`, which ends its lines as Windows, Unix or Igor (carriage return) do.
    init(_ text: String) {
        for line in text.split(whereSeparator: \.isNewline) { add(String(line)) }
    }

    /// Adds a line `key=value`; a key that is there already keeps its first value.
    mutating func add(_ line: String) {
        guard let equals = line.firstIndex(of: "=") else { return }
        let key = line[..<equals].trimmingCharacters(in: .whitespaces)
        let value = line[line.index(after: equals)...].trimmingCharacters(in: .whitespaces)
        if values[key] == nil { values[key] = value }
    }

    /// The value of `key`; `nil` where there is none or it is empty.
    subscript(key: String) -> String? { values[key].flatMap { $0.isEmpty ? nil : $0 } }

    /// The number that the value of `key` is.
    func number(_ key: String) -> Double? { self[key].flatMap { Double($0) }.flatMap { $0.isFinite ? $0 : nil } }

    /// The photon energy, eV.
    var photonEnergy: Double? { number("Excitation Energy").flatMap { $0 > 0 ? $0 : nil } }

    /// The name of the region.
    var name: String { self["Region Name"] ?? self["Spectrum Name"] ?? "" }

    /// The scale of the energies, where the file names it.
    var scale: EnergyScale? { self["Energy Scale"].flatMap { EnergyScale(label: $0) } }

    /// The acquisition.
    var acquisition: Acquisition {
        let sweeps = number("Number of Sweeps").flatMap { Int(exactly: $0) }.flatMap { $0 > 0 ? $0 : nil }
        var further: [String: String] = [:]
        for key in [
            "Lens Mode", "Acquisition Mode", "DetectorMode", "Center Energy", "Low Energy", "High Energy",
            "Energy Step",
            "Number of Slices", "Spectrum Name", "Location", "User", "Sequence", "File",
        ] {
            if let value = self[key] { further[key] = value }
        }
        return Acquisition(
            sweeps: sweeps,
            // SES counts the time of a step in ms and the time of a channel in s.
            dwellTime: number("Step Time").flatMap { $0 > 0 ? $0 / 1000 : nil },
            acquisitionTime: number("Time per Spectrum Channel").flatMap { $0 > 0 ? $0 : nil },
            passEnergy: number("Pass Energy"), instrument: self["Instrument"], date: date, further: further)
    }

    /// The comment, where there is more than the semicolon that SES puts for none.
    var comments: [String] {
        guard let text = self["Comments"], text != ";" else { return [] }
        return [text]
    }

    /// "2018-05-31T14:50:43"; dates as the United States write them come out the same.
    private var date: String? {
        guard let day = self["Date"] else { return nil }
        let parts = day.split(whereSeparator: { $0 == "-" || $0 == "/" }).compactMap { Int($0) }
        guard parts.count == 3, parts.allSatisfy({ $0 > 0 }) else { return day }
        let isYearFirst = day.contains("-")
        let (year, month, date) = isYearFirst ? (parts[0], parts[1], parts[2]) : (parts[2], parts[0], parts[1])
        guard (1...12).contains(month), (1...31).contains(date), year < 10_000 else { return day }
        let iso = String(format: "%04d-%02d-%02d", year < 100 ? 2000 + year : year, month, date)
        return time.map { "\(iso)T\($0)" } ?? iso
    }

    /// "14:50:43", also from `02:50:43 PM`.
    private var time: String? {
        guard let text = self["Time"] else { return nil }
        let fields = text.split(whereSeparator: { $0 == ":" || $0 == " " })
        guard fields.count >= 3, let hour = Int(fields[0]), let minute = Int(fields[1]), let second = Double(fields[2]),
            (0..<24).contains(hour), (0..<60).contains(minute), (0..<61).contains(second)
        else { return nil }
        var shifted = hour
        if let half = fields.last?.uppercased() {
            if half == "PM", hour < 12 { shifted += 12 }
            if half == "AM", hour == 12 { shifted = 0 }
        }
        return String(format: "%02d:%02d:%02d", shifted, minute, Int(second))
    }

    /// The unit of `intensities`: counts where the detector counts pulses, or where nothing is said and all are whole
    /// numbers. A detector in ADC mode adds up grey levels of a camera, which are not electrons.
    func unit(of intensities: [Double], options: ReadOptions, notes: inout [String]) -> IntensityUnit {
        if let stated = options.unit { return stated }
        let mode = self["DetectorMode"]?.lowercased() ?? ""
        if mode.contains("pulse") { return .counts }
        if mode.isEmpty, intensities.allSatisfy({ $0 >= 0 && $0 == $0.rounded() }) { return .counts }
        let note =
            mode.contains("adc")
            ? "The detector of region \(name) was in ADC mode: its intensities are grey levels, not electrons."
            : "Region \(name) does not say what its intensities count."
        if !notes.contains(note) { notes.append(note) }
        return .arbitrary
    }
}
