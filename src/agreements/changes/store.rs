//! The tables of amendments, suspensions and terminations, and how lists of them are filtered.
use super::model::{AmendmentFields, SuspensionFields, TerminationFields};
use crate::agreements::{AGREEMENT, under_agreement};
use crate::documents::unknown_documents;
use crate::shared::check::Faults;
use crate::shared::search::search_text;
use crate::store::aggregate::prepare;
use crate::store::listing::Field;
use crate::store::read::{Reader, date_in, id_in, text_in};
use crate::store::{Error, Life, Link, Neighbour, Record, Reference, Resource, Result, Row, Table, parse};
use chrono::NaiveDate;
use entity::vocab::{
    AmendmentCase, AmendmentKind, AmendmentStatus, ContractSide, SuspensionScope, SuspensionStatus,
    TerminationStatus, Word,
};
use futures_util::future::BoxFuture;
use serde_json::{Value, json};

const OF_AGREEMENT: [Reference; 2] =
    [Reference::to("grant_agreement_id", "grant_agreement"), Reference::to("document_id", "document")];

const TO_AGREEMENT: [Neighbour; 1] =
    [Neighbour { name: "agreement", resource: "grant_agreement", link: Link::Column("grant_agreement_id") }];

pub static AMENDMENT: Resource = Resource {
    name: "amendment",
    path: "amendments",
    table: Table::of::<entity::amendment::Entity>("amendment", &[], &["search_text"]),
    code: None,
    parse: parse::<AmendmentFields>,
    references: &OF_AGREEMENT,
    unique: &[],
    computed: |record| searched(record, &["number", "summary", "document"]),
    named_by: &[],
    parts: &[],
    neighbours: &TO_AGREEMENT,
    fields: &[
        Field::id("grant_agreement_id"),
        Field::text("number").sorted(),
        Field::word("kind", AmendmentKind::LIST),
        Field::word("case", AmendmentCase::LIST),
        Field::word("status", AmendmentStatus::LIST).sorted(),
        Field::date("status_since", "status_since"),
        Field::date("requested_on", "requested_on"),
        Field::date("received_by_grantor_on", "received_by_grantor_on"),
        Field::date("signed_on", "signed_on"),
        Field::date("effective_on", "effective_on"),
        Field::date("applied_on", "applied_on"),
    ],
    relations: under_agreement!("amendment", "Amendments"),
    life: Some(Life {
        initial: "draft",
        statuses: AmendmentStatus::LIST,
        parent: "amendment_id",
        frozen: &["in_force", "rejected", "withdrawn", "objected"],
        on_step: None,
    }),
    followed: false,
    publishing: None,
    rule: Some(fits),
    kept_for: None,
    kept_while: None,
};

pub static SUSPENSION: Resource = Resource {
    name: "suspension",
    path: "suspensions",
    table: Table::of::<entity::suspension::Entity>("suspension", &[], &["search_text"]),
    code: None,
    parse: parse::<SuspensionFields>,
    references: &OF_AGREEMENT,
    unique: &[],
    computed: |record| searched(record, &["reason", "document"]),
    named_by: &[],
    parts: &[],
    neighbours: &TO_AGREEMENT,
    fields: &[
        Field::id("grant_agreement_id"),
        Field::word("scope", SuspensionScope::LIST),
        Field::word("by", ContractSide::LIST),
        Field::word("status", SuspensionStatus::LIST).sorted(),
        Field::date("status_since", "status_since"),
        Field::date("from", "from"),
        Field::date("to", "to"),
        Field::date("notified_on", "notified_on"),
    ],
    relations: under_agreement!("suspension", "Suspensions"),
    life: Some(Life {
        initial: "draft",
        statuses: SuspensionStatus::LIST,
        parent: "suspension_id",
        frozen: &["lifted", "withdrawn"],
        on_step: None,
    }),
    followed: false,
    publishing: None,
    rule: None,
    kept_for: None,
    kept_while: None,
};

