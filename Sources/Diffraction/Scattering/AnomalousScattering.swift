import Foundation
import ReferenceSpectra

/// The anomalous part of an atom's scattering factor, f = f0 + f' + i f'', at one wavelength.
///
/// By the method of Cromer & Liberman (J. Chem. Phys. 53 (1970) 1891) with the high-energy limit of Kissel & Pratt (Acta
/// Cryst. A46 (1990) 170). f' is interpolated linearly in the logarithm of the energy and ln f'' likewise, never across an
/// absorption edge: in the step of the table that holds one, the values are continued from its own side. The numbers are
/// those of free atoms: within some 50 eV of an edge the compound decides.
public struct AnomalousScattering: Sendable, Hashable {
    /// f' in electrons.
    public let real: Double
    /// f'' in electrons, positive.
    public let imaginary: Double
    /// The energy in eV of an absorption edge within 50 eV; `nil` where there is none.
    public let nearbyEdge: Double?

    /// Why there is no value.
    public enum Failure: Error, Sendable, Hashable, CustomStringConvertible {
        /// The table ends at californium.
        case unknownElement(String)
        /// The wavelength in Angstrom is outside the table.
        case wavelengthOutsideTable(Double)

        /// A sentence for a person.
        public var description: String {
            switch self {
            case .unknownElement(let element): return "no anomalous scattering is tabulated for \(element)"
            case .wavelengthOutsideTable(let wavelength):
                return "anomalous scattering is tabulated from 0.178 to 4.43 A, not at \(wavelength) A"
            }
        }
    }

    /// h c in eV Angstrom (CODATA 2018, exact).
    public static let energyTimesWavelength = 12398.41984

    /// The anomalous scattering of an element at a wavelength in Angstrom. Hydrogen and helium have none to speak of.
    public init(element: String, wavelength: Double) throws(Failure) {
        if element == "H" || element == "He" {
            (real, imaginary, nearbyEdge) = (0, 0, nil)
            return
        }
        guard let rows = Self.index[element] else { throw .unknownElement(element) }
        guard wavelength.isFinite, wavelength > 0 else { throw .wavelengthOutsideTable(wavelength) }
        let energy = Self.energyTimesWavelength / wavelength
        let place = log(energy / 1000) / Self.step
        let first = Int(place.rounded(.down)) - Self.firstIndex
        guard place.isFinite, first >= 0, first + 1 < Self.rowCount else { throw .wavelengthOutsideTable(wavelength) }
        let edges = Self.edges[element] ?? []
        nearbyEdge = edges.filter { abs($0 - energy) <= 50 }.min { abs($0 - energy) < abs($1 - energy) }
        let low = max(first - 1, 0)
        let values = Self.values(rows, from: low, through: min(first + 2, Self.rowCount - 1))
        guard first + 1 - low < values.count else { throw .wavelengthOutsideTable(wavelength) }
        let (lower, upper) = (values[first - low], values[first + 1 - low])
        let fraction = place - place.rounded(.down)
        // f'' falls with energy except at an edge.
        if upper.imaginary <= lower.imaginary {
            real = lower.real + fraction * (upper.real - lower.real)
            imaginary = lower.imaginary * exp(fraction * log(upper.imaginary / lower.imaginary))
            return
        }
        func energyOf(_ row: Int) -> Double { 1000 * exp(Double(row + Self.firstIndex) * Self.step) }
        let edge =
            edges.first { (energyOf(first)...energyOf(first + 1)).contains($0) } ?? energyOf(first) * exp(Self.step / 2)
        let isAbove = energy >= edge
        // The next row on the same side says how f'' goes on; f' has its cusp here, and the nearest value must do.
        let near = isAbove ? upper : lower
        let beyond = values[isAbove ? values.count - 1 : 0]
        let isSmooth = isAbove ? beyond.imaginary < near.imaginary : beyond.imaginary > near.imaginary
        let steps = isAbove ? 1 - fraction : fraction
        real = near.real
        imaginary = isSmooth ? near.imaginary * exp(steps * log(near.imaginary / beyond.imaginary)) : near.imaginary
    }

    // MARK: - Table

    /// ln(70)/1024: the table has 1024 energies from 1 keV to 70 keV, evenly spaced in the logarithm.
    private static let step = log(70.0) / 1024
    /// The index of the first energy that is kept.
    private static let firstIndex = 248
    private static let rowCount = 1024 - 248 + 1

    /// Where the rows of each element start among the table's bytes.
    private static let index: [String: Int] = {
        let bytes = DiffractionTable.cromerLiberman.bytes
        var result: [String: Int] = [:]
        var position = 0
        while position < bytes.count {
            let end = bytes[position...].firstIndex(of: 0x0A) ?? bytes.count
            if bytes[position] == UInt8(ascii: "@") {
                result[String(decoding: bytes[(position + 2)..<end], as: UTF8.self)] = end + 1
            }
            position = end + 1
        }
        return result
    }()

    /// The energies of absorption edges in eV.
    private static let edges: [String: [Double]] = {
        var result: [String: [Double]] = [:]
        for line in DiffractionTable.absorptionEdges.lines {
            let fields = line.split(separator: " ")
            result[String(fields[0])] = fields.dropFirst().compactMap { Double($0) }
        }
        return result
    }()

    private static func values(_ start: Int, from first: Int, through last: Int) -> [(real: Double, imaginary: Double)]
    {
        let bytes = DiffractionTable.cromerLiberman.bytes
        var result: [(Double, Double)] = []
        var position = start
        for row in 0...last {
            guard let end = bytes[position...].firstIndex(of: 0x0A) else { break }
            if row >= first {
                let fields = String(decoding: bytes[position..<end], as: UTF8.self).split(separator: " ")
                result.append((Double(fields[0]) ?? 0, Double(fields[1]) ?? 0))
            }
            position = end + 1
        }
        return result
    }
}
