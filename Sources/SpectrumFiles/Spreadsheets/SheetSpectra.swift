import Foundation
import Spectra

/// Finds the spectra on a sheet: a column of energies and columns of intensities beside it.
///
/// Knows the layouts that Avantage and KherveFitting write, and takes any other sheet with such columns:
///
///     Avantage                                                     KherveFitting
///     Axis  Energy  Elements=  371                                 Binding Energy  Raw Data  ...  BE  Background
///     C:\...\CC-A.DATA\Zn2p Scan.VGD                               1052.08         7597.24
///     Binding Energy (E)               Zn2p3         Backgnd.      1051.98         7591.4
///     eV                  Counts / s   Counts / s    Counts / s
///     1052.08             2086.99      0             2086.99
struct SheetSpectra {
    /// A column of intensities or of something else, with what stands above it.
    private struct Column {
        var number: Int
        var name: String
        var unit: IntensityUnit?
        var values: [Double]
    }

    /// A stretch of a column that holds energies.
    private struct Energies {
        var column: Int
        var run: SheetGrid.Run
        var labels: [String]
        var rows: Range<Int> { run.firstRow..<(run.firstRow + run.values.count) }
    }

    private static let shortest = 5

    let grid: SheetGrid
    let options: ReadOptions
    /// What had to be assumed.
    private(set) var notes: [String] = []
    /// The spectra of the sheet; none where it holds something else.
    private(set) var spectra: [Spectrum] = []

    init(_ grid: SheetGrid, options: ReadOptions) {
        self.grid = grid
        self.options = options
        let columns = grid.columns.keys.sorted()
        var taken: [Energies] = []
        for column in columns {
            for run in grid.runs(of: column, atLeast: Self.shortest) where Self.looksLikeEnergies(run.values) {
                let energies = Energies(column: column, run: run, labels: labels(above: run.firstRow, column))
                guard isNewTable(energies, beside: taken) else { continue }
                taken.append(energies)
            }
        }
        // Where a header names energies, a column that merely counts the rows is none.
        let named = taken.filter { Self.scale(of: $0.labels) != nil }
        let tables = named.isEmpty ? taken : named
        for table in tables {
            let next = tables.filter { $0.rows.overlaps(table.rows) && $0.column > table.column }.map(\.column).min()
            let beside = columns.filter { $0 > table.column && $0 < (next ?? .max) }
            append(table, columns: beside.compactMap { data($0, rows: table.rows) })
        }
    }

    // MARK: Finding the columns

    /// Energies rise or fall throughout by equal steps, to the digits that are printed.
    private static func looksLikeEnergies(_ values: [Double]) -> Bool {
        let axis = EnergyAxis(values, scale: .binding, photonEnergy: nil)
        guard axis.isStrictlyMonotonic, let step = axis.meanStep else { return false }
        return zip(values, values.dropFirst()).allSatisfy { abs($1 - $0 - step) <= 0.011 + 0.02 * abs(step) }
    }

    /// A further column of energies starts a table of its own where its header says so and it is not the same column
    /// again, as KherveFitting writes it beside its curves.
    private func isNewTable(_ energies: Energies, beside taken: [Energies]) -> Bool {
        let overlapping = taken.filter { $0.rows.overlaps(energies.rows) }
        if overlapping.isEmpty { return true }
        return Self.scale(of: energies.labels) != nil
            && !overlapping.contains { $0.run.values == energies.run.values && Self.scale(of: $0.labels) != nil }
    }

    private static func scale(of labels: [String]) -> EnergyScale? {
        labels.compactMap { EnergyScale(label: $0) }.first
    }

    /// The texts right above a row, the lowest first, at most three.
    private func labels(above row: Int, _ column: Int) -> [String] {
        var labels: [String] = []
        for offset in 1...3 {
            guard let text = grid.text(row - offset, column) else {
                // Avantage leaves the name of the measured spectrum empty above its unit.
                if offset == 1 { continue } else { break }
            }
            labels.append(text)
        }
        return labels
    }

