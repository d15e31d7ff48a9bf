extension SpectrumFile {
    /// The one spectrum of `level`, surveys aside. A file with a single spectrum whose level nothing tells leaves no doubt
    /// either, and gives that.
    ///
    /// - Throws: `SpectrumChoiceError` where there is none or more than one, with the spectra that there are.
    public func spectrum(_ level: CoreLevel) throws(SpectrumChoiceError) -> Spectrum {
        let matching = spectra.filter { $0.level == level && $0.kind != .survey }
        if let only = matching.first, matching.count == 1 { return only }
        if spectra.count == 1, spectra[0].level == nil { return spectra[0] }
        throw SpectrumChoiceError(
            self, matching.isEmpty ? "no spectrum recognised as \(level)" : "\(matching.count) spectra of \(level)")
    }

    /// The only spectrum of the file.
    ///
    /// - Throws: `SpectrumChoiceError` where there is none or more than one.
    public func onlySpectrum() throws(SpectrumChoiceError) -> Spectrum {
        guard let only = spectra.first, spectra.count == 1 else {
            throw SpectrumChoiceError(self, spectra.isEmpty ? "no spectrum" : "several spectra")
        }
        return only
    }

    /// The spectrum called `name`, in the case of its letters or, where only that finds one, in any; or by its number
    /// counted from 1, as `#3`.
    ///
    /// - Throws: `SpectrumChoiceError` where there is none or more than one.
    public func spectrum(named name: String) throws(SpectrumChoiceError) -> Spectrum {
        if name.hasPrefix("#"), let number = Int(name.dropFirst()) {
            guard spectra.indices.contains(number - 1) else {
                throw SpectrumChoiceError(self, "\(spectra.count) spectra and none numbered \(name)")
            }
            return spectra[number - 1]
        }
        for matches in [{ $0 == name }, { $0.lowercased() == name.lowercased() }] as [(String) -> Bool] {
            let found = spectra.filter { matches($0.name) }
            if let only = found.first, found.count == 1 { return only }
            if found.count > 1 { throw SpectrumChoiceError(self, "\(found.count) spectra named \"\(name)\"") }
        }
        throw SpectrumChoiceError(self, "no spectrum named \"\(name)\"")
    }
}

/// Why it is not clear which spectrum of a file is meant.
public struct SpectrumChoiceError: Error, Sendable, Hashable {
    /// The path of the file.
    public let file: String
    /// What the file holds, "2 spectra of S 2p".
    public let found: String
    /// The spectra of the file in its order: number, name and sample.
    public let spectra: [String]

    init(_ file: SpectrumFile, _ found: String) {
        self.file = file.path
        self.found = found
        spectra = file.spectra.enumerated().map { index, spectrum in
            "#\(index + 1)  \(spectrum.name)\(spectrum.sample.isEmpty ? "" : "  (\(spectrum.sample))")"
        }
    }

    /// The first twenty of the spectra, a line each.
    public var list: String {
        let rest = spectra.count - 20
        return (spectra.prefix(20) + (rest > 0 ? ["and \(rest) more"] : [])).map { "  \($0)" }
            .joined(separator: "\n")
    }
}

extension SpectrumChoiceError: CustomStringConvertible {
    /// What the file holds, and which spectra it has.
    public var description: String { "\(file): holds \(found)" + (spectra.isEmpty ? "" : ":\n\(list)") }
}
