//! From the parameters of a list to a typed query: filters with operators, relations, search, order, page.
use super::ask::{Ask, Moment, Params};
use super::cursor::{Cursor, binding};
use crate::shared::dates::{DATE_EXPECTED, is_business_date};
use crate::shared::formats;
use crate::shared::identifier::normalise;
use crate::shared::text::fold;
use crate::state::AppState;
use crate::store::Resource;
use crate::store::listing::{Field, Filter, Kind, Op, Operand, Order, Query, Relation};
use crate::store::table::TIERS;
use serde_json::json;

pub const MOST: u64 = 200;
pub const USUAL: u64 = 50;
/// Values of one filter.
const MOST_VALUES: usize = 200;
/// Characters of one value: SQLite takes no pattern above 50 000 bytes.
const MOST_CHARS: usize = 1000;

/// A list query, with what the cursor said about the date.
pub struct Listing {
    pub query: Query<'static>,
    pub moment: Moment,
    pub binding: String,
}

/// Takes everything that decides which records come, in which order. Faults stay in the parameters.
pub fn listing(ask: &mut Ask, state: &AppState, resource: &'static Resource) -> Listing {
    let binding = binding(ask.uri.path(), ask.params.pairs());
    let asked = ask.params.date("as_of");
    let mut as_of = asked.unwrap_or_else(|| crate::clock::today(state.clock.now(), state.config.time_zone));
    let known_at = ask.known_at(state);
    let params = &mut ask.params;
    let mut after = None;
    if let Some(text) = params.text("cursor") {
        let cursor = Cursor::open(&text, &state.cursor_key);
        match cursor.filter(|c| c.binding == binding && asked.is_none_or(|date| date == c.as_of)) {
            Some(cursor) => (as_of, after) = (cursor.as_of, Some(cursor.after)),
            None => params.refuse("cursor", "invalid_cursor", json!({})),
        }
    }
    let filters = filters(ask, resource);
    let params = &mut ask.params;
    let query = Query {
        filters,
        orders: orders(params, resource),
        after,
        limit: params.count("limit", USUAL, MOST),
        total: params.flag("include_total").unwrap_or(false),
        facets: facets(params, resource),
    };
    Listing { query, moment: Moment { as_of, known_at }, binding }
}

