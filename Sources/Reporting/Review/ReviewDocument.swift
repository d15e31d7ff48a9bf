import Photoemission
import Spectra

/// The findings of the referee as a JSON document of the schema `interphase.review/1`.
public struct ReviewDocument: Sendable {
    /// The name and version of the schema.
    public static let schema = "interphase.review/1"

    /// The reviews.
    public var reviews: [Review]
    /// The version of Interphase.
    public var softwareVersion: String?

    /// A document of `reviews`.
    public init(_ reviews: [Review], softwareVersion: String? = nil) {
        self.reviews = reviews
        self.softwareVersion = softwareVersion
    }

    /// The document as text.
    public var json: String {
        func count(_ severity: Finding.Severity) -> JSONText {
            .integer(reviews.reduce(0) { $0 + $1.count(severity) })
        }
        return JSONText.object([
            ("schema", .string(Self.schema)),
            ("software", .object([("name", .string("interphase")), ("version", .optional(softwareVersion))])),
            ("errors", count(.error)), ("warnings", count(.warning)), ("notes", count(.note)),
            (
                "reviews",
                .array(
                    reviews.map { review in
                        .object([
                            ("file", .string(review.file)), ("name", .string(review.name)),
                            ("origin", .string(review.origin)), ("findings", .findings(review.findings)),
                        ])
                    })
            ),
        ]).document
    }
}
