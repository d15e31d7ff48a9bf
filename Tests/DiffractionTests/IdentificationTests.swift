import Foundation
import Spectra
import SpectralMath
import SpectrumFiles
import TestSupport
import Testing

@testable import Diffraction

@Suite("Phase identification")
struct IdentificationTests {
    /// A pattern of known truth: lines drawn one by one with pseudo-Voigts, texture-like scatter of their intensities, a
    /// sloping background and Poisson counts. Shares are of mass.
    static func pattern(
        _ shares: [(String, Double)], emission: EmissionSpectrum = .copper, range: ClosedRange<Double> = 15...80,
        top: Double = 4000, strain: Double = 0.001, displacement: Double = 0.05, hump: Double = 0, seed: UInt32 = 1
    ) throws -> PatternCurve {
        let step = 0.02
        let angles = (0...Int((range.upperBound - range.lowerBound) / step)).map {
            range.lowerBound + Double($0) * step
        }
        var lines = [Double](repeating: 0, count: angles.count)
        var random = RandomNumbers(seed: seed, stream: 3)
        for (name, share) in shares {
            let structure = try #require(PhaseLibrary.phase(name))
            let pattern = try PowderPattern(structure, settings: .init(emission: emission, twoTheta: 5...130))
            let density = try #require(pattern.density)
            for line in pattern.emissionLines() {
                let bragg = line.spacing * (1 + strain)
                let factor = line.spacing / bragg
                let sine = sin(line.twoTheta * .pi / 360) * factor
                guard sine < 1 else { continue }
                let theta = asin(sine)
                let center = 2 * theta * 180 / .pi + displacement * cos(theta)
                let texture = exp(0.1 * random.gaussian())
                let profile = try #require(PseudoVoigt(fullWidth: 0.12 + 0.06 * tan(theta), mixing: 0.5))
                for i in angles.indices where abs(angles[i] - center) < 4 {
                    lines[i] +=
                        share / density * texture * line.intensityPerVolume * profile.density(angles[i] - center)
                }
            }
        }
        let highest = lines.max() ?? 0
        let counts = try angles.indices.map { i in
            let bump = hump * exp(-pow((angles[i] - 22) / 4, 2))
            let expected = (highest > 0 ? top * lines[i] / highest : 0) + 200 * exp(-angles[i] / 40) + 50 + bump
            return try random.poisson(mean: expected)
        }
        return try PatternCurve(twoTheta: angles, intensities: counts)
    }

    private func names(_ result: PhaseIdentification) -> Set<String> { Set(result.phases.map(\.name)) }

