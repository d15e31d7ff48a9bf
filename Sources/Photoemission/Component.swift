import Spectra

/// A line, or a spin-orbit doublet taken as one, of a `PeakModel`.
///
/// Everything left `nil` comes from the reference data of the component's level when the model is fitted, and is
/// written out in the result's effective model.
public struct Component: Sendable, Hashable {
    /// The name, usually the chemical species. Names are unique within a model.
    public var name: String
    /// The core level; `nil` takes the model's.
    public var level: CoreLevel?
    /// Whether it is a doublet; `nil` decides by the level: every p, d and f level is.
    public var isDoublet: Bool?
    /// The line shape; `nil` takes the model's.
    public var shape: LineShape?
    /// Binding energy of the line j = l + 1/2, eV.
    public var position: Constraint
    /// Full width at half maximum of that line in the convention of its shape, eV.
    public var width: Constraint?
    /// Area of the whole component, intensity times eV; `nil` is free and not negative.
    public var area: Constraint?
    /// Distance to the line j = l - 1/2, eV.
    public var splitting: Constraint?
    /// Area of the line j = l - 1/2 divided by that of j = l + 1/2.
    public var areaRatio: Constraint?
    /// Width of the line j = l - 1/2 divided by that of j = l + 1/2.
    public var widthRatio: Constraint?
    /// Mixing of the shape in per cent; `nil` holds it at the shape's own.
    public var mixing: Constraint?
    /// Full width of the Gaussian of a shape with two widths (`LineShape.voigt`, `.doniachSunjic`), eV.
    public var gaussianWidth: Constraint?
    /// Full width of the Lorentzian of such a shape, eV.
    public var lorentzianWidth: Constraint?
    /// Asymmetry of the shape; `nil` holds it at the shape's own.
    public var asymmetry: Constraint?

    /// A component with the stated constraints.
    public init(
        name: String, level: CoreLevel? = nil, isDoublet: Bool? = nil, shape: LineShape? = nil, position: Constraint,
        width: Constraint? = nil, area: Constraint? = nil, splitting: Constraint? = nil, areaRatio: Constraint? = nil,
        widthRatio: Constraint? = nil, mixing: Constraint? = nil, gaussianWidth: Constraint? = nil,
        lorentzianWidth: Constraint? = nil, asymmetry: Constraint? = nil
    ) {
        self.name = name
        self.level = level
        self.isDoublet = isDoublet
        self.shape = shape
        self.position = position
        self.width = width
        self.area = area
        self.splitting = splitting
        self.areaRatio = areaRatio
        self.widthRatio = widthRatio
        self.mixing = mixing
        self.gaussianWidth = gaussianWidth
        self.lorentzianWidth = lorentzianWidth
        self.asymmetry = asymmetry
    }

    /// The constraint on a quantity, where one is stated.
    public subscript(quantity: ComponentQuantity) -> Constraint? {
        get {
            switch quantity {
            case .position: position
            case .width: width
            case .area: area
            case .splitting: splitting
            case .areaRatio: areaRatio
            case .widthRatio: widthRatio
            case .mixing: mixing
            case .gaussianWidth: gaussianWidth
            case .lorentzianWidth: lorentzianWidth
            case .asymmetry: asymmetry
            }
        }
        set {
            switch quantity {
            case .position: if let newValue { position = newValue }
            case .width: width = newValue
            case .area: area = newValue
            case .splitting: splitting = newValue
            case .areaRatio: areaRatio = newValue
            case .widthRatio: widthRatio = newValue
            case .mixing: mixing = newValue
            case .gaussianWidth: gaussianWidth = newValue
            case .lorentzianWidth: lorentzianWidth = newValue
            case .asymmetry: asymmetry = newValue
            }
        }
    }
}

/// Anything that stands for a component inside the braces of a `PeakModel`.
public protocol ComponentConvertible {
    /// The component.
    var component: Component { get }
}

extension Component: ComponentConvertible {
    /// Itself.
    public var component: Component { self }
}

/// A spin-orbit doublet as one component: splitting, area ratio and equal widths come from the level's reference data.
public struct Doublet: ComponentConvertible, Sendable {
    /// The component.
    public let component: Component

    /// A doublet whose line j = l + 1/2 lies within `within` eV of `near`, in eV of binding energy.
    public init(
        _ name: String, near position: Double, within distance: Double = PeakModel.positionTolerance,
        level: CoreLevel? = nil, shape: LineShape? = nil, width: Constraint? = nil, area: Constraint? = nil,
        splitting: Constraint? = nil, areaRatio: Constraint? = nil, widthRatio: Constraint? = nil,
        mixing: Constraint? = nil, gaussianWidth: Constraint? = nil, lorentzianWidth: Constraint? = nil,
        asymmetry: Constraint? = nil
    ) {
        component = Component(
            name: name, level: level, isDoublet: true, shape: shape, position: .within(distance, of: position),
            width: width, area: area, splitting: splitting, areaRatio: areaRatio, widthRatio: widthRatio,
            mixing: mixing, gaussianWidth: gaussianWidth, lorentzianWidth: lorentzianWidth, asymmetry: asymmetry)
    }

