//! Grant agreements over HTTP.
use super::model::{AgreementFields, AgreementProjectFields, FundingLineFields, HopFields, PartyFields};
use super::store::{AGREEMENT, PARTS};
use crate::http::resource::{Face, PartFace, SchemaOf};
use crate::shared::overrides::{OverrideFields, overridden};
use serde_json::json;

pub static FACE: Face = Face {
    resource: &AGREEMENT,
    schema: "GrantAgreement",
    tag: "grant-agreements",
    one: "a grant agreement",
    many: "grant agreements",
    about: "The signed contract that pays for projects.",
    fields: SchemaOf::new::<AgreementFields>(),
    example: || {
        json!({
            "reference": "ICMPD/2019/MPF-295-005",
            "title": {"en": "Grant agreement of LATBEL"},
            "regime_id": "01932c07-6b80-7000-8000-000000000005",
            "implementation_period": {"start": "2019-11-01", "end": "2021-05-31", "duration_months": null},
            "currency": "EUR",
            "total_eligible_cost": {"amount": "494813.32", "currency": "EUR"},
            "eu_rate": "0.9499",
        })
    },
    parts: &[
        PartFace {
            part: &PARTS[0],
            schema: "AgreementProject",
            one: "a project of an agreement",
            many: "projects",
            about: "A project that an agreement pays for, with its share and time.",
            fields: SchemaOf::new::<AgreementProjectFields>(),
            example: || json!({"project_id": "01932c07-6b80-7000-8000-000000000001", "share": "1"}),
        },
        PartFace {
            part: &PARTS[1],
            schema: "Party",
            one: "a party",
            many: "parties",
            about: "A party of an agreement, in a role, with the day it signed.",
            fields: SchemaOf::new::<PartyFields>(),
            example: || json!({"organisation_id": "01932c07-6b80-7000-8000-000000000002", "role": "coordinator"}),
        },
        PartFace {
            part: &PARTS[2],
            schema: "FundingHop",
            one: "a step of the funding chain",
            many: "steps of the funding chain",
            about: "Who passes the money on to whom, from the ultimate funder (position 1) to the beneficiary.",
            fields: SchemaOf::new::<HopFields>(),
            example: || {
                json!({
                    "position": 1,
                    "payer_id": "01932c07-6b80-7000-8000-000000000003",
                    "recipient_id": "01932c07-6b80-7000-8000-000000000004",
                })
            },
        },
        PartFace {
            part: &PARTS[3],
            schema: "FundingLine",
            one: "a funding line",
            many: "funding lines",
            about: "Who pays what part: an amount, a share, or both, as exact as its source is.",
            fields: SchemaOf::new::<FundingLineFields>(),
            example: || {
                json!({
                    "source_name": {"en": "Internal Security Fund - Borders"},
                    "kind": "grant",
                    "share": "0.9499",
                    "precision": "exact",
                    "stage": "approved",
                })
            },
        },
        PartFace {
            part: &PARTS[4],
            schema: "AgreementOverride",
            one: "an override",
            many: "overrides",
            about: "A parameter of the regime that this agreement says otherwise, with the clause.",
            fields: SchemaOf::new::<OverrideFields>(),
            example: overridden,
        },
    ],
};
