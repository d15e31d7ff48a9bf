import Foundation
import Photoemission
import Spectra
import SpectrumFiles
import TestSupport
import Testing

@Suite("CasaXPS comment lines")
struct CasaXPSAnnotationsTests {
    static let regionLine =
        "CASA region (*Fe 2p*) (*U 3 Tougaard*) 737.52081 786.7632 16.42 2 0 0 335.44588 551 436 3 (*Fe 2p*)"
        + " 55.8458 0 16.42"
    static let componentLine =
        "CASA comp (*W 4f W(0)*) (*LA(1.2,2.1,7)*) Area 153.57981 1e-020 2327991 0 0.66666667 MFWHM 0.76 0.65 1.25 -1 1"
        + " Position 1254.08 0 0 0 -3.14 RSF 10.804667 MASS 95.9219 INDEX -1 (*Mo 3d*) CONST (**) UNCORRECTEDRSF 9.5"

    @Test("a region has all fields of its line")
    func regionFields() throws {
        let region = try #require(CasaXPSRegion(line: Self.regionLine))
        #expect(region.name == "Fe 2p")
        #expect(region.background == "U 3 Tougaard")
        #expect((region.start, region.end) == (737.52081, 786.7632))
        #expect(region.sensitivityFactor == 16.42)
        #expect(region.averagingWidth == 2)
        #expect((region.startOffset, region.endOffset) == (0, 0))
        #expect(region.backgroundParameters == [335.44588, 551, 436, 3])
        #expect(region.tag == "Fe 2p")
        #expect(region.trailing == [55.8458, 0, 16.42])
        #expect(region.line == Self.regionLine)
    }