    private func data(_ number: Int, rows: Range<Int>) -> Column? {
        guard let values = grid.numbers(number, rows: rows) else { return nil }
        let labels = labels(above: rows.lowerBound, number)
        // The unit is a text of its own below the name, or part of the name.
        let unit = labels.compactMap { IntensityUnit(label: $0) }.first
        let isUnit = { (text: String) in IntensityUnit(label: text) != nil && text.lowercased().hasPrefix("count") }
        return Column(number: number, name: labels.first { !isUnit($0) } ?? "", unit: unit, values: values)
    }

    // MARK: Making spectra

    private mutating func append(_ table: Energies, columns: [Column]) {
        let others = columns.filter { $0.values != table.run.values }
        let whole = others.filter { $0.values.allSatisfy(\.isFinite) }
        let raw = whole.first { $0.name.lowercased().hasPrefix("raw") }
        guard let measured = raw ?? whole.first else { return }
        let levels = levels(above: table.rows.lowerBound)
        let axis = axis(of: table)
        let statedPoints = statedAxes(above: table.rows.lowerBound).first?.count
        if let statedPoints, statedPoints != table.rows.count {
            notes.append("Sheet \(grid.name) states \(statedPoints) points and has \(table.rows.count).")
        }
        if levels.count > 1, whole.count >= levels.count {
            for (column, coordinate) in zip(whole, levels) {
                append(column, axis: axis, coordinate: coordinate, further: [], table: table)
            }
        } else {
            let further = others.filter { $0.number != measured.number }
            append(measured, axis: axis, coordinate: nil, further: further, table: table)
        }
    }

    private mutating func append(
        _ column: Column, axis: EnergyAxis, coordinate: SeriesCoordinate?, further: [Column], table: Energies
    ) {
        let top = table.rows.lowerBound
        let source = sourceFile(above: top)
        let identity = SpectrumIdentity(
            labels: [grid.name, source?.title ?? ""].filter { !$0.isEmpty }, axis: axis, intensities: column.values)
        var acquisition = acquisition(points: table.rows.count)
        if let coordinate { acquisition.coordinates = [coordinate] }
        var spectrum = Spectrum(
            name: grid.name, sample: source?.sample ?? "", level: identity.level, kind: identity.kind, axis: axis,
            intensities: column.values, unit: unit(of: column), acquisition: acquisition)
        for other in further {
            if other.name.lowercased() == "transmission", other.values.allSatisfy(\.isFinite) {
                spectrum.transmission = other.values
            } else {
                let name = other.name.isEmpty ? "column \(other.number)" : other.name
                spectrum.columns.append(NamedColumn(name: name, values: other.values))
            }
        }
        if let note = identity.note { notes.append("\(grid.name): \(note)") }
        spectra.append(spectrum)
    }

    private mutating func axis(of table: Energies) -> EnergyAxis {
        let stated = Self.scale(of: table.labels)
        let falls = (table.run.values.first ?? 0) > (table.run.values.last ?? 0)
        let scale = options.energyScale ?? stated ?? (falls ? .binding : .kinetic)
        if options.energyScale == nil && stated == nil {
            notes.append("The energies of sheet \(grid.name) are taken as \(scale.rawValue) energies from their order.")
        }
        return EnergyAxis(table.run.values, scale: scale, photonEnergy: options.photonEnergy ?? photonEnergy)
    }

    private mutating func unit(of column: Column) -> IntensityUnit {
        if let unit = options.unit ?? column.unit { return unit }
        // KherveFitting names the unit in the headings of its peak table only.
        let isRate = grid.columns.values.contains { cells in
            if case .text(let text)? = cells.first?.value { return text.contains("(CPS)") }
            return false
        }
        if isRate { return .countsPerSecond }
        notes.append("Sheet \(grid.name) does not say what its intensities count.")
        return .arbitrary
    }

    // MARK: What Avantage writes around the columns

    /// The axes that lines `Axis | Energy | Elements= | 371` above `row` state.
    private func statedAxes(above row: Int) -> [(name: String, count: Int)] {
        (grid.columns[1] ?? []).filter { $0.row < row && $0.value == .text("Axis") }.compactMap { cell in
            guard let name = grid.text(cell.row, 2), let count = grid.number(cell.row, 4), (0...1e6).contains(count)
            else { return nil }
            return (name, Int(count))
        }
    }