    /// The same doublet with its position given by a constraint, such as `.offset(from: "S 2-", by: .fixed(1.4))`.
    public init(
        _ name: String, position: Constraint, level: CoreLevel? = nil, shape: LineShape? = nil,
        width: Constraint? = nil, area: Constraint? = nil, splitting: Constraint? = nil,
        areaRatio: Constraint? = nil, widthRatio: Constraint? = nil, mixing: Constraint? = nil,
        gaussianWidth: Constraint? = nil, lorentzianWidth: Constraint? = nil, asymmetry: Constraint? = nil
    ) {
        component = Component(
            name: name, level: level, isDoublet: true, shape: shape, position: position, width: width, area: area,
            splitting: splitting, areaRatio: areaRatio, widthRatio: widthRatio, mixing: mixing,
            gaussianWidth: gaussianWidth, lorentzianWidth: lorentzianWidth, asymmetry: asymmetry)
    }
}

/// A single line as a component: an s level, a satellite, or one line of a doublet that lies alone in the window.
public struct Singlet: ComponentConvertible, Sendable {
    /// The component.
    public let component: Component

    /// A line within `within` eV of `near`, in eV of binding energy.
    public init(
        _ name: String, near position: Double, within distance: Double = PeakModel.positionTolerance,
        level: CoreLevel? = nil, shape: LineShape? = nil, width: Constraint? = nil, area: Constraint? = nil,
        mixing: Constraint? = nil, gaussianWidth: Constraint? = nil, lorentzianWidth: Constraint? = nil,
        asymmetry: Constraint? = nil
    ) {
        component = Component(
            name: name, level: level, isDoublet: false, shape: shape, position: .within(distance, of: position),
            width: width, area: area, mixing: mixing, gaussianWidth: gaussianWidth, lorentzianWidth: lorentzianWidth,
            asymmetry: asymmetry)
    }
}

/// A multiplet with its satellites as one component: its lines move, grow and widen together.
///
/// ```swift
/// Multiplet("Mn2+", lines: [.init(at: 640.2, area: 24, width: 1.2), .init(at: 641.1, area: 28, width: 1.2)])
/// ```
public struct Multiplet: ComponentConvertible, Sendable {
    /// The component.
    public let component: Component

    /// A multiplet whose first line lies within `within` eV of its stated energy.
    ///
    /// - Parameters:
    ///   - name: the species.
    ///   - lines: energies, areas and widths as published; see `LineGroup`.
    ///   - distance: how far from its stated energy the first line may lie, eV.
    ///   - level: the core level, where it is not the model's.
    ///   - isDoublet: whether the lines are those of j = l + 1/2 alone, to be repeated for j = l - 1/2; `nil` decides by
    ///     the level.
    ///   - width: of the first line; `nil` holds it, and with it all others, at what `lines` say.
    ///   - area: of all lines together; free and not negative where `nil`.
    ///   - splitting: between the two groups of a doublet, eV; the reference value where `nil`.
    ///   - areaRatio: of the second group to the first; the statistical one where `nil`.
    ///   - widthRatio: of the widths of the second group to those of the first; 1 where `nil`.
    public init(
        _ name: String, lines: [LineGroup.Line], within distance: Double = PeakModel.positionTolerance,
        level: CoreLevel? = nil, isDoublet: Bool? = nil, width: Constraint? = nil, area: Constraint? = nil,
        splitting: Constraint? = nil, areaRatio: Constraint? = nil, widthRatio: Constraint? = nil
    ) {
        let group = LineGroup(lines: lines)
        component = Component(
            name: name, level: level, isDoublet: isDoublet, shape: .group(group),
            position: .within(distance, of: group.energy), width: width, area: area, splitting: splitting,
            areaRatio: areaRatio, widthRatio: widthRatio)
    }
}

/// The measured line of a reference sample as a component: position and area are fitted, its shape stays.
public struct ReferenceComponent: ComponentConvertible, Sendable {
    /// The component.
    public let component: Component

    /// A line shaped like `line`, within `within` eV of where it was measured.
    public init(
        _ name: String, line: MeasuredLine, within distance: Double = PeakModel.positionTolerance,
        level: CoreLevel? = nil, position: Constraint? = nil, area: Constraint? = nil
    ) {
        component = Component(
            name: name, level: level, isDoublet: false, shape: .measured(line),
            position: position ?? .within(distance, of: line.position), area: area)
    }
}

/// Collects the components between the braces of a `PeakModel`.
@resultBuilder
public enum ComponentBuilder {
    /// Takes the components in order.
    public static func buildBlock(_ parts: [Component]...) -> [Component] { parts.flatMap { $0 } }
    /// Takes one component.
    public static func buildExpression(_ part: any ComponentConvertible) -> [Component] { [part.component] }
    /// Takes an optional block.
    public static func buildOptional(_ part: [Component]?) -> [Component] { part ?? [] }
    /// Takes the first branch.
    public static func buildEither(first part: [Component]) -> [Component] { part }
    /// Takes the second branch.
    public static func buildEither(second part: [Component]) -> [Component] { part }
    /// Takes the components of a loop.
    public static func buildArray(_ parts: [[Component]]) -> [Component] { parts.flatMap { $0 } }
}
