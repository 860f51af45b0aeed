//! Principals that an identity provider vouches for, and principals that may no longer act.
use crate::columns::{Column, add, instant, text};
use sea_orm_migration::prelude::*;

/// Both or neither of the first two. They may name the same somebody only once; where they are null, any number of
/// principals stands beside each other, on both databases.
const OF_PRINCIPAL: [Column; 3] = [text("issuer"), text("subject"), instant("disabled_at")];
const UNIQUE: &str = "uq_principal_issuer_subject";

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        add(m, "principal", &OF_PRINCIPAL).await?;
        let index =
            Index::create().name(UNIQUE).table("principal").col("issuer").col("subject").unique().to_owned();
        m.create_index(index).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.drop_index(Index::drop().name(UNIQUE).table("principal").to_owned()).await?;
        for column in ["issuer", "subject", "disabled_at"] {
            m.alter_table(Table::alter().table("principal").drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}