    /// The places along the second axis, where the sheet holds a profile: from the lowest row above the columns that has
    /// a number for each, or else counted.
    private func levels(above row: Int) -> [SeriesCoordinate] {
        let axes = statedAxes(above: row)
        guard axes.count > 1, axes[1].count > 1 else { return [] }
        let (name, count) = axes[1]
        let text = name.lowercased()
        let variable: SeriesVariable =
            text.contains("time")
            ? .etchTime
            : text.contains("level")
                ? .etchLevel
                : text.contains("angle") ? .angle : text.contains("pos") ? .point : SeriesVariable(name)
        let first = (2...4).first { grid.number(row, $0) != nil } ?? 3
        for candidate in stride(from: row - 1, to: max(0, row - 12), by: -1) {
            let values = (0..<count).compactMap { grid.number(candidate, first + $0) }
            if values.count == count { return values.map { SeriesCoordinate(variable, $0) } }
        }
        return (0..<count).map { SeriesCoordinate(variable, Double($0)) }
    }

    /// The sample and the title from the path of the data file, `C:\data\CC-A.DATA\Zn2p Scan.VGD`.
    private func sourceFile(above row: Int) -> (sample: String, title: String)? {
        for (_, cells) in grid.columns.sorted(by: { $0.key < $1.key }) {
            for cell in cells.prefix(while: { $0.row < row }) {
                guard case .text(let text) = cell.value, text.lowercased().hasSuffix(".vgd") else { continue }
                let parts = text.split(whereSeparator: { $0 == "\\" || $0 == "/" })
                let folder = parts.dropLast().last.map(String.init) ?? ""
                let sample = folder.uppercased().hasSuffix(".DATA") ? String(folder.dropLast(5)) : folder
                return (sample, parts.last.map { String($0.dropLast(4)) } ?? "")
            }
        }
        return nil
    }

    /// The value beside or two cells beside a text that starts with `name`, as in Avantage's block of parameters.
    private func parameter(_ name: String) -> String? {
        for (column, cells) in grid.columns.sorted(by: { $0.key < $1.key }) {
            for cell in cells {
                guard case .text(let text) = cell.value, text.lowercased().hasPrefix(name) else { continue }
                for offset in 1...2 {
                    switch grid[cell.row, column + offset] {
                    case .text(let value)?: return value
                    case .number(let value)?: return String(format: "%.10g", value)
                    case nil: continue
                    }
                }
            }
        }
        return nil
    }

    private func acquisition(points: Int) -> Acquisition {
        var acquisition = Acquisition()
        guard let scans = parameter("number of scans").flatMap({ Int($0) }), scans > 0 else { return acquisition }
        acquisition.sweeps = scans
        acquisition.source = parameter("source gun type")
        if let mode = parameter("analyser mode"), let range = mode.range(of: "Pass Energy") {
            acquisition.passEnergy = mode[range.upperBound...].split(separator: " ").first.flatMap { Double($0) }
        }
        if let time = parameter("total acquisition time").flatMap(Self.seconds), time > 0, points > 0 {
            // The whole time is that of all points in all scans: nothing is added for moving between them.
            acquisition.dwellTime = time / Double(scans * points)
        }
        for name in ["Spot Size", "Lens Mode", "Analyser Mode", "Total acquisition time"] {
            if let value = parameter(name.lowercased()) { acquisition.further[name] = value }
        }
        return acquisition
    }

    /// The seconds of `8 mins 22.5 secs`.
    private static func seconds(_ text: String) -> Double? {
        let words = text.split(separator: " ")
        var total: Double?
        for (value, unit) in zip(words, words.dropFirst()) {
            guard let number = Double(value), number.isFinite, number >= 0 else { continue }
            let factors: [(String, Double)] = [("hour", 3600), ("hr", 3600), ("min", 60), ("sec", 1)]
            guard let factor = factors.first(where: { unit.lowercased().hasPrefix($0.0) })?.1 else { continue }
            total = (total ?? 0) + number * factor
        }
        return total
    }

    /// The photon energy of the source that the sheet names, as Thermo's own files state it.
    private var photonEnergy: Double? {
        switch parameter("source gun type")?.lowercased().prefix(2) {
        case "al": 1486.68
        case "mg": 1253.6
        default: nil
        }
    }
}
