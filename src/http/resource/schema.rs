//! The schemas of a resource, made from its writable and derived members. All resources read alike because none
//! writes its own. What is open and what is closed is decided for the whole document, at its end.
use super::represent::MOST_EXPANDED;
use super::{Face, PartFace, SchemaOf};
use crate::http::{DERIVED, contract, face as face_of};
use crate::store::Link;
use crate::store::published::{WORKINGS, members as members_of};
use serde_json::{Map, Value, json};
use utoipa::openapi::{RefOr, Schema};

pub fn new_schema(face: &Face) -> String {
    format!("New{}", face.schema)
}

pub fn batch_schema(face: &Face) -> String {
    format!("New{}Batch", face.schema)
}

/// What a patched record must look like: the same as a new one.
pub fn fields_schema(face: &Face) -> String {
    new_schema(face)
}

pub fn part_new_schema(part: &PartFace) -> String {
    format!("New{}", part.schema)
}

/// The members that a caller may write.
pub fn writable(face: &Face) -> Vec<String> {
    contract().members(&new_schema(face)).into_iter().filter(|name| name != "opening").collect()
}

pub fn part_writable(part: &PartFace) -> Vec<String> {
    contract().members(&part_new_schema(part))
}

pub fn patch_schema(schema: &str) -> String {
    format!("{schema}Patch")
}

/// The members of the representation, without what only `expand` brings in.
pub fn members(face: &Face) -> Vec<String> {
    let brought_in = |name: &String| face.resource.neighbours.iter().any(|n| n.name == name);
    contract().members(face.schema).into_iter().filter(|name| !brought_in(name)).collect()
}

/// Adds the resource's schemas to the components.
pub fn schemas(face: &Face, components: &mut Map<String, Value>) {
    refer(&face.fields, components);
    for derived in derived(face) {
        refer(derived, components);
    }
    let fields = own(&face.fields);
    if !face.is_kept() {
        written(face, &fields, components);
    }
    for part in face.parts {
        refer(&part.fields, components);
        let fields = own(&part.fields);
        if !part.part.kept {
            let mut new = fields.clone();
            new["description"] = json!(format!("What a caller writes of {}. {}", part.one, part.about));
            new["example"] = (part.example)();
            components.insert(part_new_schema(part), new);
            let patch = patch_of(&fields, &patched(part.one), (part.example)(), components);
            components.insert(patch_schema(part.schema), patch);
        }
        let mut properties = Map::new();
        properties.insert("id".into(), id_schema("Identifies it; never changes."));
        shown(&fields, &mut properties);
        components.insert(part.schema.to_owned(), open_object(part.about, properties));
        components.insert(format!("{}List", part.schema), list_of(part.schema, false));
    }
    let mut whole = open_object(face.about, representation(face, &fields));
    expanded(face, &mut whole);
    components.insert(face.schema.to_owned(), whole);
    components.insert(format!("{}List", face.schema), list_of(face.schema, true));
}

/// The schemas of what callers write of a resource, and of the answer to a batch.
fn written(face: &Face, fields: &Value, components: &mut Map<String, Value>) {
    let mut new = fields.clone();
    if face.resource.life.is_some() {
        new["properties"]["opening"] = json!({"$ref": "#/components/schemas/Opening"});
    }
    new["description"] = json!(format!("What a caller writes of {}. {}", face.one, face.about));
    new["example"] = (face.example)();
    components.insert(new_schema(face), new);
    let patch = patch_of(fields, &patched(face.one), (face.example)(), components);
    components.insert(patch_schema(face.schema), patch);
    components.insert(
        batch_schema(face),
        json!({
            "type": "object", "additionalProperties": false, "required": ["items"],
            "description": format!("Several new {} at once: all or nothing.", face.many),
            "example": {"items": [(face.example)()]},
            "properties": {"items": {"type": "array", "minItems": 1, "maxItems": 200,
                "items": {"$ref": format!("#/components/schemas/{}", new_schema(face))}}},
        }),
    );
    components.insert(
        format!("{}Batch", face.schema),
        open_object(
            &format!("The new {}, in the order of the request.", face.many),
            Map::from_iter([(
                "items".to_owned(),
                json!({"type": "array", "maxItems": 200, "items": {"$ref": format!("#/components/schemas/{}", face.schema)}}),
            )]),
        ),
    );
}

