import Foundation
import Photoemission
import Spectra
import SpectralMath
import SpectrumFiles

@testable import BatchFitting

/// A folder with simulated spectra, and batches over it.
final class BatchFixture {
    let folder: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("interphase-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        folder = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func path(_ name: String) -> String { "\(folder)/\(name)" }

    /// One line of C 1s on a constant background.
    static let model = PeakModel(
        level: .c1s, window: 281...289, background: .constant,
        components: [
            Component(
                name: "C-C", position: .within(0.5, of: 284.8), width: .free(start: 1.2, min: 0.5, max: 2.5))
        ])

    static var recipe: Recipe { Recipe(model: model) }

    /// A simulated spectrum of the model, its line of 3,000 counts eV at 284.7 eV.
    static func spectrum(seed: UInt32, points: Int = 81) throws -> Spectrum {
        var truth = model
        truth.components[0].position = .fixed(284.7)
        truth.components[0].width = .fixed(1.1)
        truth.components[0].area = .fixed(3000)
        var numbers = RandomNumbers(seed: seed)
        let energies = (0..<points).map { 281 + 8 * Double($0) / Double(points - 1) }
        var spectrum = try truth.simulatedSpectrum(
            at: energies, background: SimulatedBackground(constant: 200), numbers: &numbers)
        spectrum.name = "C 1s"
        spectrum.level = .c1s
        return spectrum
    }

    /// Writes a file of spectra with those seeds; with more than one, as a map.
    func write(_ seeds: ClosedRange<UInt32>, to name: String) throws {
        let url = URL(fileURLWithPath: path(name))
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        let spectra = try seeds.map { try Self.spectrum(seed: $0) }
        guard name.hasSuffix(".vms") else {
            return try SpectrumFile(path: name, format: "", spectra: spectra).write(to: path(name), as: .csv)
        }
        var experiment = VAMASExperiment(spectra: spectra)
        experiment.mode = .map
        experiment.fullMap = .init(positions: spectra.count, xCoordinates: spectra.count, yCoordinates: 1)
        for index in experiment.blocks.indices { experiment.blocks[index].position = .init(x: Double(index), y: 0.5) }
        try experiment.write(to: path(name))
    }

    /// Five files: single spectra, and maps small and large.
    func writeInputs(large: UInt32 = 70) throws {
        try write(1...1, to: "in/a.csv")
        try write(2...2, to: "in/b.csv")
        try write(3...22, to: "in/deep/small.vms")
        // Large enough to be read piece by piece, see `run`.
        try write(1000...(1000 + large), to: "in/large.vms")
        try write(30...30, to: "in/z.csv")
    }

    static let session = BatchSession(started: "now", host: "here", folder: "/", command: "test", threads: 1)

    static func settings(_ recipe: Recipe = recipe, program: String = "1.0") -> BatchSettings {
        BatchSettings(
            recipe: recipe, selection: BatchSelection(level: recipe.model.level), program: program)
    }

    /// Runs a batch over `in` into `output`.
    @discardableResult
    func run(
        _ output: String, recipe: Recipe = recipe, program: String = "1.0", shard: String = "1/1", threads: Int = 1,
        restart: Bool = false, inputs: [String] = ["in"], isInterrupted: () -> Bool = { false }
    ) throws -> BatchSummary {
        var run = BatchRun(
            settings: Self.settings(recipe, program: program), shard: BatchShard(shard) ?? .whole, threads: threads,
            restart: restart)
        run.cut = BatchCut(largeFile: 50_000, spectraPerJob: 3, spectraPerThread: 10)
        run.storeInterval = .zero
        return try run.run(
            BatchInput.find(inputs.map(path), root: folder), output: path(output), session: Self.session,
            isInterrupted: isInterrupted)
    }

    /// The results as canonical text.
    func text(_ output: String) throws -> String {
        try BatchResults.writeCanonicalText(of: path(output), to: path("text"))
        return try String(contentsOfFile: path("text"), encoding: .utf8)
    }

    /// The results as CSV.
    func csv(_ output: String) throws -> String {
        try BatchResults.writeCSV(of: path(output), to: path("table.csv"))
        return try String(contentsOfFile: path("table.csv"), encoding: .utf8)
    }

    /// The message of the error that `body` throws.
    static func message(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "no error"
        } catch {
            return "\(error)"
        }
    }
}
