//! Tokens that are good for one thing only: the addresses of calendar feeds.
use crate::columns::{Column, add, id, text};
use sea_orm_migration::prelude::*;

/// What it is good for, null for whatever its principal may do; and the token that it was made with.
const OF_TOKEN: [Column; 2] = [text("purpose"), id("made_with")];

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        add(m, "token", &OF_TOKEN).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        for column in OF_TOKEN {
            m.alter_table(Table::alter().table("token").drop_column(column.name()).to_owned()).await?;
        }
        Ok(())
    }
}
