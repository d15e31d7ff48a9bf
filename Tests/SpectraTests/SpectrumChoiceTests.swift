import Spectra
import Testing

@Suite("choosing a spectrum of a file") struct SpectrumChoiceTests {
    private func file(_ spectra: (name: String, level: CoreLevel?, kind: SpectrumKind)...) -> SpectrumFile {
        SpectrumFile(
            path: "cathode.vms", format: "test",
            spectra: spectra.map {
                Spectrum(
                    name: $0.name, sample: "pristine", level: $0.level, kind: $0.kind,
                    axis: EnergyAxis([1, 2, 3], scale: .binding, photonEnergy: nil), intensities: [1, 2, 3],
                    unit: .counts)
            })
    }

    @Test("the only spectrum of a level is meant, surveys aside")
    func byLevel() throws {
        let both = file(("survey", .s2p, .survey), ("S 2p", .s2p, .coreLevel), ("P 2p", .p2p, .coreLevel))
        #expect(try both.spectrum(.s2p).name == "S 2p")
        let absent = try #require(throws: SpectrumChoiceError.self) { try both.spectrum(.c1s) }
        #expect(absent.description.contains("cathode.vms: holds no spectrum recognised as C 1s"))
        #expect(absent.description.contains("#3  P 2p  (pristine)"))
        let twice = file(("a", .s2p, .coreLevel), ("b", .s2p, .coreLevel))
        #expect(throws: SpectrumChoiceError.self) { try twice.spectrum(.s2p) }
    }

    @Test("a single spectrum of unknown level may be any, one of another level may not")
    func single() throws {
        #expect(try file(("scan", nil, .other)).spectrum(.s2p).name == "scan")
        #expect(throws: SpectrumChoiceError.self) { try file(("P 2p", .p2p, .coreLevel)).spectrum(.s2p) }
        #expect(try file(("scan", nil, .other)).onlySpectrum().name == "scan")
        #expect(throws: SpectrumChoiceError.self) { try file().onlySpectrum() }
    }

    @Test("names are exact before they are case-blind, and numbers count from one")
    func byName() throws {
        let names = file(("S 2p", .s2p, .coreLevel), ("s 2p", .s2p, .coreLevel), ("P 2P", .p2p, .coreLevel))
        #expect(try names.spectrum(named: "s 2p").name == "s 2p")
        #expect(try names.spectrum(named: "p 2p").name == "P 2P")
        #expect(throws: SpectrumChoiceError.self) { try names.spectrum(named: "S 2P") }
        #expect(try names.spectrum(named: "#3").name == "P 2P")
        for name in ["#0", "#4", "#-1", "C 1s"] {
            #expect(throws: SpectrumChoiceError.self) { try names.spectrum(named: name) }
        }
    }

    @Test("of many spectra the first twenty are listed")
    func list() throws {
        var many = file()
        let one = try file(("S 2p", .s2p, .coreLevel)).onlySpectrum()
        many.spectra = Array(repeating: one, count: 25)
        let error = try #require(throws: SpectrumChoiceError.self) { try many.onlySpectrum() }
        #expect(error.list.split(separator: "\n").count == 21 && error.list.hasSuffix("and 5 more"))
    }
}
