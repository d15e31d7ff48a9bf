import Spectra
import Testing

@testable import ReferenceSpectra

@Suite struct CoreLevelReferenceTests {
    static let levels = ReferenceLibrary.coreLevels
    static let doublets = levels.filter(\.level.isDoublet)

    @Test func theShippedFilesAreSound() {
        #expect(ReferenceLibrary.problems.isEmpty, "\(ReferenceLibrary.problems)")
        #expect(Self.levels.count >= 60)
    }

    @Test func levelsAreInOrderOfAtomicNumber() {
        let order = Self.levels.map { (number($0), $0.level.principal, $0.level.orbital.angularMomentum) }
        #expect(zip(order, order.dropFirst()).allSatisfy { $0 < $1 })
    }

    @Test(arguments: [
        "S 2p", "P 2p", "Ge 3d", "B 1s", "Nb 3d", "Co 2p", "Ni 2p", "Ti 2p", "Mn 2p", "Fe 2p", "Ba 3d", "Ba 4d",
        "Cl 2p", "Si 2p", "C 1s", "O 1s", "Li 1s", "N 1s", "F 1s", "Na 1s", "Zr 3d", "Mo 3d", "W 4f", "In 3d", "La 3d",
        "La 4d", "Ta 4f", "Au 4f", "Ag 3d", "Cu 2p", "Zn 2p", "Al 2p", "Mg 2p", "K 2p", "Ca 2p", "Sr 3d", "Y 3d",
        "Sn 3d", "Pt 4f", "Pd 3d",
    ])
    func levelsOfBatteriesAreThere(label: String) throws {
        let level = try #require(CoreLevel(label: label))
        let reference = try #require(level.reference)
        #expect(reference.level == level)
        #expect((reference.splitting != nil) == level.isDoublet)
    }

    @Test(arguments: doublets)
    func totalSensitivityIsTheSumOfItsLines(reference: CoreLevelReference) throws {
        let lines = try #require(reference.sensitivity.lines)
        #expect(abs(lines.major + lines.minor - reference.sensitivity.total) <= 0.005 * reference.sensitivity.total)
    }

    /// Scofield's ratios drift slowly with the atomic number: a digit copied wrongly stands out against the neighbours.
    @Test(arguments: doublets)
    func areaRatioFollowsTheTrendOfItsNeighbours(reference: CoreLevelReference) throws {
        let shell = (reference.level.principal, reference.level.orbital)
        let ratio = try #require(reference.scofieldAreaRatio)
        let family = Self.doublets.filter { ($0.level.principal, $0.level.orbital) == shell }
        let sorted = family.sorted { distance($0, reference) < distance($1, reference) }.dropFirst().prefix(4)
        let neighbours = sorted.compactMap(\.scofieldAreaRatio).sorted()
        if let low = neighbours.first, let high = neighbours.last {
            #expect(ratio > low * 0.97 && ratio < high * 1.03)
        }
        let statistical = try #require(reference.statisticalAreaRatio)
        #expect(ratio > statistical && ratio < statistical * 1.07)
    }

    /// Cross sections of one shell grow with the atomic number.
    @Test func sensitivityGrowsWithTheAtomicNumber() throws {
        let families = Dictionary(grouping: Self.levels) { "\($0.level.principal)\($0.level.orbital)" }
        for family in families.values {
            let sorted = family.sorted { number($0) < number($1) }
            for (lighter, heavier) in zip(sorted, sorted.dropFirst()) {
                #expect(lighter.sensitivity.total < heavier.sensitivity.total, "\(lighter.level), \(heavier.level)")
            }
        }
    }

    /// Splittings of one shell grow with the atomic number, and faster than linearly.
    @Test func splittingGrowsWithTheAtomicNumber() throws {
        let families = Dictionary(grouping: Self.doublets) { "\($0.level.principal)\($0.level.orbital)" }
        for family in families.values {
            let sorted = family.sorted { number($0) < number($1) }
            for (lighter, heavier) in zip(sorted, sorted.dropFirst()) {
                let (small, large) = (try #require(lighter.splitting), try #require(heavier.splitting))
                #expect(small.default < large.default, "\(lighter.level), \(heavier.level)")
            }
        }
    }

    /// A level of an element lies deeper in a heavier element.
    @Test func bindingEnergyGrowsWithTheAtomicNumber() {
        let families = Dictionary(grouping: Self.levels) { "\($0.level.principal)\($0.level.orbital)" }
        for family in families.values {
            let sorted = family.sorted { number($0) < number($1) }
            for (lighter, heavier) in zip(sorted, sorted.dropFirst()) {
                #expect(
                    lighter.bindingEnergy.typical < heavier.bindingEnergy.typical,
                    "\(lighter.level), \(heavier.level)")
            }
        }
    }

