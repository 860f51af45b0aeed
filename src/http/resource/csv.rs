//! Lists as CSV (RFC 4180): flat, typed, in a stable order of columns, and no cell that a spreadsheet would run.
use super::{Expand, Face};
use crate::http::ask::Params;
use crate::http::messages::Language;
use crate::store::Record;
use crate::store::listing::{Field, Kind};
use axum::http::HeaderValue;
use serde_json::{Value, json};

pub const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("text/csv; charset=utf-8; header=present");

/// Parameters that shape JSON.
const JSON_ONLY: [&str; 4] = ["expand", "facets", "fields", "include_total"];

/// The columns asked for, else all members that lists know, in their order. Refuses parameters of the other format:
/// they would be ignored.
pub fn columns(params: &mut Params, face: &'static Face, as_csv: bool) -> Vec<String> {
    let others: &[&str] = if as_csv { &JSON_ONLY } else { &["columns"] };
    for name in others {
        if params.text(name).is_some() {
            let format = if as_csv { "json" } else { "csv" };
            params.refuse(name, "other_format", json!({"format": format}));
        }
    }
    let knows = |path: &str| Expand::default().knows(face, &path.split('.').collect::<Vec<_>>());
    let Some(asked) = params.list("columns") else {
        let usual = face.resource.list_fields().filter(|f| !matches!(f.kind, Kind::Identifiers));
        let path = |field: &Field| match field.kind {
            Kind::Listed(Some(member)) => format!("{}.{member}", field.column),
            _ => field.path.to_owned(),
        };
        return usual.map(path).filter(|path| knows(path).is_ok()).collect();
    };
    for path in &asked {
        if let Err(allowed) = knows(path) {
            params.refuse("columns", "unknown_path", json!({"value": path, "allowed": allowed}));
        }
    }
    asked
}

/// The value at a path; in a list, the values at that path of its items.
fn value_at(value: &Value, path: &[&str]) -> Value {
    match (value, path) {
        (Value::Array(list), [_, ..]) => list.iter().map(|item| value_at(item, path)).collect(),
        (value, [first, rest @ ..]) => value_at(value.get(first).unwrap_or(&Value::Null), rest),
        (value, []) => value.clone(),
    }
}

pub fn write(records: Vec<Record>, columns: &[String], language: Language) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing into memory can't fail.
    let _ = writer.write_record(columns);
    for record in records {
        let record = Value::Object(record);
        let of = |path: &String| cell(&value_at(&record, &path.split('.').collect::<Vec<_>>()), language);
        let _ = writer.write_record(columns.iter().map(of));
    }
    writer.into_inner().unwrap_or_default()
}

fn cell(value: &Value, language: Language) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => harmless(text),
        Value::Array(list) if !list.iter().any(|v| v.is_array() || v.is_object()) => {
            harmless(&list.iter().map(|v| cell(v, language)).collect::<Vec<_>>().join("; "))
        }
        // A text in several languages: the caller's, else the first.
        Value::Object(map)
            if !map.is_empty() && map.values().all(Value::is_string) && map.keys().all(|k| is_tag(k)) =>
        {
            let text = map.get(language.tag()).or_else(|| map.values().next());
            harmless(text.and_then(Value::as_str).unwrap_or_default())
        }
        other => harmless(&other.to_string()),
    }
}

fn is_tag(key: &str) -> bool {
    oxilangtag::LanguageTag::parse(key).is_ok()
        && key.split('-').next().is_some_and(|p| (2..=3).contains(&p.len()))
}

/// Spreadsheets run cells that begin so; an apostrophe before makes them text. Plain numbers stay numbers.
fn harmless(text: &str) -> String {
    // The wide forms too: some spreadsheets take them for the plain ones.
    const SIGNS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    let risky = text.starts_with(SIGNS) && text.parse::<f64>().is_err();
    if risky { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_can_become_a_formula_and_numbers_stay() {
        for (text, cell_text) in [("=1+1", "'=1+1"), ("@x", "'@x"), ("-5.00", "-5.00"), ("plain", "plain")] {
            assert_eq!(cell(&json!(text), Language::En), cell_text);
        }
        assert_eq!(cell(&json!({"lv": "Viens", "en": "One"}), Language::Lv), "Viens");
        assert_eq!(cell(&json!({"ru": "Один"}), Language::Lv), "Один");
        assert_eq!(cell(&json!(["a", "b"]), Language::En), "a; b");
    }
}
