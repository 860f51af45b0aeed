//! Documents over HTTP: what is known of them. Their contents go in and out by `transfer`.
use super::model::{DocumentFields, DocumentFileFields, DocumentLinkFields};
use super::store::{DOCUMENT, FILE, LINK};
use crate::http::resource::{Face, PartFace, SchemaOf};
use serde_json::json;

pub static FACE: Face = Face {
    resource: &DOCUMENT,
    schema: "Document",
    tag: "documents",
    one: "a document",
    many: "documents",
    about: "A paper or picture: an agreement, a letter, the evidence of an event. Amendments, overrides, steps and waivers point at it, and it may be about any record.",
    fields: SchemaOf::new::<DocumentFields>(),
    example: || {
        json!({
            "title": {"en": "Agenda of the online meeting", "lv": "Tiešsaistes sanāksmes darba kārtība"},
            "kind": "agenda",
            "language": "en",
            "dated_on": "2021-02-19",
        })
    },
    parts: &[
        PartFace {
            part: &LINK,
            schema: "DocumentLink",
            one: "a link of a document",
            many: "links",
            about: "What a document is about.",
            fields: SchemaOf::new::<DocumentLinkFields>(),
            example: || json!({"subject_kind": "event", "subject_id": "01932c07-6b80-7000-8000-000000000001"}),
        },
        PartFace {
            part: &FILE,
            schema: "DocumentFile",
            one: "a file",
            many: "files",
            about: "A content of a document, with its SHA-256. It never changes: a later one stands beside it.",
            fields: SchemaOf::new::<DocumentFileFields>(),
            example: || {
                json!({
                    "file_name": "Agenda.pdf",
                    "media_type": "application/pdf",
                    "size": 48213,
                    "sha256": "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
                })
            },
        },
    ],
};
