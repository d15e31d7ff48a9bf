import CReportPage

/// The script of report pages, the JavaScript files of `Sources/CReportPage`.
enum ReportScript {
    /// The script as it stands in the files, one after the other.
    static let source: String = {
        var length = 0
        guard let first = interphase_report_script(&length) else { return "" }
        return String(decoding: UnsafeBufferPointer(start: first, count: length), as: UTF8.self)
    }()

    /// The content of the `script` element. The page is well-formed XML too, in which the script is character data.
    static var content: String { "/*<![CDATA[*/\n\(source)/*]]>*/" }

    /// The SHA-256 of `content` in base 64, by which the content security policy of a page knows its own script and
    /// refuses any other. A test computes it anew.
    static let digest = "lTxsK9v/eKngtK8IpBApuv+RMe7PZbhHibmq6Uj+93s="
}
