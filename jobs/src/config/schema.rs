//! What editors need to know of `tertib.toml`: its keys, words and types with their meaning, as a JSON Schema.

use super::Config;
use anyhow::Result;
use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::transform_subschemas;
use serde_json::Value;

/// The schema as a text. It is made from the types that read the file.
///
/// # Errors
/// When it cannot be written as text.
pub(crate) fn schema() -> Result<String> {
    // Editors of TOML understand this draft.
    let generator = SchemaSettings::draft07().with_transform(without_null).into_generator();
    let mut schema = generator.into_root_schema_for::<Config>();
    schema.insert("title".to_owned(), "tertib.toml".into());
    Ok(serde_json::to_string_pretty(&schema)? + "\n")
}

/// TOML has no null; a key that may be absent is not required.
fn without_null(schema: &mut Schema) {
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|kind| kind != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            schema.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(choices)) = schema.get_mut("anyOf") {
        choices.retain(|choice| choice.get("type").is_none_or(|kind| kind != "null"));
    }
    if schema.get("default").is_some_and(Value::is_null) {
        schema.remove("default");
    }
    transform_subschemas(&mut without_null, schema);
}
