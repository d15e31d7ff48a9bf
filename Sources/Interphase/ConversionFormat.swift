import Foundation
import Spectra
import SpectrumFiles

/// The formats that `convert` writes.
package enum ConversionFormat: String, CaseIterable, Sendable {
    case vamas
    case csv
    case xy
    case xye
    case cif
    case nexus

    /// The format that the extension of `path` asks for; `nil` for an unknown one.
    package init?(path: String) {
        switch URL(fileURLWithPath: path).pathExtension.lowercased() {
        case "xye": self = .xye
        case "cif": self = .cif
        default:
            guard let format = SpectrumOutputFormat(path: path) else { return nil }
            self.init(rawValue: format.rawValue)
        }
    }

    /// The file of `patterns` in this format.
    ///
    /// Throws where the format cannot hold them.
    package func data(_ file: DiffractionFile) throws -> Data {
        if self == .nexus { return try file.nexus() }
        guard let format = DiffractionTextFormat(rawValue: rawValue) else {
            throw RequestError(
                "\(rawValue) cannot hold diffraction patterns; xy, xye, csv, cif and nexus can")
        }
        guard file.patterns.count == 1, let pattern = file.patterns.first else {
            throw RequestError(
                "\(file.path): \(rawValue) holds one scan and there are \(file.patterns.count); choose one with "
                    + "--spectrum '#1', or write nexus")
        }
        return Data(try pattern.text(as: format).utf8)
    }

    /// The file of `spectra` in this format.
    ///
    /// Throws where the format cannot hold them.
    package func data(_ file: SpectrumFile) throws -> Data {
        guard let format = SpectrumOutputFormat(rawValue: rawValue) else {
            throw RequestError("\(rawValue) cannot hold spectra; vamas, csv, xy and nexus can")
        }
        return try file.data(as: format)
    }
}
