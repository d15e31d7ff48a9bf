import Foundation
import Spectra
import SpectrumFiles
import TestSupport
import Testing

@testable import Photoemission

/// Against what other programs stored with measured data.
@Suite("Quantification as other programs do it", .enabled(if: SharedData.isPresent, "shared data folder absent"))
struct QuantificationAgreementTests {
    @Test("CasaXPS's corrected areas and per cent of a measured Fe 2p spectrum with transmission")
    func casaXPS() throws {
        let spectrum = try #require(
            SpectrumFile(contentsOf: SharedData.file("xps/vamas/FeO_analyzed.vms").path).spectra.first)
        let table = try String(
            contentsOf: SharedData.file("xps/casaxps-export/FeO_analyzed_results.csv"), encoding: .isoLatin1)
        // Name, position, FWHM, raw area, area/(RSF*T*MFP), per cent
        let rows = table.split(whereSeparator: \.isNewline).compactMap { line -> [Double]? in
            let cells = line.split(separator: "\t").map { Double($0.trimmingCharacters(in: .whitespaces)) }
            guard cells.count >= 6, let position = cells[1], let area = cells[3], let corrected = cells[4],
                let percent = cells[5]
            else { return nil }
            return [position, area, corrected, percent]
        }
        #expect(rows.count == 4)
        let reader = QuantifiedLineReader(
            sensitivities: .scofield, transmission: .fromFile, escapeDepth: .none, excluded: [])
        let photonEnergy = try #require(spectrum.axis.photonEnergy)
        let factor = try #require(SensitivitySet.scofield.factors[.fe2p]?.total)
        let lines = try rows.enumerated().map { index, row in
            QuantifiedLine(
                name: "\(index)", level: .fe2p, spectrumName: spectrum.name, covered: "Fe 2p", area: Measured(row[1]),
                time: 1, kineticEnergy: photonEnergy - row[0], sensitivity: factor,
                transmission: try reader.transmission(at: photonEnergy - row[0], of: spectrum), escapeDepth: 1,
                relativeUncertainty: 0)
        }
        let amounts = try AtomCounts(
            [(lines, [Double](repeating: 0, count: 16))], exponentUncertainty: 0)
        for ((count, row), species) in zip(zip(amounts.counts, rows), amounts.species()) {
            #expect(abs(count / row[2] - 1) < 2e-5)
            #expect(abs(species.atomicPercent.value - row[3]) < 0.0051)
        }
    }

    /// Stored by CasaXPS: areas in counts/s eV and relative sensitivity factors of Mo 3d, W 4f, Nb 3d and S 2p. The table of
    /// elements that follows from them is held against ours from the same models fitted anew.
    @Test("elements of four measured samples as CasaXPS stored them, two to three levels each")
    func elementsOfStoredFits() throws {
        let file = try SpectrumFile(contentsOf: SharedData.file("xps/vamas/assigned_open.vms").path)
        var compared = 0
        for sample in Set(file.spectra.map(\.sample)).sorted() {
            var fits: [PeakFit] = []
            var stored: [String: Double] = [:]
            var factors: [String: Double] = [:]
            var others: Set<String> = []
            for spectrum in file.spectra where spectrum.sample == sample {
                guard let level = spectrum.level else { continue }
                for casa in try spectrum.casaXPSFits() {
                    var model = casa.model
                    for index in model.components.indices {
                        model.components[index].level = level
                        // S 2s in the region of Mo 3d, W 5p (named W 4d) in that of W 4f.
                        if CoreLevel(within: model.components[index].name) != level {
                            others.insert(model.components[index].name)
                            continue
                        }
                        let factor = try #require(casa.stored[index].uncorrectedSensitivityFactor)
                        factors[level.description] = factor
                        stored[level.element, default: 0] += casa.stored[index].area.value / factor
                    }
                    fits.append(try model.fit(spectrum.inCountsPerSecond(), options: CasaXPSFit.options))
                }
            }
            guard fits.count > 1 else { continue }
            let table = "level,factor\n" + factors.map { "\($0.key),\($0.value)" }.sorted().joined(separator: "\n")
            let result = try Quantification(
                fits, sensitivities: SensitivitySet(text: table, file: "stored.csv"), transmission: .none,
                escapeDepth: .none, excluding: others)
            let sum = stored.values.reduce(0, +)
            for element in result.elements {
                let share = 100 * (stored[element.element] ?? 0) / sum
                #expect(
                    abs(element.atomicPercent.value - share) < 0.2,
                    "\(sample) \(element.element): \(element.atomicPercent) against \(share)")
                compared += 1
            }
        }
        #expect(compared >= 8)
    }

    @Test("Avantage's normalised areas with TPP-2M and its mean matrix, seven levels of one sample")
    func avantage() throws {
        let data = try Data(contentsOf: SharedData.file("xps/thermo/Avantage_CC-A.xlsx.golden.json"))
        let peaks = try #require(Self.peakTable(try JSONSerialization.jsonObject(with: data)))
        var quotients: [Double] = []
        for peak in peaks {
            let number = { (key: String) in try #require((peak[key] as? NSNumber)?.doubleValue) }
            let normalised = try number("Area (N) TPP-2M")
            // Printed with two decimals: others are too coarse to compare.
            guard normalised > 1 else { continue }
            let depth = ElectronMaterial.averageMatrix.meanFreePath(at: 1486.68 - (try number("Peak BE")))
            quotients.append(
                try number("Area (P) CPS.eV") / number("SF ALTHERMO1") / number("TXFN") / depth / normalised)
        }
        #expect(quotients.count >= 5)
        let median = quotients.sorted()[quotients.count / 2]
        for quotient in quotients { #expect(abs(quotient / median - 1) < 0.003) }
    }

    private static func peakTable(_ value: Any) -> [[String: Any]]? {
        if let members = value as? [String: Any] {
            if let table = members["peak_table"] as? [[String: Any]] { return table }
            return members.values.lazy.compactMap(peakTable).first
        }
        return (value as? [Any])?.lazy.compactMap(peakTable).first
    }
}
