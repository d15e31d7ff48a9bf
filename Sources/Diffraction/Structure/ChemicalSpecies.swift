import Spectra

/// An element with the charge that a file gives it.
public struct ChemicalSpecies: Sendable, Hashable {
    /// The symbol of the element, `Co`; hydrogen isotopes are `H`.
    public var element: String
    /// The charge in units of e, where the source states one.
    public var charge: Double?

    /// An element, with its charge where that is known.
    public init(element: String, charge: Double? = nil) {
        self.element = element
        self.charge = charge
    }

    /// A species from a type symbol of a CIF: `Co`, `Co3+`, `O2-`, `O-2`, `Mn3.5+`, `Na+`, `D`, also in capitals (`FE3+`) and
    /// with a site number after the element, as some programs write it (`O1`); `nil` where it is no element.
    public init?(symbol: String) {
        var characters = Array(symbol)[...]
        while let first = characters.first, first.isWholeNumber { characters.removeFirst() }
        let letters = characters.prefix { $0.isASCII && $0.isLetter }
        guard !letters.isEmpty, let element = Self.element(String(letters)) else { return nil }
        self.init(element: element, charge: Self.charge(characters.dropFirst(letters.count)))
    }

    /// A species from a site label: `Co1`, `O2A`, `LI1`; where the letters fit two elements (`CA1`), the one that
    /// `formula` has, else the longer.
    init?(label: String, formula: Set<String>) {
        let letters = label.prefix { $0.isASCII && $0.isLetter }
        let long = Self.element(String(letters.prefix(2)))
        let short = Self.element(String(letters.prefix(1)))
        let candidates = [long, short].compactMap { $0 }
        guard let element = candidates.first(where: formula.contains) ?? candidates.first else { return nil }
        self.init(element: element)
    }

    /// The element of a symbol in any case; deuterium is read as hydrogen.
    private static func element(_ letters: String) -> String? {
        let name = letters.prefix(1).uppercased() + letters.dropFirst().lowercased()
        // T is a tetrahedral site of a zeolite far more often than tritium, and stays unknown.
        if name == "D" { return "H" }
        if Element.atomicNumber(of: name) != nil || name == "Bk" || name == "Cf" { return name }
        return nil
    }

    /// `3+`, `+3`, `+`, `2.5-`; `nil` for everything else, a site number without sign included.
    private static func charge(_ text: ArraySlice<Character>) -> Double? {
        guard let sign = text.first(where: { $0 == "+" || $0 == "-" }) else { return nil }
        let digits = text.filter { $0 != "+" && $0 != "-" }
        guard let value = digits.isEmpty ? 1 : Double(String(digits)), value.isFinite, value < 10 else { return nil }
        return sign == "-" ? -value : value
    }
}

extension ChemicalSpecies: CustomStringConvertible {
    /// `Co`, or `Co3+` with a charge.
    public var description: String {
        guard let charge, charge != 0 else { return element }
        let size = abs(charge) == abs(charge).rounded() ? "\(Int(abs(charge)))" : "\(abs(charge))"
        return element + size + (charge < 0 ? "-" : "+")
    }
}
