import Diffraction
import Foundation
import Spectra

/// What photoelectrons say of the surface of a specimen beside what diffraction says of its crystalline bulk.
///
/// XPS looks some nanometres deep and sees amorphous films; XRD sees micrometres and only crystals. An element that is at
/// the surface and in no phase found belongs to a film, to an amorphous part or to a phase below its detection limit; a
/// phase whose elements the surface lacks is buried.
public struct SurfaceAndBulk: Sendable {
    /// One element of either.
    public struct Element: Sendable, Hashable {
        /// The symbol.
        public var symbol: String
        /// Atomic per cent at the surface; `nil` where it was not quantified.
        public var surface: Measured?
        /// Atomic per cent in the crystalline phases; `nil` where none has it.
        public var bulk: Double?
        /// The phases that have it.
        public var phases: [String]
    }

    /// The elements, those of the surface first in their order, then those of the phases alone by symbol.
    public let elements: [Element]
    /// Phases of which not one element, oxygen and carbon aside, is at the surface.
    public let buriedPhases: [String]

    /// The least atomic per cent of which anything is said.
    static let noticeable = 0.5
    /// Elements that air brings to every surface.
    static let adventitious: Set<String> = ["C", "O"]
    /// Elements that XPS does not see, or hardly: hydrogen has no core level, and the only line of lithium is as weak as
    /// lines get.
    static let unseen: Set<String> = ["H", "Li"]

    /// Compares `surface` with the phases found.
    public init(surface: SurfaceComposition, phases: [IdentifiedPhase]) {
        var bulk: [String: Double] = [:], holders: [String: [String]] = [:], all = 0.0
        var contents: [(name: String, elements: Set<String>)] = []
        for phase in phases {
            guard let formula = ChemicalFormula(text: phase.formula), let mass = formula.molarMass, mass > 0 else {
                continue
            }
            let formulaUnits = phase.weightFraction.value / mass
            for (element, count) in formula.counts.sorted(by: { $0.key < $1.key }) {
                bulk[element, default: 0] += formulaUnits * count
                holders[element, default: []].append(phase.name)
                all += formulaUnits * count
            }
            contents.append((phase.name, Set(formula.counts.keys)))
        }
        func share(_ symbol: String) -> Double? { bulk[symbol].map { all > 0 ? 100 * $0 / all : 0 } }
        let seen = surface.elements.map { amount in
            Element(
                symbol: amount.element, surface: amount.atomicPercent, bulk: share(amount.element),
                phases: holders[amount.element] ?? [])
        }
        let known = Set(seen.map(\.symbol))
        elements =
            seen
            + bulk.keys.filter { !known.contains($0) }.sorted().map {
                Element(symbol: $0, surface: nil, bulk: share($0), phases: holders[$0] ?? [])
            }
        let present = Set(
            surface.elements.filter { $0.atomicPercent.value >= Self.noticeable }.map(\.element))
        buriedPhases = contents.filter { phase in
            let telling = phase.elements.subtracting(Self.adventitious).subtracting(Self.unseen)
            return !telling.isEmpty && telling.isDisjoint(with: present)
        }.map(\.name)
    }

    /// What the comparison says, a sentence each; empty where nothing stands out.
    public var remarks: [String] {
        var remarks: [String] = []
        let films = elements.filter {
            ($0.surface?.value ?? 0) >= Self.noticeable && $0.phases.isEmpty && !Self.adventitious.contains($0.symbol)
        }
        if !films.isEmpty {
            let list = films.map {
                "\($0.symbol) (\($0.surface.map { TableText.quantity($0) } ?? "") at.%)"
            }.joined(separator: ", ")
            remarks.append(
                "\(list): at the surface, in no crystalline phase found: a film, an amorphous part, or a phase below its "
                    + "detection limit")
        }
        for phase in buriedPhases {
            remarks.append(
                "\(phase): crystalline, but none of its elements is among those found at the surface: buried, covered or not measured"
            )
        }
        return remarks
    }

    /// The comparison as a table for a terminal.
    public var text: String {
        let table = AlignedTable(columns: [
            .init(title: "Element", cells: elements.map(\.symbol), isNumeric: false),
            .init(title: "Surface, XPS (at.%)", cells: elements.map(Self.surfaceCell), isNumeric: true),
            .init(title: "Crystalline, XRD (at.%)", cells: elements.map(Self.bulkCell), isNumeric: true),
            .init(title: "In", cells: elements.map { $0.phases.joined(separator: ", ") }, isNumeric: false),
        ]).lines
        return (table + (remarks.isEmpty ? [] : [""] + remarks)).joined(separator: "\n")
    }

    static func surfaceCell(_ element: Element) -> String { element.surface.map(TableText.quantity) ?? "not measured" }

    static func bulkCell(_ element: Element) -> String { element.bulk.map { String(format: "%.1f", $0) } ?? "none" }

    /// The comparison as a member of a JSON document.
    var json: JSONText {
        .object([
            (
                "elements",
                .array(
                    elements.map { element in
                        .object([
                            ("element", .string(element.symbol)), ("surface_at_percent", .quantity(element.surface)),
                            ("crystalline_at_percent", element.bulk.map(JSONText.number) ?? .null),
                            ("phases", .array(element.phases.map(JSONText.string))),
                        ])
                    })
            ),
            ("buried_phases", .array(buriedPhases.map(JSONText.string))),
            ("remarks", .array(remarks.map(JSONText.string))),
        ])
    }
}
