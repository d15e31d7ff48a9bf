import Foundation
import Spectra

/// The tables that CasaXPS writes of spectra and the curves fitted to them: text with tabs, or csv.
///
/// Two layouts are in use. One names the block in every column label:
/// ```
/// ,Characteristic Energy eV,1486.6,Acquisition Time s,2.8
/// KE_C 1s,BE_C 1s,CPS_C 1s,C 1s_1_C 1s,Background_C 1s,Envelope_C 1s
/// ```
/// The other gives the parameters of the components above, and counts and counts per second side by side:
/// ```
/// Cycle 0:FeO:Fe2p
///         Characteristic Energy eV  1.486610e+003  Acquisition Time s  2.000000e+000
/// Name              Fe 2p
/// Position          709.05
/// FWHM              3.86
/// Area              63507.37
/// Lineshape         LF(0.54,10,80,100,6)
/// K.E.     Counts   Fe 2p   Background   Envelope      B.E.   CPS   Fe 2p   Background CPS   Envelope CPS
/// ```
/// Blocks may stand side by side or below one another. The curves of components include the background.
enum CasaXPSExportFormat: SpectrumFormat {
    static let name = "CasaXPS text export"
    static let extensions = ["csv", "txt"]

    static func recognises(_ content: FileContent) -> Bool {
        content.withBeginning(1 << 15) { bytes in
            guard PlainColumnsFormat.looksLikeText(bytes) else { return false }
            var lines = ByteLines(bytes)
            var hasParameters = false
            while let line = lines.next(), lines.number <= 60 {
                // Rows of numbers, which most lines are, need no second look.
                guard line.contains(where: CasaXPSExportLabels.isLetter) else { continue }
                let text = line.text
                if text.contains("Characteristic Energy eV") || text.hasPrefix("Lineshape") { hasParameters = true }
                guard CasaXPSExportLabels.isLabelLine(text) else { continue }
                // `B.E. Counts` alone could be anyone's.
                return hasParameters || CasaXPSExportLabels.namesBlock(text)
            }
            return false
        }
    }

    static func read(_ content: FileContent, options: ReadOptions) throws -> SpectrumFile {
        try content.data.withUnsafeBytes { raw in
            guard let table = NumberTable(raw.bindMemory(to: UInt8.self), allowsEmptyCells: true) else {
                throw content.malformed(.whole, expected: "rows of numbers below the labels", found: "none")
            }
            guard table.sections.count <= NumberTable.maximumSections else {
                throw content.malformed(
                    .whole, expected: "at most \(NumberTable.maximumSections) blocks in one export", found: "more")
            }
            var file = SpectrumFile(path: content.path, format: name, spectra: [])
            if table.endsOpen {
                file.notes.append("the last line has no line end: if the file was cut, its last number may be cut too")
            }
            for section in table.sections where !section.header.isEmpty {
                let reading = CasaXPSExportSection(section, dialect: table.dialect, content: content)
                try reading.append(to: &file, options: options)
            }
            guard !file.spectra.isEmpty else {
                throw content.malformed(
                    .whole, expected: "columns of energies and intensities below their labels", found: "none")
            }
            return file
        }
    }
}

/// The labels of the columns of a CasaXPS export.
struct CasaXPSExportLabels {
    /// What a column holds.
    enum Role: Hashable {
        case kineticEnergy
        case bindingEnergy
        case counts
        case countsPerSecond
        case curve
        case empty
    }

    /// Whether a line is a line of labels: an energy and an intensity among them.
    static func isLabelLine(_ line: String) -> Bool {
        // One of these is in every label of an energy.
        guard ["K.E.", "KE_", "B.E.", "BE_"].contains(where: line.hasWord) else { return false }
        for separator in ["\t", ",", ";"] where line.contains(separator) {
            let roles = Set(line.split(separator: Character(separator)).map { role(of: String($0)) })
            if !roles.isDisjoint(with: [.kineticEnergy, .bindingEnergy])
                && !roles.isDisjoint(with: [.counts, .countsPerSecond])
            {
                return true
            }
        }
        return false
    }

    /// Whether a byte of ASCII is a letter other than that of an exponent.
    static func isLetter(_ byte: UInt8) -> Bool {
        let lower = byte | 0x20
        return lower >= UInt8(ascii: "a") && lower <= UInt8(ascii: "z") && lower != ASCII.lowerE
    }

    /// Whether a line of labels names the block in them, as CasaXPS alone does.
    static func namesBlock(_ line: String) -> Bool {
        ["KE_", "BE_", "CPS_", "Counts_", ":CPS", ":Counts"].contains { line.contains($0) }
    }

    /// What the column of that label holds. Capitals count: `BE_Be 1s` is an energy, `Be 1s` a component.
    static func role(of label: String) -> Role {
        let text = label.trimmingCharacters(in: CharacterSet(charactersIn: " \t\""))
        if text.isEmpty { return .empty }
        if text == "K.E." || text.hasPrefix("KE_") { return .kineticEnergy }
        if text == "B.E." || text.hasPrefix("BE_") { return .bindingEnergy }
        if text == "CPS" || text.hasPrefix("CPS_") || text.hasSuffix(":CPS") { return .countsPerSecond }
        if text == "Counts" || text.hasPrefix("Counts_") || text.hasSuffix(":Counts") { return .counts }
        return .curve
    }
}
