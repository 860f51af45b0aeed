//! Reports over HTTP.
use super::model::{ReportFields, SnapshotFields};
use super::store::{REPORT, SNAPSHOT};
use crate::http::resource::{Face, PartFace, SchemaOf};
use serde_json::json;

pub static FACE: Face = Face {
    resource: &REPORT,
    schema: "DonorReport",
    tag: "reports",
    one: "a report",
    many: "reports",
    about: "A report to a donor: written, approved by somebody else, submitted, answered. What was submitted stays as it was.",
    fields: SchemaOf::new::<ReportFields>(),
    example: || {
        json!({
            "grant_agreement_id": "01932c07-6b80-7000-8000-000000000001",
            "kind": "interim_report",
            "title": {"en": "Interim report of LATBEL", "lv": "LATBEL starpposma pārskats"},
            "period": {"start": "2019-11-01", "end": "2020-10-31", "duration_months": null},
            "document": "Interim report, 18 December 2020",
        })
    },
    parts: &[PartFace {
        part: &SNAPSHOT,
        schema: "ReportSnapshot",
        one: "a snapshot",
        many: "snapshots",
        about: "What was submitted, with its SHA-256: the report, the agreement and the obligation as they stood then.",
        fields: SchemaOf::new::<SnapshotFields>(),
        example: || {
            json!({
                "content": "{}",
                "sha256": "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
                "submitted_on": "2020-12-18",
            })
        },
    }],
};
