//! Amendments, suspensions and terminations over HTTP. Applying an amendment is an act of its own.
use super::model::{AmendmentFields, SuspensionFields, TerminationFields};
use super::store::{AMENDMENT, SUSPENSION, TERMINATION};
use crate::http::resource::{Face, SchemaOf};
use serde_json::json;

pub static AMENDMENTS: Face = Face {
    resource: &AMENDMENT,
    schema: "Amendment",
    tag: "amendments",
    one: "an amendment",
    many: "amendments",
    about: "A change of a grant agreement. It says what changes while it is a draft and does it when it is applied.",
    fields: SchemaOf::new::<AmendmentFields>(),
    example: || {
        json!({
            "grant_agreement_id": "01932c07-6b80-7000-8000-000000000001",
            "number": "1",
            "kind": "addendum",
            "case": "no_cost_extension",
            "summary": {"en": "Four more months, for the same money"},
            "changes": {"implementation_period": {"end": "2021-09-30"}},
            "requested_on": "2021-03-15",
            "received_by_grantor_on": "2021-03-16",
        })
    },
    parts: &[],
};

pub static SUSPENSIONS: Face = Face {
    resource: &SUSPENSION,
    schema: "Suspension",
    tag: "suspensions",
    one: "a suspension",
    many: "suspensions",
    about: "A time during which a grant agreement rests, in whole or in part.",
    fields: SchemaOf::new::<SuspensionFields>(),
    example: || {
        json!({
            "grant_agreement_id": "01932c07-6b80-7000-8000-000000000001",
            "scope": "total",
            "by": "coordinator",
            "from": "2020-03-16",
            "reason": {"en": "The border is closed"},
            "notified_on": "2020-03-13",
        })
    },
    parts: &[],
};

pub static TERMINATIONS: Face = Face {
    resource: &TERMINATION,
    schema: "Termination",
    tag: "terminations",
    one: "a termination",
    many: "terminations",
    about: "The end of a grant agreement before its time.",
    fields: SchemaOf::new::<TerminationFields>(),
    example: || {
        json!({
            "grant_agreement_id": "01932c07-6b80-7000-8000-000000000001",
            "by": "mutual",
            "ground": {"en": "The work can't go on"},
            "notified_on": "2020-11-02",
            "effective_on": "2020-12-31",
        })
    },
    parts: &[],
};
