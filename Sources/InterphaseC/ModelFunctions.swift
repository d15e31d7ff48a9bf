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
