import ReferenceSpectra

extension CoreLevelReference {
    /// The constraint on a width where nobody states one.
    var defaultWidth: Constraint {
        .free(start: width.start, min: width.range.lowerBound, max: width.range.upperBound)
    }
}
