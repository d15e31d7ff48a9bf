import CReportPage

/// The script of report pages, `Sources/CReportPage/report.js`.
enum ReportScript {
    /// The script as it stands in the file.
    static let source: String = {
        var length = 0
        guard let first = interphase_report_script(&length) else { return "" }
        return String(decoding: UnsafeBufferPointer(start: first, count: length), as: UTF8.self)
    }()

    /// The content of the `script` element. The page is well-formed XML too, in which the script is character data.
    static var content: String { "/*<![CDATA[*/\n\(source)/*]]>*/" }

    /// The SHA-256 of `content` in base 64, by which the content security policy of a page knows its own script and
    /// refuses any other. A test computes it anew.
    static let digest = "T5NqoUpYSrd4B8LULYd2x/O3q2zVRWLDYD6UX8ZAR1g="
}