    @Test("derivatives of the model by every parameter agree with difference quotients")
    func derivatives() throws {
        let curve = try Self.pattern([("Li2CO3", 0.6), ("Co3O4", 0.4)], range: 20...60)
        let observed = try ObservedPattern(curve, emission: .copper)
        let settings = PowderPattern.Settings(twoTheta: 15...65)
        let phases = try ["Li2CO3", "Co3O4"].map { name in
            try PhaseLines(
                CandidatePhase(name: name, structure: try #require(PhaseLibrary.phase(name))), settings: settings)
        }
        var parameters = PowderParameters()
        parameters.gaussianSlope = 0.05
        parameters.displacement = 0.03
        parameters.phases = [
            .init(strains: [0.001, 0.002, -0.001], size: 0.002, microstrain: 0.003),
            .init(strains: [0.001], size: 0.003, microstrain: 0.002),
        ]
        var problem = PowderProblem(
            observed, phases: phases, parameters: parameters, weights: observed.variances.map { 1 / $0 },
            freedom: [[.size, .microstrain, .strains], [.size, .microstrain, .strains]],
            shared: [.displacement, .instrument], knots: 6)
        let theta = problem.start
        let linear = problem.linearBounds.count
        let count = theta.count + linear
        let coefficients = (0..<linear).map { $0 < 6 ? 10 : 1e-2 * Double($0) }
        func evaluate(_ theta: [Double]) throws -> (chi2: Double, gradient: [Double]) {
            var matrix = [Double](repeating: 0, count: linear * linear)
            var vector = [Double](repeating: 0, count: linear)
            var full = [Double](repeating: 0, count: count * count)
            var gradient = [Double](repeating: 0, count: count)
            let chi2 = try theta.withUnsafeBufferPointer { theta in
                try matrix.withUnsafeMutableBufferPointer { matrix in
                    try vector.withUnsafeMutableBufferPointer { vector in
                        try problem.linearEquations(at: theta, matrix: matrix, vector: vector)
                    }
                }
                return coefficients.withUnsafeBufferPointer { coefficients in
                    full.withUnsafeMutableBufferPointer { full in
                        gradient.withUnsafeMutableBufferPointer {
                            problem.normalEquations(coefficients: coefficients, matrix: full, gradient: $0)
                        }
                    }
                }
            }
            return (chi2, gradient)
        }
        let here = try evaluate(theta)
        for j in theta.indices {
            // So small a step that hardly a point crosses the cut of a line, where a Lorentzian ends in a jump.
            let step = 1e-8
            var above = theta
            var below = theta
            above[j] += step
            below[j] -= step
            // chi2 falls by 2 x gradient x step.
            let slope = -(try evaluate(above).chi2 - evaluate(below).chi2) / (4 * step)
            #expect(
                abs(slope - here.gradient[j]) < 2e-3 * abs(slope) + 1e-6 * here.chi2,
                "\(j): \(slope) \(here.gradient[j])")
        }
    }

    @Test("the width of a line and its density have the derivatives that difference quotients show")
    func lineWidth() {
        func width(_ p: [Double]) -> LineWidth {
            LineWidth(
                gaussianWidth: p[0], gaussianSlope: p[1], size: p[2], microstrain: p[3], cosine: 0.9, tangent: 0.484)
        }
        let start = [0.08, 0.05, 0.06, 0.09]
        let here = width(start)
        let chain = [
            (here.gaussianByWidth, true), (here.gaussianBySlope, true), (1 / 0.9, false), (0.484, false),
        ]
        for x in [-0.3, -0.04, 0.02, 0.1, 0.7] {
            func profile(_ line: LineWidth) -> PseudoVoigt { PseudoVoigt(width: line.full, share: line.mixing) }
            let density = profile(here).densityWithDerivatives(x)
            for (k, link) in chain.enumerated() {
                var above = start
                var below = start
                above[k] += 1e-6
                below[k] -= 1e-6
                let quotient = (profile(width(above)).density(x) - profile(width(below)).density(x)) / 2e-6
                let own =
                    link.1
                    ? density.byWidth * here.fullByGaussian + density.byMixing * here.mixingByGaussian
                    : density.byWidth * here.fullByLorentzian + density.byMixing * here.mixingByLorentzian
                #expect(abs(quotient - own * link.0) < 1e-6 * (1 + abs(quotient)))
            }
        }
    }

    @Test("three phases are found among all that come along, with their shares and nothing else")
    func mixture() throws {
        let truth = [("LiCoO2", 0.7), ("Co3O4", 0.2), ("Li2CO3", 0.1)]
        let result = try PhaseIdentification(Self.pattern(truth), emission: .copper)
        // Phases that give the same lines may stand for each other.
        for (name, share) in truth {
            let found = result.phases.first { $0.name == name || $0.alternatives.contains { $0.name == name } }
            let own = try #require(found, "\(name) not found: \(names(result))")
            #expect(abs(own.weightFraction.value - share) < 0.06, "\(name) \(own.weightFraction.value)")
            #expect(own.strains.allSatisfy { abs($0 - 0.001) < 0.0008 }, "\(own.strains)")
        }
        #expect(result.phases.count == 3, "\(names(result))")
        #expect(abs(result.displacement - 0.05) < 0.03)
        #expect(abs(result.phases.reduce(0) { $0 + $1.weightFraction.value } - 1) < 1e-9)
    }

    @Test("an element list leaves out what cannot be there")
    func elements() throws {
        let curve = try Self.pattern([("NiO", 0.6), ("LiF", 0.4)])
        let result = try PhaseIdentification(
            curve, emission: .copper, options: IdentificationOptions(elements: ["Ni", "O", "Li", "F"]))
        #expect(names(result) == ["NiO", "LiF"])
        #expect(result.candidateCount < CandidatePhase.library.count / 4)
    }

    @Test("noise, a glassy hump and the wrong wavelength have no confident match", arguments: [0.0, 800])
    func nothing(hump: Double) throws {
        let empty = try PhaseIdentification(Self.pattern([], hump: hump, seed: 5), emission: .copper)
        #expect(empty.phases.isEmpty, "\(names(empty))")
        let cobalt = try #require(EmissionSpectrum("CoKa"))
        let wrong = try PhaseIdentification(
            Self.pattern([("Si", 1)], hump: hump), emission: cobalt,
            options: IdentificationOptions(elements: ["Si"]))
        #expect(wrong.phases.isEmpty, "\(names(wrong))")
    }

    @Test("lines of its own confirm a phase, those under its host prove nothing, every peak has its reflection")
    func evidence() throws {
        let curve = try Self.pattern([("LiCoO2", 0.95), ("Co3O4", 0.05)], top: 20_000)
        let result = try PhaseIdentification(
            curve, emission: .copper, options: IdentificationOptions(elements: ["Li", "Co", "O"], asked: ["LiCoO2"]))
        #expect(names(result) == ["LiCoO2", "Co3O4"])
        let guest = try #require(result.phases.first { $0.name == "Co3O4" })
        func line(_ angle: Double) -> LineEvidence? { guest.evidence.first { abs($0.twoTheta - angle) < 0.3 } }
        // (220) stands alone; (400) at 44.8 lies in the flank of the host's (104), (440) beside its (108).
        #expect(line(31.27)?.role == .confirming && line(31.27)?.indices.contains(MillerIndex(2, 2, 0)) == true)
        #expect(guest.evidence.contains { $0.role == .shared })
        #expect(!guest.evidence.contains { $0.role == .contradicting })
        #expect(result.phases.allSatisfy { $0.probability > 0.9 } && result.possiblePhases.isEmpty)
        // Asked about and found: no limit.
        #expect(result.detectionLimits.isEmpty)
        #expect(result.peaks.allSatisfy { !$0.isUnexplained })
        let strongest = try #require(result.peaks.max { $0.height < $1.height }?.assignments.first)
        #expect(strongest.phase == "LiCoO2" && strongest.index.l % 3 == 0)
        for peak in result.peaks {
            guard let assignment = peak.assignments.first else { continue }
            #expect(abs(assignment.calculated - peak.twoTheta) < 0.15)
        }
    }

    @Test("peaks of a phase that is no candidate stay unexplained")
    func unexplained() throws {
        let curve = try Self.pattern([("LiCoO2", 0.8), ("Si", 0.2)], strain: 0, displacement: 0, seed: 4)
        let candidates = CandidatePhase.library.filter { $0.name == "LiCoO2" }
        let result = try PhaseIdentification(curve, emission: .copper, candidates: candidates)
        #expect(names(result) == ["LiCoO2"])
        // Si: (111) at 28.44, (220) at 47.30, (311) at 56.12 degrees.
        let unexplained = result.peaks.filter(\.isUnexplained).map(\.twoTheta)
        for angle in [28.44, 47.30, 56.12] {
            #expect(unexplained.contains { abs($0 - angle) < 0.06 }, "\(angle): \(unexplained)")
        }
        #expect(
            unexplained.allSatisfy { angle in [28.44, 47.30, 56.12, 69.13, 76.38].contains { abs($0 - angle) < 0.1 } })
    }

