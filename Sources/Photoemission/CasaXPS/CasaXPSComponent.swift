/// A component of a CasaXPS fit as stored in the comment of a VAMAS block.
///
/// ```
/// CASA comp (*S 2p*) (*GL(30)*) Area 813.2 1e-020 23910.7 -1 1 MFWHM 1.2 0.3 1.6 -1 1 Position 1324.1 1320 1330 -1 1
///     RSF 0.668 MASS 32.0648 INDEX -1 (*S 2p*) CONST (**) UNCORRECTEDRSF 0.668
/// ```
/// (one line in the file). Areas are counts/s times eV over all energies, positions are kinetic energies in the frame that
/// `CasaXPSAnnotations.componentShift` tells.
public struct CasaXPSComponent: Sendable, Hashable {
    /// A number that was fitted: value, bounds, and the component it is tied to.
    public struct Parameter: Sendable, Hashable {
        /// The value.
        public var value: Double
        /// The lower bound.
        public var lower: Double
        /// The upper bound.
        public var upper: Double
        /// The place of the component, counted from 0, that this parameter follows; `nil` for a free one (stored as -1).
        public var leader: Int?
        /// The factor to the leader's value (areas and widths) or the offset in eV from it (positions). Stored, without
        /// meaning, for free parameters too.
        public var relation: Double

        /// A parameter with its bounds and, where it follows another component, that component and the relation to it.
        public init(value: Double, lower: Double, upper: Double, leader: Int? = nil, relation: Double = 1) {
            self.value = value
            self.lower = lower
            self.upper = upper
            self.leader = leader
            self.relation = relation
        }
    }

    /// The name.
    public var name: String
    /// The line shape in the notation of CasaXPS: "GL(30)", "LA(1.53,243)", or "&NAME" for a curve taken from data.
    public var lineShape: String
    /// The area in counts/s times eV, over all energies.
    public var area: Parameter
    /// The width in eV; for asymmetric shapes twice the half width on the side of low binding energy.
    public var width: Parameter
    /// The kinetic energy in eV; for asymmetric shapes the point where the two sides join.
    public var position: Parameter
    /// The sensitivity factor.
    public var sensitivityFactor: Double?
    /// The atomic mass.
    public var mass: Double?
    /// The number of the group that the component is shown in, -1 for none.
    public var index: Int?
    /// The tag that follows the group.
    public var tag: String?
    /// The expression that the area is tied by, empty for none.
    public var constant: String?
    /// The sensitivity factor before corrections.
    public var uncorrectedSensitivityFactor: Double?

    /// Reads a line of a block comment; `nil` where it is not a component.
    public init?(line: String) {
        var cursor = CasaXPSCursor(line)
        guard cursor.skip("CASA"), cursor.skip("comp"), let name = cursor.bracketed(), let shape = cursor.bracketed(),
            cursor.skip("Area"), let area = cursor.parameter(), cursor.skip("MFWHM"), let width = cursor.parameter(),
            cursor.skip("Position"), let position = cursor.parameter()
        else { return nil }
        self.name = name
        lineShape = shape
        self.area = area
        self.width = width
        self.position = position
        if cursor.skip("RSF") {
            guard let number = cursor.number() else { return nil }
            sensitivityFactor = number
        }
        if cursor.skip("MASS") {
            guard let number = cursor.number() else { return nil }
            mass = number
        }
        if cursor.skip("INDEX") {
            guard let number = cursor.number(), let whole = Int(exactly: number) else { return nil }
            index = whole
            tag = cursor.bracketed()
        }
        if cursor.skip("CONST") {
            guard let text = cursor.bracketed() else { return nil }
            constant = text
        }
        if cursor.skip("UNCORRECTEDRSF") {
            guard let number = cursor.number() else { return nil }
            uncorrectedSensitivityFactor = number
        }
        guard cursor.isAtEnd else { return nil }
    }

    /// A component that is not stored yet.
    public init(name: String, lineShape: String, area: Parameter, width: Parameter, position: Parameter) {
        self.name = name
        self.lineShape = lineShape
        self.area = area
        self.width = width
        self.position = position
    }

    /// The line of a block comment.
    public var line: String {
        var parts = ["CASA comp (*\(name)*) (*\(lineShape)*)"]
        for (key, parameter) in [("Area", area), ("MFWHM", width), ("Position", position)] {
            let numbers = [parameter.value, parameter.lower, parameter.upper].map(CasaXPSCursor.text)
            parts += [key] + numbers + ["\(parameter.leader ?? -1)", CasaXPSCursor.text(parameter.relation)]
        }
        if let sensitivityFactor { parts += ["RSF", CasaXPSCursor.text(sensitivityFactor)] }
        if let mass { parts += ["MASS", CasaXPSCursor.text(mass)] }
        if let index { parts += ["INDEX \(index)"] }
        if let tag { parts += ["(*\(tag)*)"] }
        if let constant { parts += ["CONST (*\(constant)*)"] }
        if let uncorrectedSensitivityFactor {
            parts += ["UNCORRECTEDRSF", CasaXPSCursor.text(uncorrectedSensitivityFactor)]
        }
        return parts.joined(separator: " ")
    }
}