fn representation(face: &Face, fields: &Value) -> Map<String, Value> {
    let mut properties = Map::new();
    properties.insert("id".into(), id_schema("Identifies it; never changes."));
    properties.insert(
        "version".into(),
        json!({"type": "integer", "format": "int64", "minimum": 1, "maximum": i64::MAX,
            "description": "Raised by every change of the record or its parts."}),
    );
    for (name, meaning) in
        [("created_at", "When it entered the register."), ("updated_at", "When it last changed.")]
    {
        properties.insert(
            name.into(),
            json!({"type": "string", "format": "date-time", "maxLength": 40, "description": meaning}),
        );
    }
    shown(fields, &mut properties);
    // What can be erased can be missing.
    for name in face.resource.table.personal {
        properties.get_mut(*name).into_iter().for_each(nullable);
    }
    if let Some(life) = &face.resource.life {
        let words: Vec<&str> = life.statuses.terms.iter().map(|t| t.code).collect();
        properties.insert(
            "status".into(),
            json!({"type": ["string", "null"], "maxLength": 40, "pattern": "^[a-z][a-z0-9_]*$", "x-known-values": words,
                "description": "The administrative status, moved by transitions only; null where it is not known."}),
        );
        properties.insert(
            "status_since".into(),
            json!({"type": ["string", "null"], "format": "date", "maxLength": 10,
                "description": "The day from which the status holds, where it is known."}),
        );
    }
    for part in face.parts {
        properties.insert(
            part.part.member(),
            json!({"type": "array", "maxItems": 500, "description": format!("Changed below `{}`.", part.part.path),
                "items": {"$ref": format!("#/components/schemas/{}", part.schema)}}),
        );
    }
    for neighbour in face.resource.neighbours {
        if let Link::Through { ids, .. } = neighbour.link {
            properties.insert(
                ids.into(),
                json!({"type": "array", "maxItems": 100, "items": id_schema("A neighbour."),
                    "description": format!("The first 100; all of them in its own list, filtered by `{}=`.", face.resource.relation_name())}),
            );
        }
    }
    for derived in derived(face) {
        shown(&own(derived), &mut properties);
    }
    if let Some(publishing) = &face.resource.publishing {
        let groups = publishing.groups.iter().map(|group| group.name).chain([WORKINGS]);
        let groups: Vec<&str> = groups.collect();
        for member in groups.iter().flat_map(|group| members_of(face.resource, group)) {
            properties.get_mut(*member).into_iter().for_each(nullable);
        }
        properties.insert(
            "withheld".into(),
            json!({"type": "array", "maxItems": 20, "description": "Groups of fields that were not published to this caller: their members are null. Empty for callers with a role.",
                "items": {"type": "string", "maxLength": 40, "pattern": "^[a-z][a-z0-9_]*$", "x-known-values": groups}}),
        );
    }
    properties.insert(
        "available_actions".into(),
        json!({"type": "array", "maxItems": 10, "description": "What this caller may do with it.",
            "items": {"type": "string", "maxLength": 40, "pattern": "^[a-z][a-z0-9_]*$", "x-known-values": ["read", "update", "delete", "transition"]}}),
    );
    properties
}

/// The record's own `<name>=` in other lists.
impl crate::store::Resource {
    pub fn relation_name(&self) -> &'static str {
        self.name.rsplit('_').next().unwrap_or(self.name)
    }
}

/// The schemas of the members that are worked out, in the order in which they are.
fn derived(face: &Face) -> impl Iterator<Item = &'static SchemaOf> {
    let name = face.resource.name;
    DERIVED.iter().filter(move |(of, _)| of.contains(&name)).map(|(_, schema)| schema)
}

fn id_schema(description: &str) -> Value {
    json!({"type": "string", "format": "uuid", "maxLength": 36, "description": description})
}

fn own(schema: &SchemaOf) -> Value {
    to_json((schema.own)())
}

fn to_json(schema: RefOr<Schema>) -> Value {
    serde_json::to_value(schema).unwrap_or_default()
}

fn refer(schema: &SchemaOf, components: &mut Map<String, Value>) {
    let mut referred = Vec::new();
    (schema.referred)(&mut referred);
    for (name, schema) in referred {
        components.insert(name, to_json(schema));
    }
}

/// Properties as answers show them.
fn shown(fields: &Value, properties: &mut Map<String, Value>) {
    let shown = fields["properties"].as_object().into_iter().flatten();
    properties.extend(shown.map(|(name, schema)| (name.clone(), schema.clone())));
}

/// What `expand` brings in, and nothing else does.
fn expanded(face: &Face, whole: &mut Value) {
    for neighbour in face.resource.neighbours {
        let Some(other) = face_of(neighbour.resource) else { continue };
        let one = json!({"$ref": format!("#/components/schemas/{}", other.schema)});
        let about = format!("With `expand={}` only.", neighbour.name);
        whole["properties"][neighbour.name] = match neighbour.link {
            Link::Column(_) => json!({"description": about, "oneOf": [one, {"type": "null"}]}),
            Link::Through { .. } => json!({
                "type": "object", "description": about, "required": ["items"],
                "properties": {
                    "items": {"type": "array", "maxItems": MOST_EXPANDED, "items": one},
                    "next": {"type": "string", "pattern": "^/v1/", "maxLength": 4000,
                        "description": "Where the rest is; absent where this is all."},
                },
            }),
        };
    }
}

