// The names are those of the header, which documents them.
// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation

import CInterphase
import Foundation
import Interphase

@c @implementation
public func interphase_simulate(
    _ model: interphase_handle, _ options: UnsafePointer<CChar>?, _ spectrum: HandleResult?, _ error: ErrorPointer?
) -> interphase_status {
    answering(error) {
        let result = try Arguments.result(spectrum, "spectrum")
        let model = try HandleTable.shared.model(model).model
        let options = try Options(
            options,
            [
                "seed", "energies", "step", "constant", "slope", "shirley", "photon_energy", "charging", "sweeps",
                "dwell", "name", "sample", "noise",
            ])
        let made = try simulated(model, options)
        result.pointee = HandleTable.shared.add(.spectrum(MeasuredSpectrum(made)))
    }
}

private func simulated(_ model: PeakModel, _ options: Options) throws -> Spectrum {
    let stated = try options["energies"].map { try $0.interval() }
    guard let window = stated ?? model.window ?? model.level?.reference?.window else {
        throw InterfaceFailure(
            INTERPHASE_FIT_ERROR, "neither the model's window nor \"energies\" says which energies to simulate")
    }
    let step = try options.number("step", in: 1e-6...1e3) ?? 0.05
    let energies = try places(window, step: step, most: 10_000_000, "eV")
    let background = SimulatedBackground(
        constant: try options.number("constant", in: 0...1e12) ?? 1000,
        slope: try options.number("slope", in: -1e12...1e12) ?? 0,
        shirley: try options.number("shirley", in: -1e3...1e3) ?? 0.05)
    let photonEnergy = try options.number("photon_energy", in: 1e-3...1e5) ?? 1486.6
    var spectrum: Spectrum
    let acquisition = Acquisition(
        sweeps: try options.count("sweeps", in: 1...1_000_000_000) ?? 10,
        dwellTime: try options.number("dwell", in: 1e-12...1e12) ?? 0.1, source: "simulated")
    if try options["noise"]?.boolean() ?? true {
        var numbers = RandomNumbers(seed: try seed(options))
        spectrum = try model.simulatedSpectrum(
            at: energies, background: background, acquisition: acquisition, photonEnergy: photonEnergy,
            numbers: &numbers)
    } else {
        spectrum = Spectrum(
            name: model.level?.description ?? "simulated", level: model.level, kind: .coreLevel,
            axis: EnergyAxis(energies, scale: .binding, photonEnergy: photonEnergy),
            intensities: try model.expectedIntensities(at: energies, background: background), unit: .counts,
            acquisition: acquisition)
    }
    spectrum.name = try options.text("name") ?? spectrum.name
    spectrum.sample = try options.text("sample") ?? "simulated"
    // Spectra run from high to low binding energy, as spectrometers measure.
    let charging = try options.number("charging", in: -1e4...1e4) ?? 0
    spectrum.axis = EnergyAxis(
        energies.reversed().map { photonEnergy - $0 - charging }, scale: .kinetic, photonEnergy: photonEnergy)
    spectrum.intensities.reverse()
    spectrum.comments = ["SIMULATED spectrum, no measurement."]
    return spectrum
}

private func seed(_ options: Options) throws -> UInt32 {
    UInt32(try options.count("seed", in: 0...Int(UInt32.max)) ?? 1)
}

private func places(_ range: ClosedRange<Double>, step: Double, most: Int, _ unit: String) throws -> [Double] {
    let count = ((range.upperBound - range.lowerBound) / step).rounded()
    guard count >= 2, count < Double(most) else {
        throw InterfaceFailure.argument(
            "options: a step of \(step) \(unit) gives \(count + 1) points; expected 3 to \(most)")
    }
    return (0...Int(count)).map { range.lowerBound + step * Double($0) }
}

@c @implementation
public func interphase_simulate_pattern(
    _ options: UnsafePointer<CChar>?, _ pattern: HandleResult?, _ error: ErrorPointer?
) -> interphase_status {
    answering(error) {
        let result = try Arguments.result(pattern, "pattern")
        let options = try Options(
            options, ["phases", "two_theta", "step", "wavelength", "top", "constant", "crystallites", "seed"])
        guard let list = options["phases"] else {
            throw InterfaceFailure.argument("options: expected \"phases\", such as {\"LiCoO2\": 97, \"Co3O4\": 3}")
        }
        let name = try options.text("wavelength") ?? "CuKa"
        guard let emission = EmissionSpectrum(name) else {
            throw InterfaceFailure.argument("options: wavelength \"\(name)\"; expected \(Radiation.expectedNames)")
        }
        let range = try options["two_theta"].map { try $0.interval() } ?? 10...90
        guard range.lowerBound >= 1, range.upperBound <= 170 else {
            throw InterfaceFailure.argument("options: two_theta; expected two angles from 1 to 170 degrees")
        }
        let size = try options.number("crystallites", in: 0.1...1e6) ?? 100
        let mixture = try list.pairs().map { name, mass in
            try SimulatedPattern.Phase(
                name: name.text(), structure: structure(named: name.text()), mass: mass.number(), crystallites: size)
        }
        let simulated = SimulatedPattern(
            mixture, emission: emission, top: try options.number("top", in: 1e-3...1e12) ?? 20_000,
            background: try options.number("constant", in: 0...1e12) ?? 1000)
        var numbers = RandomNumbers(seed: try seed(options))
        let angles = try places(
            range, step: try options.number("step", in: 1e-6...10) ?? 0.02, most: 1_000_000, "degrees")
        result.pointee = HandleTable.shared.add(.pattern(try simulated.pattern(at: angles, numbers: &numbers)))
    }
}

/// The structure of a phase that comes along, or of a CIF.
private func structure(named name: String) throws -> CrystalStructure {
    if let known = PhaseLibrary.phases.first(where: { $0.name.lowercased() == name.lowercased() }) {
        return known.structure
    }
    guard FileManager.default.fileExists(atPath: name) else {
        var failure = InterfaceFailure(
            INTERPHASE_NO_SUCH_FILE, "\(name): neither a phase that comes along nor a file")
        failure.file = name
        throw failure
    }
    return try CrystalStructure(contentsOf: URL(fileURLWithPath: name))
}
