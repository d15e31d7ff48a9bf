/// Why a reference file could not be used: which file, where in it, what was expected there and what was found.
public struct ReferenceDataError: Error, Sendable, Hashable {
    /// The name of the file, `xps/core-levels.yaml`.
    public var file: String
    /// The line, counted from 1; `nil` where the complaint is about the file as a whole.
    public var line: Int?
    /// The column in Unicode scalars, counted from 1; `nil` where the complaint is about a line or the file as a whole.
    public var column: Int?
    /// What the format wants at this place.
    public var expected: String
    /// What is there.
    public var found: String

    /// An error at `line` and `column` of `file`.
    public init(file: String, line: Int? = nil, column: Int? = nil, expected: String, found: String) {
        self.file = file
        self.line = line
        self.column = column
        self.expected = expected
        self.found = found
    }
}

extension ReferenceDataError: CustomStringConvertible {
    /// "xps/core-levels.yaml:12:3: expected a number, found "abc"", one line for a person and for editors.
    public var description: String {
        let place = [line, column].compactMap { $0 }.map { ":\($0)" }.joined()
        return "\(file)\(place): expected \(expected), found \(found)"
    }
}
