//! Funders' rules: a row for each version of a regime.
use crate::columns::{Plan, big, create_root, drop_with_twins, id, json, text};
use sea_orm_migration::prelude::*;

/// `code` and `edition` are the document's own id and version, `reference` both together, `edition_key` the version as a
/// number that orders; `parent_id` is the version that it extends.
const REGIME: Plan = Plan {
    name: "regime",
    columns: &[
        text("code"),
        text("edition"),
        text("reference"),
        id("parent_id").or_null(),
        text("checksum"),
        json("document"),
        big("edition_key"),
        text("search_text"),
    ],
    references: &[("parent_id", "regime")],
    unique: &["reference"],
    indexes: &["code", "updated_at"],
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        create_root(m, &REGIME).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        drop_with_twins(m, &[&REGIME]).await
    }
}
