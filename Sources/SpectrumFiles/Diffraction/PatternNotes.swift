import Spectra

/// Sentences about scans that more than one reader needs.
enum PatternNotes {
    /// That the file ends before the points it announces.
    static func cutOff(scan: Int, read: Int, announced: Int) -> String {
        "scan \(scan): the file announces \(announced) points but ends after \(read): the measurement or the copy was "
            + "broken off"
    }

    /// That the name of the scan axis is not known.
    static func unknownAxis(_ name: String, scan: Int) -> String {
        "scan \(scan): the scan axis \"\(name)\" is not known here; its values were taken as two theta in degrees"
    }

    /// That the scan moved something else than two theta.
    static func notDiffraction(_ name: String, scan: Int) -> String {
        "scan \(scan): the scan axis is \(name), not two theta: it is no diffraction pattern"
    }

    /// `notes` with those that say the same of more than three scans drawn together, at the place of the first.
    static func drawnTogether(_ notes: [String]) -> [String] {
        func parts(_ note: String) -> (scan: Int, rest: Substring)? {
            guard note.hasPrefix("scan "), let colon = note.firstIndex(of: ":"),
                let scan = Int(note[note.index(note.startIndex, offsetBy: 5)..<colon])
            else { return nil }
            return (scan, note[colon...])
        }
        var scans: [Substring: [Int]] = [:]
        for (scan, rest) in notes.compactMap(parts) { scans[rest, default: []].append(scan) }
        var done: Set<Substring> = []
        return notes.compactMap { note in
            guard let (_, rest) = parts(note), let all = scans[rest], all.count > 3, let first = all.first,
                let last = all.last
            else { return note }
            guard done.insert(rest).inserted else { return nil }
            return "\(all.count) scans from \(first) to \(last)\(rest)"
        }
    }

    /// The unit of `counted`, the intensities as the detector gave them, which a file calls counts or leaves without a
    /// name. Whole numbers decide: counts are whole, and a rate is whole when multiplied by the counting time. Numbers
    /// that are neither were rescaled or averaged by the instrument: their scatter is not that of counting, so that
    /// their unit is arbitrary.
    static func unit(
        _ counted: [Double], countingTime: CountingTime?, scan: Int, notes: inout [String]
    ) -> IntensityUnit {
        func whole(_ value: Double) -> Bool {
            abs(value - value.rounded()) <= 1e-6 * max(1, abs(value)) && value > -0.5
        }
        if counted.allSatisfy(whole) { return .counts }
        if let countingTime, counted.enumerated().allSatisfy({ whole($1 * countingTime[$0]) }) {
            notes.append(
                "scan \(scan): the intensities are whole numbers only when multiplied by the counting time, so they are "
                    + "counts per second")
            return .countsPerSecond
        }
        notes.append(
            "scan \(scan): the intensities are not whole numbers as counts are, so the instrument rescaled or averaged "
                + "them: no uncertainties follow from counting statistics")
        return .arbitrary
    }
}
