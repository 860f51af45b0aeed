//! What sources say of records.
use crate::columns::{Plan, create_root, date, drop_with_twins, flag, id, instant, json, text};
use sea_orm_migration::prelude::*;

const CLAIM: Plan = Plan {
    name: "claim",
    columns: &[
        text("subject_kind"),
        id("subject_id"),
        text("field"),
        text("as_printed").or_null(),
        json("value").or_null(),
        text("language").or_null(),
        text("source_title"),
        text("source_url").or_null(),
        text("source_published_on").or_null(),
        date("source_retrieved_on").or_null(),
        json("notes").or_null(),
        flag("adopted"),
        instant("adopted_at").or_null(),
        id("adopted_by").or_null(),
        text("adoption_reason").or_null(),
        text("search_text"),
    ],
    references: &[],
    unique: &[],
    indexes: &["subject_id", "updated_at"],
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        create_root(m, &CLAIM).await?;
        Ok(())
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        drop_with_twins(m, &[&CLAIM]).await
    }
}