    @Test("a line that texture makes far too strong is its phase's, and said to be too strong")
    func texture() throws {
        // Plates of brucite lying flat: (00l) four times as strong.
        let structure = try #require(PhaseLibrary.phase("MgOH2"))
        var simulation = MixtureSimulation(phases: [.init(structure: structure, share: 1, width: 0.12)])
        simulation.scatter = 0
        simulation.top = 5000
        simulation.texture = MarchDollase(direction: MillerIndex(0, 0, 1), r: 0.5)
        let result = try PhaseIdentification(
            simulation.curve(seed: 8), emission: .copper, options: IdentificationOptions(elements: ["Mg", "O", "H"]))
        #expect(names(result) == ["MgOH2"])
        let basal = try #require(result.peaks.first { abs($0.twoTheta - 18.58) < 0.2 })
        #expect(basal.isTooStrong && !basal.isUnexplained)
        #expect(basal.assignments.first?.index == MillerIndex(0, 0, 1))
        // What stays unexplained are further orders of it, which without texture hardly show.
        for peak in result.peaks.filter(\.isUnexplained) {
            let order = structure.cell.c / peak.spacing
            #expect(order > 1.5 && abs(order - order.rounded()) < 0.02, "\(peak.twoTheta)")
        }
        // Without texture none is.
        simulation.texture = nil
        let plain = try PhaseIdentification(
            simulation.curve(seed: 8), emission: .copper, options: IdentificationOptions(elements: ["Mg", "O", "H"]))
        #expect(plain.peaks.allSatisfy { !$0.isTooStrong })
    }

