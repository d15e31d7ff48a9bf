import Foundation
import Spectra
import TestSupport
import Testing

@testable import SpectrumFiles

extension Samples {
    /// A small file of every format, made here, by a name: what damage is done to, and what the fuzzer starts from.
    static func everyFormat() throws -> [(name: String, data: Data)] {
        var samples: [(name: String, data: Data)] = all.enumerated().map { ("text-\($0)", Data($1.utf8)) }
        func add(_ name: String, _ data: Data) { samples.append((name, data)) }
        func add(_ name: String, _ text: String) { samples.append((name, Data(text.utf8))) }
        add("phi", PHIFormatTests.depthProfile())
        add("kratos-binary", KratosTests.dataSet())
        add("kratos-dump", KratosTests.dump)
        add("khervefitting", VariantTests.project)
        add("avantage-binary", AvantageBinaryTests.depthProfile())
        add("avantage-text", AvantageTextTests.depthProfile())
        add("avantage-columns", AvantageColumnsTests.sheet())
        add("workbook", try WorkbookTests.report.bytes())
        add("ses", SESTextTests.file())
        let wave = IgorTests.wave(version: 5, units: ["Binding Energy [eV]"], note: IgorTests.note)
        add("igor-5", wave)
        add("igor-2", IgorTests.wave(version: 2, units: ["Binding Energy [eV]"], note: IgorTests.note))
        add("igor-packed", IgorTests.packed(waves: [wave]))
        add("ses-map", try SESMapTests.archive())
        add("specs-columns", SPECSColumnsTests.prodigy)
        add("specs-xml", SPECSXMLTests.document())
        add("omicron-layers", OmicronTests.layers)
        add("omicron-spectra", OmicronTests.spectra)
        add("specs-schedule", try SPECSScheduleTests.file(pageSize: 512))
        add(
            "lg4x",
            "x,raw_y,corrected x,fit_sum,bg,S 2p\n164,10,163.5,11,4,7\n163.9,12,163.4,12,4,8\n163.8,11,163.3,11,4,7\n")
        add("columns-side-by-side", "E;C 1s;E;O 1s\n290;1;535;4\n289;2;534;5\n288;3;533;6\n")
        add("columns-thousands", "Binding Energy (eV);Counts\n1.234,5;10.000\n1.233,5;9.999,5\n1.232,5;9.998\n")
        for fixture in try DiffractionFixtures.all() { add("xrd-\(fixture.name)", fixture.data) }
        return samples
    }
}

@Suite struct FuzzSamples {
    @Test func everySampleIsRead() throws {
        for sample in try Samples.everyFormat() {
            let content = FileContent(path: sample.name, data: sample.data)
            if sample.name.hasPrefix("xrd-") {
                #expect(throws: Never.self, "\(sample.name)") { try DiffractionFile(content: content) }
            } else {
                #expect(throws: Never.self, "\(sample.name)") {
                    try FormatRegistry.format(of: content).read(content, options: ReadOptions())
                }
            }
        }
    }

    /// Writes the samples to a folder, for the fuzzer, see `Fuzzing`.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["INTERPHASE_WRITE_SAMPLES"] != nil, "no folder stated"))
    func writeSamples() throws {
        let folder = try #require(ProcessInfo.processInfo.environment["INTERPHASE_WRITE_SAMPLES"])
        for sample in try Samples.everyFormat() {
            let name = sample.name.replacing("/", with: "_").replacing(" ", with: "_")
            try AtomicFile.write(sample.data, to: "\(folder)/\(name)")
        }
    }
}
