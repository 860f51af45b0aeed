//! The parameters of lists in the document: every filter with every operator, as it is spelled in an address.
use super::resource::{Face, shared};
use crate::shared::dates::DATE_PATTERN;
use crate::store::listing::{COMMON, Field, Kind, Op, Relation};
use serde_json::{Map, Value, json};

/// One value, or several separated by commas.
const TEXTS: &str = "^[^\\u0000]+$";
const WORDS: &str = "^[a-z][a-z0-9_]*(,[a-z][a-z0-9_]*)*$";
const IDS: &str = "^[0-9A-Fa-f-]{36}(,[0-9A-Fa-f-]{36})*$";
const KEYS: &str = "^[0-9A-Za-z][0-9A-Za-z._-]*(,[0-9A-Za-z][0-9A-Za-z._-]*)*$";
const DATES: &str = "^(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}(,(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2})*$";
const INSTANTS: &str = "^[0-9T:.,Z+-]+$";
const NUMBERS: &str = "^-?[0-9]{1,19}(,-?[0-9]{1,19})*$";
const ORDER: &str = "^-?[a-z][a-z0-9_.]*(,-?[a-z][a-z0-9_.]*)*$";
const MEMBERS: &str = "^[a-z][a-z0-9_.]*(,[a-z][a-z0-9_.]*)*$";

pub fn of_list(face: &Face) -> Vec<Value> {
    let resource = face.resource;
    let mut parameters: Vec<Value> = [
        "Limit",
        "Cursor",
        "IncludeTotal",
        "AsOf",
        "KnownAt",
        "Search",
        "UpdatedSince",
        "Format",
        "Columns",
        "IfNoneMatch",
    ]
    .map(shared)
    .to_vec();
    let sortable: Vec<&str> = resource.list_fields().filter(|f| f.sortable).map(|f| f.path).collect();
    parameters.push(text(
        "sort",
        &format!("Members to sort by, separated by commas, `-` before one for descending: {}. Records without a value come last; ties go by id.", sortable.join(", ")),
        2000,
        ORDER,
    ));
    let counted: Vec<&str> = resource.list_fields().filter(|f| f.facet).map(|f| f.path).collect();
    if !counted.is_empty() {
        parameters.push(text(
            "facets",
            &format!(
                "Members whose values are counted over the whole filtered list, separated by commas: {}.",
                counted.join(", ")
            ),
            2000,
            MEMBERS,
        ));
    }
    parameters.extend(of_filters(face));
    parameters
}

/// Relations and members that lists are filtered by.
pub fn of_filters(face: &Face) -> Vec<Value> {
    let (resource, mut parameters) = (face.resource, Vec::new());
    parameters.extend(of_relations(resource.relations));
    for field in &COMMON {
        for op in documented(field) {
            parameters.push(shared(&shared_name(field, op)));
        }
    }
    for field in resource.fields {
        parameters.extend(documented(field).map(|op| filter(field, op)));
    }
    parameters
}

/// Filters across relations.
pub fn of_relations(relations: &[Relation]) -> Vec<Value> {
    let one = |relation: &Relation| {
        let (keys, pattern) = match crate::REGISTER.find(relation.resource).and_then(|r| r.code) {
            Some(_) => ("ids or codes", KEYS),
            None => ("ids", IDS),
        };
        let about = format!("{} Any of these {keys}, separated by commas.", relation.meaning);
        text(relation.name, &about, 10_000, pattern)
    };
    relations.iter().map(one).collect()
}

/// The filters of members that every list has, by the name under which lists refer to them.
pub fn shared_filters() -> Map<String, Value> {
    let each = COMMON.iter().flat_map(|field| documented(field).map(move |op| (field, op)));
    each.map(|(field, op)| (shared_name(field, op), filter(field, op))).collect()
}

fn shared_name(field: &Field, op: Op) -> String {
    format!("{}.{}", field.path, op.code())
}

/// Every operator with a meaning of its own: `in` says what no operator says.
fn documented(field: &Field) -> impl Iterator<Item = Op> {
    field.kind.operators().iter().copied().filter(|op| *op != Op::In)
}

/// A parameter that is a text.
pub fn text(name: &str, description: &str, max: usize, pattern: &str) -> Value {
    json!({"name": name, "in": "query", "description": description,
        "schema": {"type": "string", "minLength": 1, "maxLength": max, "pattern": pattern}})
}

fn filter(field: &Field, op: Op) -> Value {
    let name = match op {
        Op::Eq => field.path.to_owned(),
        op => format!("{}[{}]", field.path, op.code()),
    };
    let meaning = match op {
        Op::Eq | Op::In => "is any of these",
        Op::Ne => "is none of these",
        Op::Gt => "is greater (later)",
        Op::Gte => "is greater (later) or equal",
        Op::Lt => "is less (earlier)",
        Op::Lte => "is less (earlier) or equal",
        Op::Contains => "contains this, upper and lower case alike",
        Op::IsNull => "has no value (true) or has one (false)",
    };
    json!({"name": name, "in": "query", "description": format!("Where `{}` {meaning}.", field.path), "schema": schema(field.kind, op)})
}

fn schema(kind: Kind, op: Op) -> Value {
    let single = matches!(op, Op::Gt | Op::Gte | Op::Lt | Op::Lte);
    let listed =
        |pattern: &str| json!({"type": "string", "minLength": 1, "maxLength": 10_000, "pattern": pattern});
    match (kind, op) {
        (_, Op::IsNull) | (Kind::Flag, _) => json!({"type": "boolean"}),
        (Kind::Date, _) if single => {
            json!({"type": "string", "format": "date", "maxLength": 10, "pattern": DATE_PATTERN})
        }
        (Kind::Instant, _) if single => json!({"type": "string", "format": "date-time", "maxLength": 40}),
        (Kind::Integer, _) if single => {
            json!({"type": "integer", "format": "int64", "minimum": i64::MIN, "maximum": i64::MAX})
        }
        (Kind::Money, _) => {
            json!({"type": "string", "format": "decimal", "pattern": "^-?[0-9]{1,15}(\\.[0-9]{1,4})?$", "maxLength": 21})
        }
        (Kind::Word(list), _) => {
            let words: Vec<&str> = list.terms.iter().map(|t| t.code).collect();
            json!({"type": "string", "minLength": 1, "maxLength": 4000, "pattern": WORDS, "x-known-values": words})
        }
        (Kind::Judged(judged), _) => {
            json!({"type": "string", "minLength": 1, "maxLength": 200, "pattern": WORDS, "x-known-values": (judged.words)()})
        }
        (Kind::Id, _) => listed(IDS),
        (Kind::Date, _) => listed(DATES),
        (Kind::Instant, _) => listed(INSTANTS),
        (Kind::Integer, _) => listed(NUMBERS),
        _ => listed(TEXTS),
    }
}
