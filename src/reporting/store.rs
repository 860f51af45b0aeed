//! The tables of reports and of what was submitted, and how lists of them are filtered.
use super::model::ReportFields;
use super::snapshot::submitted;
use crate::agreements::under_agreement;
use crate::shared::check::Faults;
use crate::shared::search::search_text;
use crate::store::listing::Field;
use crate::store::read::{Reader, id_in, text_in};
use crate::store::{
    Error, Life, Link, Neighbour, Nested, Part, Record, Reference, Resource, Result, Row, Table, never, parse,
};
use entity::vocab::{ReportStatus, Word};
use futures_util::future::BoxFuture;
use serde_json::json;

pub static REPORT: Resource = Resource {
    name: "report",
    path: "reports",
    table: Table::of::<entity::report::Entity>("report", &[Nested::Period("period")], &["search_text"]),
    code: None,
    parse: parse::<ReportFields>,
    references: &[
        Reference::to("grant_agreement_id", "grant_agreement"),
        Reference::to("obligation_id", "obligation"),
        Reference::to("document_id", "document"),
    ],
    unique: &[],
    computed: |record: &Record| {
        let text = search_text(record, &["title", "kind", "summary", "document"]);
        Row::from_iter([("search_text".to_owned(), json!(text))])
    },
    named_by: &[],
    parts: &[&SNAPSHOT],
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
        Field::text("kind").sorted().counted(),
        Field::word("status", ReportStatus::LIST).sorted(),
        Field::date("status_since", "status_since"),
        Field::date("period.start", "period_start"),
        Field::date("period.end", "period_end"),
        Field::date("submitted_on", "submitted_on"),
    ],
    relations: under_agreement!("report", "Reports"),
    life: Some(Life {
        initial: "draft",
        statuses: ReportStatus::LIST,
        parent: "report_id",
        frozen: &[
            "internally_approved",
            "submitted",
            "under_review",
            "clarification_requested",
            "accepted",
            "accepted_with_deductions",
            "rejected",
        ],
        on_step: Some(submitted),
    }),
    followed: false,
    publishing: None,
    rule: Some(keeps_its_duty),
    kept_for: None,
    kept_while: None,
};

/// What was submitted, oldest first.
pub static SNAPSHOT: Part = Part {
    path: "snapshots",
    name: "report_snapshot",
    table: Table::of::<entity::report_snapshot::Entity>("report_snapshot", &[], &["report_id"]),
    parent: "report_id",
    parse: never,
    references: &[],
    together: None,
    kept: true,
};

/// The duty that a report fulfils is one of its own agreement's, and stays the same once it was submitted; what is reopened while a
/// later report exists keeps its kind and period too.
fn keeps_its_duty<'a>(
    reader: &'a Reader<'a>,
    resource: &'a Resource,
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
        let stored = match reader.row(resource, id_in(row, "id").unwrap_or_default()).await {
            Err(Error::NotFound) => return Ok(faults),
            other => other?,
        };
        let mut kept: Vec<&str> = Vec::new();
        if text_in(&stored, "submitted_on").is_some() {
            kept.extend(["grant_agreement_id", "obligation_id"]);
        }
        if text_in(&stored, "status") == Some(ReportStatus::ReopenedLimited.code()) {
            kept.extend(["kind", "period_start", "period_end", "period_duration_months"]);
        }
        for column in kept.into_iter().filter(|column| stored.get(*column) != row.get(*column)) {
            let member = if column.starts_with("period_") { "period" } else { column };
            faults.add(format!("/{member}"), "kept_since_submission", json!({}));
        }
        Ok(faults)
    })
}
