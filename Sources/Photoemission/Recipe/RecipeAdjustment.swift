import ReferenceSpectra
import Spectra

extension Recipe {
    /// The same recipe with some of its keys replaced, each by a value as recipe files have it.
    ///
    /// - Parameter calibration: also "none".
    /// - Throws: `ReferenceDataError` with line and column.
    package func adjusted(
        window: YAMLValue? = nil, calibration: YAMLValue? = nil, background: YAMLValue? = nil, weights: YAMLValue? = nil
    ) throws(ReferenceDataError) -> Recipe {
        var recipe = self
        if let window { recipe.model.window = try window.interval() }
        if let calibration {
            let isNone = (try? calibration.text()) == "none"
            recipe.model.calibration = isNone ? .none : try RecipeReader.calibration(calibration)
        }
        if let background { recipe.model.background = try BackgroundRecipe.read(background) }
        if let weights { recipe.weighting = try RecipeReader.weighting(weights) }
        return recipe
    }
}
