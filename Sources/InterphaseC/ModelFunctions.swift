// The names are those of the header, which documents them.
// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation

import CInterphase
import Interphase

@c @implementation
public func interphase_recipe_names(_ json: TextResult?, _ error: ErrorPointer?) -> interphase_status {
    answering(error) {
        let json = try Arguments.result(json, "json")
        try Arguments.give(Arguments.json(ReferenceLibrary.recipes.map(\.name)), to: json)
    }
}

@c @implementation
public func interphase_model_named(
    _ name: UnsafePointer<CChar>?, _ model: HandleResult?, _ error: ErrorPointer?
) -> interphase_status {
    answering(error) {
        let model = try Arguments.result(model, "model")
        let recipe = try Recipe(named: try Arguments.text(name, "name"))
        model.pointee = HandleTable.shared.add(.model(recipe))
    }
}

@c @implementation
public func interphase_model_create(
    _ yaml: UnsafePointer<CChar>?, _ name: UnsafePointer<CChar>?, _ model: HandleResult?, _ error: ErrorPointer?
) -> interphase_status {
    answering(error) {
        let model = try Arguments.result(model, "model")
        let text = try Arguments.text(yaml, "yaml")
        let recipe = try Recipe(yaml: text, file: Arguments.optionalText(name, "name") ?? "recipe")
        model.pointee = HandleTable.shared.add(.model(recipe))
    }
}

@c @implementation
public func interphase_model_recipe(
    _ model: interphase_handle, _ yaml: TextResult?, _ error: ErrorPointer?
) -> interphase_status {
    answering(error) {
        let yaml = try Arguments.result(yaml, "yaml")
        try Arguments.give(HandleTable.shared.model(model).yaml, to: yaml)
    }
}

@c @implementation
public func interphase_model_adjust(
    _ model: interphase_handle, _ options: UnsafePointer<CChar>?, _ adjusted: HandleResult?, _ error: ErrorPointer?
) -> interphase_status {
    answering(error) {
        let adjusted = try Arguments.result(adjusted, "adjusted")
        let options = try Options(options, ["window", "calibration", "background", "weights"])
        let recipe = try HandleTable.shared.model(model).adjusted(
            window: options["window"], calibration: options["calibration"], background: options["background"],
            weights: options["weights"])
        adjusted.pointee = HandleTable.shared.add(.model(recipe))
    }
}
