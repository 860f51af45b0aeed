//! What rules look at of amendments, suspensions and reports, out of their rows. Pure.
use crate::compliance::rules::facts::{
    Amendment, AmendmentKind, AmendmentStatus, Change, Report, Suspension,
};
use crate::shared::money::Money;
use crate::store::Row;
use crate::store::read::{date_in, text_in};
use chrono::NaiveDate;
use serde_json::Value;

/// An amendment; none for corrections, by which nothing is agreed anew. `end` is the agreement's end as it is now.
pub fn amendment(row: &Row, end: Option<NaiveDate>) -> Option<Amendment> {
    let kind = match text_in(row, "kind")? {
        "addendum" => AmendmentKind::Addendum,
        "notification" => AmendmentKind::Notification,
        "exchange_of_letters" => AmendmentKind::ExchangeOfLetters,
        "administrative" => AmendmentKind::Administrative,
        _ => return None,
    };
    let status = match text_in(row, "status") {
        Some("in_force") => AmendmentStatus::InForce,
        Some("rejected" | "withdrawn" | "objected") => AmendmentStatus::Dropped,
        Some("draft") | None => AmendmentStatus::Draft,
        Some(_) => AmendmentStatus::Pending,
    };
    let changes = row.get("changes").unwrap_or(&Value::Null);
    let old = |field: &str| {
        let applied = row.get("applied").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        applied.iter().find(|change| change["field"] == field).map(|change| change["from"].clone())
    };
    let day = |value: &Value| value.as_str().and_then(|text| text.parse::<NaiveDate>().ok());
    let before = match status {
        AmendmentStatus::InForce => old("implementation_period").and_then(|period| day(&period["end"])),
        _ => end,
    };
    let new_end = day(&changes["implementation_period"]["end"]);
    let amount = |value: &Value| {
        let money: Option<Money> = serde_json::from_value(value.clone()).ok().flatten();
        money.map(|money| money.amount())
    };
    let new_grant = changes.get("maximum_grant").and_then(&amount);
    Some(Amendment {
        id: text_in(row, "id").unwrap_or_default().to_owned(),
        kind,
        status,
        changes: named(row, changes),
        requested_on: date_in(row, "requested_on"),
        received_on: date_in(row, "received_by_grantor_on"),
        effective_on: date_in(row, "effective_on"),
        last_signed_on: date_in(row, "signed_on"),
        end: before.zip(new_end).map(|(old, new)| Change { old, new }),
        max_grant: old("maximum_grant")
            .as_ref()
            .and_then(&amount)
            .zip(new_grant)
            .map(|(old, new)| Change { old, new }),
    })
}

/// What changes, in the words of rule A09.
fn named(row: &Row, changes: &Value) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for member in changes.as_object().into_iter().flatten().map(|(name, _)| name.as_str()) {
        let name = match member {
            "implementation_period" => "end",
            "maximum_grant" => "max_grant",
            other => other,
        };
        names.push(name.to_owned());
    }
    let terms = row.get("terms").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    names.extend(terms.iter().filter_map(|term| Some(term["path"].as_str()?.to_owned())));
    match text_in(row, "case") {
        Some("change_of_details") => names.push("address".to_owned()),
        Some("budget_reallocation") if names.is_empty() => names.push("heading_beyond_limit".to_owned()),
        Some("change_of_parties") if names.is_empty() => names.push("parties".to_owned()),
        _ => {}
    }
    names
}

/// A suspension that came about.
pub fn suspension(row: &Row) -> Option<Suspension> {
    if !matches!(text_in(row, "status"), Some("in_effect" | "lifted")) {
        return None;
    }
    let flag = |name: &str| row.get(name).and_then(Value::as_bool);
    Some(Suspension {
        id: text_in(row, "id").unwrap_or_default().to_owned(),
        from: date_in(row, "from"),
        to: date_in(row, "to"),
        total: Some(text_in(row, "scope") == Some("total")),
        extends_end: flag("extends_end"),
        applied: flag("end_moved"),
    })
}

/// A report. Its figures come with budgets.
pub fn report(row: &Row) -> Report {
    let period = date_in(row, "period_start").zip(date_in(row, "period_end"));
    Report {
        id: text_in(row, "id").unwrap_or_default().to_owned(),
        kind: text_in(row, "kind").unwrap_or_default().to_owned(),
        submitted_on: date_in(row, "submitted_on"),
        narrative_period: period,
        financial_period: period,
        ..Report::default()
    }
}
