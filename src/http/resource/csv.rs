//! Lists as CSV (RFC 4180): flat, typed, in a stable order of columns, and no cell that a spreadsheet would run.
use super::Face;
use crate::http::ask::Params;
use crate::http::messages::Language;
use crate::shared::record::at_path;
use crate::store::Record;
use crate::store::listing::Kind;
use axum::http::HeaderValue;
use serde_json::{Value, json};

pub const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("text/csv; charset=utf-8; header=present");

/// The columns asked for, else all members that lists know, in their order.
pub fn columns(params: &mut Params, face: &'static Face, as_csv: bool) -> Vec<String> {
    let Some(asked) = params.list("columns") else {
        let members = super::schema::members(face);
        let known = |path: &str| members.iter().any(|m| m == path.split('.').next().unwrap_or_default());
        let fields =
            face.resource.list_fields().filter(|f| !matches!(f.kind, Kind::Identifiers) && known(f.path));
        return fields.map(|f| f.path.to_owned()).collect();
    };
    let known = super::schema::members(face);
    for path in &asked {
        if !as_csv || !known.iter().any(|k| k == path.split('.').next().unwrap_or_default()) {
            params.refuse("columns", "unknown_path", json!({"value": path, "allowed": known}));
        }
    }
    asked
}

pub fn write(records: &[Record], columns: &[String], language: Language) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing into memory can't fail.
    let _ = writer.write_record(columns);
    for record in records {
        let _ = writer.write_record(columns.iter().map(|path| cell(at_path(record, path), language)));
    }
    writer.into_inner().unwrap_or_default()
}

fn cell(value: &Value, language: Language) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => harmless(text),
        Value::Array(list) if list.iter().all(|v| v.is_string() || v.is_number()) => {
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
    let risky = text.starts_with(['=', '+', '-', '@', '\t', '\r']) && text.parse::<f64>().is_err();
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
