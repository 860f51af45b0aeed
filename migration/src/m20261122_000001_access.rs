//! Who may act, with which tokens; and what an installation keeps about itself.
use crate::columns::{Plan, create, id, instant, text};
use sea_orm_migration::prelude::*;

const PRINCIPAL: Plan = Plan {
    name: "principal",
    // `person_id` has no foreign key: a person comes and goes with the register, a principal stays for the record.
    columns: &[text("kind"), text("name"), id("person_id").or_null(), instant("created_at")],
    references: &[],
    unique: &[],
    indexes: &["name"],
};

const TOKEN: Plan = Plan {
    name: "token",
    columns: &[
        id("principal_id"),
        text("name"),
        text("role"),
        text("hash"),
        instant("created_at"),
        instant("expires_at").or_null(),
        instant("revoked_at").or_null(),
    ],
    references: &[("principal_id", "principal")],
    unique: &["hash"],
    indexes: &[],
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        create(m, &PRINCIPAL).await?;
        create(m, &TOKEN).await?;
        m.create_table(
            Table::create()
                .table("installation")
                .col(ColumnDef::new("name").text().not_null().primary_key())
                .col(ColumnDef::new("value").text().not_null())
                .to_owned(),
        )
        .await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        for table in ["installation", "token", "principal"] {
            m.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
