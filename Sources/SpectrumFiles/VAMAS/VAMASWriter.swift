import Foundation
import Spectra

/// Writes a `VAMASExperiment` as ISO 14976 text: one value a line, lines ended by CR LF, every block complete (no
/// parameter inclusion list), unknown numbers as 1E37, true extremes of the ordinates.
struct VAMASWriter {
    private var text = ""
    private let experiment: VAMASExperiment
    private let blockCount: Int

    /// A writer of `experiment` with so many blocks, which may be others than its own.
    init(_ experiment: VAMASExperiment, blockCount: Int) {
        self.experiment = experiment
        self.blockCount = blockCount
    }

    /// The whole file.
    static func text(_ experiment: VAMASExperiment) -> String {
        var writer = VAMASWriter(experiment, blockCount: experiment.blocks.count)
        writer.header()
        for block in experiment.blocks { writer.block(block) }
        writer.line(VAMASExperiment.terminator)
        return writer.text
    }

    /// The whole file, piece by piece.
    mutating func write(
        block: (Int) throws -> VAMASBlock, append: (Data) throws(WriteError) -> Void
    ) throws {
        header()
        for index in 0..<blockCount {
            self.block(try block(index))
            if text.utf8.count > 1 << 16 {
                try append(Data(text.utf8))
                text.removeAll(keepingCapacity: true)
            }
        }
        line(VAMASExperiment.terminator)
        try append(Data(text.utf8))
    }

    /// A line of text. Line ends within it would shift all that follows.
    private mutating func line(_ string: String) {
        if string.utf8.contains(where: { $0 == ASCII.lineFeed || $0 == ASCII.carriageReturn }) {
            text += string.split(omittingEmptySubsequences: false) { $0.isNewline }.joined(separator: " ")
        } else {
            text += string
        }
        text += "\r\n"
    }

    private mutating func lines(_ strings: [String]) {
        for string in strings { line(string) }
    }

    private mutating func integer(_ value: Int) { line(String(value)) }

    /// A number in the shortest form that is read back as the same number.
    private mutating func real(_ value: Double?) { line(Self.text(value)) }

    private mutating func reals(_ values: [Double?]) {
        for value in values { real(value) }
    }

    private mutating func pair(_ pair: VAMASBlock.Pair) { reals([pair.x, pair.y]) }

    private mutating func variable(_ variable: VAMASExperiment.Variable) { lines([variable.label, variable.unit]) }

    /// A number as the format writes it.
    static func text(_ value: Double?) -> String {
        guard let value, value.isFinite, !VAMASExperiment.isUnknown(value) else { return "1E+37" }
        return shortest(value)
    }

    /// The shortest text that is read back as `value`, without a needless `.0`.
    static func shortest(_ value: Double) -> String {
        let text = "\(value)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    private mutating func header() {
        line(VAMASExperiment.identifier)
        lines([experiment.institution, experiment.instrument, experiment.operatorName, experiment.experiment])
        integer(experiment.comments.count)
        lines(experiment.comments)
        lines([experiment.mode.rawValue, experiment.scanMode.rawValue])
        if experiment.mode.hasSpectralRegions { integer(experiment.spectralRegions ?? blockCount) }
        if experiment.mode.hasPositions {
            let map = experiment.fullMap
            for count in [map?.positions, map?.xCoordinates, map?.yCoordinates] { integer(count ?? 0) }
        }
        integer(experiment.experimentalVariables.count)
        for item in experiment.experimentalVariables { variable(item) }
        integer(0)
        integer(experiment.manuallyEnteredItems.count)
        for item in experiment.manuallyEnteredItems { integer(item) }
        integer(experiment.futureUpgradeEntries.count)
        integer(experiment.futureUpgradeBlockEntryCount)
        lines(experiment.futureUpgradeEntries)
        integer(blockCount)
    }