/// Takes everything that decides which records come: members, relations, words, and since when. Faults stay in the
/// parameters.
pub fn filters(ask: &mut Ask, resource: &'static Resource) -> Vec<Filter<'static>> {
    if !ask.caller.has_role() {
        refuse_withheld(&mut ask.params, resource);
    }
    let params = &mut ask.params;
    let mut filters = Vec::new();
    for field in resource.list_fields() {
        members(params, field, &mut filters);
    }
    filters.extend(related(params, resource.relations));
    if let Some(words) = params.text("q") {
        if fold(&words).is_empty() || words.chars().count() > 200 {
            let expected = "1 to 200 characters to search for";
            params.refuse("q", "invalid_value", json!({"value": words, "expected": expected}));
        }
        filters.push(Filter::Search(words));
    }
    if let Some(at) = params.instant("updated_since") {
        filters.push(Filter::UpdatedSince(at));
    }
    filters
}

/// Takes filters across relations. Faults stay in the parameters.
pub fn related(params: &mut Params, relations: &'static [Relation]) -> Vec<Filter<'static>> {
    let mut filters = Vec::new();
    for relation in relations {
        if let Some(keys) = params.list(relation.name) {
            if keys.len() > MOST_VALUES {
                params.refuse(relation.name, "too_many", json!({"max": MOST_VALUES}));
                continue;
            }
            let (ids, codes) = keys.iter().map(|key| key.parse().map_err(|_| key.clone())).fold(
                (Vec::new(), Vec::new()),
                |(mut ids, mut codes), key| {
                    match key {
                        Ok(id) => ids.push(id),
                        Err(code) => codes.push(code),
                    }
                    (ids, codes)
                },
            );
            let has_code = crate::REGISTER.find(relation.resource).is_some_and(|r| r.code.is_some());
            if let Some(code) = codes.iter().find(|code| !has_code || !is_key(code)) {
                let or_code = if has_code { " or its code" } else { "" };
                let expected = format!("the id of a {}{or_code}", relation.resource);
                params.refuse(relation.name, "invalid_value", json!({"value": code, "expected": expected}));
            }
            filters.push(Filter::Related { relation, ids, codes });
        }
    }
    filters
}

/// Refuses what would tell of groups of fields that may be withheld: filters, orders and counts by their members.
fn refuse_withheld(params: &mut Params, resource: &'static Resource) {
    let groups = resource.publishing.as_ref().map_or(&[][..], |publishing| publishing.groups);
    let tells = |path: &str| groups.iter().any(|group| group.holds(path)) || path.starts_with(TIERS);
    let mut told: Vec<(String, String)> = Vec::new();
    for (name, value) in params.pairs() {
        let path = name.split('[').next().unwrap_or_default();
        let paths: Vec<&str> = match path {
            "sort" | "facets" => value.split(',').map(|path| path.trim().trim_start_matches('-')).collect(),
            _ => vec![path],
        };
        told.extend(paths.into_iter().filter(|path| tells(path)).map(|path| (name.clone(), path.to_owned())));
    }
    for (name, path) in told {
        params.refuse(&name, "withheld", json!({"value": path}));
    }
}

/// Whether a text could be a code of any resource: what the document's pattern of keys says.
fn is_key(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
}

/// `member=…` and `member[op]=…`.
fn members(params: &mut Params, field: &'static Field, filters: &mut Vec<Filter<'static>>) {
    params.allow(field.path);
    let names: Vec<(String, String)> = params
        .pairs()
        .iter()
        .filter(|(name, _)| {
            name.strip_prefix(field.path).is_some_and(|rest| rest.is_empty() || rest.starts_with('['))
        })
        .cloned()
        .collect();
    for (name, text) in names {
        params.allow(name.clone());
        let operators = field.kind.operators();
        let given = match &name[field.path.len()..] {
            "" => Some(Op::Eq),
            bracket => Op::ALL.into_iter().find(|op| bracket == format!("[{}]", op.code())),
        };
        let Some(op) = given.filter(|op| operators.contains(op)) else {
            let allowed: Vec<&str> = operators.iter().map(|op| op.code()).collect();
            params.refuse(&name, "unknown_operator", json!({"allowed": allowed}));
            continue;
        };
        let kind = if op == Op::IsNull { Kind::Flag } else { field.kind };
        let single = matches!(op, Op::Gt | Op::Gte | Op::Lt | Op::Lte | Op::IsNull);
        let texts = if single { vec![text.clone()] } else { split(&text) };
        if texts.len() > MOST_VALUES {
            params.refuse(&name, "too_many", json!({"max": MOST_VALUES}));
            continue;
        }
        if texts.iter().any(|text| text.chars().count() > MOST_CHARS) {
            params.refuse(&name, "too_long", json!({"max": MOST_CHARS}));
            continue;
        }
        let mut values = Vec::new();
        // A word of another spelling is in no record: that is a slip to be told, not an empty list.
        let narrower =
            field.format.filter(|_| matches!(op, Op::Eq | Op::Ne | Op::In)).and_then(formats::named);
        for text in texts {
            if let Some(format) = narrower.filter(|format| !(format.check)(&text)) {
                let expected = format!("a {} such as {}", format.name.replace('-', " "), format.example);
                params.refuse(&name, "invalid_value", json!({"value": text, "expected": expected}));
                continue;
            }
            match operand(kind, &text) {
                Ok(value) => values.push(value),
                Err(expected) => {
                    params.refuse(&name, "invalid_value", json!({"value": text, "expected": expected}));
                }
            }
        }
        // Amounts are compared in minor units, of two digits unless the asked currency says otherwise.
        if let (Kind::Money, Op::Eq | Op::Gt | Op::Gte | Op::Lt | Op::Lte) = (field.kind, op) {
            let currency = format!("{}.currency", field.path.trim_end_matches(".amount"));
            let Some(code) = params.pairs().iter().find(|(n, _)| *n == currency).map(|(_, v)| v.clone())
            else {
                params.refuse(&name, "needs_currency", json!({"parameter": currency}));
                continue;
            };
            values = vec![match minor(&text, &code) {
                Some(minor) => Operand::Integer(minor),
                None => {
                    let expected = "an amount such as 1000.00, in one currency";
                    params.refuse(&name, "invalid_value", json!({"value": text, "expected": expected}));
                    continue;
                }
            }];
        }
        filters.push(Filter::Member { field, op, values });
    }
}

/// An amount in a currency's minor units.
fn minor(amount: &str, currency: &str) -> Option<i64> {
    let money: crate::shared::money::Money =
        serde_json::from_value(json!({"amount": amount, "currency": currency})).ok()?;
    money.minor().ok()
}

/// At commas; `\,` is a comma in a value.
fn split(text: &str) -> Vec<String> {
    let (mut values, mut current, mut escaped) = (Vec::new(), String::new(), false);
    for c in text.chars() {
        match c {
            '\\' if !escaped => escaped = true,
            ',' if !escaped => values.push(std::mem::take(&mut current)),
            c => {
                if escaped && c != ',' && c != '\\' {
                    current.push('\\');
                }
                current.push(c);
                escaped = false;
            }
        }
    }
    if escaped {
        current.push('\\');
    }
    values.push(current);
    values
}

/// Whether a text has one of the named formats.
fn formatted(name: &str, text: &str) -> bool {
    formats::named(name).is_some_and(|format| (format.check)(text))
}

/// Reads a value as its kind; else what was expected.
fn operand(kind: Kind, text: &str) -> Result<Operand, String> {
    match kind {
        Kind::Text | Kind::Folded(_) | Kind::Listed(_) | Kind::Identifiers => {
            // What is compared must hold something: an empty pattern is in every text.
            let compared = match kind {
                Kind::Folded(form) => form(text),
                Kind::Identifiers => normalise(text),
                _ => text.to_owned(),
            };
            if compared.is_empty() { Err("some text".into()) } else { Ok(Operand::Text(text.into())) }
        }
        Kind::Word(list) => match list.terms.iter().any(|term| term.code == text) {
            true => Ok(Operand::Text(text.into())),
            false => {
                let words: Vec<&str> = list.terms.iter().map(|t| t.code).collect();
                Err(format!("one of {}", words.join(", ")))
            }
        },
        Kind::Judged(judged) => match (judged.words)() {
            words if words.contains(&text) => Ok(Operand::Text(text.into())),
            words => Err(format!("one of {}", words.join(", "))),
        },
        Kind::Id => text.parse().map(Operand::Id).map_err(|_| "a UUID".into()),
        Kind::Date => match text.parse() {
            Ok(date) if is_business_date(text) => Ok(Operand::Date(date)),
            _ => Err(DATE_EXPECTED.into()),
        },
        Kind::Instant => match chrono::DateTime::parse_from_rfc3339(text) {
            Ok(at) if formatted("date-time", text) => Ok(Operand::Instant(at.to_utc())),
            _ => Err("an instant such as 2026-11-22T10:00:00Z".into()),
        },
        Kind::Integer => text.parse().map(Operand::Integer).map_err(|_| "a whole number".into()),
        // Read again with its currency by the caller.
        Kind::Money => match formatted("decimal", text) {
            true => Ok(Operand::Text(text.into())),
            false => Err("an amount such as 1000.00".into()),
        },
        Kind::Flag => text.parse().map(Operand::Flag).map_err(|_| "true or false".into()),
    }
}

fn orders(params: &mut Params, resource: &'static Resource) -> Vec<Order<'static>> {
    let mut orders: Vec<Order<'static>> = Vec::new();
    for item in params.list("sort").unwrap_or_default() {
        let (path, descending) = item.strip_prefix('-').map_or((item.as_str(), false), |p| (p, true));
        match resource.list_fields().find(|f| f.sortable && f.path == path) {
            Some(field) if orders.iter().all(|o| o.field.path != field.path) => {
                orders.push(Order { field, descending });
            }
            Some(_) => params.refuse("sort", "duplicate_parameter", json!({})),
            None => {
                let allowed: Vec<&str> =
                    resource.list_fields().filter(|f| f.sortable).map(|f| f.path).collect();
                params.refuse("sort", "unknown_path", json!({"value": path, "allowed": allowed}));
            }
        }
    }
    orders
}

fn facets(params: &mut Params, resource: &'static Resource) -> Vec<&'static Field> {
    let mut facets = Vec::new();
    for path in params.list("facets").unwrap_or_default() {
        match resource.list_fields().find(|f| f.facet && f.path == path) {
            Some(field) => facets.push(field),
            None => {
                let allowed: Vec<&str> = resource.list_fields().filter(|f| f.facet).map(|f| f.path).collect();
                params.refuse("facets", "unknown_path", json!({"value": path, "allowed": allowed}));
            }
        }
    }
    facets
}

#[cfg(test)]
mod tests {
    use super::split;
    use proptest::prelude::*;

    #[test]
    fn values_are_separated_by_commas_that_are_not_escaped() {
        assert_eq!(split("a,b"), ["a", "b"]);
        assert_eq!(split(r"a\,b,c"), ["a,b", "c"]);
        assert_eq!(split(r"a\b\\"), [r"a\b\"]);
        assert_eq!(split(""), [""]);
    }
    proptest! {
        #[test]
        fn escaped_values_come_apart_as_they_were(values in prop::collection::vec("[a-z,\\\\ ]{0,6}", 1..5)) {
            let escaped: Vec<String> =
                values.iter().map(|value| value.replace('\\', r"\\").replace(',', r"\,")).collect();
            prop_assert_eq!(split(&escaped.join(",")), values);
        }
    }
}
