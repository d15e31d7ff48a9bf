import Foundation
import Spectra

/// The blocks side by side in one section of a CasaXPS export.
struct CasaXPSExportSection {
    /// Columns that belong to one block: from an energy column to the next one that starts a block.
    private struct Group {
        var columns: Range<Int>
        var energies: [Int] = []
        var intensity: Int?
        var curves: [Int] = []
    }

    private let section: TableSection
    private let content: FileContent
    private let dialect: TableDialect
    private let header: [[String]]
    private let labels: [String]
    private let roles: [CasaXPSExportLabels.Role]
    private let groups: [Group]

    init(_ section: TableSection, dialect: TableDialect, content: FileContent) {
        self.section = section
        self.content = content
        self.dialect = dialect
        header = section.header.map { dialect.cells($0) }
        let labelLine = section.header.last { CasaXPSExportLabels.isLabelLine($0) }
        let labels = labelLine.map { dialect.cells($0) } ?? []
        self.labels = labels
        roles = labels.map { CasaXPSExportLabels.role(of: $0) }
        groups = Self.groups(roles: Array(roles.prefix(section.columns.count)))
    }

    /// Appends the spectra of the section to `file`.
    func append(to file: inout SpectrumFile, options: ReadOptions) throws {
        for (number, group) in groups.enumerated() {
            guard let intensity = group.intensity else { continue }
            if repeatsInCountsPerSecond(group, number: number) {
                file.notes.append(
                    "\(file.spectra.last?.name ?? ""): the columns in CPS repeat those in counts and are left out")
                continue
            }
            file.spectra.append(try spectrum(of: group, intensity: intensity, notes: &file.notes, options: options))
        }
        for line in section.faultyLines {
            throw content.malformed(
                .line(line), expected: "a row of at most \(section.columns.count) numbers", found: "something else")
        }
    }

    private static func groups(roles: [CasaXPSExportLabels.Role]) -> [Group] {
        var groups: [Group] = []
        for (column, role) in roles.enumerated() {
            switch role {
            case .kineticEnergy, .bindingEnergy:
                if groups.isEmpty || groups[groups.count - 1].intensity != nil {
                    groups.append(Group(columns: column..<column + 1))
                }
                groups[groups.count - 1].energies.append(column)
            case .counts, .countsPerSecond:
                guard !groups.isEmpty else { continue }
                if groups[groups.count - 1].intensity == nil {
                    groups[groups.count - 1].intensity = column
                } else {
                    groups[groups.count - 1].curves.append(column)
                }
            case .curve:
                if !groups.isEmpty { groups[groups.count - 1].curves.append(column) }
            case .empty:
                continue
            }
            if let start = groups.last?.columns.lowerBound { groups[groups.count - 1].columns = start..<column + 1 }
        }
        return groups
    }

    /// Whether a group gives in counts per second what the one before gives in counts.
    private func repeatsInCountsPerSecond(_ group: Group, number: Int) -> Bool {
        guard number > 0, let intensity = group.intensity, roles[intensity] == .countsPerSecond,
            let counts = groups[number - 1].intensity, roles[counts] == .counts,
            groups[number - 1].curves.count == group.curves.count,
            groups[number - 1].energies.map({ roles[$0] }) != group.energies.map({ roles[$0] })
        else { return false }
        return labels[intensity] == "CPS" && labels[counts] == "Counts"
    }

    private func spectrum(
        of group: Group, intensity: Int, notes: inout [String], options: ReadOptions
    ) throws -> Spectrum {
        let rows = try rowCount(of: group, intensity: intensity)
        let values = { (column: Int) in Array(section.columns[column][0..<rows]) }
        let (name, sample) = title(of: group, intensity: intensity)
        var photonEnergy = number(after: "Characteristic Energy", of: group) ?? options.photonEnergy
        var column = group.energies[0]
        if let kinetic = group.energies.first(where: { roles[$0] == .kineticEnergy }),
            let binding = group.energies.first(where: { roles[$0] == .bindingEnergy })
        {
            let sum = section.columns[kinetic][0] + section.columns[binding][0]
            if let known = photonEnergy, abs(known - sum) > 0.02 {
                column = binding
                notes.append(
                    "\(name): kinetic and binding energy add up to \(sum) eV, not to the photon energy: the binding"
                        + " energies, which CasaXPS has calibrated, are read")
            }
            photonEnergy = photonEnergy ?? sum
        }
        let scale: EnergyScale = roles[column] == .kineticEnergy ? .kinetic : .binding
        let axis = EnergyAxis(values(column), scale: scale, photonEnergy: photonEnergy)
        var spectrum = Spectrum(
            name: name, sample: sample, axis: axis, intensities: values(intensity),
            unit: roles[intensity] == .counts ? .counts : .countsPerSecond, comments: section.header)
        spectrum.acquisition.acquisitionTime = number(after: "Acquisition Time", of: group)
        var curves: [Int] = []
        for curve in group.curves {
            let curveValues = values(curve)
            guard !curveValues.contains(where: \.isNaN) else {
                notes.append("\(name): the column \"\(labels[curve])\" has empty cells and is left out")
                continue
            }
            spectrum.columns.append(NamedColumn(name: curveName(labels[curve]), values: curveValues))
            curves.append(curve)
        }
        if let fit = fit(of: spectrum, curves: curves) { spectrum.fits = [fit] }
        let identity = SpectrumIdentity(labels: [name], axis: axis, intensities: spectrum.intensities)
        spectrum.level = identity.level
        spectrum.kind = identity.kind
        if let note = identity.note { notes.append("\(name): \(note)") }
        return spectrum
    }

