import Foundation
import Spectra

/// The schedules of SPECS' SpecsLab Prodigy (.sle): an SQLite database.
///
///     Configuration   Key, Value: "Schedule" is XML with <SpectrumGroup Name> <Spectrum ID Name> <...Settings DwellTime>
///     NodeMapping     Node, InternalID: which node a Spectrum ID of the schedule is
///     Spectrum        Node, EnergyChns, NonEnergyChns, Samples, ElectronEnergy, EnergyType, Step, EpassOrRR, Wf
///     RawData         RawID, Node, ScanDate, Eexc, Trace ("Loop=1u;Scan [Idx]=3u"): one row for each scan
///     CountRateData   RawID, Offset, NextOffset, ChunkSize, Data: numbers, float or double, perhaps compressed by zlib
///
/// Energies begin at ElectronEnergy and go down in binding energy or up in kinetic energy. In a real file the numbers of
/// separate channels are whole at a dwell time of 0.1 s, so they are counts, whatever the table is called. Scans of one
/// loop are added up; loops are the cycles of a series. Spectra whose detector channels have not been added by the
/// program are left out and named: where a channel belongs is in a calibration that is not in the file.
enum SPECSScheduleFormat: SpectrumFormat {
    static let name = "SPECS Prodigy SLE"
    static let extensions = ["sle"]

    static func recognises(_ content: FileContent) -> Bool {
        guard content.data.starts(with: SQLiteFile.signature) else { return false }
        return content.data.range(of: Data("SpecsLabSchedule".utf8)) != nil
            || content.data.range(of: Data("CountRateData".utf8)) != nil
    }

    static func read(_ content: FileContent, options: ReadOptions) throws -> SpectrumFile {
        let database = try SQLiteFile(content)
        var file = SpectrumFile(path: content.path, format: name, spectra: [])
        let schedule = try database.rows("SELECT Value FROM Configuration WHERE Key = 'Schedule'")
        guard let text = schedule.first?.first?.text else {
            throw content.malformed(.whole, expected: "a schedule in the table Configuration", found: "none")
        }
        let root = try XMLTree(Data(text.utf8), file: content.path)
        for group in root.descendants("SpectrumGroup") {
            for element in group.descendants("Spectrum") {
                let entry = SPECSScheduleEntry(
                    element, group: group.attributes["Name"] ?? "", content: content, options: options)
                file.spectra += try entry.spectra(database, &file.notes)
            }
        }
        guard !file.spectra.isEmpty else {
            throw content.malformed(
                .whole, expected: "a spectrum with data", found: file.notes.first ?? "no spectrum in the schedule")
        }
        file.spectra.dropConstantCoordinates()
        return file
    }
}

/// One spectrum of a schedule.
private struct SPECSScheduleEntry {
    let element: XMLTree
    let group: String
    let content: FileContent
    let options: ReadOptions
    var name: String { element.attributes["Name"] ?? "" }

    init(_ element: XMLTree, group: String, content: FileContent, options: ReadOptions) {
        self.element = element
        self.group = group
        self.content = content
        self.options = options
    }

    /// The row of the table Spectrum.
    private struct Head {
        var channels: Int
        var samples: Int
        var start: Double
        var isBinding: Bool
        var step: Double
        var passEnergy: Double?
        var workFunction: Double?
    }

    func spectra(_ database: borrowing SQLiteFile, _ notes: inout [String]) throws -> [Spectrum] {
        guard let id = element.attributes["ID"].flatMap({ Int($0) }) else { return [] }
        let mapped = try database.rows("SELECT Node FROM NodeMapping WHERE InternalID = ?", id).first?.first?.count
        guard let node = mapped, let head = try head(database, node) else { return [] }
        guard element.child("FixedEnergiesSettings") == nil else {
            notes.append("\(name) is left out: it was measured at one energy.")
            return []
        }
        guard head.channels == 1 else {
            notes.append(
                "\(name) is left out: its \(head.channels) detector channels have not been added up; export it as .xy.")
            return []
        }
        let scans = try database.rows(
            "SELECT RawID, ScanDate, Eexc, Trace FROM RawData WHERE Node = ? ORDER BY RawID", node)
        var loops: [Int: Loop] = [:]
        for scan in scans {
            guard scan.count == 4, let raw = scan[0].count else { continue }
            guard let counts = try counts(database, raw, head) else {
                notes.append("A scan of \(name) is not whole and is left out.")
                continue
            }
            let number = Self.loop(scan[3].text ?? "")
            let first = Loop(
                sum: [Double](repeating: 0, count: counts.count), date: scan[1].text, photonEnergy: scan[2].number)
            var loop = loops[number] ?? first
            for i in counts.indices { loop.sum[i] += counts[i] }
            loop.scans += 1
            loops[number] = loop
        }
        if loops.isEmpty { notes.append("\(name) has no data.") }
        let transmission = try transmission(database, node, head)
        return loops.sorted { $0.key < $1.key }.map { spectrum(head, $0.value, number: $0.key, transmission) }
    }

    /// The scans of one loop, added up.
    private struct Loop {
        var sum: [Double]
        var scans = 0
        var date: String?
        var photonEnergy: Double?
    }

