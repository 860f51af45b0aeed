//! The table of claims, and how lists of them are filtered.
use super::model::ClaimFields;
use crate::shared::check::Faults;
use crate::shared::search::search_text;
use crate::store::listing::{Field, Kind, Relation};
use crate::store::path::within;
use crate::store::read::{Reader, id_in};
use crate::store::{Error, Reference, Resource, Result, Row, Table, Target, parse};
use entity::vocab::{ClaimSubject, Word};
use futures_util::future::BoxFuture;
use serde_json::{Value, json};

pub static CLAIM: Resource = Resource {
    name: "claim",
    path: "claims",
    table: Table::of::<entity::claim::Entity>("claim", &[], &["search_text"]),
    code: None,
    parse: |mut body| {
        // What is null in a value is left open by the source; a merge patch could not send it back either.
        body.get_mut("value").into_iter().for_each(without_nulls);
        parse::<ClaimFields>(body)
    },
    references: &[Reference { column: "subject_id", to: Target::NamedBy("subject_kind") }],
    unique: &[],
    computed: |record| {
        let members = ["field", "as_printed", "value", "source_title", "source_url", "notes"];
        Row::from_iter([("search_text".to_owned(), json!(search_text(record, &members)))])
    },
    named_by: &[],
    parts: &[],
    neighbours: &[],
    fields: &[
        Field::word("subject_kind", ClaimSubject::LIST),
        Field::id("subject_id"),
        Field::text("field").sorted().counted(),
        Field::text("as_printed"),
        Field::text("source_title"),
        Field::text("source_url"),
        Field::new("adopted", "adopted", Kind::Flag),
        Field::date("source_retrieved_on", "source_retrieved_on"),
    ],
    relations: &[
        about("project", "project", "Claims about a project."),
        about("agreement", "grant_agreement", "Claims about an agreement."),
        about("event", "event", "Claims about an event."),
        about("organisation", "organisation", "Claims about an organisation."),
        about("funder", "funder", "Claims about a funder."),
        about("programme", "programme", "Claims about a programme."),
    ],
    life: None,
    followed: false,
    publishing: None,
    rule: Some(known_field),
    kept_for: None,
    kept_while: None,
};

const fn about(name: &'static str, resource: &'static str, meaning: &'static str) -> Relation {
    Relation { name, resource, meaning, condition: |_, ids| within("claim", "subject_id", ids) }
}

fn without_nulls(value: &mut Value) {
    if let Value::Object(members) = value {
        members.retain(|_, member| !member.is_null());
        members.values_mut().for_each(without_nulls);
    }
}

/// A claim speaks of a member that its subject has.
fn known_field<'a>(
    reader: &'a Reader<'a>,
    resource: &'a Resource,
    row: &'a Row,
) -> BoxFuture<'a, Result<Faults>> {
    Box::pin(async move {
        let mut faults = Faults::default();
        let text = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default();
        let subject = reader.register.get(text("subject_kind"))?;
        let mut known = subject.members();
        let (first, rest) = text("field").split_once('.').unwrap_or((text("field"), ""));
        let mut found = known.iter().any(|name| name == first);
        if let Some(nested) =
            subject.table.nested.iter().find(|n| n.name() == first).filter(|_| !rest.is_empty())
        {
            known = nested.members().iter().map(|member| format!("{first}.{member}")).collect();
            found = nested.members().contains(&rest);
        }
        if !found {
            let params = json!({"resource": subject.name, "field": text("field"), "known": known});
            faults.add("/field", "unknown_field", params);
        }
        // What was adopted stays with the member that took its value.
        let stored = match reader.row(resource, id_in(row, "id").unwrap_or_default()).await {
            Err(Error::NotFound) => return Ok(faults),
            other => other?,
        };
        for name in ["subject_kind", "subject_id", "field"] {
            if stored.get("adopted") == Some(&Value::Bool(true)) && stored.get(name) != row.get(name) {
                faults.add(format!("/{name}"), "already_adopted", json!({}));
            }
        }
        Ok(faults)
    })
}
