import Foundation
import Spectra

/// From the blocks of a VAMAS file to spectra.
extension VAMASExperiment {
    /// The spectra of the experiment as a file read from `content`.
    func file(content: FileContent, notes: [String], options: ReadOptions) throws -> SpectrumFile {
        try checkForSpectra(content)
        var file = SpectrumFile(
            path: content.path, format: VAMASFormat.name, spectra: [], comments: comments, notes: notes)
        var further = VAMASFurtherItems(experiment: self)
        var conclusions = VAMASConclusions(experiment: self)
        let series = seriesVariables()
        for (index, block) in blocks.enumerated() {
            var conversion = VAMASConversion(
                experiment: self, block: block, number: index + 1, further: further.items(of: block),
                conclusions: conclusions, options: options)
            do {
                if var spectrum = try conversion.spectrum() {
                    spectrum.acquisition.coordinates = coordinates(of: block, along: series)
                    file.spectra.append(spectrum)
                }
            } catch let problem as VAMASConversion.Problem {
                throw conversion.error(problem, in: content)
            }
            file.notes += conversion.notes
            conclusions = conversion.conclusions
        }
        return file
    }

    /// Throws `ReadError.malformed` where the blocks are images.
    func checkForSpectra(_ content: FileContent) throws {
        guard scanMode != .mapping else {
            throw content.malformed(
                .whole, expected: "spectra (scan mode REGULAR or IRREGULAR)",
                found: "scan mode MAPPING: images, not spectra")
        }
    }
}

/// The way from one block to one spectrum.
struct VAMASConversion {
    /// Why a block cannot be a spectrum.
    struct Problem: Error {
        let expected: String
        let found: String
    }

    let experiment: VAMASExperiment
    let block: VAMASBlock
    let number: Int
    let further: [String: String]
    let options: ReadOptions
    /// What the labels of earlier blocks and of this one say.
    private(set) var conclusions: VAMASConclusions
    private(set) var notes: [String] = []

    init(
        experiment: VAMASExperiment, block: VAMASBlock, number: Int, further: [String: String],
        conclusions: VAMASConclusions, options: ReadOptions
    ) {
        self.experiment = experiment
        self.block = block
        self.number = number
        self.further = further
        self.conclusions = conclusions
        self.options = options
    }

    /// The problem as an error of the file.
    func error(_ problem: Problem, in content: FileContent) -> ReadError {
        content.malformed(
            .whole, expected: "\(problem.expected) in block \(number) (\"\(block.identifier)\")", found: problem.found)
    }

    private mutating func note(_ text: String) { notes.append("block \(number) (\"\(block.identifier)\"): \(text)") }

    /// The spectrum, or `nil` (with a note) for a block without points.
    mutating func spectrum() throws -> Spectrum? {
        guard let first = block.variables.first, !first.values.isEmpty else {
            note("it has no points and is left out")
            return nil
        }
        let ordinates = chooseOrdinates()
        var (abscissa, energies) = try energyValues(ordinates.energy)
        var columns = ordinates.all.map { block.variables[$0].values }
        let known = columns[0].indices.filter { !VAMASExperiment.isUnknown(columns[0][$0]) }
        if known.count < columns[0].count {
            note("\(columns[0].count - known.count) points without a value (1E37) are left out")
            guard !known.isEmpty else { return nil }
            energies = known.map { energies[$0] }
            columns = columns.map { column in known.map { column[$0] } }
        }
        let axis = EnergyAxis(energies, scale: scale(of: abscissa), photonEnergy: photonEnergy)
        var spectrum = Spectrum(
            name: block.identifier, sample: block.sample, axis: axis, intensities: columns[0],
            unit: unit(of: block.variables[ordinates.all[0]].variable), acquisition: acquisition(),
            comments: block.comments)
        for (index, values) in zip(ordinates.all, columns).dropFirst() {
            if values.contains(where: VAMASExperiment.isUnknown) { continue }
            let label = block.variables[index].variable.label
            if index == ordinates.transmission {
                spectrum.transmission = values
            } else {
                spectrum.columns.append(NamedColumn(name: label, values: values))
            }
        }
        let labels = [[block.species, block.transition].joined(separator: " "), block.identifier, block.species]
        let identity =
            conclusions.identity(of: labels) ?? SpectrumIdentity(axis: axis, intensities: spectrum.intensities)
        spectrum.level = identity.level
        spectrum.kind = identity.kind
        if let reason = identity.note { note(reason) }
        checkCounts(of: spectrum)
        return spectrum
    }

