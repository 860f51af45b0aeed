//! One file per table, and [`vocab`]: the closed words that tables, rules, JSON and schemas share.
//! Rows only: what they mean and which are allowed together is decided in the server's rooms.
#![recursion_limit = "256"]
pub mod agreement_party;
pub mod agreement_project;
pub mod claim;
pub mod event;
pub mod event_link;
pub mod event_organisation;
pub mod event_session;
pub mod funder;
pub mod funding_hop;
pub mod funding_line;
pub mod grant_agreement;
pub mod history_entry;
pub mod organisation;
pub mod person;
pub mod principal;
pub mod programme;
pub mod project;
pub mod project_contact;
pub mod project_link;
pub mod project_participant;
pub mod publication;
pub mod publication_link;
pub mod status_change;
pub mod token;
pub mod vocab;
