import Foundation
import Spectra

/// One bank of a GSAS file.
struct GSASBank {
    let text: PatternText
    let lines: [Substring]
    /// The line of the BANK record, and the line after the last of the bank.
    let start: Int
    let end: Int
    let number: Int
    let options: DiffractionReadOptions

    private var dataLines: [Int] {
        (start + 1..<end).filter { index in
            let line = lines[index].trimmed
            return !line.isEmpty && !line.hasPrefix("#") && !line.uppercased().hasPrefix("MONITOR")
        }
    }

    /// The pattern; `fields` are those of the BANK record after the word.
    func pattern(fields: [Substring], notes: inout [String]) throws -> DiffractionPattern {
        guard fields.count >= 4, let channels = fields[1].decimal, channels >= 1, channels < 1e8 else {
            throw text.malformed(start, expected: "BANK, its number, the number of channels and records, the binning")
        }
        let binning = fields[3].uppercased()
        let coefficients = fields.dropFirst(4).prefix { $0.decimal != nil }.compactMap(\.decimal)
        let kind = fields.dropFirst(4 + coefficients.count).first?.uppercased() ?? "STD"
        let announced = Int(channels)
        var values: GSASValues
        switch kind {
        case "FXYE": values = try columns(3)
        case "FXY": values = try columns(2)
        case "ESD": values = try pairs()
        case "ALT": values = try triples()
        case "STD": values = try counts(announced)
        default: throw text.malformed(start, expected: "a type STD, ESD, FXYE, FXY or ALT", found: "\"\(kind)\"")
        }
        if kind == "STD" || kind == "ESD" || kind == "ALT" { values.truncate(to: announced) }
        guard !values.intensities.isEmpty else { throw text.malformed(start + 1, expected: "\(announced) points") }
        let axis = try axis(values, binning: binning, coefficients: coefficients)
        let missing = max(0, announced - values.intensities.count)
        if missing > 0 {
            notes.append(PatternNotes.cutOff(scan: number, read: values.intensities.count, announced: announced))
        }
        let isWhole = values.intensities.allSatisfy { $0 >= 0 && $0 == $0.rounded() }
        return DiffractionPattern(
            axis: axis, intensities: values.intensities,
            unit: options.unit ?? (values.uncertainties == nil && isWhole ? .counts : .arbitrary),
            standardUncertainties: values.uncertainties, radiation: .unknown,
            setup: DiffractionSetup(scanAxis: axis.kind == .twoTheta ? "2Theta" : "time of flight"),
            missingPoints: missing)
    }

    private func axis(_ values: GSASValues, binning: String, coefficients: [Double]) throws -> DiffractionAxis {
        let isConstant = binning.hasPrefix("CONS") || binning == "COND"
        if let places = values.places {
            // In centidegrees an angle stays below 18000; times of flight are far longer than that.
            let isAngle = isConstant && (places.max() ?? 0) <= 18_000
            return DiffractionAxis(
                isAngle ? places.map { $0 / 100 } : places, kind: isAngle ? .twoTheta : .timeOfFlight)
        }
        guard isConstant, coefficients.count >= 2 else {
            throw text.malformed(
                start, expected: "constant steps (CONS) or a type with places (FXYE)", found: "binning \"\(binning)\"")
        }
        let places = try text.content.places(
            from: coefficients[0], step: coefficients[1], count: values.intensities.count, at: .line(start + 1))
        let isAngle = (places.last ?? 0) <= 18_000
        return DiffractionAxis(isAngle ? places.map { $0 / 100 } : places, kind: isAngle ? .twoTheta : .timeOfFlight)
    }

    /// Whether the line is the last of a file that may break off in it.
    private func isCut(_ index: Int) -> Bool {
        // Records without line ends are not lines that lack theirs.
        index == lines.count - 1 && text.lastLineIsOpen && lines.count == text.lines.count
    }

    /// Lines of `width` numbers: place, intensity and uncertainty.
    private func columns(_ width: Int) throws -> GSASValues {
        var values = GSASValues()
        var places: [Double] = []
        var uncertainties: [Double] = []
        for index in dataLines {
            guard let numbers = lines[index].numbers, numbers.count >= width else {
                if isCut(index) { continue }
                throw text.malformed(index, expected: "\(width) numbers")
            }
            places.append(numbers[0])
            values.intensities.append(numbers[1])
            if width > 2 { uncertainties.append(numbers[2]) }
        }
        values.places = places
        values.uncertainties = width > 2 ? uncertainties : nil
        return values
    }