    @Test(arguments: doublets)
    func splittingIsWithinItsRangeAndAgreesWithMostRecords(reference: CoreLevelReference) throws {
        let splitting = try #require(reference.splitting)
        #expect(splitting.range.contains(splitting.default))
        #expect(splitting.range.upperBound - splitting.range.lowerBound < 0.35 * splitting.default)
        // Values are published to 0.1 eV, some to 1 %.
        let slack = max(0.1, 0.01 * splitting.default)
        if let compounds = splitting.compounds, compounds.records >= 5 {
            #expect(abs(compounds.median - splitting.default) <= slack, "median \(compounds.median)")
        }
        if !splitting.records.isEmpty {
            let near = splitting.records.filter {
                $0.value > splitting.range.lowerBound - slack && $0.value < splitting.range.upperBound + slack
            }
            #expect(2 * near.count > splitting.records.count, "\(splitting.records)")
        }
    }

    @Test(arguments: levels)
    func windowHoldsBothLinesWithRoomForTheBackground(reference: CoreLevelReference) {
        #expect(reference.window.lowerBound <= max(0, reference.bindingEnergyRange.lowerBound - 2))
        let last = reference.bindingEnergyRange.upperBound + (reference.splitting?.default ?? 0)
        #expect(reference.window.upperBound >= last + 2)
        #expect(reference.bindingEnergyRange.contains(reference.bindingEnergy.typical))
    }

    @Test(arguments: levels)
    func noWidthIsBelowTheNaturalWidth(reference: CoreLevelReference) {
        guard let natural = reference.naturalWidth else { return }
        #expect(reference.width.range.lowerBound > natural.major * 0.8)
        #expect(reference.width.start > natural.major)
        if let minor = natural.minor { #expect(minor >= natural.major * 0.9) }
    }

    @Test(arguments: levels)
    func everyNumberHasASource(reference: CoreLevelReference) throws {
        var parts: [[String]] = [
            reference.bindingEnergy.sources, reference.windowSources, reference.sensitivity.sources,
            reference.width.sources,
        ]
        if let splitting = reference.splitting { parts.append(splitting.sources) }
        if let observed = reference.observedWidth { parts.append(observed.sources) }
        if let ratio = reference.minorWidthRatio { parts.append(ratio.sources) }
        if let natural = reference.naturalWidth { parts.append(natural.sources) }
        for keys in parts {
            #expect(!keys.isEmpty)
            for key in keys { #expect(ReferenceLibrary.source(key) != nil, "\(key)") }
        }
        #expect(Set(parts.joined()) == Set(reference.sources))
    }

    /// Values of standards and textbooks, independent of the tables that the file was made from.
    @Test(arguments: [("Au 4f", 3.67, 0.01), ("Ag 3d", 6.0, 0.02), ("Cu 2p", 19.8, 0.05), ("Ge 3d", 0.58, 0.02)])
    func splittingsOfReferenceMetals(label: String, expected: Double, tolerance: Double) throws {
        let splitting = try #require(CoreLevel(label: label)?.reference?.splitting)
        #expect(abs(splitting.default - expected) <= tolerance)
    }

    /// ISO 15472 fixes Au 4f7/2, Ag 3d5/2 and Cu 2p3/2; the survey of a clean metal must be recognised from them.
    @Test(arguments: [(83.96, "Au 4f"), (368.21, "Ag 3d"), (932.62, "Cu 2p"), (284.8, "C 1s"), (161.6, "S 2p")])
    func levelsAreFoundByEnergy(energy: Double, expected: String) {
        #expect(ReferenceLibrary.levels(near: energy).map(\.level.description).contains(expected))
    }

    @Test func searchByEnergyIsOrderedAndKeepsItsTolerance() {
        let found = ReferenceLibrary.levels(near: 780, within: 1)
        #expect(Set(found.map(\.level)).isSuperset(of: [.co2p, .ba3d]))
        let distances = found.map { abs($0.bindingEnergy.typical - 780) }
        #expect(distances == distances.sorted())
        #expect(ReferenceLibrary.levels(near: .nan).isEmpty)
        #expect(ReferenceLibrary.levels(near: 5000, within: 100).isEmpty)
        #expect(ReferenceLibrary.levels(near: 172.5).allSatisfy { $0.level != .s2p })
        #expect(ReferenceLibrary.levels(near: 172.5, within: 2.5).contains { $0.level == .s2p })
    }

    private func number(_ reference: CoreLevelReference) -> Int {
        Element.atomicNumber(of: reference.level.element) ?? 0
    }

    private func distance(_ first: CoreLevelReference, _ second: CoreLevelReference) -> Int {
        abs(number(first) - number(second))
    }
}

extension CoreLevelReference: CustomTestStringConvertible {
    public var testDescription: String { level.description }
}
