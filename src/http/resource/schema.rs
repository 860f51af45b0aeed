//! The document of a resource: its schemas, made from its writable and derived members, and its operations. All
//! resources read alike because none writes its own.
use super::expand::expandable;
use super::{Face, PartFace, SchemaOf};
use crate::http::{DERIVED, contract};
use crate::store::Link;
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

/// The members of the representation.
pub fn members(face: &Face) -> Vec<String> {
    contract().members(face.schema)
}

/// Adds the resource's schemas to the components.
pub fn schemas(face: &Face, components: &mut Map<String, Value>) {
    refer(&face.fields, components);
    for derived in derived(face) {
        refer(derived, components);
    }
    let fields = own(&face.fields);
    let mut new = fields.clone();
    if face.resource.life.is_some() {
        new["properties"]["opening"] = json!({"$ref": "#/components/schemas/Opening"});
    }
    new["description"] = json!(format!("What a caller writes of {}. {}", face.one, face.about));
    new["example"] = (face.example)();
    components.insert(new_schema(face), new.clone());
    components.insert(format!("{}Patch", face.schema), patch_of(&fields, face.one));
    components.insert(
        batch_schema(face),
        json!({
            "type": "object", "additionalProperties": false, "required": ["items"],
            "description": format!("Several new {} at once: all or nothing.", face.many),
            "properties": {"items": {"type": "array", "minItems": 1, "maxItems": 200,
                "items": {"$ref": format!("#/components/schemas/{}", new_schema(face))}}},
        }),
    );
    for part in face.parts {
        refer(&part.fields, components);
        let fields = own(&part.fields);
        let mut new = fields.clone();
        new["description"] = json!(format!("What a caller writes of {}. {}", part.one, part.about));
        new["example"] = (part.example)();
        components.insert(part_new_schema(part), new);
        components.insert(format!("{}Patch", part.schema), patch_of(&fields, part.one));
        let mut properties = Map::new();
        properties.insert("id".into(), id_schema("Identifies it; never changes."));
        shown(&fields, components, &mut properties);
        components.insert(part.schema.to_owned(), open_object(part.about, properties));
        components.insert(format!("{}List", part.schema), list_of(part.schema, false));
    }
    let properties = representation(face, &fields, components);
    components.insert(face.schema.to_owned(), open_object(face.about, properties));
    components.insert(format!("{}List", face.schema), list_of(face.schema, true));
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

fn representation(face: &Face, fields: &Value, components: &Map<String, Value>) -> Map<String, Value> {
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
    shown(fields, components, &mut properties);
    if let Some(life) = &face.resource.life {
        let words: Vec<&str> = life.statuses.terms.iter().map(|t| t.code).collect();
        properties.insert(
            "status".into(),
            json!({"type": ["string", "null"], "maxLength": 40, "x-known-values": words,
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
            part.part.path.replace('-', "_"),
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
        shown(&own(derived), components, &mut properties);
    }
    properties.insert(
        "available_actions".into(),
        json!({"type": "array", "maxItems": 10, "description": "What this caller may do with it.",
            "items": {"type": "string", "maxLength": 40, "x-known-values": ["read", "update", "delete", "transition"]}}),
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

/// Properties as answers show them: word lists are open, so that they may grow without breaking clients.
fn shown(fields: &Value, components: &Map<String, Value>, properties: &mut Map<String, Value>) {
    for (name, schema) in fields["properties"].as_object().into_iter().flatten() {
        let mut schema = opened(schema.clone(), components);
        if let Some(map) = schema.as_object_mut() {
            map.remove("default");
        }
        properties.insert(name.clone(), schema);
    }
}

fn opened(schema: Value, components: &Map<String, Value>) -> Value {
    match schema {
        Value::Object(map) => {
            let words = map
                .get("$ref")
                .and_then(Value::as_str)
                .and_then(|r| r.strip_prefix("#/components/schemas/"))
                .and_then(|name| components.get(name))
                .filter(|component| component.get("enum").is_some());
            if let Some(component) = words {
                return json!({"type": "string", "maxLength": 40, "x-known-values": component["enum"],
                    "description": component.get("description").cloned().unwrap_or_default()});
            }
            Value::Object(map.into_iter().map(|(k, v)| (k, opened(v, components))).collect())
        }
        Value::Array(list) => list.into_iter().map(|v| opened(v, components)).collect(),
        other => other,
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
        list["properties"]["next"] = json!({"type": "string", "maxLength": 4000, "description": "The address of the next page; absent on the last."});
        list["properties"]["total"] = json!({"type": "integer", "format": "int64", "minimum": 0, "maximum": i64::MAX,
            "description": "How many there are in all, with `include_total=true`."});
        list["properties"]["facets"] = json!({"type": "object", "description": "How many have each value, with `facets=`; at most 100 values each.",
            "additionalProperties": {"type": "array", "maxItems": 100, "items": {"$ref": "#/components/schemas/FacetBucket"}}});
    } else {
        list["description"] = json!("All of them.");
    }
    list
}

/// Each member may be sent, or null to take its value away.
fn patch_of(fields: &Value, one: &str) -> Value {
    let mut patch = fields.clone();
    if let Some(map) = patch.as_object_mut() {
        map.remove("required");
        map.remove("example");
    }
    for schema in patch["properties"].as_object_mut().into_iter().flatten().map(|(_, s)| s) {
        let nullable = schema["type"].as_array().is_some_and(|types| types.iter().any(|t| t == "null"))
            || schema["oneOf"].as_array().is_some_and(|s| s.iter().any(|s| s["type"] == "null"));
        if let Some(map) = schema.as_object_mut() {
            map.remove("default");
        }
        if !nullable {
            *schema = json!({"anyOf": [schema.take(), {"type": "null"}]});
        }
    }
    patch["description"] =
        json!(format!("A merge patch (RFC 7396) of {one}: members left out stay, null takes a value away."));
    patch
}

/// The operations of a resource, by path.
pub fn document(face: &Face, paths: &mut Map<String, Value>) {
    let root = format!("/v1/{}", face.resource.path);
    let snake = |path: &str| path.replace('-', "_");
    let (many, one) = (snake(face.resource.path), face.resource.name);
    let op = Operations { tag: face.tag };
    let example = (face.example)();
    paths.insert(
        root.clone(),
        json!({
            "get": op.list(face, &format!("list_{many}")),
            "post": op.write(&format!("create_{one}"), &format!("Create {}", face.one), face.about, &new_schema(face), &example, face.schema, "201", false, &[]),
        }),
    );
    paths.insert(
        format!("{root}/batch"),
        json!({"post": op.write(&format!("create_{many}"), &format!("Create several {}", face.many),
            "All or nothing, in one transaction. Faults carry the index of their item.", &batch_schema(face),
            &json!({"items": [example]}), &format!("{}Batch", face.schema), "201", false, &[])}),
    );
    let id = id_parameter(face);
    paths.insert(
        format!("{root}/{{id}}"),
        json!({
            "get": op.read(&format!("find_{one}"), &format!("Find {}", face.one), face.about, face.schema, vec![id.clone(), as_of(), expand(face), fields()]),
            "patch": op.patch(&format!("update_{one}"), &format!("Change {}", face.one), &format!("{}Patch", face.schema), face.schema, vec![id.clone()], &patch_example(&example)),
            "delete": op.delete(&format!("delete_{one}"), &format!("Delete {}", face.one), face.schema, vec![id.clone()]),
        }),
    );
    for part in face.parts {
        let (all, name) = (format!("{root}/{{id}}/{}", part.part.path), part.part.name);
        let part_id = json!({"name": "part_id", "in": "path", "required": true, "description": "Its id.",
            "schema": {"type": "string", "format": "uuid", "maxLength": 36}});
        let example = (part.example)();
        paths.insert(
            all.clone(),
            json!({
                "get": op.read(&format!("list_{one}_{}", snake(part.part.path)), &format!("List the {} of {}", part.many, face.one), part.about, &format!("{}List", part.schema), vec![id.clone(), as_of()]),
                "post": op.write(&format!("create_{name}"), &format!("Add {} to {}", part.one, face.one), part.about, &part_new_schema(part), &example, part.schema, "201", true, std::slice::from_ref(&id)),
            }),
        );
        paths.insert(
            format!("{all}/{{part_id}}"),
            json!({
                "get": op.read(&format!("find_{name}"), &format!("Find {} of {}", part.one, face.one), part.about, part.schema, vec![id.clone(), part_id.clone(), as_of()]),
                "patch": op.patch(&format!("update_{name}"), &format!("Change {} of {}", part.one, face.one), &format!("{}Patch", part.schema), part.schema, vec![id.clone(), part_id.clone()], &patch_example(&example)),
                "delete": op.delete(&format!("delete_{name}"), &format!("Remove {} from {}", part.one, face.one), part.schema, vec![id.clone(), part_id]),
            }),
        );
    }
}

/// A patch of the first member of an example.
fn patch_example(example: &Value) -> Value {
    let first = example.as_object().and_then(|map| map.iter().next());
    first.map_or(json!({}), |(name, value)| json!({name.clone(): value}))
}

pub fn id_parameter(face: &Face) -> Value {
    let (description, max, example) = match face.resource.code {
        Some(_) => ("Its id, or its code.", 40, (face.example)()["code"].clone()),
        None => ("Its id.", 36, json!("01932c07-6b80-7000-8000-000000000001")),
    };
    json!({"name": "id", "in": "path", "required": true, "description": description, "example": example,
        "schema": {"type": "string", "minLength": 1, "maxLength": max, "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]*$"}})
}

fn as_of() -> Value {
    json!({"$ref": "#/components/parameters/AsOf"})
}

fn fields() -> Value {
    json!({"$ref": "#/components/parameters/Fields"})
}

fn expand(face: &Face) -> Value {
    let paths = expandable(face);
    let known = if paths.is_empty() { "nothing here".to_owned() } else { paths.join(", ") };
    json!({"name": "expand", "in": "query", "description": format!("Neighbours to bring in whole, separated by commas: {known}."),
        "schema": {"type": "string", "maxLength": 2000}})
}

/// Operations of one tag.
pub struct Operations {
    pub tag: &'static str,
}

impl Operations {
    fn list(&self, face: &Face, operation: &str) -> Value {
        let mut parameters = super::super::parameters::of_list(face);
        parameters.push(expand(face));
        parameters.push(fields());
        let page = format!("{}List", face.schema);
        let mut answers = answers(&["400", "401", "403", "406"]);
        answers.insert(
            "200".into(),
            json!({
                "description": "A page.", "headers": {"ETag": {"$ref": "#/components/headers/ETag"}, "Link": {"$ref": "#/components/headers/Link"}},
                "content": {
                    "application/json": {"schema": {"$ref": format!("#/components/schemas/{page}")}},
                    "text/csv": {"schema": {"type": "string", "maxLength": 10_000_000}, "example": "id,version\n"},
                },
            }),
        );
        answers.insert("304".into(), json!({"$ref": "#/components/responses/NotModified"}));
        self.operation(operation, &format!("List {}", face.many),
            &format!("{} Filters are members, `member=value` or `member[operator]=value`; several values are separated by commas. Also as CSV.", face.about),
            parameters, None, answers)
    }

    /// A GET of one thing.
    pub fn read(
        &self,
        operation: &str,
        summary: &str,
        about: &str,
        schema: &str,
        mut parameters: Vec<Value>,
    ) -> Value {
        parameters.push(json!({"$ref": "#/components/parameters/IfNoneMatch"}));
        let mut answers = answers(&["400", "401", "403", "404"]);
        answers.insert("200".into(), ok("As asked.", schema, true));
        answers.insert("304".into(), json!({"$ref": "#/components/responses/NotModified"}));
        self.operation(operation, summary, about, parameters, None, answers)
    }

    /// A POST that makes something.
    #[expect(clippy::too_many_arguments, reason = "each is a different word of one operation's description")]
    pub fn write(
        &self,
        operation: &str,
        summary: &str,
        about: &str,
        request: &str,
        example: &Value,
        schema: &str,
        success: &str,
        matched: bool,
        path: &[Value],
    ) -> Value {
        let mut parameters = path.to_vec();
        parameters.extend(write_parameters(matched));
        let mut codes = vec!["400", "401", "403", "409", "413", "415", "422"];
        if !path.is_empty() {
            codes.push("404");
        }
        if matched {
            codes.extend(["412", "428"]);
        }
        let mut answers = answers(&codes);
        answers.insert("200".into(), ok("What would be written (`dry_run=true`).", schema, false));
        if success == "201" {
            let mut created = ok("Written.", schema, true);
            created["headers"]["Location"] = json!({"$ref": "#/components/headers/Location"});
            answers.insert("201".into(), created);
        }
        let body = json!({"required": true, "content": {"application/json": {
            "schema": {"$ref": format!("#/components/schemas/{request}")}, "example": example}}});
        self.operation(operation, summary, about, parameters, Some(body), answers)
    }

    fn patch(
        &self,
        operation: &str,
        summary: &str,
        request: &str,
        schema: &str,
        mut parameters: Vec<Value>,
        example: &Value,
    ) -> Value {
        parameters.extend(write_parameters(true));
        let mut answers = answers(&["400", "401", "403", "404", "409", "412", "413", "415", "422", "428"]);
        answers
            .insert("200".into(), ok("The record as it is now, or would be (`dry_run=true`).", schema, true));
        let body = json!({"required": true, "content": {"application/merge-patch+json": {
            "schema": {"$ref": format!("#/components/schemas/{request}")}, "example": example}}});
        self.operation(operation, summary,
            "A merge patch (RFC 7396): members left out stay as they are, null takes a value away, lists are replaced whole. Members that the server sets may come along unchanged.",
            parameters, Some(body), answers)
    }

    fn delete(&self, operation: &str, summary: &str, schema: &str, mut parameters: Vec<Value>) -> Value {
        parameters.extend(write_parameters(true));
        let mut answers = answers(&["400", "401", "403", "404", "409", "412", "428"]);
        answers.insert("200".into(), ok("What would be deleted (`dry_run=true`).", schema, false));
        answers.insert("204".into(), json!({"description": "Deleted. History keeps the record."}));
        self.operation(
            operation,
            summary,
            "Refused while other records refer to it; the answer names them.",
            parameters,
            None,
            answers,
        )
    }

    pub fn operation(
        &self,
        id: &str,
        summary: &str,
        description: &str,
        parameters: Vec<Value>,
        body: Option<Value>,
        answers: Map<String, Value>,
    ) -> Value {
        let mut operation = json!({
            "tags": [self.tag], "operationId": id, "summary": summary, "description": description,
            "parameters": parameters, "security": [{"token": []}], "responses": answers,
        });
        if let Some(body) = body {
            operation["requestBody"] = body;
        }
        operation
    }
}

fn write_parameters(matched: bool) -> Vec<Value> {
    let mut names = vec!["DryRun", "AsOf", "Reason", "Prefer"];
    if matched {
        names.push("IfMatch");
    }
    names.into_iter().map(|name| json!({"$ref": format!("#/components/parameters/{name}")})).collect()
}

fn ok(description: &str, schema: &str, tagged: bool) -> Value {
    let mut response = json!({"description": description,
        "content": {"application/json": {"schema": {"$ref": format!("#/components/schemas/{schema}")}}}});
    if tagged {
        response["headers"] = json!({"ETag": {"$ref": "#/components/headers/ETag"}});
    }
    response
}

/// Shared answers by status, with those that any operation can give.
pub fn answers(codes: &[&str]) -> Map<String, Value> {
    let any = ["408", "500", "503"];
    codes.iter().chain(&any).map(|code| ((*code).to_owned(), json!({"$ref": format!("#/components/responses/{}", super::super::openapi::response_name(code))}))).collect()
}