    /// The pieces of fixed widths in a line, repeated to its end; `nil` where a piece holds more than one word.
    private func pieces(_ line: Substring, widths: [Int]) -> [[Substring]]? {
        guard line.utf8.count == line.count else { return nil }
        var groups: [[Substring]] = []
        var rest = line
        while !rest.trimmed.isEmpty {
            var group: [Substring] = []
            for width in widths {
                let piece = rest.prefix(width).trimmed
                guard !piece.contains(" "), !piece.contains("\t") else { return nil }
                group.append(piece)
                rest = rest.dropFirst(width)
            }
            groups.append(group)
        }
        return groups
    }

    /// STD: the counts of each channel, perhaps with the number of detectors that counted them.
    private func counts(_ announced: Int) throws -> GSASValues {
        var values = GSASValues()
        var chunks: [(detectors: Substring, counts: Substring)] = []
        var isFixed = true
        for index in dataLines {
            guard let groups = pieces(lines[index], widths: [2, 6]) else {
                isFixed = false
                break
            }
            chunks += groups.map { ($0[0], $0[1]) }
        }
        // Two columns for the number of detectors only where a blank sets it off; otherwise digits there belong to
        // counts that are wider than the format foresees.
        let hasDetectors =
            isFixed && chunks.contains { !$0.detectors.isEmpty && !$0.counts.isEmpty && $0.counts.utf8.count < 6 }
        guard isFixed, hasDetectors else {
            for index in dataLines {
                guard var numbers = lines[index].numbers else { throw text.malformed(index, expected: "counts") }
                let isShort = values.intensities.count + numbers.count < announced
                if isCut(index), isShort, !numbers.isEmpty { numbers.removeLast() }
                values.intensities += numbers
            }
            return values
        }
        var uncertainties: [Double] = []
        for (detectors, counts) in chunks {
            guard let intensity = counts.decimal, let number = detectors.isEmpty ? 1 : detectors.decimal, number >= 1
            else {
                throw text.malformed(start + 1, expected: "detectors and counts", found: "\"\(detectors) \(counts)\"")
            }
            values.intensities.append(intensity)
            uncertainties.append((max(intensity, 1) / number).squareRoot())
        }
        values.uncertainties = uncertainties
        return values
    }

    /// ESD: pairs of intensity and uncertainty.
    private func pairs() throws -> GSASValues {
        var values = GSASValues()
        var uncertainties: [Double] = []
        for index in dataLines {
            let numbers: [Double]
            if let free = lines[index].numbers, free.count.isMultiple(of: 2) {
                numbers = free
            } else if let groups = pieces(lines[index], widths: [8, 8]),
                groups.allSatisfy({ $0.allSatisfy { $0.decimal != nil } })
            {
                numbers = groups.flatMap { $0.compactMap(\.decimal) }
            } else if isCut(index) {
                continue
            } else {
                throw text.malformed(index, expected: "pairs of intensity and uncertainty")
            }
            for pair in stride(from: 0, to: numbers.count, by: 2) {
                values.intensities.append(numbers[pair])
                uncertainties.append(numbers[pair + 1])
            }
        }
        values.uncertainties = uncertainties
        return values
    }

    /// ALT: time in 1/32 us, intensity and uncertainty, the latter two in thousandths where no point is written.
    private func triples() throws -> GSASValues {
        var values = GSASValues()
        var places: [Double] = []
        var uncertainties: [Double] = []
        func thousandths(_ piece: Substring) -> Double? { piece.decimal.map { piece.contains(".") ? $0 : $0 / 1000 } }
        for index in dataLines {
            guard let groups = pieces(lines[index], widths: [8, 7, 5]) else {
                throw text.malformed(index, expected: "time, intensity and uncertainty in 8, 7 and 5 columns")
            }
            for group in groups {
                guard let time = group[0].decimal, let intensity = thousandths(group[1]),
                    let esd = thousandths(group[2])
                else {
                    if isCut(index) { continue }
                    throw text.malformed(index, expected: "time, intensity and uncertainty in 8, 7 and 5 columns")
                }
                places.append(time / 32)
                values.intensities.append(intensity)
                uncertainties.append(esd)
            }
        }
        values.places = places
        values.uncertainties = uncertainties
        return values
    }
}

/// The numbers of a bank.
struct GSASValues {
    var places: [Double]?
    var intensities: [Double] = []
    var uncertainties: [Double]?

    /// Leaves out what a bank holds beyond `count` channels: the last record may be filled up.
    mutating func truncate(to count: Int) {
        guard intensities.count > count else { return }
        intensities.removeLast(intensities.count - count)
        places = places.map { Array($0.prefix(count)) }
        uncertainties = uncertainties.map { Array($0.prefix(count)) }
    }
}
