import Foundation
import Spectra

/// The elements at the surface of a specimen as X-ray photoelectron spectra quantified them.
public struct SurfaceComposition: Sendable, Hashable {
    /// One element.
    public struct Amount: Sendable, Hashable {
        /// The symbol.
        public var element: String
        /// The level that it is counted by, as "Co 2p".
        public var level: String?
        /// Atomic per cent of what was quantified.
        public var atomicPercent: Measured
    }

    /// The elements in the order of the quantification.
    public var elements: [Amount]

    /// A composition.
    public init(elements: [Amount]) { self.elements = elements }

    /// The elements of a document of the schema `interphase.quantify/1`.
    ///
    /// - Throws: `SurfaceCompositionError` where `data` is none or an amount is no number.
    public init(quantification data: Data) throws(SurfaceCompositionError) {
        struct Quantity: Decodable {
            var value: Double
            var u: Double?
        }
        struct Element: Decodable {
            var element: String
            var level: String?
            var atPercent: Quantity
        }
        struct Document: Decodable {
            var schema: String
            var elements: [Element]
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let document = try? decoder.decode(Document.self, from: data),
            document.schema == QuantificationDocument.schema
        else { throw .noQuantification }
        elements = document.elements.map {
            Amount(
                element: $0.element, level: $0.level,
                atomicPercent: Measured($0.atPercent.value, standardUncertainty: $0.atPercent.u))
        }
    }
}

/// Why a document says nothing about a surface.
public enum SurfaceCompositionError: Error, Hashable, CustomStringConvertible {
    /// It is no document of `interphase quantify`.
    case noQuantification

    /// The reason in words.
    public var description: String { "expected what interphase quantify --json writes" }
}
