import Testing

@testable import Reporting

@Suite struct TextMetricsTests {
    /// Advance widths of U+0020 ... U+007E in thousandths of the font size, read from the fonts' hmtx tables.
    private static let dejaVuSans = [
        318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636,
        636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632,
        575, 775, 752, 295, 295, 656, 557, 863, 748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685,
        611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579,
        278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838,
    ]
    private static let liberationSans = [
        278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
        556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
        611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
        667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500,
        222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
    ]

    @Test func estimatesAreUpperBoundsForRealFontsAndNotFarOff() {
        for (index, code) in (UInt8(0x20)...0x7E).enumerated() {
            let character = Character(UnicodeScalar(code))
            let estimate = TextMetrics.width(of: character)
            let real = Double(max(Self.dejaVuSans[index], Self.liberationSans[index])) / 1000
            #expect(estimate >= real, "\(character)")
            #expect(estimate <= real + 0.101, "\(character)")
        }
    }

    @Test(arguments: [
        // Measured in DejaVu Sans, the wider of the two fonts.
        ("Gr\u{F6}\u{DF}e \u{3C3} \u{B5}m", 5.923), ("\u{424}\u{43E}\u{441}\u{444}\u{430}\u{442}", 4.06),
    ]) func otherAlphabetsAreBoundedToo(text: String, real: Double) {
        #expect(TextMetrics.width(of: text) >= real)
    }

    @Test func truncatedTextFitsAndSaysSo() {
        let text = ChemicalText.typeset("thiophosphate with bridging sulfur (P2S6 4-, P2S7 4-)")
        for limit in stride(from: 2.0, to: 40, by: 1.7) {
            let cut = text.truncated(to: limit)
            #expect(cut.width <= limit + 1e-9)
            #expect(cut == text || cut.plainText.hasSuffix("…"))
        }
        #expect(text.truncated(to: 100) == text)
    }
}
