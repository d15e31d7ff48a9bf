import Foundation

/// Lines that belong together and move, grow and widen as one: the multiplet of an open shell with its satellites.
///
/// Energies and widths are written down as they are published. In a fit the group has one position (that of its first
/// line), one area (that of all lines) and one width (that of the first line); energy differences, shares of the area and
/// ratios of the widths stay as they are.
public struct LineGroup: Sendable, Hashable {
    /// A line of a group.
    public struct Line: Sendable, Hashable {
        /// The binding energy in eV; in a fit only its distance from the first line counts.
        public var energy: Double
        /// The area, in any unit that all lines share, such as per cent.
        public var area: Double
        /// The full width at half maximum in eV, in the convention of the shape.
        public var width: Double
        /// The shape: one whose only width is `width`.
        public var shape: LineShape

        /// A line at `energy` eV.
        public init(at energy: Double, area: Double, width: Double, shape: LineShape = .glProduct(mix: 30)) {
            self.energy = energy
            self.area = area
            self.width = width
            self.shape = shape
        }
    }

    /// The lines; the first one stands for the group's position and width.
    public var lines: [Line]

    /// A group of `lines`.
    public init(lines: [Line]) { self.lines = lines }

    /// The binding energy of the first line, eV.
    public var energy: Double { lines.first?.energy ?? 0 }
    /// The width of the first line, eV.
    public var width: Double { lines.first?.width ?? 1 }

    /// The distances from the first line between which the lines lie, eV.
    var extent: ClosedRange<Double> {
        let distances = lines.map { $0.energy - energy }
        return (distances.min() ?? 0)...(distances.max() ?? 0)
    }

    /// Throws `FitError.invalidModel` for a group that cannot be drawn.
    func validate() throws {
        guard !lines.isEmpty else { throw FitError.invalidModel("a group of lines needs at least one line") }
        guard lines.contains(where: { $0.area > 0 }), lines.allSatisfy({ $0.area >= 0 && $0.area.isFinite }) else {
            throw FitError.invalidModel("the areas of a group of lines must not be negative, and not all zero")
        }
        for line in lines {
            guard line.energy.isFinite, line.width > 0, line.width.isFinite else {
                throw FitError.invalidModel(
                    "a line at \(line.energy) eV of a group needs a finite energy and a positive width")
            }
            if case .group = line.shape { throw FitError.invalidModel("a group of lines cannot hold another group") }
            guard line.shape.parameters.first == .width else {
                throw FitError.invalidModel(
                    "a line of a group needs a shape with one width, such as GL(30), not \(line.shape)")
            }
            try line.shape.validate()
        }
    }
}

extension LineGroup {
    /// The lines ready to be drawn at any width of the first.
    struct Prepared: Sendable {
        struct Member: Sendable {
            var distance: Double
            var share: Double
            var widthRatio: Double
            var shape: PreparedShape
        }

        let members: [Member]

        init(_ group: LineGroup) throws {
            try group.validate()
            let total = group.lines.reduce(0) { $0 + $1.area }
            members = try group.lines.map { line in
                Member(
                    distance: line.energy - group.energy, share: line.area / total,
                    widthRatio: line.width / group.width,
                    shape: try PreparedShape(line.shape))
            }
        }

        func profile(width: Double) -> LineGroupProfile {
            LineGroupProfile(
                members: members.map { member in
                    let own = member.shape.shape.ownParameters(fwhm: width * member.widthRatio, gaussianWidth: 0)
                    return .init(
                        distance: member.distance, share: member.share, widthRatio: member.widthRatio,
                        profile: member.shape.profile(own))
                })
        }

        /// The widths of the first line, which the group goes by.
        func widths(width: Double) -> LineWidths {
            guard let first = members.first else { return LineWidths(maximum: 0, low: width / 2, high: width / 2) }
            return first.shape.widths(first.shape.shape.ownParameters(fwhm: width, gaussianWidth: 0))
        }
    }
}

/// A group of lines of unit area altogether; its parameter is the width of the first line.
struct LineGroupProfile: LineProfile {
    struct Member: Sendable {
        var distance: Double
        var share: Double
        var widthRatio: Double
        var profile: any LineProfile
    }

    let members: [Member]

    func sample(at distance: Double) -> LineSample {
        var sum = LineSample(value: 0, byDistance: 0)
        for member in members {
            let own = member.profile.sample(at: distance - member.distance)
            sum.value += member.share * own.value
            sum.byDistance += member.share * own.byDistance
            sum.byParameter[0] += member.share * member.widthRatio * own.byParameter[0]
        }
        return sum
    }
}
