//! What a schema can't say of a regime: terms that run forwards, rules that exist, patterns that end, numbers that are kept
//! exactly, names that stand once. Pure; every fault has its place.
use super::calendar::holidays;
use super::catalogue::{RULES, is_known};
use super::model::{Parent, RegimeKey, Term, VERSION, is_id};
use super::pattern;
use crate::shared::check::{Faults, pointer_segment};
use crate::shared::codes::{CurrencyCode, LanguageTag};
use chrono::NaiveDate;
use serde_json::{Value, json};
use std::collections::HashSet;

/// Entries of one list with ids: more than any funder has.
const MOST_ENTRIES: usize = 500;
/// Members whose value is a share of one.
const SHARES: [&str; 4] = ["rate", "max_rate", "limit", "ceiling_of_grant"];
const TERM: &str = "P60D, P3M, P1Y6M";

/// What is wrong with a document by itself, whatever it inherits.
pub fn check(document: &Value) -> Faults {
    let mut faults = Faults::default();
    identity(document, &mut faults);
    exact(document, "", &mut faults);
    if let Some(text) = document["reference_pattern"].as_str()
        && let Err((code, params)) = pattern::check(text)
    {
        faults.add("/reference_pattern", code, params);
    }
    languages(&document["label"], "/label", &mut faults);
    period(&document["applies_to"], &mut faults);
    places(document, &mut faults);
    money(document, &mut faults);
    for (index, heading) in list(&document["budget"]["headings"]) {
        languages(&heading["label"], &format!("/budget/headings/{index}/label"), &mut faults);
    }
    for (at, id) in [
        ("/budget/headings", "code"),
        ("/reporting/obligations", "id"),
        ("/visibility/elements", "id"),
        ("/rules", "rule"),
    ] {
        once(document, at, id, &mut faults);
    }
    for (index, entry) in list(&document["reporting"]["obligations"]) {
        let at = |name: &str| format!("/reporting/obligations/{index}/{name}");
        term(&entry["offset"], &at("offset"), &mut faults);
        word(&entry["id"], &ENTRY, &at("id"), &mut faults);
        for name in ["doc_type", "by_role", "to_role"] {
            word(&entry[name], &WORD, &at(name), &mut faults);
        }
    }
    for (index, entry) in list(&document["evidence"]) {
        term(&entry["within"], &format!("/evidence/{index}/within"), &mut faults);
    }
    for (index, element) in list(&document["visibility"]["elements"]) {
        word(&element["id"], &ENTRY, &format!("/visibility/elements/{index}/id"), &mut faults);
        for (text, entry) in list(&element["texts"]) {
            let at = format!("/visibility/elements/{index}/texts/{text}/lang");
            language(entry["lang"].as_str().unwrap_or_default(), &at, &mut faults);
        }
    }
    for (index, entry) in list(&document["rules"]) {
        let rule = entry["rule"].as_str().unwrap_or_default();
        if !is_known(rule) {
            faults.add(
                format!("/rules/{index}/rule"),
                "unknown_rule",
                json!({"rule": rule, "known": RULES.as_slice()}),
            );
        }
        parameters(&entry["with"], "", &format!("/rules/{index}/with"), &mut faults);
    }
    parameters(&document["payments"], "", "/payments", &mut faults);
    between(&document["reporting"]["period_months"], 1, 120, "/reporting/period_months", &mut faults);
    between(&document["retention"]["years"], 0, 100, "/retention/years", &mut faults);
    between(&document["retention"]["low_value"]["years"], 0, 100, "/retention/low_value/years", &mut faults);
    faults
}

