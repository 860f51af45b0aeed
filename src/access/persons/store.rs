//! The table of persons, and how lists of them are filtered.
use super::model::PersonFields;
use crate::shared::check::Faults;
use crate::shared::search::search_text;
use crate::shared::text::fold;
use crate::store::listing::{Field, Kind};
use crate::store::{Link, Neighbour, Reference, Resource, Row, Table, parse};
use entity::vocab::{LawfulBasis, Word};
use serde_json::{Value, json};

pub static PERSON: Resource = Resource {
    name: "person",
    path: "persons",
    table: Table::of::<entity::person::Entity>(
        "person",
        &[],
        &["name_key", "search_text", "salt", "commitment"],
    )
    .holding(&["name", "position", "email", "phone", "name_key", "search_text"]),
    code: None,
    parse: parse::<PersonFields>,
    references: &[Reference::to("organisation_id", "organisation")],
    unique: &[],
    computed: |record| {
        let name = record.get("name").and_then(Value::as_str).map(fold);
        Row::from_iter([
            ("name_key".to_owned(), json!(name.unwrap_or_default())),
            ("search_text".to_owned(), json!(search_text(record, &["name", "position", "email"]))),
        ])
    },
    named_by: &[],
    parts: &[],
    neighbours: &[Neighbour {
        name: "organisation",
        resource: "organisation",
        link: Link::Column("organisation_id"),
    }],
    fields: &[
        Field::new("name", "name_key", Kind::Folded(fold)).sorted(),
        Field::id("organisation_id"),
        Field::word("lawful_basis", LawfulBasis::LIST),
        Field::text("retention_class").counted(),
    ],
    relations: &[],
    life: None,
    followed: true,
    publishing: None,
    rule: Some(|_, _, row| Box::pin(async move { Ok(stays_removed(row)) })),
    kept_for: None,
    kept_while: None,
};

/// What was erased or restricted does not come back by a change.
fn stays_removed(row: &Row) -> Faults {
    let mut faults = Faults::default();
    if ["erased_at", "restricted_at"].iter().any(|name| row.get(*name).is_some_and(|at| !at.is_null())) {
        faults.add("", "removed", json!({}));
    }
    faults
}