/// Every member is there, null where unknown; more may come.
fn open_object(description: &str, properties: Map<String, Value>) -> Value {
    let required: Vec<&String> = properties.keys().collect();
    json!({"type": "object", "description": description, "required": required, "properties": properties})
}

fn list_of(schema: &str, paged: bool) -> Value {
    let max = if paged { 200 } else { 500 };
    let mut list = json!({
        "type": "object", "required": ["items"],
        "properties": {"items": {"type": "array", "maxItems": max, "items": {"$ref": format!("#/components/schemas/{schema}")}}},
    });
    if paged {
        list["description"] = json!("A page.");
        list["properties"]["next"] = json!({"type": "string", "pattern": "^/v1/", "maxLength": 4000, "description": "The address of the next page; absent on the last."});
        list["properties"]["total"] = json!({"type": "integer", "format": "int64", "minimum": 0, "maximum": i64::MAX,
            "description": "How many there are in all, with `include_total=true`."});
        list["properties"]["facets"] = json!({"type": "object", "description": "How many have each value, with `facets=`; at most 100 values each.",
            "additionalProperties": {"type": "array", "maxItems": 100, "items": {"$ref": "#/components/schemas/FacetBucket"}}});
    } else {
        list["description"] = json!("All of them.");
    }
    list
}

fn patched(one: &str) -> String {
    format!("A merge patch (RFC 7396) of {one}: members left out stay, null takes a value away.")
}

/// Each member may be sent; or null to take its value away, unless it must have one. Members that are objects are
/// merged in the same way.
fn patch_of(
    fields: &Value,
    description: &str,
    mut example: Value,
    components: &mut Map<String, Value>,
) -> Value {
    let mut patch = fields.clone();
    let required = fields["required"].as_array().cloned().unwrap_or_default();
    if let Some(map) = patch.as_object_mut() {
        for name in ["required", "example", "examples", "minProperties"] {
            map.remove(name);
        }
    }
    for (name, schema) in patch.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten() {
        if let Some(map) = schema.as_object_mut() {
            map.remove("default");
        }
        merged(schema, components);
        if !required.contains(&json!(name)) {
            nullable(schema);
        }
    }
    // Of a map of texts: null takes one language away.
    if let Some(texts) = patch.get_mut("additionalProperties").filter(|s| s.is_object()) {
        nullable(texts);
    }
    if let Some(map) = example.as_object_mut() {
        let first = ["title", "name", "notes"].into_iter().find(|n| map.contains_key(*n));
        let first = first.map(str::to_owned).or_else(|| map.keys().next().cloned());
        map.retain(|name, _| Some(name) == first.as_ref());
        patch["example"] = example;
    }
    patch["description"] = json!(description);
    patch
}

/// A reference to an object becomes one to a patch of that object, which is made where it is not there yet.
fn merged(schema: &mut Value, components: &mut Map<String, Value>) {
    for branch in schema.get_mut("oneOf").and_then(Value::as_array_mut).into_iter().flatten() {
        merged(branch, components);
    }
    let Some(name) = schema["$ref"].as_str().and_then(|r| r.strip_prefix("#/components/schemas/")) else {
        return;
    };
    // A patch of a patch says nothing else: an amendment has one.
    if name.ends_with(&patch_schema("")) {
        return;
    }
    let Some(object) = components.get(name).filter(|s| s["type"] == "object").cloned() else { return };
    let patch = patch_schema(name);
    if !components.contains_key(&patch) {
        let about = format!(
            "{} Members left out stay, null takes a value away.",
            object["description"].as_str().unwrap_or_default()
        );
        let made = patch_of(&object, about.trim(), Value::Null, components);
        components.insert(patch.clone(), made);
    }
    schema["$ref"] = json!(format!("#/components/schemas/{patch}"));
}

fn nullable(schema: &mut Value) {
    match (schema.get("type").cloned(), schema["oneOf"].as_array()) {
        (Some(Value::Array(types)), _) if types.contains(&json!("null")) => {}
        (_, Some(branches)) if branches.iter().any(|s| s["type"] == "null") => {}
        (Some(Value::String(kind)), _) => schema["type"] = json!([kind, "null"]),
        _ => *schema = json!({"oneOf": [schema.take(), {"type": "null"}]}),
    }
}