    private mutating func block(_ block: VAMASBlock) {
        lines([block.identifier, block.sample])
        // Dates are whole numbers; 0 is what programs write for an unknown one.
        for index in 0..<7 {
            let part = block.date.indices.contains(index) ? block.date[index] : ""
            line(part.isEmpty ? "0" : part)
        }
        integer(block.comments.count)
        lines(block.comments)
        line(block.technique)
        if experiment.mode.hasPositions { pair(block.position) }
        for index in experiment.experimentalVariables.indices {
            real(block.experimentalVariables.indices.contains(index) ? block.experimentalVariables[index] : nil)
        }
        source(block)
        analyser(block)
        signal(block)
        sample(block)
        for index in 0..<experiment.futureUpgradeBlockEntryCount {
            line(block.futureUpgradeEntries.indices.contains(index) ? block.futureUpgradeEntries[index] : "")
        }
        ordinates(block)
    }

    private mutating func source(_ block: VAMASBlock) {
        line(block.sourceLabel)
        if experiment.mode.hasSputtering || block.hasPrimaryIons {
            reals([block.ion.atomicNumber, block.ion.atoms, block.ion.charge])
        }
        reals([block.sourceEnergy, block.sourceStrength])
        pair(block.beamWidth)
        if experiment.mode.hasFieldOfView { pair(block.fieldOfView) }
        if experiment.mode.hasLinescans {
            for index in 0..<6 { real(block.linescans.indices.contains(index) ? block.linescans[index] : nil) }
        }
        reals([block.sourcePolarAngle, block.sourceAzimuth])
    }

    private mutating func analyser(_ block: VAMASBlock) {
        line(block.analyserMode)
        real(block.passEnergy)
        if block.technique == "AES diff" { real(block.differentialWidth) }
        reals([block.magnification, block.workFunction, block.targetBias])
        pair(block.analysisWidth)
        reals([block.takeOffPolarAngle, block.takeOffAzimuth])
        lines([block.species, block.transition])
        // A whole number: electrons where nothing is said.
        real(block.particleCharge ?? -1)
    }

    private mutating func signal(_ block: VAMASBlock) {
        if experiment.scanMode == .regular {
            variable(block.abscissa)
            reals([block.start, block.increment])
        }
        integer(block.variables.count)
        for item in block.variables { variable(item.variable) }
        line(block.signalMode)
        real(block.collectionTime)
        // The number of scans is a whole number, for which the standard has no mark for unknown.
        real(block.scans ?? 1)
        real(block.timeCorrection)
    }

    private mutating func sample(_ block: VAMASBlock) {
        if experiment.mode.hasSputtering, block.hasSeparateSputteringSource {
            let sputtering = block.sputtering
            reals([sputtering.energy, sputtering.current, sputtering.width.x, sputtering.width.y])
            reals([sputtering.polarAngle, sputtering.azimuth])
            line(sputtering.mode)
        }
        reals([block.tiltPolarAngle, block.tiltAzimuth, block.rotation])
        integer(block.parameters.count)
        for parameter in block.parameters {
            variable(parameter.variable)
            real(parameter.value)
        }
    }

    private mutating func ordinates(_ block: VAMASBlock) {
        let points = block.variables.map(\.values.count).min() ?? 0
        integer(points * block.variables.count)
        for item in block.variables {
            let known = item.values.filter { !VAMASExperiment.isUnknown($0) }
            reals([known.min(), known.max()])
        }
        for point in 0..<points {
            for item in block.variables { real(item.values[point]) }
        }
    }
}

extension VAMASExperiment {
    /// The experiment as the text of a VAMAS file (ISO 14976).
    public var text: String { VAMASWriter.text(self) }

    /// Writes the experiment as a VAMAS file at `path`, whole or not at all.
    ///
    /// Throws `WriteError`.
    public func write(to path: String) throws { try AtomicFile.write(text, to: path) }

    /// Writes the experiment with `count` blocks, which `block` makes one after another, instead of its own: a file of any
    /// size takes the memory of one block.
    ///
    /// Throws `WriteError`, and what `block` throws; the file is then left as it was.
    public func write(to path: String, blocks count: Int, block: (Int) throws -> VAMASBlock) throws {
        try AtomicFile.write(to: path) { append in
            var writer = VAMASWriter(self, blockCount: count)
            try writer.write(block: block, append: append)
        }
    }
}
