import Foundation
import Spectra
import TestSupport
import Testing

@testable import ReferenceSpectra

/// The reference data against fits that others stored with real spectra.
@Suite(.enabled(if: SharedData.isPresent, "shared data folder absent"))
struct PublishedFitsTests {
    /// In CasaXPS files the minor line of a doublet is linked to its partner by a factor of the area.
    @Test func doubletsOfStoredFitsLieWithinTheAcceptedRanges() throws {
        var seen: [CoreLevel: Int] = [:]
        for fit in try fits(in: "xps/vamas/assigned_open.vms.golden.json") {
            let components = try #require(fit["components"] as? [[String: Any]])
            for component in components {
                guard let area = component["area"] as? [String: Any], let index = area["link_index"] as? Int,
                    let factor = area["link_factor"] as? Double, components.indices.contains(index),
                    let name = component["name"] as? String, let level = CoreLevel(label: name),
                    let reference = level.reference, let splitting = reference.splitting,
                    let ratio = reference.statisticalAreaRatio, abs(factor - ratio) < 0.01
                else { continue }
                let minor = try #require(component["position_be"] as? Double)
                let major = try #require(components[index]["position_be"] as? Double)
                #expect(splitting.range.contains(minor - major), "\(name): \(minor - major)")
                #expect(reference.window.contains(major) && reference.window.contains(minor))
                let width = try #require((component["fwhm"] as? [String: Any])?["value"] as? Double)
                #expect(width >= reference.naturalWidth?.minor ?? 0)
                seen[level, default: 0] += 1
            }
        }
        #expect(seen.count >= 3 && seen.values.reduce(0, +) >= 15, "\(seen)")
    }

    @Test(arguments: [
        ("20240220_Au_MPPipTFSI4AMSIol3_S_2p.csv", "S 2p"), ("20240228_Au_MPPipTFSIIol3_Au_4f.csv", "Au 4f"),
        ("20240724_Au_Nadep_from_MPPipTFSI4AMSIol3_Au_4f.csv", "Au 4f"),
        ("20240621_Au_Nadep_from_MPPipTFSI_Ag_3d.csv", "Ag 3d"), ("phdparser_Mo3d_doublet.txt", "Mo 3d"),
    ])
    func fittedSplittingsLieWithinTheAcceptedRange(file: String, label: String) throws {
        let data = try Data(contentsOf: SharedData.file("xps/casaxps-export/\(file).golden.json"))
        let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let components = try #require(object["components"] as? [[String: Any]])
        let positions = components.compactMap { $0["position_be"] as? Double }.sorted()
        let splitting = try #require(CoreLevel(label: label)?.reference?.splitting)
        #expect(positions.count == 2)
        #expect(splitting.range.contains(positions[1] - positions[0]), "\(positions)")
    }

    private func fits(in path: String) throws -> [[String: Any]] {
        let data = try Data(contentsOf: SharedData.file(path))
        let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        return try #require(object["fits"] as? [[String: Any]])
    }
}
