//! Answers to requests that came with an `Idempotency-Key`, kept for a day.
use crate::columns::{Plan, create, instant, integer, json, text};
use sea_orm_migration::prelude::*;

const REMEMBERED: Plan = Plan {
    name: "remembered_answer",
    columns: &[
        // SHA-256 of caller, method, path and key; and of the request.
        text("scope"),
        text("request"),
        integer("status"),
        json("headers"),
        text("body"),
        instant("created_at"),
    ],
    references: &[],
    unique: &["scope"],
    indexes: &["created_at"],
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        create(m, &REMEMBERED).await?;
        // The feed and histories are asked by who did it.
        let index = Index::create().name("ix_history_entry_principal_id").table("history_entry").to_owned();
        m.create_index(index.to_owned().col("principal_id").col("position").to_owned()).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.drop_index(Index::drop().name("ix_history_entry_principal_id").table("history_entry").to_owned())
            .await?;
        m.drop_table(Table::drop().table("remembered_answer").to_owned()).await
    }
}
