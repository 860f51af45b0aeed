//! Waivers of duties and findings, the steps of their lives, and how long an obligation is waived.
use crate::columns::{Plan, add_with_twin, create_root, date, drop_with_twins, id, index, json, text};
use sea_orm_migration::prelude::*;

const WAIVER: Plan = Plan {
    name: "waiver",
    columns: &[
        id("grant_agreement_id"),
        id("obligation_id").or_null(),
        text("finding").or_null(),
        json("reason"),
        date("until").or_null(),
        text("document").or_null(),
        id("document_id").or_null(),
        text("status").or_null(),
        date("status_since").or_null(),
        text("search_text"),
    ],
    references: &[
        ("grant_agreement_id", "grant_agreement"),
        ("obligation_id", "obligation"),
        ("document_id", "document"),
    ],
    unique: &[],
    indexes: &["finding", "updated_at"],
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        create_root(m, &WAIVER).await?;
        add_with_twin(m, "obligation", &[date("waived_from"), date("waived_until")]).await?;
        add_with_twin(m, "status_change", &[id("waiver_id")]).await?;
        index(m, "status_change", "waiver_id").await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.drop_index(Index::drop().name("ix_status_change_waiver_id").table("status_change").to_owned())
            .await?;
        for (table, columns) in
            [("status_change", &["waiver_id"][..]), ("obligation", &["waived_from", "waived_until"][..])]
        {
            for table in [table.to_owned(), format!("{table}_past")] {
                for column in columns {
                    let table = Alias::new(table.clone());
                    m.alter_table(Table::alter().table(table).drop_column(*column).to_owned()).await?;
                }
            }
        }
        drop_with_twins(m, &[&WAIVER]).await
    }
}
