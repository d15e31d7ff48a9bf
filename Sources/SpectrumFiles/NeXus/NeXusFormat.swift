import Foundation
import Spectra

/// NeXus files of photoemission (application definitions NXmpes, NXxps and others): HDF5 with an entry for each measurement.
///
///     /entry                     NX_class = NXentry, default = "data"
///       definition               "NXxps"
///       data                     NX_class = NXdata, signal = "data", axes = ["energy"]
///         data, energy           the numbers, `units` and (for NXmpes) `type` kinetic or binding
///       instrument/beam_probe/incident_energy, instrument/.../pass_energy, sample/name, ...
///       fit                      NX_class = NXfit, with curves in its own NXdata
///
/// See https://manual.nexusformat.org and the definitions NXmpes and NXxps.
enum NeXusFormat: SpectrumFormat {
    static let name = "NeXus"
    static let extensions = ["nxs", "h5", "hdf5"]

    static func recognises(_ content: FileContent) -> Bool {
        guard HDF5File.recognises(content.data) else { return false }
        // Without the library, or where the file is cut short, reading tells what is wrong.
        guard let file = try? HDF5File(content) else { return true }
        return !entries(of: file).isEmpty
    }

    private static func entries(of file: HDF5File) -> [String] {
        file.members(of: "/").map { "/\($0)" }.filter { file.text($0, attribute: "NX_class") == "NXentry" }
    }

    static func read(_ content: FileContent, options: ReadOptions) throws -> SpectrumFile {
        let hdf5 = try HDF5File(content)
        var file = SpectrumFile(path: content.path, format: name, spectra: [])
        var read: [(index: Int, spectra: [Spectrum])] = []
        for entry in entries(of: hdf5) {
            var reading = NeXusEntry(entry, of: hdf5, content: content, options: options)
            let spectra = try reading.spectra()
            read.append((reading.index ?? read.count, spectra))
            file.notes += reading.notes
            file.comments += reading.comments
        }
        // Stable, so that entries without an index of their own stay in the order of their names.
        let order = read.indices.sorted { (read[$0].index, $0) < (read[$1].index, $1) }
        file.spectra = order.flatMap { read[$0].spectra }
        guard !file.spectra.isEmpty else {
            throw content.malformed(
                .whole, expected: "an entry with data along an energy axis", found: file.notes.first ?? "none")
        }
        return file
    }
}
