import Foundation
import Testing

@testable import Reporting

@Suite struct SpeciesColoursTests {
    private static let names = [
        "S 2-", "PS4 3-", "S ox,1", "polysulfide", "SO4 2-", "C-C", "C-O", "C=O", "CO3 2-", "CF3",
    ]

    @Test(arguments: UInt64(1)...50) func namesOfOnePlotNeverShareAStyle(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let names = (0..<40).map { "species \(UInt32.random(in: 0...9999, using: &random)) \($0)" }
        for count in [2, 5, 10, 25, 40] {
            let colours = SpeciesColours(for: Array(names.prefix(count)))
            let styles = names.prefix(count).map(colours.style)
            #expect(Set(styles).count == count)
            // No colour is used twice before every colour is used once.
            let slots = Set(styles.map(\.slot))
            #expect(slots.count == min(count, SpeciesColours.distinctColours))
        }
    }

    @Test func aNameAloneHasTheSameColourInEveryPlotAndOrder() {
        for name in Self.names {
            let alone = SpeciesColours(for: [name]).style(of: name)
            #expect(SpeciesColours(for: []).style(of: name) == alone)
            #expect(SpeciesColours(for: [name, name]).style(of: name) == alone)
        }
        let forwards = SpeciesColours(for: Self.names)
        #expect(forwards == SpeciesColours(for: Self.names.reversed()))
        // Case and spaces do not make another species.
        #expect(forwards.style(of: "ps4  3-") == forwards.style(of: "PS4 3-"))
    }

    @Test func onlyClashingNamesMove() {
        let alone = Self.names.map { SpeciesColours(for: [$0]).style(of: $0).slot }
        let together = SpeciesColours(for: Self.names)
        for (name, slot) in zip(Self.names, alone) where alone.filter({ $0 == slot }).count == 1 {
            #expect(together.style(of: name).slot == slot)
        }
        #expect(Set(alone).count >= 5)
    }

    // MARK: The palette as people see it

    private static let visions: [[[Double]]] = [
        [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
        // Machado, Oliveira, Fernandes 2009, severity 1.0: protanopia, deuteranopia, tritanopia.
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
    ]

    private static func linear(_ hex: String) -> [Double] {
        let value = Int(hex.dropFirst(), radix: 16) ?? 0
        return [16, 8, 0].map { shift in
            let channel = Double((value >> shift) & 255) / 255
            return channel <= 0.04045 ? channel / 12.92 : pow((channel + 0.055) / 1.055, 2.4)
        }
    }

    private static func product(_ matrix: [[Double]], _ vector: [Double]) -> [Double] {
        matrix.map { row in zip(row, vector).map { $0 * $1 }.reduce(0, +) }
    }

    private static func lab(_ linear: [Double]) -> [Double] {
        let xyz = product(
            [
                [0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750],
                [0.0193339, 0.1191920, 0.9503041],
            ],
            linear.map { min(max($0, 0), 1) })
        let f = zip(xyz, [0.95047, 1, 1.08883]).map { value, white in
            let ratio = value / white
            return ratio > 216.0 / 24389 ? cbrt(ratio) : (24389.0 / 27 * ratio + 16) / 116
        }
        return [116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])]
    }

    private static func luminance(_ linear: [Double]) -> Double {
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }

    @Test(arguments: [PlotTheme.light, .dark]) func coloursAreTellableApartByEveryone(theme: PlotTheme) throws {
        #expect(Set(theme.species).count == SpeciesColours.distinctColours)
        let paper = Self.luminance(Self.linear(try #require(theme.paper)))
        for (index, colour) in theme.species.enumerated() {
            let luminance = Self.luminance(Self.linear(colour))
            #expect((max(luminance, paper) + 0.05) / (min(luminance, paper) + 0.05) >= 3)
            for other in theme.species.prefix(index) {
                for vision in Self.visions {
                    let a = Self.lab(Self.product(vision, Self.linear(colour)))
                    let b = Self.lab(Self.product(vision, Self.linear(other)))
                    let distance = zip(a, b).map { ($0 - $1) * ($0 - $1) }.reduce(0, +).squareRoot()
                    #expect(distance >= 20, "\(colour) and \(other)")
                }
            }
        }
    }

    @Test(arguments: [PlotTheme.light, .dark]) func textIsReadable(theme: PlotTheme) throws {
        let paper = Self.luminance(Self.linear(try #require(theme.paper)))
        for colour in [theme.ink, theme.muted, theme.alert] {
            let luminance = Self.luminance(Self.linear(colour))
            #expect((max(luminance, paper) + 0.05) / (min(luminance, paper) + 0.05) >= 4.5)
        }
    }
}
