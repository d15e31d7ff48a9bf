/// One of several parts that a batch is divided into, each for a process or a machine of its own.
///
/// Which part a spectrum belongs to follows from the name of its file and its place in it alone, so that the parts need not
/// know of each other and are the same in whatever order files are given.
public struct BatchShard: Sendable, Hashable {
    /// Which part, 1 ... `count`.
    public let number: Int
    /// The number of parts.
    public let count: Int

    /// The whole batch as one part.
    public static let whole = BatchShard(checkedNumber: 1, of: 1)

    private init(checkedNumber number: Int, of count: Int) {
        self.number = number
        self.count = count
    }

    /// Part `number` of `count`; `nil` unless 1 <= number <= count <= 1,000,000.
    public init?(number: Int, of count: Int) {
        guard count >= 1, count <= 1_000_000, (1...count).contains(number) else { return nil }
        self.init(checkedNumber: number, of: count)
    }

    /// The part that a text such as `3/8` means; `nil` for any other text.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let number = parts[0], let count = parts[1] else { return nil }
        self.init(number: number, of: count)
    }

    /// Whether the spectrum at place `ordinal` of the file called `name` belongs to this part.
    func contains(file name: String, ordinal: Int) -> Bool {
        guard count > 1 else { return true }
        // FNV-1a over the name (Fowler, Noll & Vo), then the finaliser of MurmurHash3 over hash and place, so that
        // neighbours are spread evenly.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        hash ^= UInt64(truncatingIfNeeded: ordinal) &* 0x9E37_79B9_7F4A_7C15
        hash = (hash ^ (hash >> 33)) &* 0xFF51_AFD7_ED55_8CCD
        hash = (hash ^ (hash >> 33)) &* 0xC4CE_B9FE_1A85_EC53
        hash ^= hash >> 33
        return Int(hash % UInt64(count)) == number - 1
    }
}

extension BatchShard: CustomStringConvertible {
    /// As it is typed, `3/8`.
    public var description: String { "\(number)/\(count)" }
}
