import Foundation
import Photoemission
import Spectra
import SpectrumFiles
import Testing

@testable import BatchFitting

/// Batches: whatever the way, the results are the same, and nothing that goes wrong with one spectrum touches others.
@Suite("batches")
struct BatchRunTests {
    @Test("results do not depend on threads, nor on the order of inputs, and are those of single fits")
    func threads() throws {
        let fixture = try BatchFixture()
        try fixture.writeInputs()
        let summary = try fixture.run("one.sqlite")
        #expect(summary.isFinished && summary.spectraNow == 94)
        #expect(summary.counts.spectra == [.fitted: 94] && summary.counts.files == [.read: 5])
        let text = try fixture.text("one.sqlite")
        for threads in [2, 5] {
            try fixture.run("many.sqlite", threads: threads, restart: true)
            #expect(try fixture.text("many.sqlite") == text)
        }
        try fixture.run(
            "order.sqlite", inputs: ["in/z.csv", "in/large.vms", "in/deep", "in/b.csv", "in", "in/a.csv", "in/z.csv"])
        #expect(try fixture.text("order.sqlite") == text)

        let fit = try BatchFixture.model.fit(
            try #require(SpectrumFile(contentsOf: fixture.path("in/large.vms")).spectra.dropFirst(49).first))
        let lines = text.split(separator: "\n")
        let spectrum = try #require(lines.first { $0.hasPrefix("spectrum\tin/large.vms\t50\t") })
        let cells = spectrum.split(separator: "\t", omittingEmptySubsequences: false)
        #expect(cells[13] == "\(fit.statistics.chi2)")
        let component = try #require(lines.first { $0.hasPrefix("component\tin/large.vms\t50\t") })
        let numbers = component.split(separator: "\t", omittingEmptySubsequences: false)
        #expect(numbers[8] == "\(fit.components[0].position.value)")
        #expect(numbers[14] == "\(fit.components[0].area.value)")
        #expect(numbers[15] == "\(try #require(fit.components[0].area.standardUncertainty))")
        // The places in the map.
        #expect(lines.contains { $0.hasPrefix("coordinate\tin/large.vms\t50\t1\tx\tum\t49.0") })
    }

    @Test("a batch that is stopped again and again ends with the results of one that was not", arguments: [1, 3])
    func interruption(threads: Int) throws {
        let fixture = try BatchFixture()
        try fixture.writeInputs(large: 150)
        try fixture.run("whole.sqlite")
        var runs = 0
        var spectra = 0
        while runs < 100 {
            var looks = 0
            let summary = try fixture.run("parts.sqlite", threads: threads) {
                looks += 1
                return looks > 2
            }
            runs += 1
            spectra += summary.spectraNow
            if summary.isFinished { break }
        }
        #expect(runs > 2)
        // Nothing is fitted twice, nothing left out.
        #expect(spectra == 174)
        #expect(try fixture.text("parts.sqlite") == fixture.text("whole.sqlite"))
        #expect(try fixture.run("parts.sqlite").spectraNow == 0)
    }

    @Test("shards together are the whole, byte for byte", arguments: [1, 2, 5])
    func shards(count: Int) throws {
        let fixture = try BatchFixture()
        try fixture.writeInputs()
        try fixture.run("whole.sqlite")
        let parts = (1...count).map { "part-\($0).sqlite" }
        var spectra = 0
        for (index, part) in parts.enumerated() {
            spectra += try fixture.run(part, shard: "\(index + 1)/\(count)", threads: 2).spectraNow
        }
        #expect(spectra == 94)
        try BatchResults.merge(parts.reversed().map(fixture.path), into: fixture.path("merged.sqlite"))
        #expect(try fixture.text("merged.sqlite") == fixture.text("whole.sqlite"))
        #expect(try fixture.csv("merged.sqlite") == fixture.csv("whole.sqlite"))
        // Again over what is there, and merged results are results that a batch goes on from.
        try BatchResults.merge(parts.map(fixture.path), into: fixture.path("merged.sqlite"))
        #expect(try fixture.run("merged.sqlite").spectraNow == 0)
        try fixture.write(50...50, to: "in/new.csv")
        #expect(try fixture.run("merged.sqlite").spectraNow == 1)
    }

    @Test("shards that do not make a whole are refused")
    func faultyShards() throws {
        let fixture = try BatchFixture()
        try fixture.write(1...30, to: "in/a.vms")
        for number in 1...3 { try fixture.run("\(number).sqlite", shard: "\(number)/3") }
        func merge(_ names: String...) -> String {
            BatchFixture.message {
                try BatchResults.merge(names.map { fixture.path("\($0).sqlite") }, into: fixture.path("m.sqlite"))
            }
        }
        #expect(merge("1", "3").contains("of 3 shards 1 is missing: 2"))
        #expect(merge("1", "2", "2", "3").contains("is shard 2/3, as is"))
        #expect(merge("1", "2", "none").contains("no such file"))
        var recipe = BatchFixture.recipe
        recipe.weighting = .dataCounts
        try fixture.run("other.sqlite", recipe: recipe, shard: "3/3")
        #expect(merge("1", "2", "other").contains("recipe"))
        try fixture.run("newer.sqlite", program: "1.1", shard: "3/3")
        #expect(merge("1", "2", "newer").contains("version of the program 1.0 there, 1.1 in"))
        try fixture.run("four.sqlite", shard: "3/4")
        #expect(merge("1", "2", "four").contains("is shard 3/4, but"))
        try fixture.run("stopped.sqlite", shard: "3/3") { true }
        #expect(merge("1", "2", "stopped").contains("is not finished"))
        try fixture.write(31...60, to: "in/a.vms")
        try fixture.run("changed.sqlite", shard: "3/3")
        #expect(merge("1", "2", "changed").contains("the file in/a.vms is another than"))
        try "text".write(toFile: fixture.path("text.sqlite"), atomically: true, encoding: .utf8)
        #expect(merge("1", "2", "text").contains("no results of a batch"))
        #expect(!FileManager.default.fileExists(atPath: fixture.path("m.sqlite")))
        // What is no result of the same batch is never replaced.
        #expect(
            BatchFixture.message {
                try BatchResults.merge((1...3).map { fixture.path("\($0).sqlite") }, into: fixture.path("other.sqlite"))
            }.contains("holds results of another batch"))
    }