    /// Which corresponding variables are what: the intensities first in `all`; the energies not in it.
    private func chooseOrdinates() -> (energy: Int?, transmission: Int?, all: [Int]) {
        guard block.variables.count > 1 else { return (nil, nil, [0]) }
        let labels = block.variables.map { $0.variable.label.lowercased() }
        var rest = Array(labels.indices)
        var energy: Int?
        if experiment.scanMode == .irregular, rest.count > 1 {
            let index = rest.first { labels[$0].hasWord("energy") } ?? 0
            energy = index
            rest.removeAll { $0 == index }
        }
        let transmission = rest.count > 1 ? rest.first { labels[$0].hasWord("transmission") } : nil
        let words = ["count", "intensity", "cps", "signal"]
        let intensity =
            rest.first { index in words.contains { labels[index].hasWord($0) } }
            ?? rest.first { $0 != transmission } ?? 0
        return (energy, transmission, [intensity] + rest.filter { $0 != intensity })
    }

    /// The abscissa and its values in eV.
    private mutating func energyValues(_ column: Int?) throws -> (VAMASExperiment.Variable, [Double]) {
        let points = block.variables[0].values.count
        if experiment.scanMode == .irregular {
            guard let column else {
                throw Problem(
                    expected: "two corresponding variables or more (an irregular scan has its energies among them)",
                    found: "\(block.variables.count)")
            }
            let values = block.variables[column].values
            guard !values.contains(where: VAMASExperiment.isUnknown) else {
                throw Problem(expected: "an energy at every point", found: "1E37, the mark of an unknown value")
            }
            return (block.variables[column].variable, values)
        }
        guard let start = block.start, let increment = block.increment else {
            throw Problem(expected: "start and increment of the abscissa", found: "an unknown value")
        }
        guard increment != 0 || points == 1 else {
            throw Problem(expected: "an increment of the abscissa that is not zero", found: "0")
        }
        let energies = (0..<points).map { start + Double($0) * increment }
        guard energies.allSatisfy(\.isFinite) else {
            throw Problem(expected: "energies that a computer can hold", found: "\(start) + n x \(increment)")
        }
        return (block.abscissa, energies)
    }

    /// The energy scale that the abscissa names.
    private mutating func scale(of abscissa: VAMASExperiment.Variable) -> EnergyScale {
        if abscissa.unit.lowercased() != "ev" {
            note("the unit of the abscissa is \"\(abscissa.unit)\"; its values are taken as eV")
        }
        if let scale = EnergyScale(label: abscissa.label) { return scale }
        let scale = options.energyScale ?? .kinetic
        note("the abscissa is \"\(abscissa.label)\"; it is taken as \(scale.rawValue) energy")
        return scale
    }

    /// The photon energy: the characteristic energy of the source where photons are shot, else what the user states.
    private var photonEnergy: Double? {
        if let energy = block.sourceEnergy, energy > 0, block.technique == "XPS" || block.technique == "UPS" {
            return energy
        }
        return options.photonEnergy
    }

    private mutating func unit(of variable: VAMASExperiment.Variable) -> IntensityUnit {
        if let unit = conclusions.unit(of: variable) { return unit }
        if let unit = options.unit { return unit }
        if block.signalMode.lowercased().hasPrefix("pulse") && ["d", "c", "n", ""].contains(variable.unit.lowercased())
        {
            return .counts
        }
        note("the unit of \"\(variable.label)\" is \"\(variable.unit)\": intensities in arbitrary units")
        return .arbitrary
    }

    private mutating func acquisition() -> Acquisition {
        var acquisition = Acquisition()
        if let scans = block.scans {
            acquisition.sweeps = scans > 0 && scans < 1e9 ? Int(exactly: scans) : nil
            if acquisition.sweeps == nil { note("the number of scans is \(scans); it is taken as unknown") }
        }
        acquisition.dwellTime = block.collectionTime.flatMap { $0 > 0 ? $0 : nil }
        if let time = block.collectionTime, time <= 0 {
            note("the signal collection time is \(time) s; it is taken as unknown")
        }
        acquisition.passEnergy = block.passEnergy
        acquisition.workFunction = block.workFunction
        acquisition.source = block.sourceLabel.isEmpty ? nil : block.sourceLabel
        acquisition.instrument = conclusions.instrument
        acquisition.date = conclusions.date(of: block)
        if block.tiltPolarAngle == 0 { acquisition.emissionAngle = block.takeOffPolarAngle }
        acquisition.further = further
        return acquisition
    }

    /// Says where intensities that are declared counts cannot be raw counts.
    private mutating func checkCounts(of spectrum: Spectrum) {
        guard spectrum.unit == .counts else { return }
        if spectrum.intensities.contains(where: { $0 < 0 }) {
            note("some counts are negative: the data were processed, their statistics are not those of counting")
        }
    }
}
