//! The table of waivers, and how lists of them are filtered.
use super::model::WaiverFields;
use crate::agreements::under_agreement;
use crate::shared::check::Faults;
use crate::shared::search::search_text;
use crate::store::listing::Field;
use crate::store::read::{Reader, id_in};
use crate::store::{Life, Link, Neighbour, Record, Reference, Resource, Result, Row, Table, parse};
use entity::vocab::{WaiverStatus, Word};
use futures_util::future::BoxFuture;
use serde_json::json;

pub static WAIVER: Resource = Resource {
    name: "waiver",
    path: "waivers",
    table: Table::of::<entity::waiver::Entity>("waiver", &[], &["search_text"]),
    code: None,
    parse: parse::<WaiverFields>,
    references: &[
        Reference::to("grant_agreement_id", "grant_agreement"),
        Reference::to("obligation_id", "obligation"),
        Reference::to("document_id", "document"),
    ],
    unique: &[],
    computed: |record: &Record| {
        let text = search_text(record, &["finding", "reason", "document"]);
        Row::from_iter([("search_text".to_owned(), json!(text))])
    },
    named_by: &[],
    parts: &[],
    neighbours: &[
        Neighbour {
            name: "agreement",
            resource: "grant_agreement",
            link: Link::Column("grant_agreement_id"),
        },
        Neighbour { name: "obligation", resource: "obligation", link: Link::Column("obligation_id") },
    ],
    fields: &[
        Field::id("grant_agreement_id"),
        Field::id("obligation_id"),
        Field::text("finding"),
        Field::word("status", WaiverStatus::LIST).sorted(),
        Field::date("status_since", "status_since"),
        Field::date("until", "until"),
    ],
    relations: under_agreement!("waiver", "Waivers"),
    life: Some(Life {
        initial: "requested",
        statuses: WaiverStatus::LIST,
        parent: "waiver_id",
        frozen: &["in_force", "refused", "withdrawn"],
        on_step: None,
    }),
    followed: false,
    publishing: None,
    rule: Some(of_its_agreement),
    kept_for: None,
    kept_while: None,
};

/// The obligation that is waived is one of the agreement's own.
fn of_its_agreement<'a>(
    reader: &'a Reader<'a>,
    _: &'a Resource,
    row: &'a Row,
) -> BoxFuture<'a, Result<Faults>> {
    Box::pin(async move {
        let mut faults = Faults::default();
        if let Some(obligation) = id_in(row, "obligation_id")
            && let Ok(duty) = reader.row(reader.register.get("obligation")?, obligation).await
            && duty.get("grant_agreement_id") != row.get("grant_agreement_id")
        {
            faults.add("/obligation_id", "of_another_agreement", json!({}));
        }
        Ok(faults)
    })
}