/// What is wrong with a document once it has all that it inherits.
pub fn check_whole(document: &Value) -> Faults {
    let mut faults = Faults::default();
    let obligations: Vec<&str> =
        list(&document["reporting"]["obligations"]).filter_map(|(_, entry)| entry["id"].as_str()).collect();
    for (index, entry) in list(&document["reporting"]["obligations"]) {
        let Some(replaced) = entry["replaces"].as_str() else { continue };
        let at = format!("/reporting/obligations/{index}/replaces");
        if entry["id"] == replaced {
            faults.add(at, "refers_to_itself", json!({}));
        } else if !obligations.contains(&replaced) {
            faults.add(at, "unknown_entry", json!({"value": replaced, "known": obligations}));
        }
    }
    let budget = &document["budget"];
    let headings: Vec<&str> =
        list(&budget["headings"]).filter_map(|(_, entry)| entry["code"].as_str()).collect();
    let bases = list(&budget["indirect"]["base_includes"])
        .map(|(index, code)| (format!("/budget/indirect/base_includes/{index}"), code))
        .chain([("/budget/contingency/base".to_owned(), &budget["contingency"]["base"])]);
    for (at, code) in bases.filter(|_| !headings.is_empty()) {
        if let Some(code) = code.as_str().filter(|code| !headings.contains(code)) {
            faults.add(at, "unknown_entry", json!({"value": code, "known": headings}));
        }
    }
    faults
}

fn list(value: &Value) -> impl Iterator<Item = (usize, &Value)> {
    value.as_array().into_iter().flatten().enumerate()
}

fn identity(document: &Value, faults: &mut Faults) {
    let of = |name: &str| document[name].as_str().unwrap_or_default().to_owned();
    let key = RegimeKey { id: of("id"), version: of("version") };
    // `/v1/regimes/schema` is an address already.
    if key.id == "schema" || !is_id(&key.id) {
        faults.add("/id", "already_taken", json!({"value": key.id}));
    }
    if key.order().is_none() {
        faults.add("/version", "wrong_pattern", json!({"pattern": VERSION}));
    }
    if let Some(text) = document["extends"].as_str()
        && Parent::parse(text).is_none()
    {
        faults.add("/extends", "unknown_regime", json!({"regime": text}));
    }
}

/// JSON readers keep fractions and large numbers as they can: whole numbers are exact everywhere up to 2^53.
fn exact(value: &Value, at: &str, faults: &mut Faults) {
    const MOST: u64 = 1 << 53;
    match value {
        Value::Number(number) if number.as_i64().is_none_or(|n| n.unsigned_abs() > MOST) => {
            faults.add(at, "not_exact", json!({"value": number}));
        }
        Value::Array(_) => {
            list(value).for_each(|(index, below)| exact(below, &format!("{at}/{index}"), faults));
        }
        Value::Object(map) => {
            for (name, below) in map {
                exact(below, &format!("{at}{}", pointer_segment(name)), faults);
            }
        }
        _ => {}
    }
}

fn languages(texts: &Value, at: &str, faults: &mut Faults) {
    for (tag, _) in texts.as_object().into_iter().flatten() {
        language(tag, &format!("{at}{}", pointer_segment(tag)), faults);
    }
}

fn language(tag: &str, at: &str, faults: &mut Faults) {
    if LanguageTag::parse(tag).is_err() {
        faults.add(at, "wrong_format", json!({"format": "language-tag", "example": "lv"}));
    }
}

fn period(applies: &Value, faults: &mut Faults) {
    let date = |name: &str| applies[name].as_str().and_then(|text| text.parse::<NaiveDate>().ok());
    if let (Some(start), Some(end)) = (date("signed_from"), date("signed_before"))
        && end <= start
    {
        faults.add("/applies_to/signed_before", "before_start", json!({"start": start, "end": end}));
    }
}

/// Texts that addresses, keys and paths of parameters carry: what they look like, in both ways of saying it.
struct Form {
    pattern: &'static str,
    most: usize,
    allowed: fn(u8) -> bool,
}

const ENTRY: Form = Form {
    pattern: "^[A-Za-z0-9_.-]{1,60}$",
    most: 60,
    allowed: |b| b.is_ascii_alphanumeric() || b"_.-".contains(&b),
};
const WORD: Form = Form {
    pattern: "^[a-z0-9_]{1,40}$",
    most: 40,
    allowed: |b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_',
};

