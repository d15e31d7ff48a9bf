import Foundation
import ReferenceSpectra

/// The anomalous part of an atom's scattering factor, f = f0 + f' + i f'', at one wavelength.
///
/// By the method of Cromer & Liberman (J. Chem. Phys. 53 (1970) 1891) with the high-energy limit of Kissel & Pratt (Acta
/// Cryst. A46 (1990) 170). f' is interpolated linearly in the logarithm of the energy and ln f'' likewise. The numbers
/// are those of free atoms: within some 50 eV of an absorption edge the compound decides.
public struct AnomalousScattering: Sendable, Hashable {
    /// f' in electrons.
    public let real: Double
    /// f'' in electrons, positive.
    public let imaginary: Double
    /// The energy of an absorption edge within 50 eV, known to 0.2 %, in eV; `nil` where there is none.
    public let nearbyEdge: Double?

    /// Why there is no value.
    public enum Failure: Error, Sendable, Hashable, CustomStringConvertible {
        /// The table ends at californium.
        case unknownElement(String)
        /// The wavelength in Angstrom is outside the table.
        case wavelengthOutsideTable(Double)
        /// The wavelength is in the step of the table that holds an absorption edge; between these energies in eV.
        case atAbsorptionEdge(element: String, lower: Double, upper: Double)

        /// A sentence for a person.
        public var description: String {
            switch self {
            case .unknownElement(let element): return "no anomalous scattering is tabulated for \(element)"
            case .wavelengthOutsideTable(let wavelength):
                return "anomalous scattering is tabulated from 0.178 to 4.43 A, not at \(wavelength) A"
            case .atAbsorptionEdge(let element, let lower, let upper):
                let range = String(format: "%.0f and %.0f", lower, upper)
                return "an absorption edge of \(element) lies between \(range) eV, as the radiation does: "
                    + "free-atom values of f' and f'' mean nothing there"
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
        // Enough rows about the energy to see an edge within 50 eV.
        let reach = Int((50 / (energy * Self.step)).rounded(.up)) + 1
        let low = max(first - reach, 0)
        let values = Self.values(rows, from: low, through: min(first + 1 + reach, Self.rowCount - 1))
        func energyOf(_ row: Double) -> Double { 1000 * exp((row + Double(Self.firstIndex)) * Self.step) }
        var edge: Double?
        // f'' falls with energy except at an edge.
        for i in 0..<(values.count - 1) where values[i + 1].imaginary > values[i].imaginary {
            let row = low + i
            if row == first {
                throw .atAbsorptionEdge(
                    element: element, lower: energyOf(Double(row)), upper: energyOf(Double(row + 1)))
            }
            let middle = energyOf(Double(row) + 0.5)
            if abs(middle - energy) <= 50 { edge = middle }
        }
        nearbyEdge = edge
        let fraction = place - place.rounded(.down)
        let (lower, upper) = (values[first - low], values[first - low + 1])
        real = lower.real + fraction * (upper.real - lower.real)
        imaginary = exp(log(lower.imaginary) + fraction * log(upper.imaginary / lower.imaginary))
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
