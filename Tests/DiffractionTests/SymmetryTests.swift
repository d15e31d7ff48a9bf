import Foundation
import TestSupport
import Testing

@testable import Diffraction

/// A text file below Tests/Fixtures.
func fixture(_ path: String) throws -> String {
    try String(contentsOf: SharedData.projectRoot.appendingPathComponent("Tests/Fixtures/\(path)"), encoding: .utf8)
}

@Suite struct SymmetryOperationTests {
    @Test(
        arguments: [
            ("x,y,z", "x,y,z"), ("-X, 1/2+Y, -Z+1/2", "-x,y+1/2,-z+1/2"), ("x-y,x,z+0.3333", "x-y,x,z+1/3"),
            ("y,x,-z+.67", "y,x,-z+2/3"), (" +x , -y+3/4 , z-1/4 ", "x,-y+3/4,z+3/4"), ("-a,b+1/2,c", "-x,y+1/2,z"),
            ("x,y,z,-1", "x,y,z"), ("x+0.125,y,z", "x+1/8,y,z"), ("x+1/5,y+2/7,z+0.1", "x+1/5,y+2/7,z+1/10"),
            ("1/4+x-y,2x,z", nil), ("2*x-y,x,z", "2x-y,x,z"), ("x,y", nil), ("x,y,z,w", nil), ("x1,x2,x3", nil),
            ("x,x,z", nil), ("x,y,z+", nil), ("", nil), ("x+1/0,y,z", nil), ("99999999999x,y,z", nil), ("x y,z,z", nil),
        ] as [(String, String?)]) func tripletsAreReadAndWritten(text: String, expected: String?)
    {
        #expect(SymmetryOperation(text)?.description == expected)
    }

    @Test func compositionAndInverseAreThoseOfTheAffineMaps() throws {
        let first = try #require(SymmetryOperation("x-y,x,z+5/6"))
        let second = try #require(SymmetryOperation("-y+1/4,-x+3/4,z+1/2"))
        let point = SIMD3(0.1234, -0.77, 0.31)
        let difference = first.after(second)(point) - first(second(point))
        #expect((difference - difference.rounded(.toNearestOrEven)).max() < 1e-12)
        #expect(try #require(first.inverse).after(first) == .identity)
        #expect(try #require(second.inverse).after(second) == .identity)
    }

    @Test func indicesTransformSoThatPhasesAgree() throws {
        // h . (R x + t) = (h R) . x + h . t
        let operation = try #require(SymmetryOperation("x-y,x,z+1/6"))
        let index = MillerIndex(2, -3, 5)
        let x = SIMD3(0.13, 0.41, 0.77)
        func dot(_ m: MillerIndex, _ v: SIMD3<Double>) -> Double {
            (SIMD3(Double(m.h), Double(m.k), Double(m.l)) * v).sum()
        }
        let shift = Double(operation.phaseShift(index)) / Double(SymmetryOperation.denominator)
        let difference = dot(index, operation(x)) - dot(operation(index), x) - shift
        #expect(abs(difference - difference.rounded()) < 1e-12)
    }
}

@Suite struct SpaceGroupTests {
    /// 64-bit FNV-1a, as the fixture's script computes it.
    private func hash(_ text: String) -> String {
        var value: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return String(format: "%016llx", value)
    }

    @Test func everySettingHasTheOperatorsThatGemmiGivesIt() throws {
        let lines = try fixture("diffraction/space-group-operators.tsv").split(separator: "\n").filter {
            !$0.hasPrefix("#")
        }
        #expect(lines.count == SpaceGroupTable.settings.count)
        #expect(Set(SpaceGroupTable.settings.map(\.number)) == Set(1...230))
        for (line, setting) in zip(lines, SpaceGroupTable.settings) {
            let fields = line.split(separator: "\t").map(String.init)
            #expect(fields[0] == setting.hall)
            let group = try #require(HallSymbol.spaceGroup(setting.hall), "\(setting.hall)")
            let triplets = group.operations.map(\.description).sorted().joined(separator: "\n")
            #expect(group.operations.count == Int(fields[1]), "\(setting.hall)")
            #expect(hash(triplets) == fields[2], "\(setting.hall)")
        }
    }

