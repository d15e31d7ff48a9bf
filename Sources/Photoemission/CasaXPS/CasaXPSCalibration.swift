/// One energy calibration in the history that CasaXPS keeps in the comment of a VAMAS block.
///
/// ```
/// Calib M = 281.1700 A = 284.8 BE ADD
/// Calib M = 280,290 A = 284 BE ADD
/// Calib M = 281.88 A = 284.8 Regions Comps BE ADD
/// ```
public struct CasaXPSCalibration: Sendable, Hashable {
    /// The energy in eV where the line was measured, or the two limits of the range whose maximum was.
    public var measured: [Double]
    /// The energy in eV assigned to it.
    public var assigned: Double
    /// The words that follow: "Regions" and "Comps" where these were moved along, the scale "BE" or "KE", "ADD".
    public var flags: [String]

    /// Reads a line of a block comment; `nil` where it is not a calibration.
    public init?(line: String) {
        var cursor = CasaXPSCursor(line)
        guard cursor.skip("Calib"), cursor.skip("M"), cursor.skip("="), let words = cursor.word(), cursor.skip("A"),
            cursor.skip("="), let assigned = cursor.number()
        else { return nil }
        let measured = words.split(separator: ",").map { Double($0) }
        guard (1...2).contains(measured.count), measured.allSatisfy({ $0?.isFinite == true }) else { return nil }
        self.measured = measured.compactMap { $0 }
        self.assigned = assigned
        flags = []
        while let word = cursor.word() { flags.append(word) }
    }

    /// What the calibration adds to binding energies, eV; `nil` where only a range tells what was measured, so that the
    /// maximum of the data in it would be needed.
    public var bindingEnergyShift: Double? {
        guard measured.count == 1 else { return nil }
        let shift = assigned - measured[0]
        return flags.contains { $0.uppercased() == "KE" } ? -shift : shift
    }

    /// Whether the regions were moved along with the energies, so that their limits are uncalibrated.
    public var movedRegions: Bool { flags.contains { $0.uppercased() == "REGIONS" } }

    /// Whether the components were moved along with the energies, so that their positions are uncalibrated.
    public var movedComponents: Bool { flags.contains { $0.uppercased() == "COMPS" } }

    /// The line of a block comment.
    public var line: String {
        let range = measured.map(CasaXPSCursor.text).joined(separator: ",")
        return (["Calib M = \(range) A = \(CasaXPSCursor.text(assigned))"] + flags).joined(separator: " ")
    }
}
