import Spectra

/// The 40 items of a block, in the order and with the numbers that the standard gives them.
extension VAMASParser {
    /// Reads the block of that number, counted from 1.
    mutating func readBlock(number: Int) throws -> VAMASBlock {
        // Items that the file leaves out of this block are as in the first one.
        var block = firstBlock ?? VAMASBlock()
        block.identifier = try lines.text("the identifier of block \(number)")
        block.sample = try lines.line("the sample of block \(number)").text(like: block.sample)
        try readOrigin(into: &block)
        try readSource(into: &block)
        try readAnalyser(into: &block)
        try readSignal(into: &block)
        try readSample(into: &block)
        block.futureUpgradeEntries = try lines.texts(
            experiment.futureUpgradeBlockEntryCount, "a future upgrade block entry")
        try readOrdinates(into: &block)
        return block
    }

    /// Items 1 to 11: date, comment, technique, place, experimental variables.
    private mutating func readOrigin(into block: inout VAMASBlock) throws {
        let names = ["year", "month", "day", "hour", "minute", "second", "hours ahead of Greenwich"]
        for (index, name) in names.enumerated() where has(index + 1) {
            try lines.read("the \(name)", into: &block.date[index])
        }
        if has(8) {
            let count = try lines.count("the number of comment lines in the block")
            block.comments = try lines.texts(count, "a comment line of the block", like: block.comments)
        }
        if has(9) {
            let line = try lines.line("the technique")
            let name = line.trimmed.text(like: block.technique)
            let known = VAMASBlock.techniques.first { $0 == name || $0.lowercased() == name.lowercased() }
            guard let known else { throw lines.malformed(expected: "a technique such as XPS", found: line.quoted) }
            block.technique = known
        }
        if has(10), experiment.mode.hasPositions { block.position = try lines.pair("the coordinate") }
        if has(11) {
            block.experimentalVariables = []
            for variable in experiment.experimentalVariables {
                block.experimentalVariables.append(try lines.real("the value of \"\(variable.label)\""))
            }
        }
    }

    /// Items 12 to 20: the source.
    private mutating func readSource(into block: inout VAMASBlock) throws {
        if has(12) { try lines.read("the label of the source", into: &block.sourceLabel) }
        if has(13), experiment.mode.hasSputtering || block.hasPrimaryIons {
            block.ion.atomicNumber = try lines.real("the atomic number of the ion")
            block.ion.atoms = try lines.real("the number of atoms of the ion")
            block.ion.charge = try lines.real("the charge of the ion")
        }
        if has(14) { block.sourceEnergy = try lines.real("the characteristic energy of the source") }
        if has(15) { block.sourceStrength = try lines.real("the strength of the source") }
        if has(16) { block.beamWidth = try lines.pair("the beam width") }
        if has(17), experiment.mode.hasFieldOfView { block.fieldOfView = try lines.pair("the field of view") }
        if has(18), experiment.mode.hasLinescans {
            for index in block.linescans.indices { block.linescans[index] = try lines.real("a linescan coordinate") }
        }
        if has(19) { block.sourcePolarAngle = try lines.real("the polar angle of the source") }
        if has(20) { block.sourceAzimuth = try lines.real("the azimuth of the source") }
    }

    /// Items 21 to 30: the analyser and what it selects.
    private mutating func readAnalyser(into block: inout VAMASBlock) throws {
        if has(21) { try lines.read("the mode of the analyser", into: &block.analyserMode) }
        if has(22) { block.passEnergy = try lines.real("the pass energy") }
        if has(23), block.technique == "AES diff" {
            block.differentialWidth = try lines.real("the differential width")
        }
        if has(24) { block.magnification = try lines.real("the magnification of the transfer lens") }
        if has(25) { block.workFunction = try lines.real("the work function of the analyser") }
        if has(26) { block.targetBias = try lines.real("the target bias") }
        if has(27) { block.analysisWidth = try lines.pair("the analysis width") }
        if has(28) {
            block.takeOffPolarAngle = try lines.real("the polar take-off angle")
            block.takeOffAzimuth = try lines.real("the azimuth of take-off")
        }
        if has(29) { try lines.read("the species", into: &block.species) }
        if has(30) {
            try lines.read("the transition", into: &block.transition)
            block.particleCharge = try lines.real("the charge of the detected particle")
        }
    }

    /// Items 31 to 36: abscissa, corresponding variables, signal.
    private mutating func readSignal(into block: inout VAMASBlock) throws {
        if has(31), experiment.scanMode == .regular {
            block.abscissa = try readVariable("the abscissa", like: block.abscissa)
            block.start = try lines.real("the start of the abscissa")
            block.increment = try lines.real("the increment of the abscissa")
        }
        if has(32) {
            let count = try lines.count("the number of corresponding variables")
            guard count > 0 else {
                throw lines.malformed(expected: "the number of corresponding variables, 1 or more", found: "0")
            }
            let known = block.variables
            block.variables = []
            for index in 0..<count {
                let like = index < known.count ? known[index].variable : nil
                block.variables.append(.init(variable: try readVariable("a corresponding variable", like: like)))
            }
        }
        if has(33) { try lines.read("the signal mode", into: &block.signalMode) }
        if has(34) { block.collectionTime = try lines.real("the signal collection time") }
        if has(35) { block.scans = try lines.real("the number of scans") }
        if has(36) { block.timeCorrection = try lines.real("the signal time correction") }
    }

    /// Items 37 to 40: sputtering source, sample, further numbers.
    private mutating func readSample(into block: inout VAMASBlock) throws {
        if has(37), experiment.mode.hasSputtering, block.hasSeparateSputteringSource {
            block.sputtering.energy = try lines.real("the energy of the sputtering source")
            block.sputtering.current = try lines.real("the current of the sputtering source")
            block.sputtering.width = try lines.pair("the width of the sputtering source")
            block.sputtering.polarAngle = try lines.real("the polar angle of the sputtering source")
            block.sputtering.azimuth = try lines.real("the azimuth of the sputtering source")
            try lines.read("the sputtering mode", into: &block.sputtering.mode)
        }
        if has(38) {
            block.tiltPolarAngle = try lines.real("the polar angle of tilt")
            block.tiltAzimuth = try lines.real("the azimuth of tilt")
        }
        if has(39) { block.rotation = try lines.real("the rotation of the sample") }
        if has(40) {
            block.parameters = []
            for _ in 0..<(try lines.count("the number of additional numerical parameters")) {
                let variable = try readVariable("an additional parameter")
                block.parameters.append(.init(variable: variable, value: try lines.real("an additional parameter")))
            }
        }
    }

    /// The number of ordinate values, the extremes of each variable, and the values themselves, which take turns.
    private mutating func readOrdinates(into block: inout VAMASBlock) throws {
        let columns = block.variables.count
        let count = try lines.count("the number of ordinate values")
        guard count % columns == 0 else {
            throw lines.malformed(
                expected: "a number of ordinate values that is a multiple of the \(columns) corresponding variables",
                found: String(count))
        }
        for index in block.variables.indices {
            block.variables[index].minimum = try lines.real("a minimum ordinate value")
            block.variables[index].maximum = try lines.real("a maximum ordinate value")
        }
        for (index, values) in try lines.ordinates(count, columns: columns).enumerated() {
            block.variables[index].values = values
        }
    }
}
