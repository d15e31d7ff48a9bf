import CSQLite
import CZlib
import Foundation
import Spectra
import Testing

@testable import SpectrumFiles

/// Schedules of SPECS Prodigy (.sle), made here with SQLite itself.
@Suite("SPECS schedules")
struct SPECSScheduleTests {
    static let schedule = """
        <!DOCTYPE SpecsLabSchedule><Experiment Version="7.0"><Schedule ID="1" Name="study"><XPS ID="2" Name="XPS">
        <SpectrumGroup ID="3" Name="cathode, #Treatments: , #Temp: RT">
        <Spectrum ID="4" Name="S2p"><Comment>after 200 cycles</Comment>
        <FixedAnalyzerTransmissionSettings DwellTime="0.25" Ebin="170" End="169" Epass="20" LensMode="LargeArea" NumValues="5"/></Spectrum>
        <Spectrum ID="5" Name="O KLL"><FixedAnalyzerTransmissionSettings DwellTime="0.1" LensMode="LargeArea"/></Spectrum>
        <Spectrum ID="6" Name="P2p"><FixedAnalyzerTransmissionSettings DwellTime="0.1"/></Spectrum>
        <Spectrum ID="7" Name="Align"><FixedEnergiesSettings DwellTime="0.1" Ebin="84"/></Spectrum>
        </SpectrumGroup></XPS></Schedule></Experiment>
        """
    static let first: [Double] = [10, 20, 35.5, 21, 9], second: [Double] = [11, 19, 33, 22, 8]
    static let other: [Float] = [1, 2.5, 4, 2]

    private static func bytes<Number>(_ numbers: [Number]) -> Data { numbers.withUnsafeBytes { Data($0) } }

    private static func compressed(_ data: Data) -> Data {
        var length = compressBound(uLong(data.count))
        var result = Data(count: Int(length))
        result.withUnsafeMutableBytes { target in
            data.withUnsafeBytes { source in
                _ = compress(
                    target.baseAddress?.assumingMemoryBound(to: Bytef.self), &length,
                    source.baseAddress?.assumingMemoryBound(to: Bytef.self), uLong(data.count))
            }
        }
        return result.prefix(Int(length))
    }

    /// The database as a file, with further statements carried out at its end.
    static func file(_ more: String = "", pageSize: Int = 4096) throws -> Data {
        var database: OpaquePointer?
        try #require(sqlite3_open(":memory:", &database) == SQLITE_OK)
        defer { sqlite3_close(database) }
        func run(_ sql: String) throws {
            try #require(sqlite3_exec(database, sql, nil, nil, nil) == SQLITE_OK, "\(sql)")
        }
        func hex(_ data: Data) -> String { "x'" + data.map { String(format: "%02x", $0) }.joined() + "'" }
        try run("PRAGMA page_size = \(pageSize)")
        try run(
            """
            CREATE TABLE Configuration (Key TEXT PRIMARY KEY, Value TEXT NOT NULL);
            CREATE TABLE NodeMapping (Node INTEGER PRIMARY KEY, InternalID INTEGER NOT NULL UNIQUE);
            CREATE TABLE Spectrum (Node INTEGER PRIMARY KEY, EnergyChns INTEGER, NonEnergyChns INTEGER, Samples INTEGER,
              ElectronEnergy FLOAT, EnergyType TEXT, Step FLOAT, EpassOrRR FLOAT, Ubias FLOAT, Udet FLOAT, Wf FLOAT);
            CREATE TABLE RawData (RawID INTEGER PRIMARY KEY, Node INTEGER, ScanDate TEXT, Scans INTEGER, Eexc FLOAT, Trace TEXT);
            CREATE TABLE CountRateData (RawID INTEGER, Offset INTEGER, NextOffset INTEGER, ChunkSize INTEGER, Data BLOB);
            CREATE TABLE TransmissionData (Node INTEGER, Ekin FLOAT, NonEnergyChns INTEGER, Samples INTEGER, Data BLOB);
            INSERT INTO Configuration VALUES ('Version', '4.63.1'), ('Schedule', '\(schedule)');
            INSERT INTO NodeMapping VALUES (14, 4), (15, 5), (16, 6), (17, 7);
            INSERT INTO Spectrum VALUES (14, 1, 1, 5, 170, 'Binding', 0.25, 20, 0, 0, 4.2),
              (15, 1, 1, 4, 500, 'Kinetic', 0.5, 50, 0, 0, 4.2), (16, 9, 1, 20, 135, 'Binding', 0.1, 20, 0, 0, 4.2),
              (17, 130, 1, 20, 84, 'Binding', 1, 20, 0, 0, 4.2);
            INSERT INTO RawData VALUES (1, 14, '2026-Nov-21 10:00:00', 1, 1486.61, 'Loop=2u;Scan [Idx]=1u'),
              (2, 14, '2026-Nov-21 09:00:00', 1, 1486.61, 'Loop=1u;Scan [Idx]=1u'),
              (3, 14, '2026-Nov-21 09:10:00', 1, 1486.61, 'Loop=1u;Scan [Idx]=2u'),
              (4, 15, '2026-Nov-21 11:00:00', 1, 1486.61, 'Scan [Idx]=1u'),
              (5, 14, '2026-Nov-21 12:00:00', 1, 1486.61, 'Loop=3u;Scan [Idx]=1u');
            INSERT INTO CountRateData VALUES (1, 0, 5, 5, \(hex(bytes(second)))),
              (2, 0, 3, 3, \(hex(bytes(Array(first[0..<3]))))), (2, 3, 5, 2, \(hex(bytes(Array(first[3...]))))),
              (3, 0, 5, 5, \(hex(bytes(second)))), (4, 0, 4, 4, \(hex(compressed(bytes(other))))),
              (5, 0, 3, 3, \(hex(bytes(Array(first[0..<3])))));
            INSERT INTO TransmissionData VALUES (14, 1311, 1, 5, \(hex(bytes([1.0, 1.1, 1.2, 1.3, 1.4]))));
            """)
        if !more.isEmpty { try run(more) }
        var size: sqlite3_int64 = 0
        let memory = try #require(sqlite3_serialize(database, "main", &size, 0))
        defer { sqlite3_free(memory) }
        return Data(bytes: memory, count: Int(size))
    }

