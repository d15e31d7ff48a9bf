extension StringProtocol {
    /// Calls `body` with each part between separators, empty ones left out; unlike `split` without a list of them, which
    /// for numbers of one digit takes more memory than the numbers.
    func forEachWord(
        separatedBy isSeparator: (Character) -> Bool, _ body: (SubSequence) throws -> Void
    ) rethrows {
        var start = startIndex
        while let first = self[start...].firstIndex(where: { !isSeparator($0) }) {
            let end = self[first...].firstIndex(where: isSeparator) ?? endIndex
            try body(self[first..<end])
            start = end
        }
    }
}
