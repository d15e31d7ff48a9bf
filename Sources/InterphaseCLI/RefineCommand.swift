import ArgumentParser
import Foundation
import Interphase

/// `interphase refine FILE --phases LIST`: whole-pattern refinement.
struct RefineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refine", abstract: "Refine cells, weight fractions, widths and texture of known phases.")

    @Argument(help: ArgumentHelp("A diffraction pattern of any known format.", valueName: "file"))
    var file: String

    @Option(help: ArgumentHelp("Names of shipped phases, or CIFs, separated by commas.", valueName: "list"))
    var phases: String

    @OptionGroup var radiation: RadiationOptions
    @OptionGroup var scans: ScanOptions

    @Option var monochromator: Double?
    @Flag var noTexture = false
    @Flag var noB = false
    @Option var background = 11
    @Option var spline: Double?
    @Option var mode = "structure"

    mutating func run() async throws {
        let (_, pattern, curve) = try scans.read(file, radiation: radiation.stated)
        let emission = try radiation.emission(of: pattern, file: file)
        var list: [RefinementPhase] = []
        for name in phases.split(separator: ",").map(String.init) {
            let structure = try PhaseLibrary.phase(name) ?? CrystalStructure(contentsOf: URL(fileURLWithPath: name))
            list.append(RefinementPhase(name: name, structure: structure))
        }
        var options = RefinementOptions()
        options.refinesTexture = !noTexture
        options.refinesOverallB = !noB
        options.intensities = .init(rawValue: mode)!
        options.background = spline.map { .spline(spacing: $0) } ?? .chebyshev(degree: background)
        let start = Date()
        let result = try PatternRefinement(
            curve, phases: list, emission: emission,
            optics: LorentzPolarization(monochromator: monochromator.map { .mosaic(twoTheta: $0) } ?? .none),
            options: options)
        let s = result.statistics
        print("time", Date().timeIntervalSince(start), "evals", result.evaluations)
        print("Rwp", s.weightedProfileR, "Rexp", s.expectedR, "gof", s.goodnessOfFit, "corr", s.correlation)
        for p in result.phases {
            print(
                p.name, "w", p.weightFraction?.description ?? "-", "rir", p.referenceRatioFraction ?? 0, "a",
                p.cell.a, p.cell.c, p.cellUncertainties ?? [], "X", p.sizeWidth, "Y", p.strainWidth, "tex",
                p.textureDirection?.description ?? "-", p.texture?.description ?? "-", "B",
                p.overallB?.description ?? "-", "RB", p.braggR)
        }
        print(result.corrections, result.widths, result.axialDivergence?.description ?? "-")
        for f in result.findings { print(f.severity, f.message) }
    }
}
