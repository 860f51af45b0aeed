//! The table of organisations, and how lists of them are filtered.
use super::model::{OrganisationFields, OrganisationTiers};
use crate::shared::search::{search_text, sort_key};
use crate::shared::text::fold;
use crate::store::listing::{Field, Kind, Relation};
use crate::store::path::{step, within};
use crate::store::{Link, Neighbour, Nested, Publishing, Record, Reference, Resource, Row, Table, parse};
use entity::vocab::{OrganisationKind, Word};
use sea_orm::sea_query::ExprTrait;
use serde_json::json;

pub static ORGANISATION: Resource = Resource {
    name: "organisation",
    path: "organisations",
    table: Table::of::<entity::organisation::Entity>(
        "organisation",
        &[Nested::Tiers(OrganisationTiers::NAMES)],
        &["name_key", "search_text"],
    ),
    code: None,
    parse: parse::<OrganisationFields>,
    references: &[Reference::to("parent_id", "organisation")],
    unique: &[],
    computed,
    named_by: &[],
    parts: &[],
    neighbours: &[Neighbour { name: "parent", resource: "organisation", link: Link::Column("parent_id") }],
    fields: &[
        Field::new("name", "name_key", Kind::Folded(fold)).sorted(),
        Field::text("acronym").sorted(),
        Field::word("kind", OrganisationKind::LIST),
        Field::text("country").formatted("country-code").counted(),
        Field::new("identifiers", "search_text", Kind::Identifiers),
        Field::text("website"),
        Field::id("parent_id"),
    ],
    relations: &[Relation {
        name: "project",
        resource: "project",
        meaning: "Those that lead or take part in a project.",
        condition: |view, projects| {
            let parts = step(view, "project_participant", "organisation_id", "project_id", projects.clone());
            let leads = step(view, "project", "lead_organisation_id", "id", projects);
            within("organisation", "id", parts).or(within("organisation", "id", leads))
        },
    }],
    life: None,
    followed: true,
    publishing: Some(Publishing { groups: &[], search: None }),
    rule: Some(crate::store::rule::no_cycle),
    kept_for: None,
    kept_while: None,
};

fn computed(record: &Record) -> Row {
    let members = ["name", "acronym", "other_names"];
    Row::from_iter([
        ("name_key".to_owned(), json!(sort_key(record.get("name")))),
        ("search_text".to_owned(), json!(search_text(record, &members))),
    ])
}