    private func transmission(_ database: borrowing SQLiteFile, _ node: Int, _ head: Head) throws -> [Double]? {
        // Older versions keep none, or keep it elsewhere.
        guard let rows = try? database.rows("SELECT Data FROM TransmissionData WHERE Node = ?", node), rows.count == 1,
            let data = rows[0].first?.bytes, let values = Self.numbers(data, count: head.samples)
        else { return nil }
        return values.allSatisfy { $0 > 0 } ? values : nil
    }

    private func head(_ database: borrowing SQLiteFile, _ node: Int) throws -> Head? {
        let rows = try database.rows(
            "SELECT EnergyChns, Samples, ElectronEnergy, EnergyType, Step, EpassOrRR, Wf FROM Spectrum WHERE Node = ?",
            node)
        guard let row = rows.first else { return nil }
        guard let channels = row[0].count, channels > 0, let samples = row[1].count, (1...(1 << 26)).contains(samples),
            let start = row[2].number, let step = row[4].number, step != 0,
            (start + step * Double(samples)).isFinite
        else {
            throw content.malformed(
                .whole, expected: "channels, samples, an energy and a step of \(name)", found: "\(row)")
        }
        return Head(
            channels: channels, samples: samples, start: start,
            isBinding: row[3].text?.lowercased().hasPrefix("bind") ?? false, step: step, passEnergy: row[5].number,
            workFunction: row[6].number)
    }

    /// The numbers of one scan; `nil` where chunks are missing.
    private func counts(_ database: borrowing SQLiteFile, _ raw: Int, _ head: Head) throws -> [Double]? {
        let chunks = try database.rows(
            "SELECT Offset, ChunkSize, Data FROM CountRateData WHERE RawID = ? ORDER BY Offset", raw)
        var values: [Double] = []
        for chunk in chunks {
            guard chunk.count == 3, chunk[0].count == values.count, let size = chunk[1].count, size > 0,
                size <= head.samples - values.count, let data = chunk[2].bytes,
                let numbers = Self.numbers(data, count: size)
            else { return nil }
            values += numbers
        }
        return values.count == head.samples ? values : nil
    }

    /// `count` numbers, double or float as the length says, compressed or not.
    private static func numbers(_ data: Data, count: Int) -> [Double]? {
        for width in [8, 4] {
            let length = count * width
            let plain = data.count == length ? data : Zlib.inflated(data, count: length)
            guard let plain else { continue }
            let values = plain.withUnsafeBytes { bytes in
                (0..<count).map { place in
                    width == 8
                        ? Double(
                            bitPattern: UInt64(
                                littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * place, as: UInt64.self)))
                        : Double(
                            Float(
                                bitPattern: UInt32(
                                    littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * place, as: UInt32.self))))
                }
            }
            return values.allSatisfy(\.isFinite) ? values : nil
        }
        return nil
    }

    /// The number of the loop in "Loop=2u;Scan [Idx]=1u"; 0 where there is none.
    private static func loop(_ trace: String) -> Int {
        guard let range = trace.range(of: "Loop=") else { return 0 }
        return Int(trace[range.upperBound...].prefix { $0.isNumber }) ?? 0
    }

    private func spectrum(_ head: Head, _ loop: Loop, number: Int, _ transmission: [Double]?) -> Spectrum {
        let counts = loop.sum
        let sign = head.isBinding ? -1.0 : 1
        let axis = EnergyAxis(
            counts.indices.map { head.start + sign * head.step * Double($0) },
            scale: options.energyScale ?? (head.isBinding ? .binding : .kinetic),
            photonEnergy: options.photonEnergy ?? loop.photonEnergy.flatMap { $0 > 0 ? $0 : nil })
        let identity = SpectrumIdentity(labels: [name], axis: axis, intensities: counts)
        let settings = element.children.first { $0.name.hasSuffix("Settings") && $0.attributes["DwellTime"] != nil }
        var further: [String: String] = [:]
        if let lens = settings?.attributes["LensMode"] { further["Analyzer Lens"] = lens }
        if let comment = element.child("Comment")?.text.trimmingCharacters(in: .whitespacesAndNewlines),
            !comment.isEmpty
        {
            further["Comment"] = comment
        }
        return Spectrum(
            name: name, sample: Self.sample(group), level: identity.level, kind: identity.kind, axis: axis,
            intensities: counts, unit: options.unit ?? .counts, transmission: transmission,
            acquisition: Acquisition(
                sweeps: loop.scans,
                dwellTime: settings?.attributes["DwellTime"].flatMap { Double($0) }.flatMap { $0 > 0 ? $0 : nil },
                passEnergy: head.passEnergy, workFunction: head.workFunction, date: loop.date,
                coordinates: [SeriesCoordinate(.cycle, Double(number))], further: further))
    }

    /// The name of a group without the remarks that Prodigy appends: "name, #Treatments: ...".
    private static func sample(_ group: String) -> String {
        let name = group.prefix { $0 != "#" }
        return name.trimmingCharacters(in: CharacterSet(charactersIn: " ,\t"))
    }
}
