// The names are those of the header, which documents them.
// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation

import CInterphase
import Foundation
import Interphase

@c @implementation
public func interphase_abi_version() -> Int32 { INTERPHASE_ABI_VERSION }

/// Lives as long as the process: C programs keep the pointer.
private let versionText: Int = Int(bitPattern: strdup(InterphaseVersion.current))

@c @implementation
public func interphase_version() -> UnsafePointer<CChar>? { UnsafePointer(bitPattern: versionText) }

@c @implementation
public func interphase_close(_ handle: interphase_handle) -> interphase_status {
    handle == 0 || HandleTable.shared.remove(handle) ? Int32(INTERPHASE_OK) : Int32(INTERPHASE_INVALID_HANDLE)
}

@c @implementation
public func interphase_open_handles() -> Int64 { Int64(HandleTable.shared.count) }

@c @implementation
public func interphase_free(_ text: UnsafeMutablePointer<CChar>?) { free(text) }

@c @implementation
public func interphase_read(
    _ path: UnsafePointer<CChar>?, _ options: UnsafePointer<CChar>?, _ file: HandleResult?, _ error: ErrorPointer?
) -> interphase_status {
    answering(error) {
        let file = try Arguments.result(file, "file")
        let path = try Arguments.text(path, "path")
        let options = try Options(options, ["technique", "axis", "photon_energy", "unit", "wavelength"])
        let reading = ReadOptions(
            energyScale: try options.choice("axis", [EnergyScale.binding, .kinetic]),
            photonEnergy: try options.number("photon_energy", in: 1e-3...1e5),
            unit: try options.choice("unit", [IntensityUnit.counts, .countsPerSecond, .arbitrary]))
        let contents = try MeasurementFile(
            contentsOf: path, technique: options.choice("technique", Technique.allCases), options: reading,
            radiation: options.radiation("wavelength"))
        // A file that vanished meanwhile was read all the same.
        let opened = OpenFile(contents, sha256: try? FileDigest.sha256(ofFileAt: path))
        file.pointee = HandleTable.shared.add(.file(opened))
    }
}

@c @implementation
public func interphase_file_info(
    _ file: interphase_handle, _ json: TextResult?, _ error: ErrorPointer?
) -> interphase_status {
    answering(error) {
        let json = try Arguments.result(json, "json")
        var report = InfoReport()
        switch try HandleTable.shared.file(file).contents {
        case .spectra(let contents): report.files.append(InfoReport.File(contents))
        case .patterns(let contents): report.files.append(InfoReport.File(contents))
        }
        try Arguments.give(Arguments.json(report), to: json)
    }
}

@c @implementation
public func interphase_file_count(
    _ file: interphase_handle, _ spectra: UnsafeMutablePointer<Int>?, _ patterns: UnsafeMutablePointer<Int>?,
    _ error: ErrorPointer?
) -> interphase_status {
    answering(error) {
        switch try HandleTable.shared.file(file).contents {
        case .spectra(let contents):
            spectra?.pointee = contents.spectra.count
            patterns?.pointee = 0
        case .patterns(let contents):
            spectra?.pointee = 0
            patterns?.pointee = contents.patterns.count
        }
    }
}

@c @implementation
public func interphase_file_spectrum(
    _ file: interphase_handle, _ index: Int, _ spectrum: HandleResult?, _ error: ErrorPointer?
) -> interphase_status {
    answering(error) {
        let result = try Arguments.result(spectrum, "spectrum")
        let opened = try HandleTable.shared.file(file)
        guard case .spectra(let contents) = opened.contents else {
            throw InterfaceFailure.argument("the file holds diffraction patterns; use interphase_file_pattern")
        }
        guard contents.spectra.indices.contains(index) else {
            throw InterfaceFailure.argument(
                "index is \(UInt(bitPattern: index)); the file holds \(contents.spectra.count) spectra")
        }
        let spectrum = contents.spectra[index]
        let source = FitSource(file: contents.path, spectrum: spectrum.name, sha256: opened.sha256)
        result.pointee = HandleTable.shared.add(.spectrum(MeasuredSpectrum(spectrum, source: source)))
    }
}

@c @implementation
public func interphase_file_pattern(
    _ file: interphase_handle, _ index: Int, _ pattern: HandleResult?, _ error: ErrorPointer?
) -> interphase_status {
    answering(error) {
        let result = try Arguments.result(pattern, "pattern")
        guard case .patterns(let contents) = try HandleTable.shared.file(file).contents else {
            throw InterfaceFailure.argument("the file holds spectra; use interphase_file_spectrum")
        }
        guard contents.patterns.indices.contains(index) else {
            throw InterfaceFailure.argument(
                "index is \(UInt(bitPattern: index)); the file holds \(contents.patterns.count) patterns")
        }
        result.pointee = HandleTable.shared.add(.pattern(contents.patterns[index]))
    }
}

@c @implementation
public func interphase_write(
    _ items: UnsafePointer<interphase_handle>?, _ count: Int, _ path: UnsafePointer<CChar>?,
    _ format: UnsafePointer<CChar>?, _ error: ErrorPointer?
) -> interphase_status {
    answering(error) {
        let handles = try Arguments.handles(items, count, "items")
        let path = try Arguments.text(path, "path")
        let name = try Arguments.optionalText(format, "format")
        guard let format = name.map(ConversionFormat.init(rawValue:)) ?? ConversionFormat(path: path) else {
            let known = ConversionFormat.allCases.map(\.rawValue).joined(separator: ", ")
            throw InterfaceFailure.argument("\(name ?? path): no format that is written; expected one of \(known)")
        }
        let table = HandleTable.shared
        if case .pattern = try table[handles[0]] {
            let file = DiffractionFile(path: path, format: format.rawValue, patterns: try handles.map(table.pattern))
            try AtomicFile.write(format.data(file), to: path)
        } else {
            var file = SpectrumFile(
                path: path, format: format.rawValue, spectra: try handles.map { try table.spectrum($0).spectrum })
            if format == .nexus { file.drawCasaXPSFits() }
            try AtomicFile.write(format.data(file), to: path)
        }
    }
}