    @Test("files and spectra that cannot be fitted are recorded, the others fitted as if they were alone")
    func failures() throws {
        let fixture = try BatchFixture()
        try fixture.write(1...1, to: "in/a.csv")
        try fixture.write(2...2, to: "in/z.csv")
        try fixture.run("good.sqlite")
        let good = try fixture.text("good.sqlite").split(separator: "\n").filter { $0.contains("\tin/") }

        var spectra = try (3...6).map { try BatchFixture.spectrum(seed: $0) }
        // Fewer points than parameters, another range of energies, no level that anyone would recognise.
        spectra[1] = try BatchFixture.spectrum(seed: 4, points: 3)
        spectra[2].axis = EnergyAxis(spectra[2].axis.values.map { $0 + 100 }, scale: .binding, photonEnergy: 1486.6)
        let text = VAMASExperiment(spectra: spectra).text
        try AtomicFile.write(text, to: fixture.path("in/mixed.vms"))
        try AtomicFile.write(String(text.prefix(text.count / 2)), to: fixture.path("in/cut.vms"))
        try AtomicFile.write("", to: fixture.path("in/empty.csv"))
        try AtomicFile.write("Remember the milk.\n", to: fixture.path("in/notes.txt"))
        try AtomicFile.write(Data([0, 1, 2, 3]), to: fixture.path("in/photo.jpg"))
        let summary = try fixture.run("all.sqlite", inputs: ["in", "in/missing.vms"])
        #expect(summary.isFinished && summary.counts.hasFailures)
        #expect(summary.counts.files == [.read: 3, .failed: 3, .skipped: 2])
        let all = try fixture.text("all.sqlite")
        for line in good { #expect(all.contains(line)) }
        func cells(_ start: String) throws -> [Substring] {
            let line = try #require(all.split(separator: "\n").first { $0.hasPrefix(start) })
            return line.split(separator: "\t", omittingEmptySubsequences: false)
        }
        let expectations = [
            (1, "fitted", "\\N"), (2, "failed", "too few for"), (3, "failed", "holds no point"), (4, "fitted", "\\N"),
        ]
        for (ordinal, status, message) in expectations {
            let row = try cells("spectrum\tin/mixed.vms\t\(ordinal)\t")
            #expect(row[8] == status && row[9].contains(message))
        }
        let cut = try cells("file\tin/cut.vms")
        #expect(cut[4] == "failed" && cut[5].contains("in/cut.vms: line") && !cut[5].contains(fixture.folder))
        #expect(try cells("file\tin/missing.vms")[5].contains("no such file"))
        #expect(try cells("file\tin/empty.csv")[4] == "failed")
        #expect(try cells("file\tin/notes.txt")[4] == "skipped")
        // What failed because of its content fails again without being tried; what was not there is tried again.
        try fixture.write(9...9, to: "in/missing.vms")
        let again = try fixture.run("all.sqlite", inputs: ["in"])
        #expect(again.spectraNow == 1 && again.counts.files == [.read: 4, .failed: 2, .skipped: 2])
    }

    @Test("results of another recipe, version or choice are not added to, and thrown away only on request")
    func otherResults() throws {
        let fixture = try BatchFixture()
        try fixture.write(1...3, to: "in/a.vms")
        try fixture.run("r.sqlite")
        let text = try fixture.text("r.sqlite")
        var recipe = BatchFixture.recipe
        recipe.model.window = 282...288
        #expect(BatchFixture.message { try fixture.run("r.sqlite", recipe: recipe) }.contains("recipe"))
        let version = BatchFixture.message { try fixture.run("r.sqlite", program: "2.0") }
        #expect(version.contains("version of the program 1.0 there, 2.0 here"))
        #expect(
            BatchFixture.message { try fixture.run("r.sqlite", shard: "1/2") }.contains("shard 1/1 there, 1/2 here"))
        #expect(try fixture.text("r.sqlite") == text)
        #expect(try fixture.run("r.sqlite", recipe: recipe, restart: true).spectraNow == 3)
        #expect(try fixture.text("r.sqlite") != text)
        // Never anything but results, not even on request.
        try AtomicFile.write("my thesis, which is long enough to be no empty database", to: fixture.path("thesis.txt"))
        let refusal = BatchFixture.message { try fixture.run("thesis.txt", restart: true) }
        #expect(refusal.contains("no results of a batch"))
        #expect(try String(contentsOfFile: fixture.path("thesis.txt"), encoding: .utf8).hasPrefix("my thesis"))
    }

