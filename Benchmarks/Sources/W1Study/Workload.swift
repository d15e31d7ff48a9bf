import Foundation

/// Workload W1: simulated S 2p spectra of a cycled Li6PS5Cl cathode with known truth, as little-endian doubles:
/// number of spectra, number of points, energies, then counts, subtracted Shirley background and sigma of each spectrum.
struct Workload {
    let energies: [Double]
    let counts: [[Double]]
    let backgrounds: [[Double]]
    let truths: [[String: Double]]

    init(folder: URL) throws {
        let data = try Data(contentsOf: folder.appendingPathComponent("all.bin"))
        let values = data.withUnsafeBytes { bytes in
            (0..<(data.count / 8)).map { bytes.loadUnaligned(fromByteOffset: 8 * $0, as: Double.self) }
        }
        let spectra = Int(values[0]), points = Int(values[1])
        energies = Array(values[2..<(2 + points)])
        counts = (0..<spectra).map { Array(values[(2 + points * (1 + 3 * $0))...].prefix(points)) }
        backgrounds = (0..<spectra).map { Array(values[(2 + points * (2 + 3 * $0))...].prefix(points)) }
        let json = try JSONSerialization.jsonObject(
            with: Data(contentsOf: folder.appendingPathComponent("truth.json")))
        let list = (json as? [String: Any])?["spectra"] as? [[String: Any]] ?? []
        truths = list.map { entry in entry.compactMapValues { $0 as? Double } }
    }
}
