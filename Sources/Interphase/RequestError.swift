/// A request that makes no sense, whatever the data: what was asked for, and what would work.
package struct RequestError: Error, Sendable, CustomStringConvertible {
    /// A sentence for a person.
    package let description: String

    package init(_ description: String) { self.description = description }
}
