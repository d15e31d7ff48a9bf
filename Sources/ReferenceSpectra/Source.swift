/// Where a number comes from: a paper, a standard, a database, or a choice of this project.
public struct Source: Sendable, Hashable {
    /// The key by which entries name it, `scofield-1976`.
    public let key: String
    /// The title, where it is known.
    public let title: String?
    /// The authors.
    public let author: String?
    /// Journal or publisher, with volume and page.
    public let journal: String?
    /// The year of publication.
    public let year: Int?
    /// The digital object identifier, without `https://doi.org/`.
    public let doi: String?
    /// The address of a web page.
    public let url: String?
    /// What to know about it: what was taken from where, errors found.
    public let note: String?

    /// One line as in a list of references.
    public var citation: String {
        let parts: [String?] = [author, title, journal, year.map(String.init), doi.map { "doi:\($0)" } ?? url]
        return parts.compactMap { $0 }.joined(separator: ", ")
    }

    /// Reads the mapping of keys to sources of a reference file.
    static func table(_ value: YAMLValue) throws(ReferenceDataError) -> [String: Source] {
        var result: [String: Source] = [:]
        for (key, entry) in try value.pairs() {
            let fields = try entry.fields(
                "title", "author", "journal", "publisher", "year", "doi", "url", "note")
            let name = try key.text()
            guard fields["title"] != nil || fields["journal"] != nil && fields["author"] != nil else {
                throw entry.error(expected: "a title, or author and journal", found: "neither")
            }
            result[name] = Source(
                key: name, title: try fields["title"]?.text(), author: try fields["author"]?.text(),
                journal: try (fields["journal"] ?? fields["publisher"])?.text(), year: try fields["year"]?.count(),
                doi: try fields["doi"]?.text(), url: try fields["url"]?.text(), note: try fields["note"]?.text())
        }
        return result
    }

    /// The keys of sources at `value`, each of which must be in `table`.
    static func keys(
        _ value: YAMLValue, in table: [String: Source]
    ) throws(ReferenceDataError) -> [String] {
        var keys: [String] = []
        for entry in value.oneOrMore() {
            let key = try entry.text()
            guard table[key] != nil else {
                throw entry.error(expected: "a key of the section sources", found: "\"\(key)\"")
            }
            keys.append(key)
        }
        return keys
    }
}
