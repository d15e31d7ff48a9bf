import Foundation
import Spectra

/// Files of Omicron's Spectra (VGX 900, Presenter): a name, then for each spectrum a line of settings, its name and one
/// number of counts on each line.
///
///     Fischer7
///        100.00610  1156.43311     1.00708     5.00000     0.10000  1050    46.1  1253.60
///     OV
///     30304
///     29699
///
/// The settings are the first and last energy, step, scans, dwell time, number of points, pass energy and, in newer files,
/// the photon energy. xylib (spectra.cpp) documents the files with a photon energy, whose energies are kinetic.
enum OmicronSpectraFormat: SpectrumFormat {
    static let name = "Omicron Spectra"
    static let extensions = ["1", "dat"]

    private struct Settings {
        var numbers: [Double]
        var points: Int
    }

    static func recognises(_ content: FileContent) -> Bool {
        content.withBeginning(1 << 12) { bytes in
            var lines = ByteLines(bytes)
            guard let first = lines.next(), DecimalNumber.parse(first) == nil || first.isEmpty,
                let second = lines.next(), settings(second) != nil, lines.next() != nil
            else { return false }
            for _ in 0..<3 {
                guard let line = lines.next()?.trimmed, let value = DecimalNumber.parse(line), value == value.rounded()
                else { return false }
            }
            return true
        }
    }

    private static func settings(_ line: UnsafeBufferPointer<UInt8>) -> Settings? {
        var numbers: [Double] = []
        var place = 0
        while place < line.count {
            if ASCII.isBlank(line[place]) {
                place += 1
                continue
            }
            guard numbers.count < 8, let (value, end) = DecimalNumber.scan(line, from: place, decimalMark: ASCII.point),
                end == line.count || ASCII.isBlank(line[end])
            else { return nil }
            numbers.append(value)
            place = end
        }
        guard numbers.count >= 7, let points = Int(exactly: numbers[5]), points > 1 else { return nil }
        // The number of points is that which the range and the step give, or one less where an end is left out.
        let expected = ((numbers[1] - numbers[0]) / numbers[2]).magnitude
        guard expected.isFinite, abs(expected - Double(points - 1)) < 2 else { return nil }
        return Settings(numbers: numbers, points: points)
    }

    static func read(_ content: FileContent, options: ReadOptions) throws -> SpectrumFile {
        var file = SpectrumFile(path: content.path, format: name, spectra: [])
        try content.data.withUnsafeBytes { raw in
            var lines = ByteLines(raw.bindMemory(to: UInt8.self))
            let sample = lines.next()?.text.trimmingCharacters(in: .whitespaces) ?? ""
            while let line = lines.next() {
                if line.trimmed.isEmpty { continue }
                guard let settings = settings(line) else {
                    throw content.malformed(
                        .line(lines.number),
                        expected: "first energy, last energy, step, scans, dwell time, points, pass energy",
                        found: line.quoted)
                }
                let name = lines.next()?.text.trimmingCharacters(in: .whitespaces) ?? ""
                let counts = try counts(&lines, settings: settings, of: content)
                if counts.count < settings.points {
                    file.notes.append(
                        "Spectrum \(file.spectra.count + 1) states \(settings.points) points and has \(counts.count).")
                }
                guard !counts.isEmpty else { continue }
                file.spectra.append(
                    spectrum(counts, settings: settings, name: name, sample: sample, options: options, file: &file))
            }
            if lines.lastLineIsOpen {
                file.notes.append("The last line has no end: if the file was cut, its last number may be wrong.")
            }
        }
        guard !file.spectra.isEmpty else {
            throw content.malformed(.whole, expected: "counts", found: "none")
        }
        return file
    }

    private static func counts(
        _ lines: inout ByteLines, settings: Settings, of content: FileContent
    ) throws -> [Double] {
        var counts: [Double] = []
        while counts.count < settings.points, let line = lines.next() {
            guard let value = DecimalNumber.parse(line.trimmed) else {
                if lines.lastLineIsOpen { break }
                throw content.malformed(
                    .line(lines.number), expected: "counts number \(counts.count + 1) of \(settings.points)",
                    found: line.quoted)
            }
            counts.append(value)
        }
        return counts
    }

    private static func spectrum(
        _ counts: [Double], settings: Settings, name: String, sample: String, options: ReadOptions,
        file: inout SpectrumFile
    ) -> Spectrum {
        let numbers = settings.numbers
        let photonEnergy = options.photonEnergy ?? (numbers.count > 7 && numbers[7] > 0 ? numbers[7] : nil)
        let isFalling = numbers[0] > numbers[1]
        let scale = options.energyScale ?? (numbers.count > 7 || !isFalling ? .kinetic : .binding)
        if options.energyScale == nil && numbers.count <= 7 {
            let note = "Energies that fall are taken as binding energies, those that rise as kinetic energies."
            if !file.notes.contains(note) { file.notes.append(note) }
        }
        // The step is printed with few digits, so the ends count.
        let width = numbers[1] - numbers[0]
        let energies = counts.indices.map { numbers[0] + width * Double($0) / Double(settings.points - 1) }
        let axis = EnergyAxis(energies, scale: scale, photonEnergy: photonEnergy)
        let identity = SpectrumIdentity(labels: [name], axis: axis, intensities: counts)
        if let note = identity.note { file.notes.append(note) }
        return Spectrum(
            name: name, sample: sample, level: identity.level, kind: identity.kind, axis: axis, intensities: counts,
            unit: options.unit ?? .counts,
            acquisition: Acquisition(
                sweeps: Int(exactly: numbers[3].rounded()).flatMap { $0 > 0 ? $0 : nil },
                dwellTime: numbers[4] > 0 ? numbers[4] : nil, passEnergy: numbers[6] > 0 ? numbers[6] : nil))
    }
}
