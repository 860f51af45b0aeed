//! Projects over HTTP.
use super::model::{ContactFields, ParticipantFields, ProjectFields, ProjectLinkFields};
use super::store::{PARTS, PROJECT};
use crate::http::resource::{Face, PartFace, SchemaOf};
use serde_json::json;

pub static FACE: Face = Face {
    resource: &PROJECT,
    schema: "Project",
    tag: "projects",
    one: "a project",
    many: "projects",
    about: "The planned work that grants pay for.",
    fields: SchemaOf::new::<ProjectFields>(),
    example: || {
        json!({
            "code": "LATBEL",
            "title": {
                "lv": "Latvijas un Baltkrievijas robežu pārvaldības sadarbība (LATBEL)",
                "en": "Latvia-Belarus border management cooperation (LATBEL)",
            },
            "acronym": "LATBEL",
            "planned_period": {"start": "2019-11-01", "end": "2021-05-31", "duration_months": null},
            "countries": [{"country": "LV", "percentage": null}, {"country": "BY", "percentage": null}],
            "identifiers": [{"scheme": "icmpd-grant", "value": "ICMPD/2019/MPF-295-005"}],
        })
    },
    parts: &[
        PartFace {
            part: PARTS[0],
            schema: "Participant",
            one: "a participant",
            many: "participants",
            about: "An organisation that takes part in a project, in a role and for a time.",
            fields: SchemaOf::new::<ParticipantFields>(),
            example: || json!({"organisation_id": "01932c07-6b80-7000-8000-000000000002", "role": "lead"}),
        },
        PartFace {
            part: PARTS[1],
            schema: "Contact",
            one: "a contact",
            many: "contacts",
            about: "Where to ask: a unit and its mailbox first, a person only when needed.",
            fields: SchemaOf::new::<ContactFields>(),
            example: || {
                json!({
                    "role": "project_management",
                    "unit": {"lv": "Starptautiskās sadarbības nodaļa", "en": "International cooperation unit"},
                    "email": "projects@example.org",
                })
            },
        },
        PartFace {
            part: PARTS[2],
            schema: "ProjectLink",
            one: "a link to another project",
            many: "links to other projects",
            about: "How a project stands to another: phase of, continues, merged into, related.",
            fields: SchemaOf::new::<ProjectLinkFields>(),
            example: || json!({"kind": "merged_into", "other_project_id": "01932c07-6b80-7000-8000-000000000001", "from": "2023-01-01"}),
        },
    ],
};