    private func read(_ data: Data) throws -> SpectrumFile {
        try FormatRegistry.read(FileContent(path: "study.sle", data: data), options: ReadOptions())
    }

    @Test("scans of a loop are added, loops are cycles, chunks joined, numbers of either width read, compressed or not")
    func spectra() throws {
        let file = try read(Self.file())
        #expect(file.format == "SPECS Prodigy SLE")
        #expect(file.spectra.map(\.name) == ["S2p", "S2p", "O KLL"])
        let s2p = file.spectra[0]
        #expect(s2p.sample == "cathode" && s2p.level == .s2p && s2p.unit == .counts)
        #expect(s2p.axis.bindingEnergies == [170, 169.75, 169.5, 169.25, 169])
        #expect(s2p.intensities == zip(Self.first, Self.second).map(+))
        #expect(file.spectra[1].intensities == Self.second)
        #expect(s2p.acquisition.sweeps == 2 && s2p.acquisition.dwellTime == 0.25 && s2p.acquisition.passEnergy == 20)
        #expect(s2p.axis.photonEnergy == 1486.61 && s2p.acquisition.date == "2026-Nov-21 09:00:00")
        #expect(s2p.transmission == [1.0, 1.1, 1.2, 1.3, 1.4])
        #expect(file.spectra[0..<2].map { $0.acquisition.coordinates.first?.value } == [1, 2])
        let auger = file.spectra[2]
        #expect(auger.axis.scale == .kinetic && auger.axis.values == [500, 500.5, 501, 501.5])
        #expect(auger.intensities == Self.other.map(Double.init))
    }

    @Test("what is left out is said: channels not added up, one energy, a scan cut short")
    func notes() throws {
        let notes = try read(Self.file()).notes
        #expect(notes.contains { $0.hasPrefix("P2p is left out") && $0.contains("9 detector channels") })
        #expect(notes.contains { $0.hasPrefix("Align is left out") })
        #expect(notes.contains { $0.hasPrefix("A scan of S2p is not whole") })
    }

    @Test(
        "databases that are something else, or broken, are errors",
        arguments: [
            "DELETE FROM Configuration WHERE Key = 'Schedule'", "DROP TABLE CountRateData", "DROP TABLE NodeMapping",
            "UPDATE Spectrum SET Samples = 4000000000", "UPDATE Spectrum SET Step = 0", "DELETE FROM NodeMapping",
            "UPDATE Configuration SET Value = '<a>' WHERE Key = 'Schedule'",
        ])
    func errors(change: String) throws {
        let data = try Self.file(change)
        #expect(throws: ReadError.self) { try read(data) }
    }

    @Test("random damage and truncation give a ReadError or finite numbers, never a crash")
    func damage() throws {
        let whole = try Self.file()
        var random = SeededNumbers(state: 11)
        for round in 0..<600 {
            var data = whole
            if round % 3 == 0 {
                data = data.prefix(Int.random(in: 16..<data.count, using: &random))
            } else {
                for _ in 0..<Int.random(in: 1...12, using: &random) {
                    data[Int.random(in: 16..<data.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
                }
            }
            do {
                for spectrum in try read(data).spectra {
                    #expect(spectrum.intensities.allSatisfy { $0.isFinite })
                    #expect(spectrum.intensities.count == spectrum.axis.count)
                }
            } catch is ReadError {
                continue
            }
        }
    }
}

/// SplitMix64.
private struct SeededNumbers: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