    @Test("a component has all fields of its line, brackets in names included")
    func componentFields() throws {
        let component = try #require(CasaXPSComponent(line: Self.componentLine))
        #expect(component.name == "W 4f W(0)")
        #expect(component.lineShape == "LA(1.2,2.1,7)")
        #expect(
            component.area == .init(value: 153.57981, lower: 1e-20, upper: 2_327_991, leader: 0, relation: 0.66666667))
        #expect(component.width == .init(value: 0.76, lower: 0.65, upper: 1.25))
        #expect(component.position == .init(value: 1254.08, lower: 0, upper: 0, leader: 0, relation: -3.14))
        #expect(component.sensitivityFactor == 10.804667)
        #expect(component.mass == 95.9219)
        #expect(component.index == -1)
        #expect(component.tag == "Mo 3d")
        #expect(component.constant == "")
        #expect(component.uncorrectedSensitivityFactor == 9.5)
    }

    @Test("the line written for a component is read as the same component")
    func componentRoundTrip() throws {
        var component = try #require(CasaXPSComponent(line: Self.componentLine))
        component.area.value = 1.0 / 3
        component.position.leader = nil
        #expect(CasaXPSComponent(line: component.line) == component)
    }

    @Test("older lines without the last fields are read")
    func olderComponent() throws {
        let line =
            "CASA comp (*AdC*) (*GL(30)*) Area 114.08312 1e-020 23910.791 -1 1 MFWHM 1.8107113 0.36 9 -1 1"
            + " Position 8966.3888 8963.8533 8974.5627 -1 1 RSF 1 MASS 12.011 INDEX -1 (*C 1s*)"
        let component = try #require(CasaXPSComponent(line: line))
        #expect(component.constant == nil)
        #expect(CasaXPSComponent(line: component.line) == component)
    }

    @Test(
        "broken lines are no components and no regions, and are told",
        arguments: [
            "CASA comp (*Mo 3d*) (*LA(1.53,243)*z) Area 7955.3136 1e-020 2327991 -1 1",
            "CASA comp (*Mo 3d*) (*GL(30)*) Area nan 1e-020 2327991 -1 1 MFWHM 1 1 1 -1 1 Position 1 1 1 -1 1",
            "CASA comp (*Mo 3d*) (*GL(30)*) Area 1 0 2 -1 1 MFWHM 1 1 1 -1 1", "CASA comp (*", "CASA comp (*)",
            "CASA region (*a*) (*Shirley*) 1 2 3", "CASA region (**) (**) 1 2 3 4 5 6 7 8 9 1e999 (**)",
        ])
    func brokenLines(line: String) {
        let annotations = CasaXPSAnnotations(comments: [line])
        #expect(annotations.components.isEmpty && annotations.regions.isEmpty)
        #expect(annotations.unreadableLines == [line])
        #expect(annotations.comments == [line])
    }

    @Test("calibrations add up, ranges are told apart, flags say what was moved along")
    func calibrations() throws {
        let annotations = CasaXPSAnnotations(comments: [
            "Calib M = 281.1700 A = 284.8 BE ADD", "Calib M = 281.88 A = 284.8 Regions Comps BE ADD",
        ])
        #expect(abs(try #require(annotations.bindingEnergyShift) - 6.55) < 1e-9)
        #expect(abs(try #require(annotations.regionShift) - 3.63) < 1e-9)
        #expect(abs(try #require(annotations.componentShift) - 3.63) < 1e-9)
        let range = try #require(CasaXPSCalibration(line: "Calib M = 280,290 A = 284 BE ADD"))
        #expect(range.measured == [280, 290])
        #expect(range.bindingEnergyShift == nil)
        #expect(range.line == "Calib M = 280,290 A = 284 BE ADD")
        let kinetic = try #require(CasaXPSCalibration(line: "Calib M = 1000 A = 1002 KE ADD"))
        #expect(kinetic.bindingEnergyShift == -2)
    }

    @Test("changing one component leaves every other line byte for byte")
    func changeOne() {
        let other = Self.componentLine.replacingOccurrences(of: "153.57981", with: "1.53000e+02")
        let comments = [
            "Casa Info Follows", "0", "0", "1", Self.regionLine, "2", Self.componentLine, other, "Creation",
        ]
        var annotations = CasaXPSAnnotations(comments: comments)
        annotations.components[0].area.value = 200
        var expected = comments
        expected[6] = Self.componentLine.replacingOccurrences(of: "153.57981", with: "200")
            .replacingOccurrences(of: "1e-020", with: "1e-20")
        #expect(annotations.comments == expected)
    }

    @Test("adding and removing components corrects the count above them")
    func countLine() throws {
        let comments = ["Casa Info Follows", "0", "0", "1", Self.regionLine, "0", "Creation"]
        var annotations = CasaXPSAnnotations(comments: comments)
        let component = try #require(CasaXPSComponent(line: Self.componentLine))
        annotations.components = [component, component]
        #expect(
            annotations.comments == [
                "Casa Info Follows", "0", "0", "1", Self.regionLine, "2", component.line, component.line, "Creation",
            ])
        annotations.components = [component]
        #expect(annotations.comments[5...7] == ["1", component.line, "Creation"])
        annotations.components = []
        #expect(annotations.comments == comments)
    }

    @Test("the history is the first counted group")
    func history() {
        let annotations = CasaXPSAnnotations(comments: [
            "Casa Info Follows", "2", "Calib M = 1 A = 2 BE ADD", "Sm SG D(2) P(5)", "0", "0", "0", "File = x",
        ])
        #expect(annotations.history == ["Calib M = 1 A = 2 BE ADD", "Sm SG D(2) P(5)"])
        #expect(CasaXPSAnnotations(comments: ["Casa Info Follows", "99999999999999999999"]).history == [])
        #expect(CasaXPSAnnotations(comments: ["Casa Info Follows"]).history == [])
    }
}

@Suite("CasaXPS fits stored in real files", .enabled(if: SharedData.isPresent, "shared data folder absent"))
struct CasaXPSGoldenTests {
    static let files =
        SharedData.isPresent
        ? SharedData.files(in: "xps/vamas", suffix: ".vms.golden.json") : []

    @Test("every field agrees with a field by field parse", arguments: files)
    func fields(golden: URL) throws {
        let root = try #require(JSONSerialization.jsonObject(with: Data(contentsOf: golden)) as? [String: Any])
        let file = try SpectrumFile(contentsOf: golden.deletingPathExtension().deletingPathExtension().path)
        let fits = try #require(root["fits"] as? [[String: Any]])
        var regions = 0
        for fit in fits {
            let block = try #require(fit["block"] as? Int)
            let annotations = CasaXPSAnnotations(comments: file.spectra[block].comments)
            let wantedRegions = try #require(fit["regions"] as? [[String: Any]])
            let wantedComponents = try #require(fit["components"] as? [[String: Any]])
            #expect(annotations.regions.count == wantedRegions.count)
            #expect(annotations.components.count == wantedComponents.count)
            for (region, wanted) in zip(annotations.regions, wantedRegions) { compare(region, wanted) }
            for (component, wanted) in zip(annotations.components, wantedComponents) { compare(component, wanted) }
            let shift = try #require(annotations.bindingEnergyShift)
            #expect(abs(shift - (fit["be_shift_eV"] as? Double ?? 0)) < 1e-9)
            regions += annotations.regions.count
        }
        // No fit is missed: the other blocks have none.
        let total = file.spectra.reduce(0) { $0 + CasaXPSAnnotations(comments: $1.comments).regions.count }
        #expect(total == regions)
    }