    @Test("a phase asked about and not found has a limit at which it is found")
    func detectionLimit() throws {
        let elements: Set<String> = ["Li", "Co", "O", "Ti"]
        func look(_ share: Double, _ seed: UInt32) throws -> PhaseIdentification {
            try PhaseIdentification(
                Self.pattern([("LiCoO2", 1 - share), ("Co3O4", share)], top: 10_000, seed: seed), emission: .copper,
                options: IdentificationOptions(elements: elements, asked: ["Co3O4", "Unobtainium"]))
        }
        let without = try look(0, 11)
        #expect(names(without) == ["LiCoO2"])
        #expect(without.unknownPhases == ["Unobtainium"])
        let limit = try #require(without.detectionLimits.first { $0.name == "Co3O4" }?.weightFraction)
        #expect((0.002...0.02).contains(limit), "\(limit)")
        for seed: UInt32 in 12..<16 {
            #expect(names(try look(1.3 * limit, seed)).contains("Co3O4"), "seed \(seed)")
            #expect(!names(try look(0.1 * limit, seed)).contains("Co3O4"), "seed \(seed)")
        }
    }

    @Test("a phase is the likelier the more lines confirm it, the fewer are missing and the less it is strained")
    func probability() {
        var match = MatchProbability(
            confirming: 4, confirmed: 0.6, contradicted: 0.02, coverage: 0.95, strain: 0.002, weightedProfileR: 0.1,
            knowsElements: false)
        let base = match.value
        #expect((0.5..<1).contains(base))
        func changed(_ change: (inout MatchProbability) -> Void) -> Double {
            var copy = match
            change(&copy)
            return copy.value
        }
        #expect(changed { $0.confirming = 8 } > base)
        #expect(changed { $0.contradicted = 0.2 } < base)
        #expect(changed { $0.coverage = 0.7 } < base)
        #expect(changed { $0.strain = 0.012 } < 0.5)
        #expect(changed { $0.weightedProfileR = 0.6 } < base)
        #expect(changed { $0.knowsElements = true } > base)
        match.confirming = 0
        #expect(match.value.isFinite)
    }

    @Test("axes that a structure without symmetry leaves equal stretch together")
    func equalAxes() throws {
        let structure = try #require(PhaseLibrary.phase("NiO"))
        let lines = try PhaseLines(
            CandidatePhase(name: "NiO", structure: structure), settings: .init(twoTheta: 10...120))
        #expect(lines.axisGroups == [[0, 1, 2]])
        var text = "data_P1\n"
        for axis in ["a", "b", "c"] { text += "_cell_length_\(axis) 4.177\n" }
        for angle in ["alpha", "beta", "gamma"] { text += "_cell_angle_\(angle) 90\n" }
        text += "_space_group_name_H-M_alt 'P 1'\nloop_\n_atom_site_label\n_atom_site_fract_x\n"
        text += "_atom_site_fract_y\n_atom_site_fract_z\nNi1 0 0 0\nO1 0.5 0.5 0.5\n"
        let plain = try CrystalStructure(cif: text)
        let free = try PhaseLines(CandidatePhase(name: "P1", structure: plain), settings: .init(twoTheta: 10...120))
        #expect(free.axisGroups == [[0, 1, 2]])
    }

    @Test("doubling all counts changes shares by less than their uncertainty", .timeLimit(.minutes(2)))
    func scale() throws {
        let curve = try Self.pattern([("Si", 0.5), ("CeO2", 0.5)])
        let twice = try PatternCurve(twoTheta: curve.twoTheta, intensities: curve.intensities.map { 2 * $0 }, gain: 2)
        let options = IdentificationOptions(elements: ["Si", "Ce", "O"])
        let a = try PhaseIdentification(curve, emission: .copper, options: options)
        let b = try PhaseIdentification(twice, emission: .copper, options: options)
        #expect(names(a) == names(b))
        for (one, other) in zip(a.phases, b.phases) {
            #expect(abs(one.weightFraction.value - other.weightFraction.value) < 1e-4)
        }
    }
}

@Suite("Phases of measured mixtures", .enabled(if: SharedData.isPresent, "the folder of shared data is absent"))
struct MeasuredMixtureTests {
    /// Structures of the shared folder beside those that come along, read once.
    static let candidates: PreparedPhases = {
        var candidates = PreparedPhases(CandidatePhase.library, emission: .copper)
        let folder = SharedData.file("xrd/cif").path
        if let found = try? PhaseFolder(folder, emission: .copper, cache: nil) { candidates.append(found.phases) }
        return candidates
    }()

