import Spectra

/// Reads a VAMAS file into a `VAMASExperiment`: the header, then the blocks (see `VAMASParser+Block.swift`).
///
/// The beginning of a file, one value a line:
/// ```
/// VAMAS Surface Chemical Analysis Standard Data Transfer Format 1988 May 4
/// Not Specified          institution
/// Kratos Axis            instrument model
/// Not Specified          operator
/// Not Specified          experiment
/// 0                      number of comment lines, which follow
/// NORM                   experiment mode
/// REGULAR                scan mode
/// 6                      number of spectral regions
/// 1                      number of experimental variables, label and unit of each follow
/// Etch Time
/// s
/// 0                      entries in the parameter inclusion (> 0) or exclusion (< 0) list, which follow
/// 0                      number of items entered by hand, which follow
/// 0                      future upgrade experiment entries
/// 0                      future upgrade block entries
/// 7                      number of blocks
/// ```
struct VAMASParser {
    var lines: VAMASLines
    var experiment = VAMASExperiment()
    /// Which of the 40 items of a block the second and later blocks have; the others are as in the first block.
    private var included = [Bool](repeating: true, count: 41)
    /// The first block, from which others take the items that the file leaves out of them; without its values.
    private(set) var firstBlock: VAMASBlock?
    /// Whether the first block has yet to be read; asked for every item, so that blocks are not copied for it.
    private var isFirst = true
    /// What was odd though reading could go on.
    private(set) var notes: [String] = []

    /// Reads the whole of `content`.
    ///
    /// Throws `ReadError.malformed`.
    static func parse(_ content: FileContent) throws -> (experiment: VAMASExperiment, notes: [String]) {
        try content.data.withUnsafeBytes { raw in
            var parser = VAMASParser(lines: VAMASLines(raw.bindMemory(to: UInt8.self), of: content))
            let count = try parser.readHeader()
            for index in 0..<count { parser.experiment.blocks.append(try parser.nextBlock(number: index + 1)) }
            try parser.readTerminator(after: count)
            return (parser.experiment, parser.notes)
        }
    }

    init(lines: VAMASLines) { self.lines = lines }

    /// Reads all that stands before the first block, and gives the number of blocks.
    mutating func readHeader() throws -> Int {
        let identifier = lines.nextNonBlank()
        guard let identifier, VAMASFormat.isIdentifier(identifier) else {
            throw lines.malformed(
                expected: "the line \"\(VAMASExperiment.identifier)\"",
                found: identifier?.quoted ?? "the end of the file")
        }
        experiment.institution = try lines.text("the institution")
        experiment.instrument = try lines.text("the instrument model")
        experiment.operatorName = try lines.text("the operator")
        experiment.experiment = try lines.text("the name of the experiment")
        experiment.comments = try lines.texts(lines.count("the number of comment lines"), "a comment line")
        experiment.mode = try lines.keyword("the experiment mode", VAMASExperiment.Mode.self)
        experiment.scanMode = try lines.keyword("the scan mode", VAMASExperiment.ScanMode.self)
        if experiment.mode.hasSpectralRegions {
            experiment.spectralRegions = try lines.integer("the number of spectral regions")
        }
        if experiment.mode.hasPositions {
            experiment.fullMap = VAMASExperiment.FullMap(
                positions: try lines.integer("the number of analysis positions") ?? 0,
                xCoordinates: try lines.integer("the number of x coordinates") ?? 0,
                yCoordinates: try lines.integer("the number of y coordinates") ?? 0)
        }
        for _ in 0..<(try lines.count("the number of experimental variables")) {
            experiment.experimentalVariables.append(try readVariable("an experimental variable"))
        }
        try readInclusionList()
        for _ in 0..<(try lines.count("the number of manually entered items")) {
            guard let item = try lines.integer("the number of a manually entered item") else { continue }
            experiment.manuallyEnteredItems.append(item)
        }
        let upgradeEntries = try lines.count("the number of future upgrade experiment entries")
        experiment.futureUpgradeBlockEntryCount = try lines.count("the number of future upgrade block entries")
        experiment.futureUpgradeEntries = try lines.texts(upgradeEntries, "a future upgrade experiment entry")
        return try lines.count("the number of blocks")
    }

    private mutating func readInclusionList() throws {
        guard let entries = try lines.integer("the number of entries in the parameter inclusion or exclusion list")
        else { return }
        if entries > 0 { included = [Bool](repeating: false, count: included.count) }
        for _ in 0..<entries.magnitude {
            guard let item = try lines.integer("the number of a block item"), (1...40).contains(item) else {
                throw lines.malformed(expected: "the number of a block item, 1 to 40", found: "something else")
            }
            included[item] = entries > 0
        }
    }

    /// Reads the block of that number, counted from 1; blocks come one after another.
    mutating func nextBlock(number: Int) throws -> VAMASBlock {
        let block = try readBlock(number: number)
        if isFirst {
            var first = block
            for index in first.variables.indices { first.variables[index].values = [] }
            firstBlock = first
            isFirst = false
        }
        return block
    }

    /// Whether the block now read has the item of that number itself.
    func has(_ item: Int) -> Bool { isFirst || included[item] }

    /// A label and its unit.
    mutating func readVariable(
        _ what: @autoclosure () -> String, like known: VAMASExperiment.Variable? = nil
    ) throws -> VAMASExperiment.Variable {
        var variable = known ?? VAMASExperiment.Variable(label: "", unit: "")
        try lines.read("the label of \(what())", into: &variable.label)
        try lines.read("the unit of \(what())", into: &variable.unit)
        return variable
    }

    /// Reads what stands after the last block.
    mutating func readTerminator(after count: Int) throws {
        let cut = lines.lastLineIsOpen
        guard let line = lines.nextNonBlank() else {
            notes.append(
                "the line \"\(VAMASExperiment.terminator)\" is missing"
                    + (cut ? ", and the last number has no line end: it may have been cut" : ""))
            return
        }
        guard line.trimmed.text.lowercased() == VAMASExperiment.terminator else {
            throw lines.malformed(
                expected: "\"\(VAMASExperiment.terminator)\" after the last of \(count) blocks",
                found: line.quoted)
        }
    }
}
