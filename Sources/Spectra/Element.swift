/// The chemical elements: symbols, atomic numbers and which shells are occupied in the neutral atom.
public enum Element {
    /// The symbols in order of atomic number, from H.
    public static let symbols: [String] = """
        H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr Rb Sr Y Zr Nb \
        Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au \
        Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm
        """.split(separator: " ").map(String.init)

    private static let numbers = Dictionary(
        uniqueKeysWithValues: symbols.enumerated().map { ($0.element, $0.offset + 1) })

    /// The atomic number of `symbol` ("S" is 16), or `nil` where there is no such element.
    public static func atomicNumber(of symbol: String) -> Int? { numbers[symbol] }

    /// Whether the neutral atom has electrons in the subshell, filled in the order of Madelung's rule.
    ///
    /// The few elements that deviate (Cr, Cu, Nb, Pd ...) only exchange electrons between the outermost s and d
    /// subshells, both of which count as occupied here.
    public static func hasShell(principal: Int, orbital: Orbital, atomicNumber: Int) -> Bool {
        let order: [(Int, Orbital)] = [
            (1, .s), (2, .s), (2, .p), (3, .s), (3, .p), (4, .s), (3, .d), (4, .p), (5, .s), (4, .d), (5, .p), (6, .s),
            (4, .f), (5, .d), (6, .p), (7, .s), (5, .f), (6, .d),
        ]
        var electrons = 0
        for (n, subshell) in order {
            if electrons >= atomicNumber { return false }
            if n == principal && subshell == orbital { return true }
            electrons += 2 * (2 * subshell.angularMomentum + 1)
        }
        return false
    }
}