    @Test("a file whose content has changed is fitted anew, small or large")
    func changedFiles() throws {
        let fixture = try BatchFixture()
        try fixture.writeInputs()
        try fixture.run("r.sqlite")
        try fixture.write(77...77, to: "in/b.csv")
        try fixture.write(5000...5060, to: "in/large.vms")
        #expect(try fixture.run("r.sqlite").spectraNow == 62)
        try fixture.run("fresh.sqlite")
        #expect(try fixture.text("r.sqlite") == fixture.text("fresh.sqlite"))
        // Even where a batch was stopped in the middle of the old content.
        try fixture.run("s.sqlite") { true }
        var looks = 0
        try fixture.run("s.sqlite") {
            looks += 1
            return looks > 3
        }
        try fixture.write(6000...6070, to: "in/large.vms")
        try fixture.run("s.sqlite")
        try fixture.run("fresh.sqlite", restart: true)
        #expect(try fixture.text("s.sqlite") == fixture.text("fresh.sqlite"))
    }

    @Test("an output that is in use, or that cannot be made, is an error")
    func lockedOutput() throws {
        let fixture = try BatchFixture()
        try fixture.write(1...1, to: "in/a.csv")
        let held = try ResultStore.open(
            path: fixture.path("r.sqlite"), identity: BatchFixture.settings().identity, shard: .whole, restart: false)
        #expect(BatchFixture.message { try fixture.run("r.sqlite") }.contains("another process is writing to it"))
        #expect(
            BatchFixture.message { _ = try BatchResults.counts(of: fixture.path("r.sqlite")) }
                .contains("another process is writing"))
        try held.commit()
        #expect(BatchFixture.message { try fixture.run("no/such/folder.sqlite") }.contains("unable to open"))
        #expect(BatchFixture.message { try fixture.run("in") }.contains("unable to open"))
    }

    @Test("on a full disk what was stored before stays, and the batch goes on once there is room")
    func fullDisk() throws {
        let fixture = try BatchFixture()
        try fixture.writeInputs()
        try fixture.run("whole.sqlite")
        var looks = 0
        try fixture.run("r.sqlite") {
            looks += 1
            return looks > 2
        }
        let stored = try BatchResults.counts(of: fixture.path("r.sqlite"))
        let record = SpectrumRecord(
            Candidate(
                ordinal: 1, number: 1, slice: nil, name: String(repeating: "x", count: 1000),
                spectrum: .success(try BatchFixture.spectrum(seed: 1)), notes: []))
        let message = BatchFixture.message {
            let store = try ResultStore.open(
                path: fixture.path("r.sqlite"), identity: BatchFixture.settings().identity, shard: .whole,
                restart: false)
            try store.limit(pages: 1)
            for file in 100..<10_000 { try store.add(record, file: file) }
        }
        #expect(message.contains("full"))
        #expect(try BatchResults.counts(of: fixture.path("r.sqlite")) == stored)
        try fixture.run("r.sqlite")
        #expect(try fixture.text("r.sqlite") == fixture.text("whole.sqlite"))
    }
}
