//! The tables of documents, their links and contents, and how lists of them are filtered.
use super::model::{DocumentFields, DocumentLinkFields, DocumentTiers};
use crate::shared::check::Faults;
use crate::shared::search::{search_text, sort_key};
use crate::shared::text::fold;
use crate::store::listing::{Field, Kind, Relation};
use crate::store::path::{step, within};
use crate::store::read::{Reader, date_in, text_in};
use crate::store::{
    Group, Nested, Part, Publishing, Reference, Resource, Result, Row, Table, Target, never, parse,
};
use chrono::NaiveDate;
use serde_json::json;
use uuid::Uuid;

pub static DOCUMENT: Resource = Resource {
    name: "document",
    path: "documents",
    table: Table::of::<entity::document::Entity>(
        "document",
        &[Nested::Tiers(DocumentTiers::NAMES)],
        &["title_key", "search_text"],
    ),
    code: None,
    parse: parse::<DocumentFields>,
    references: &[],
    unique: &[],
    computed: |record| {
        Row::from_iter([
            ("title_key".to_owned(), json!(sort_key(record.get("title")))),
            ("search_text".to_owned(), json!(search_text(record, &["title", "kind", "description"]))),
        ])
    },
    named_by: &[],
    parts: &[&LINK, &FILE],
    neighbours: &[],
    fields: &[
        Field::new("title", "title_key", Kind::Folded(fold)).sorted(),
        Field::text("kind").sorted().counted(),
        Field::text("language").formatted("language-tag").counted(),
        Field::date("dated_on", "dated_on"),
        Field::new("contains_personal_data", "contains_personal_data", Kind::Flag),
        Field::date("retain_until", "retain_until"),
    ],
    relations: &[
        about("agreement", "grant_agreement", "Documents about an agreement."),
        about("project", "project", "Documents about a project."),
        about("amendment", "amendment", "Documents about an amendment."),
        about("suspension", "suspension", "Documents about a suspension."),
        about("termination", "termination", "Documents about a termination."),
        about("obligation", "obligation", "Documents about an obligation."),
        about("report", "report", "Documents about a report."),
        about("waiver", "waiver", "Documents about a waiver."),
        about("event", "event", "Documents about an event."),
        about("publication", "publication", "Documents about a publication."),
        about("programme", "programme", "Documents about a programme."),
        about("funder", "funder", "Documents about a funder."),
        about("organisation", "organisation", "Documents about an organisation."),
    ],
    life: None,
    // Seen by what it is about, not by what points at it: who sees an amendment may not change every paper that it names.
    followed: false,
    publishing: Some(Publishing {
        groups: &[Group { name: "keeping", members: &["retain_until", "held_for"], relations: &[] }],
        search: Some("title_key"),
    }),
    rule: None,
    kept_for: None,
    kept_while: Some(kept_while),
};

/// Ids tell records of all kinds apart.
const fn about(name: &'static str, resource: &'static str, meaning: &'static str) -> Relation {
    Relation {
        name,
        resource,
        meaning,
        condition: |view, ids| {
            within("document", "id", step(view, LINK.table.name, "document_id", "subject_id", ids))
        },
    }
}

/// What a document is about.
pub static LINK: Part = Part {
    path: "links",
    name: "document_link",
    table: Table::of::<entity::document_link::Entity>("document_link", &[], &["document_id"]),
    parent: "document_id",
    parse: parse::<DocumentLinkFields>,
    references: &[Reference { column: "subject_id", to: Target::NamedBy("subject_kind") }],
    together: None,
    kept: false,
};

/// The contents, oldest first.
pub static FILE: Part = Part {
    path: "files",
    name: "document_file",
    table: Table::of::<entity::document_file::Entity>("document_file", &[], &["document_id"]),
    parent: "document_id",
    parse: never,
    references: &[],
    together: None,
    kept: true,
};

/// A document is deleted when nothing holds it and its time is over.
fn kept_while(row: &Row, today: NaiveDate) -> Faults {
    let mut faults = Faults::default();
    if let Some(reason) = text_in(row, "held_for") {
        faults.add("/held_for", "held", json!({"reason": reason}));
    }
    if let Some(until) = date_in(row, "retain_until").filter(|until| *until >= today) {
        faults.add("/retain_until", "kept_until", json!({"until": until}));
    }
    faults
}

/// The places of documents that the reader does not see.
pub async fn unknown_documents(reader: &Reader<'_>, pointed: Vec<(String, Uuid)>) -> Result<Faults> {
    let ids: Vec<Uuid> = pointed.iter().map(|(_, id)| *id).collect();
    let mut faults = Faults::default();
    if ids.is_empty() {
        return Ok(faults);
    }
    let known = reader.known(&DOCUMENT, &ids).await?;
    for (at, id) in pointed.into_iter().filter(|(_, id)| !known.contains(id)) {
        faults.add(at, "unknown_reference", json!({"resource": DOCUMENT.name, "id": id}));
    }
    Ok(faults)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_kept_to_its_last_day_and_while_it_is_held() {
        let refused = |until: Option<&str>, held: Option<&str>| -> Vec<&str> {
            let row = json!({"retain_until": until, "held_for": held});
            let faults = kept_while(row.as_object().unwrap(), "2026-11-22".parse().unwrap());
            faults.into_vec().into_iter().map(|fault| fault.code).collect()
        };
        assert!(refused(None, None).is_empty());
        assert!(refused(Some("2026-11-21"), None).is_empty());
        assert_eq!(refused(Some("2026-11-22"), None), ["kept_until"]);
        assert_eq!(refused(Some("2026-11-21"), Some("An audit")), ["held"]);
        assert_eq!(refused(Some("2030-01-01"), Some("An audit")), ["held", "kept_until"]);
    }
}