    @Test(
        "weighed mixtures of corundum, zincite and fluorite (IUCr round robin) without an element list",
        arguments: [
            ("cpd-1a", [0.0115, 0.0404, 0.9481]), ("cpd-1d", [0.1353, 0.3289, 0.5358]),
            ("cpd-1g", [0.3137, 0.3421, 0.3442]),
        ])
    func roundRobin(entry: (name: String, shares: [Double])) throws {
        let file = try #require(
            SharedData.files(in: "xrd/patterns/cpd", suffix: "\(entry.name).prn").first)
        let pattern = try #require(DiffractionFile(contentsOf: file.path).patterns.first)
        let result = try PhaseIdentification(
            PatternCurve(pattern), emission: .copper, prepared: Self.candidates,
            optics: LorentzPolarization(monochromator: .mosaic(twoTheta: 26.6)))
        #expect(result.phases.count == 3, "\(result.phases.map(\.name))")
        for (formula, share) in zip(["Al2O3", "ZnO", "CaF2"], entry.shares) {
            let found = try #require(result.phases.first { $0.formula == formula })
            #expect(abs(found.weightFraction.value - share) < 0.02, "\(formula) \(found.weightFraction.value)")
        }
    }

    @Test(
        "weighed powders: all phases found, hardly one too many, with and without an element list",
        arguments: [true, false])
    func weighedPowders(knowsElements: Bool) throws {
        // The long scans with the elements known, the short ones without.
        // The suite takes every other mixture, other ones each time; a study takes all.
        let all = SharedData.files(in: "xrd/patterns/dara", suffix: knowsElements ? "8min.xrdml" : "2min.xrdml")
        let isStudy = ProcessInfo.processInfo.environment["INTERPHASE_STUDY_SEEDS"] != nil
        let files = all.indices.filter { isStudy || $0 % 2 == (knowsElements ? 0 : 1) }.map { all[$0] }
        #expect(!files.isEmpty)
        var falsePhases: [String] = []
        var missing: [String] = []
        var deviations: [Double] = []
        for file in files {
            let parts = file.lastPathComponent.components(separatedBy: "--")[0].split(separator: "-")
            var truth: [ChemicalFormula: Double] = [:]
            for part in parts {
                let words = part.split(separator: "_")
                let formula = try #require(ChemicalFormula(text: String(words[0]).replacing("(OH)3", with: "O3H3")))
                truth[formula] = Double(words[1].replacing("p", with: "."))
            }
            let elements = Set(truth.keys.flatMap(\.counts.keys)).union(["O"])
            let pattern = try #require(DiffractionFile(contentsOf: file.path).patterns.first)
            let emission = try #require(EmissionSpectrum(pattern.radiation))
            let result = try PhaseIdentification(
                PatternCurve(pattern), emission: emission, prepared: Self.candidates,
                options: IdentificationOptions(elements: knowsElements ? elements : nil))
            for (formula, share) in truth {
                // Polymorphs are not told apart by the file's name.
                let own = result.phases.filter { phase in
                    ChemicalFormula(text: phase.formula)?.counts == formula.counts
                }
                if own.isEmpty { missing.append("\(formula) in \(file.lastPathComponent)") }
                deviations.append(own.reduce(0) { $0 + $1.weightFraction.value } - share)
            }
            falsePhases += result.phases.filter { phase in
                !truth.keys.contains { $0.counts == ChemicalFormula(text: phase.formula)?.counts }
            }.map { "\($0.name) in \(file.lastPathComponent)" }
        }
        #expect(missing.isEmpty, "\(missing)")
        #expect(falsePhases.count <= 1, "\(falsePhases)")
        let rms = (deviations.reduce(0) { $0 + $1 * $1 } / Double(deviations.count)).squareRoot()
        #expect(rms < 0.05, "\(rms)")
    }

    @Test("patterns of lithium manganese oxides: all labelled phases")
    func manganeseOxides() throws {
        for (name, labels) in [("Li2MnO3+MnO+TiO2", ["Li2MnO3", "MnO", "TiO2"]), ("LiMnO2", ["LiMnO2"])] {
            let file = try #require(SharedData.files(in: "xrd/patterns/autoanalyzer", suffix: "\(name).xy").first)
            let options = DiffractionReadOptions(
                radiation: Radiation(
                    anode: "Cu", kAlpha1: 1.540598, kAlpha2: 1.544426, kAlpha2Ratio: 0.5, origin: .user))
            let pattern = try #require(DiffractionFile(contentsOf: file.path, options: options).patterns.first)
            let result = try PhaseIdentification(
                PatternCurve(pattern), emission: .copper, prepared: Self.candidates,
                options: IdentificationOptions(elements: ["Li", "Mn", "Ti", "O", "F"]))
            for label in labels {
                let counts = ChemicalFormula(text: label)?.counts
                #expect(result.phases.contains { ChemicalFormula(text: $0.formula)?.counts == counts }, "\(label)")
            }
        }
    }
}
