import Foundation
import SpectrumFiles
import Testing

@testable import Reporting

/// What scripts a page may hold.
enum PageScripts {
    /// One script that runs, which is the program's own, and data that are JSON.
    static func check(_ html: String) throws {
        var rest = Substring(html)
        var running: [String] = []
        while let start = rest.range(of: "<script") {
            let opening = try #require(rest[start.lowerBound...].firstIndex(of: ">"))
            let tag = rest[start.lowerBound...opening]
            let end = try #require(rest[opening...].range(of: "</script>"))
            let content = String(rest[rest.index(after: opening)..<end.lowerBound])
            if tag == "<script type=\"application/json\">" {
                #expect(!content.contains { "<>&".contains($0) })
                #expect((try? JSONSerialization.jsonObject(with: Data(content.utf8))) != nil)
            } else {
                #expect(tag == "<script>")
                running.append(content)
            }
            rest = rest[end.upperBound...]
        }
        #expect(running == [ReportScript.content])
    }
}

@Suite struct ReportScriptTests {
    @Test func thePolicyKnowsTheScriptByItsDigest() throws {
        let hexadecimal = try #require(FileDigest.sha256(of: ReportScript.content))
        let bytes = stride(from: 0, to: 64, by: 2).compactMap { place -> UInt8? in
            let start = hexadecimal.index(hexadecimal.startIndex, offsetBy: place)
            return UInt8(hexadecimal[start..<hexadecimal.index(start, offsetBy: 2)], radix: 16)
        }
        #expect(Data(bytes).base64EncodedString() == ReportScript.digest, "put this digest into ReportScript.swift")
    }

    @Test func theScriptLoadsNothingAndStaysInItsElement() {
        let source = ReportScript.source
        #expect(source.count > 1000)
        for word in ["</script", "]]>", "fetch(", "XMLHttpRequest", "import(", "eval(", "http:", "https:"] {
            // The name of the SVG namespace is no address that is loaded.
            let text = source.replacingOccurrences(of: "http://www.w3.org/2000/svg", with: "")
            #expect(!text.contains(word), "\(word)")
        }
    }
}

@Suite struct FigureDataTests {
    private func object(_ data: FigureData) throws -> [String: Any] {
        try #require(JSONSerialization.jsonObject(with: Data(data.json.utf8)) as? [String: Any])
    }

    @Test func everyCurveAndPanelIsInTheDrawing() throws {
        let fit = SimulatedFit.sulfur.fit
        let svg = fit.plot.svg
        let data = try #require(svg.data)
        let elements = XMLReader(svg.text).elements
        let drawn = Set(elements.compactMap { $0.attributes["data-curve"] })
        #expect(drawn == Set(data.curves.map(\.id)))
        for (number, frame) in data.frames.enumerated() {
            // The frame is the rectangle that the axes group starts with.
            let place = try #require(elements.firstIndex { $0.attributes["data-panel"] == "\(number)" })
            let rectangle = elements[place + 1]
            #expect(rectangle.attributes["x"] == SVGCanvas.number(frame.panel.box.left))
            #expect(rectangle.attributes["height"] == SVGCanvas.number(frame.panel.box.height))
        }
        #expect(data.curves.allSatisfy { $0.values.count == data.xs.count })
    }

    @Test func theValuesAreThoseOfTheFit() throws {
        let fit = SimulatedFit.sulfur.fit
        let json = try object(try #require(fit.plot.svg.data))
        let curves = try #require(json["curves"] as? [[String: Any]])
        let x = try #require((json["x"] as? [String: Any])?["values"] as? [Double])
        #expect(zip(x, fit.curves.bindingEnergies).allSatisfy { abs($0 - $1) < 1e-6 * abs($1) })
        for (curve, expected) in [
            ("data", fit.curves.intensities), ("envelope", fit.curves.envelope), ("background", fit.curves.background),
            ("c1", fit.curves.components[1].values), ("residuals", ResidualPanel.normalised(fit.curves)),
        ] {
            let values = try #require(curves.first { $0["id"] as? String == curve }?["values"] as? [Double])
            #expect(zip(values, expected).allSatisfy { abs($0 - $1) <= 1e-6 * abs($1) })
        }
    }

    @Test(arguments: HostileNames.all) func namesCannotLeaveTheirElement(name: String) throws {
        let data = FigureData(
            xLabel: name, xUnit: name, xs: [1, .nan, .infinity], frames: [],
            curves: [.init(id: "a", label: RichText(name), kind: .line, values: [1, 2, 3], unit: name, names: [name])])
        #expect(!data.json.contains { "<>&".contains($0) })
        let x = try #require(try object(data)["x"] as? [String: Any])
        #expect(x["unit"] as? String == Printable.text(name))
        #expect((x["values"] as? [Any])?[1] is NSNull)
    }
}