pub static TERMINATION: Resource = Resource {
    name: "termination",
    path: "terminations",
    table: Table::of::<entity::termination::Entity>("termination", &[], &["search_text"]),
    code: None,
    parse: parse::<TerminationFields>,
    references: &OF_AGREEMENT,
    unique: &[],
    computed: |record| searched(record, &["ground", "document"]),
    named_by: &[],
    parts: &[],
    neighbours: &TO_AGREEMENT,
    fields: &[
        Field::id("grant_agreement_id"),
        Field::word("by", ContractSide::LIST),
        Field::word("status", TerminationStatus::LIST).sorted(),
        Field::date("status_since", "status_since"),
        Field::date("notified_on", "notified_on"),
        Field::date("effective_on", "effective_on"),
    ],
    relations: under_agreement!("termination", "Terminations"),
    life: Some(Life {
        initial: "draft",
        statuses: TerminationStatus::LIST,
        parent: "termination_id",
        frozen: &["withdrawn"],
        on_step: None,
    }),
    followed: false,
    publishing: None,
    rule: None,
    kept_for: None,
    kept_while: None,
};

fn searched(record: &Record, members: &[&str]) -> Row {
    Row::from_iter([("search_text".to_owned(), json!(search_text(record, members)))])
}

/// An agreement's writable members as they would be with the changes of an amendment. `current` are those that it has.
pub fn amended(current: &Record, changes: &Value) -> Value {
    let mut merged = Value::Object(current.clone());
    json_patch::merge(&mut merged, changes);
    let period = &changes["implementation_period"];
    // A new end takes the duration with it, unless that was agreed too.
    if period.get("end").is_some() && period.get("duration_months").is_none() {
        merged["implementation_period"]["duration_months"] = Value::Null;
    }
    merged
}

/// Changes that the agreement could not take are refused when they are written, not when they are applied.
fn fits<'a>(reader: &'a Reader<'a>, _: &'a Resource, row: &'a Row) -> BoxFuture<'a, Result<Faults>> {
    Box::pin(async move {
        let said = row.get("terms").and_then(Value::as_array).into_iter().flatten().enumerate();
        let pointed = said.filter_map(|(index, one)| {
            let id = one["document_id"].as_str()?.parse().ok()?;
            Some((format!("/terms/{index}/document_id"), id))
        });
        let mut faults = unknown_documents(reader, pointed.collect()).await?;
        let agreement = id_in(row, "grant_agreement_id").unwrap_or_default();
        // One that is not there was told before.
        let Ok(agreement) = reader.row(&AGREEMENT, agreement).await else { return Ok(faults) };
        let changes = row.get("changes").cloned().unwrap_or_default();
        let current = writable(&AGREEMENT.table.record(&agreement));
        if let Err(Error::Invalid(found)) =
            prepare(&AGREEMENT.table, AGREEMENT.parse, amended(&current, &changes))
        {
            faults.extend_at("/changes", found);
        }
        let extends = text_in(row, "case") == Some(AmendmentCase::NoCostExtension.code());
        let end =
            changes["implementation_period"]["end"].as_str().and_then(|day| day.parse::<NaiveDate>().ok());
        if let (true, Some(old), Some(new)) = (extends, date_in(&agreement, "phase_end"), end)
            && new <= old
        {
            let at = "/changes/implementation_period/end";
            faults.add(at, "not_later", json!({"end": old, "value": new}));
        }
        Ok(faults)
    })
}

/// What of a representation the agreement's own fields are.
fn writable(record: &Record) -> Record {
    const KEPT: [&str; 6] = ["id", "version", "created_at", "updated_at", "status", "status_since"];
    record
        .iter()
        .filter(|(name, _)| !KEPT.contains(&name.as_str()))
        .map(|(n, v)| (n.clone(), v.clone()))
        .collect()
}