    @Test func everySettingIsAGroup() throws {
        for setting in SpaceGroupTable.settings where setting.number % 7 == 0 || setting.number == 227 {
            let group = setting.group
            let members = Set(group.operations)
            #expect(members.count == group.operations.count)
            for operation in group.operations { #expect(members.contains(try #require(operation.inverse))) }
            for operation in group.operations.prefix(12) {
                for other in group.operations { #expect(members.contains(operation.after(other))) }
            }
        }
    }

    @Test func everySettingIsFoundByItsOwnSymbol() throws {
        for setting in SpaceGroupTable.settings {
            let found = SpaceGroupTable.settings(named: setting.symbol)
            #expect(found.contains(setting), "\(setting.symbol)")
            #expect(found.allSatisfy { $0.number == setting.number }, "\(setting.symbol)")
            #expect(SpaceGroupTable.setting(of: setting.group)?.group == setting.group)
            #expect(SpaceGroupTable.setting(hall: setting.hall)?.hall == setting.hall)
        }
    }

    @Test func everyTypeHasTheCrystalSystemOfItsNumber() {
        for setting in SpaceGroupTable.settings {
            let expected: CrystalSystem =
                switch setting.number {
                case 1...2: .triclinic
                case 3...15: .monoclinic
                case 16...74: .orthorhombic
                case 75...142: .tetragonal
                case 143...167: .trigonal
                case 168...194: .hexagonal
                default: .cubic
                }
            #expect(setting.group.crystalSystem == expected, "\(setting.symbol)")
        }
    }

    @Test(arguments: [
        ("Fd-3m:2", "-F 4vw 2vw 3"), ("F d -3 m Z", "-F 4vw 2vw 3"), ("Fd3mS", "F 4d 2 3 -1d"),
        ("F 41/d -3 2/m :1", "F 4d 2 3 -1d"), ("P2_1/c", "-P 2ybc"), ("P 2(1)/c", "-P 2ybc"), ("P 1 21/c 1", "-P 2ybc"),
        ("P121/n1", "-P 2yn"), ("R -3 m :H", "-R 3 2\""), ("R-3mR", "-P 3* 2"), ("R -3 m R", "-P 3* 2"),
        ("P n m a", "-P 2ac 2n"), ("P 21/n 21/m 21/a", "-P 2ac 2n"), ("C m c e", "-C 2bc 2"), ("Cmca", "-C 2bc 2"),
        ("Aem2", "A 2 -2b"), ("F m 3 m", "-F 4 2 3"), ("F 4/m -3 2/m", "-F 4 2 3"), ("Ia3d", "-I 4bd 2c 3"),
        ("P 63/m m c", "-P 6c 2c"), ("P 63/m 2/m 2/c", "-P 6c 2c"), ("P-3m1", "-P 3 2\""), ("P -3 m", "-P 3 2\""),
        ("I 41/a m d :2", "-I 4bd 2"), ("P m -3 m S", "-P 4 2 3"), ("c2/c", "-C 2yc"), ("P 2 3", "P 2 2 3"),
    ]) func symbolsAreReadAsPeopleWriteThem(symbol: String, hall: String) throws {
        let found = SpaceGroupTable.settings(named: symbol)
        #expect(found.contains { $0.group == HallSymbol.spaceGroup(hall) }, "\(found.map(\.symbol))")
        if symbol.contains(":") || symbol.hasSuffix("Z") || symbol.hasSuffix("R") { #expect(found.count == 1) }
    }

    @Test(arguments: ["", "P", "Q m m m", "F d -3 m :3", "X", "P 7", "hello world"])
    func unknownSymbolsGiveNothing(symbol: String) {
        #expect(SpaceGroupTable.settings(named: symbol).isEmpty)
    }

    @Test func unusualSpellingsOfHallSymbolsAreTheSameSetting() {
        #expect(SpaceGroupTable.setting(hall: "-P_2ybc")?.symbol == "P 1 21/c 1")
        #expect(SpaceGroupTable.setting(hall: "-P 2ybc (x-z,y,z)")?.symbol == "P 1 21/n 1")
        #expect(SpaceGroupTable.setting(hall: "nonsense") == nil)
    }

    @Test(arguments: ["", "P", "P 5", "Z 2", "P 2q", "P 2 (0 0)", "P 2 (x,y)", "P 2 2 2 2 2", "- 2", "P 4 (0 0 99)"])
    func textsThatAreNoHallSymbolsGiveNothing(symbol: String) {
        #expect(HallSymbol.spaceGroup(symbol) == nil)
    }

    @Test func changesOfBasisInHallSymbolsAreThoseOfTheTable() throws {
        // P 1 21/n 1 is P 1 21/c 1 with other axes; the origin shift in twelfths moves the inversion centre.
        #expect(HallSymbol.spaceGroup("-P 2ybc (x-z,y,z)") == HallSymbol.spaceGroup("-P 2yn"))
        let shifted = try #require(HallSymbol.spaceGroup("-P 1 (3 0 0)"))
        #expect(shifted.operations.map(\.description).sorted() == ["-x+1/2,-y,-z", "x,y,z"])
        let trigonal = try #require(HallSymbol.spaceGroup("P 31 2 (0 0 4)"))
        #expect(
            trigonal.operations.map(\.description).sorted() == [
                "-x+y,-x,z+2/3", "-x+y,y,-z+1/3", "-y,-x,-z+2/3", "-y,x-y,z+1/3", "x,x-y,-z", "x,y,z",
            ])
    }

    @Test func operationsThatAreNoSymmetryAreRefused() throws {
        let shear = SymmetryOperation(rotation: [1, 1, 0, 0, 1, 0, 0, 0, 1], translation: [0, 0, 0])
        #expect(throws: SpaceGroup.Failure.notCrystallographic(shear)) { try SpaceGroup(generatedBy: [shear]) }
        // Two mirrors of finite order whose product has none.
        let first = SymmetryOperation(rotation: [1, 0, 0, 0, -1, 0, 0, 0, 1], translation: [0, 0, 0])
        let second = SymmetryOperation(rotation: [1, 0, 0, 5, -1, 0, 0, 0, 1], translation: [0, 0, 0])
        #expect(throws: SpaceGroup.Failure.self) { try SpaceGroup(generatedBy: [first, second]) }
    }

    @Test func absencesFollowCentringAndScrews() throws {
        let diamond = try #require(HallSymbol.spaceGroup("-F 4vw 2vw 3"))
        #expect(!diamond.isSystematicallyAbsent(MillerIndex(1, 1, 1)))
        #expect(diamond.isSystematicallyAbsent(MillerIndex(2, 0, 0)))
        #expect(diamond.isSystematicallyAbsent(MillerIndex(2, 1, 1)))
        #expect(!diamond.isSystematicallyAbsent(MillerIndex(2, 2, 2)))
        let screw = try #require(HallSymbol.spaceGroup("P 61"))
        #expect(screw.isSystematicallyAbsent(MillerIndex(0, 0, 4)))
        #expect(!screw.isSystematicallyAbsent(MillerIndex(0, 0, 6)))
    }
}
