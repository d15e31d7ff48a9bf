import Spectra

extension CoreLevel {
    /// Where the line j = l + 1/2 of the level is usually found in solids, element to highest oxidation state, in eV of
    /// binding energy, a little charging included; `nil` for levels that laboratory XPS seldom looks at.
    ///
    /// Serves to recognise a spectrum, never to assign a species. Lowest and highest values of the NIST X-ray
    /// Photoelectron Spectroscopy Database (SRD 20), rounded outwards; elements from the X-Ray Data Booklet, table 1-1.
    var usualBindingEnergies: ClosedRange<Double>? { Self.usual[self] }

    /// All levels of the table whose usual energies contain `energy`.
    static func levels(at energy: Double) -> [CoreLevel] {
        usual.filter { $0.value.contains(energy) }.map(\.key).sorted { $0.description < $1.description }
    }

    private static let usual: [CoreLevel: ClosedRange<Double>] = [
        .li1s: 52...58, CoreLevel("Be", 1, .s): 110...117, .b1s: 185...196, .c1s: 281...294, .n1s: 395...409,
        .o1s: 527...537, .f1s: 682...692, .na1s: 1069...1075, CoreLevel("Mg", 1, .s): 1301...1307,
        CoreLevel("Mg", 2, .p): 48...53, CoreLevel("Al", 2, .p): 71...78, .si2p: 98...106, .p2p: 127...138,
        .s2p: 158...172, .cl2p: 196...210, CoreLevel("K", 2, .p): 291...296, CoreLevel("Ca", 2, .p): 344...350,
        CoreLevel("Sc", 2, .p): 397...404, .ti2p: 452...461, CoreLevel("V", 2, .p): 511...519,
        CoreLevel("Cr", 2, .p): 573...581, .mn2p: 637...645, .fe2p: 705...715, .co2p: 777...784, .ni2p: 851...859,
        CoreLevel("Cu", 2, .p): 931...937, CoreLevel("Zn", 2, .p): 1020...1025, CoreLevel("Ga", 2, .p): 1115...1120,
        .ge3d: 28...35, CoreLevel("As", 3, .d): 40...47, CoreLevel("Se", 3, .d): 53...61,
        CoreLevel("Br", 3, .d): 66...76, CoreLevel("Rb", 3, .d): 108...113, CoreLevel("Sr", 3, .d): 131...136,
        CoreLevel("Y", 3, .d): 155...160, CoreLevel("Zr", 3, .d): 177...186, .nb3d: 201...209,
        CoreLevel("Mo", 3, .d): 226...234, CoreLevel("Ru", 3, .d): 279...284, CoreLevel("Rh", 3, .d): 306...312,
        CoreLevel("Pd", 3, .d): 334...340, CoreLevel("Ag", 3, .d): 366...370, CoreLevel("Cd", 3, .d): 403...407,
        CoreLevel("In", 3, .d): 443...447, CoreLevel("Sn", 3, .d): 484...489, CoreLevel("Sb", 3, .d): 527...533,
        CoreLevel("Te", 3, .d): 571...579, CoreLevel("I", 3, .d): 617...626, CoreLevel("Cs", 3, .d): 722...727,
        .ba3d: 778...782, .ba4d: 87...92, CoreLevel("La", 3, .d): 832...840, CoreLevel("Ce", 3, .d): 881...890,
        CoreLevel("Hf", 4, .f): 13...20, CoreLevel("Ta", 4, .f): 21...30, CoreLevel("W", 4, .f): 30...38,
        CoreLevel("Ir", 4, .f): 60...65, CoreLevel("Pt", 4, .f): 70...78, .au4f: 83...88,
        CoreLevel("Hg", 4, .f): 98...104, CoreLevel("Pb", 4, .f): 135...141, CoreLevel("Bi", 4, .f): 155...161,
        CoreLevel("Th", 4, .f): 332...336, CoreLevel("U", 4, .f): 376...384,
    ]
}
