//! Grantline: a tracker of grant-funded projects for those who receive the grants.
//!
//! The map: a room per part of a grant's life, `shared` for pure words, `store` for everything SQL, `http` for what
//! all routes share. `ARCHITECTURE.md` has the rules.
#![recursion_limit = "256"]

pub mod access;
pub mod agreements;
pub mod claims;
pub mod cli;
pub mod clock;
pub mod compliance;
pub mod config;
pub mod documents;
pub mod events;
pub mod exports;
pub mod funders;
pub mod history;
pub mod http;
pub mod imports;
pub mod lifecycle;
pub mod logging;
pub mod organisations;
pub mod projects;
pub mod regimes;
pub mod reminders;
pub mod reporting;
pub mod shared;
pub mod state;
pub mod store;
pub mod waivers;

use store::scope::Reach;
use store::unit::Projection;
use store::{Derivation, Register};

/// All resources. Whatever reaches across rooms finds its neighbours here.
pub static REGISTER: Register = Register {
    resources: &[
        &organisations::ORGANISATION,
        &funders::FUNDER,
        &funders::PROGRAMME,
        &access::PERSON,
        &projects::PROJECT,
        &agreements::AGREEMENT,
        &agreements::changes::AMENDMENT,
        &agreements::changes::SUSPENSION,
        &agreements::changes::TERMINATION,
        &events::EVENT,
        &events::PUBLICATION,
        &documents::DOCUMENT,
        &claims::CLAIM,
        &regimes::REGIME,
        &compliance::OBLIGATION,
        &reporting::REPORT,
        &waivers::WAIVER,
    ],
    derivations: &[
        Derivation { of: &["funder"], derive: funders::derive },
        Derivation {
            of: &[
                "organisation",
                "funder",
                "programme",
                "project",
                "grant_agreement",
                "event",
                "publication",
            ],
            derive: claims::derive,
        },
        Derivation { of: &["project"], derive: lifecycle::derive_projects },
        Derivation { of: &["grant_agreement"], derive: lifecycle::derive_agreements },
        Derivation { of: &["amendment"], derive: lifecycle::derive_amendments },
        Derivation { of: &["suspension"], derive: lifecycle::derive_suspensions },
        Derivation { of: &["termination"], derive: lifecycle::derive_terminations },
        Derivation { of: &["report"], derive: lifecycle::derive_reports },
        Derivation { of: &["waiver"], derive: lifecycle::derive_waivers },
        Derivation { of: &["obligation"], derive: compliance::derive },
    ],
    reach: Reach {
        order: &[
            "grant_agreement",
            "amendment",
            "suspension",
            "termination",
            "obligation",
            "report",
            "waiver",
            "project",
            "event",
            "publication",
            "programme",
            "funder",
            "person",
            "organisation",
            "claim",
            "regime",
            "document",
        ],
        ids: access::reach,
        party: access::party,
    },
};

/// What follows a change in the same transaction. Search texts and resolved dates are columns of their own row.
pub static PROJECTIONS: &[Projection] = &[compliance::keep_in_step];