fn word(value: &Value, form: &Form, at: &str, faults: &mut Faults) {
    let fits = |text: &str| (1..=form.most).contains(&text.len()) && text.bytes().all(form.allowed);
    if value.as_str().is_some_and(|text| !fits(text)) {
        faults.add(at, "wrong_pattern", json!({"pattern": form.pattern}));
    }
}

fn places(document: &Value, faults: &mut Faults) {
    if let Some(name) = document["calendar"]["holidays"].as_str()
        && !holidays::LISTS.contains(&name)
    {
        faults.add("/calendar/holidays", "not_in_list", json!({"allowed": holidays::LISTS}));
    }
    if let Some(zone) = document["calendar"]["timezone"].as_str()
        && zone.parse::<chrono_tz::Tz>().is_err()
    {
        let expected = "a name of the IANA database such as Europe/Riga";
        faults.add("/calendar/timezone", "invalid_value", json!({"value": zone, "expected": expected}));
    }
}

fn money(document: &Value, faults: &mut Faults) {
    if let Some(currency) = document["money"]["currency"].as_str()
        && CurrencyCode::parse(currency).is_err()
    {
        faults.add("/money/currency", "wrong_format", json!({"format": "currency-code", "example": "EUR"}));
    }
    let at = "/retention/low_value/max_grant";
    if let Some(amount) = document.pointer(at).and_then(Value::as_str) {
        decimal("max_grant", amount, at, faults);
    }
}

fn once(document: &Value, at: &str, id: &str, faults: &mut Faults) {
    let entries = document.pointer(at).unwrap_or(&Value::Null);
    if entries.as_array().is_some_and(|entries| entries.len() > MOST_ENTRIES) {
        faults.add(at, "too_many", json!({"max": MOST_ENTRIES}));
    }
    let mut seen = HashSet::new();
    for (index, entry) in list(entries) {
        if let Some(name) = entry[id].as_str()
            && !seen.insert(name)
        {
            faults.add(format!("{at}/{index}/{id}"), "not_unique", json!({"value": name}));
        }
    }
}

fn term(value: &Value, at: &str, faults: &mut Faults) {
    if let Some(text) = value.as_str()
        && Term::parse(text).is_none()
    {
        faults.add(at, "not_a_term", json!({"value": text, "examples": TERM}));
    }
}

/// Parameters of rules and payments have no schema: what their values are meant as is seen by how they are written.
fn parameters(value: &Value, name: &str, at: &str, faults: &mut Faults) {
    match value {
        Value::String(text) if Term::is_meant(text) => term(value, at, faults),
        Value::String(text) => decimal(name, text, at, faults),
        Value::Array(_) => {
            list(value).for_each(|(index, below)| parameters(below, name, &format!("{at}/{index}"), faults))
        }
        Value::Object(map) => {
            for (name, below) in map {
                parameters(below, name, &format!("{at}{}", pointer_segment(name)), faults);
            }
        }
        _ => {}
    }
}

/// A text of digits is an amount or a share. What is written otherwise is no number.
fn decimal(name: &str, text: &str, at: &str, faults: &mut Faults) {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) {
        return;
    }
    let zero = |part: &str| part.bytes().all(|b| b == b'0');
    let above_one = !zero(whole) && (whole.trim_start_matches('0') != "1" || !zero(fraction));
    if negative {
        faults.add(at, "negative", json!({}));
    } else if whole.len() > 15 || fraction.len() > 6 || (SHARES.contains(&name) && above_one) {
        faults.add(at, "out_of_range", json!({"value": text}));
    }
}

fn between(value: &Value, min: i64, max: i64, at: &str, faults: &mut Faults) {
    match value.as_i64() {
        Some(number) if number < min => faults.add(at, "too_small", json!({"min": min})),
        Some(number) if number > max => faults.add(at, "too_large", json!({"max": max})),
        _ => {}
    }
}

#[cfg(test)]
mod tests;