    /// The fit whose curves are the columns of `spectrum`, which stand in the columns `curves` of the file, with the
    /// parameters that stand above them; positions are binding energies and areas are in CPS, whatever the columns count.
    private func fit(of spectrum: Spectrum, curves: [Int]) -> StoredFit? {
        guard var fit = StoredFit(curvesOf: spectrum, program: "CasaXPS") else { return nil }
        fit.scale = .binding
        fit.unit = .countsPerSecond
        let peaks = zip(spectrum.columns, curves).filter { column, _ in
            fit.peaks.contains { $0.name == column.name }
        }
        guard peaks.count == fit.peaks.count else { return fit }
        for (place, (_, column)) in peaks.enumerated() {
            fit.peaks[place].position = parameter("Position", column: column)
            fit.peaks[place].width = parameter("FWHM", column: column)
            fit.peaks[place].area = parameter("Area", column: column)
            fit.peaks[place].shape = cell("Lineshape", column: column) ?? ""
            if let name = cell("Name", column: column), !name.isEmpty { fit.peaks[place].name = name }
        }
        return fit
    }

    /// The text above a column in the line of the header that begins with `key`.
    private func cell(_ key: String, column: Int) -> String? {
        guard let row = header.last(where: { $0.first == key }), row.indices.contains(column) else { return nil }
        return row[column]
    }

    private func parameter(_ key: String, column: Int) -> Double? {
        guard let text = cell(key, column: column) else { return nil }
        return Array(text.utf8).withUnsafeBufferPointer {
            DecimalNumber.parse($0, decimalMark: dialect.decimalMark)
        }
    }

    /// The number of rows of a group: up to the first empty energy, after which nothing may follow.
    private func rowCount(of group: Group, intensity: Int) throws -> Int {
        let energies = section.columns[group.energies[0]]
        let rows = energies.firstIndex(where: \.isNaN) ?? energies.count
        guard rows > 0 else {
            throw content.malformed(
                .line(Int(section.rowLines[0])), expected: "an energy below \"\(labels[group.energies[0]])\"",
                found: "an empty cell")
        }
        for column in group.energies + [intensity] {
            let values = section.columns[column]
            if let gap = values[0..<rows].firstIndex(where: \.isNaN) {
                throw content.malformed(
                    .line(Int(section.rowLines[gap])), expected: "a number below \"\(labels[column])\"",
                    found: "an empty cell")
            }
            if let stray = values[rows...].firstIndex(where: { !$0.isNaN }) {
                throw content.malformed(
                    .line(Int(section.rowLines[stray])), expected: "an energy below \"\(labels[group.energies[0]])\"",
                    found: "an empty cell")
            }
        }
        return rows
    }

    /// Background and envelope under these names, whatever block they belong to; components as the file names them.
    private func curveName(_ label: String) -> String {
        for name in ["Background", "Envelope"] where label.hasPrefix(name + "_") { return name }
        return label
    }

    /// The names of the block and of the sample: from `Cycle 0:sample:block`, else from `CPS_block`.
    private func title(of group: Group, intensity: Int) -> (name: String, sample: String) {
        let first = group.columns.lowerBound
        let cells = header.filter { $0.indices.contains(first) }.map { $0[first] }
        for text in [labels[intensity]] + cells where text.hasPrefix("Cycle ") {
            var parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            if let last = parts.last, last == "CPS" || last == "Counts" { parts.removeLast() }
            guard parts.count > 2 else { continue }
            return (parts[parts.count - 1], parts[1..<parts.count - 1].joined(separator: ":"))
        }
        for column in group.energies + [intensity] {
            if let mark = labels[column].firstIndex(of: "_") {
                return (String(labels[column][labels[column].index(after: mark)...]), "")
            }
        }
        return (URL(fileURLWithPath: content.path).deletingPathExtension().lastPathComponent, "")
    }

    /// The number in the cell after one that starts with `key`, within the columns of the group or, for a single group,
    /// anywhere in the header.
    private func number(after key: String, of group: Group) -> Double? {
        for row in header {
            let columns = groups.count == 1 ? row.indices : group.columns.clamped(to: row.indices)
            for column in columns where row[column].hasPrefix(key) && row.indices.contains(column + 1) {
                let text = Array(row[column + 1].utf8)
                let number = text.withUnsafeBufferPointer {
                    DecimalNumber.parse($0, decimalMark: dialect.decimalMark)
                }
                if let number, number > 0 { return number }
            }
        }
        return nil
    }
}