    private func compare(_ region: CasaXPSRegion, _ wanted: [String: Any]) {
        #expect(region.name == wanted["name"] as? String)
        #expect(region.background == wanted["background"] as? String)
        #expect(region.start == wanted["start_ke"] as? Double)
        #expect(region.end == wanted["end_ke"] as? Double)
        #expect(region.sensitivityFactor == wanted["rsf"] as? Double)
        #expect(region.averagingWidth == (wanted["av_width_points"] ?? wanted["av_width_stored"]) as? Double)
        #expect(region.startOffset == wanted["start_offset_percent"] as? Double)
        #expect(region.endOffset == wanted["end_offset_percent"] as? Double)
        #expect(region.backgroundParameters == (wanted["background_parameters"] ?? wanted["parameters"]) as? [Double])
        #expect(region.tag == wanted["tag"] as? String)
        #expect(region.trailing == (wanted["trailing"] as? [String])?.compactMap { Double($0) })
    }

    private func compare(_ component: CasaXPSComponent, _ wanted: [String: Any]) {
        #expect(component.name == wanted["name"] as? String)
        #expect(component.lineShape == wanted["line_shape"] as? String)
        compare(component.area, wanted["area"])
        compare(component.width, wanted["fwhm"])
        compare(component.position, wanted["position_ke"])
        #expect(component.sensitivityFactor == wanted["rsf"] as? Double)
        if let mass = wanted["mass"] as? Double { #expect(component.mass == mass) }
        if let tag = wanted["tag"] as? String { #expect(component.tag == tag) }
        if let index = wanted["index_field"] as? Int { #expect(component.index == index) }
    }

    private func compare(_ parameter: CasaXPSComponent.Parameter, _ wanted: Any?) {
        guard let wanted = wanted as? [String: Any] else {
            Issue.record("no parameter in the golden file")
            return
        }
        #expect(parameter.value == wanted["value"] as? Double)
        #expect(parameter.lower == (wanted["lower"] ?? wanted["min"]) as? Double)
        #expect(parameter.upper == (wanted["upper"] ?? wanted["max"]) as? Double)
        #expect(parameter.leader ?? -1 == (wanted["link_index"] ?? wanted["link_to"]) as? Int)
        let relation = wanted["link_factor"] ?? wanted["factor"] ?? wanted["link_offset"] ?? wanted["offset_ev"]
        #expect(parameter.relation == relation as? Double)
    }

    @Test("every comment of every file is written again byte for byte, and nothing of CasaXPS is left unread")
    func lossless() throws {
        for url in SharedData.files(in: "xps/vamas", suffix: ".vms") where !url.path.contains("/comments/") {
            let file = try SpectrumFile(contentsOf: url.path)
            for spectrum in file.spectra {
                let annotations = CasaXPSAnnotations(comments: spectrum.comments)
                #expect(annotations.comments == spectrum.comments)
                #expect(annotations.unreadableLines.isEmpty)
            }
        }
    }

    @Test("comments of other origin: calibration ranges, processing history, annotations")
    func commentFragments() throws {
        let text = try String(contentsOf: SharedData.file("xps/vamas/comments/casa_process.vms"), encoding: .isoLatin1)
        let annotations = CasaXPSAnnotations(
            comments: text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
        #expect(annotations.calibrations.count == 3)
        #expect(annotations.calibrations.map(\.measured) == [[282.4, 283.5], [285.1185], [280, 290]])
        #expect(annotations.history.count == 10)
        #expect(annotations.regions.map(\.tag) == ["NoTag"])
        #expect(annotations.components.map(\.width.leader) == [nil, 0, 0])
        #expect(annotations.bindingEnergyShift == nil)
    }
}
