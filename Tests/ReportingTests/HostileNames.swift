/// Names that a file could contain to break a document or a terminal.
enum HostileNames {
    static let all = [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onload='alert(1)", "a & b &amp; c",
        "]]><b>", "<!-- comment -->", "--><svg/onload=alert(1)>", "\u{0}\u{1}\u{8}null", "\u{1B}[31mred\u{1B}[0m",
        "line\nbreak\r\nand\ttab", "\u{202E}reversed\u{202C}", "emoji 🔋⚡️👩‍🔬", "e\u{301}\u{302}\u{303}",
        "\u{FFFE}\u{FFFF}",
        "{{template}}", "javascript:alert(1)", "|pipe|`code`*bold*", "=1+1", "-2+3", "@SUM(A1)", "", " ", "漢字の名前",
        String(repeating: "long ", count: 200), "</style><style>*{display:none}", "C1, \"quoted\"", "\u{2028}\u{2029}",
        "\\u0000 \\\" \\",
    ]
}
