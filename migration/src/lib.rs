//! The schema's history. A migration never imports `entity`: it must mean the same in five years.
#![recursion_limit = "256"]
pub use sea_orm_migration::prelude::*;

mod columns;
mod m20261122_000001_access;
mod m20261122_000002_history;
mod m20261122_000003_parties;
mod m20261122_000004_projects;
mod m20261122_000005_agreements;
mod m20261122_000006_events;
mod m20261122_000007_claims;
mod m20261122_000008_audit;
mod m20261122_000010_idempotency;
mod m20261122_000011_grants;
mod m20261122_000012_oidc;
mod m20261122_000013_granted;
mod m20261122_000014_publication;
mod m20261122_000015_regimes;
mod m20261122_000016_obligations;
mod m20261122_000017_feeds;
mod m20261122_000018_reminders;
mod m20261122_000019_amendments;
mod m20261122_000020_reports;
mod m20261122_000021_documents;
mod m20261122_000022_waivers;

/// Every step, oldest first. Released steps are never edited.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261122_000001_access::Migration),
            Box::new(m20261122_000002_history::Migration),
            Box::new(m20261122_000003_parties::Migration),
            Box::new(m20261122_000004_projects::Migration),
            Box::new(m20261122_000005_agreements::Migration),
            Box::new(m20261122_000006_events::Migration),
            Box::new(m20261122_000007_claims::Migration),
            Box::new(m20261122_000008_audit::Migration),
            Box::new(m20261122_000010_idempotency::Migration),
            Box::new(m20261122_000011_grants::Migration),
            Box::new(m20261122_000012_oidc::Migration),
            Box::new(m20261122_000013_granted::Migration),
            Box::new(m20261122_000014_publication::Migration),
            Box::new(m20261122_000015_regimes::Migration),
            Box::new(m20261122_000016_obligations::Migration),
            Box::new(m20261122_000017_feeds::Migration),
            Box::new(m20261122_000018_reminders::Migration),
            Box::new(m20261122_000019_amendments::Migration),
            Box::new(m20261122_000020_reports::Migration),
            Box::new(m20261122_000021_documents::Migration),
            Box::new(m20261122_000022_waivers::Migration),
        ]
    }
}
