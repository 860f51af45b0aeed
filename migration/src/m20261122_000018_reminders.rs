//! Whom the program writes to, and what it has written: each message is claimed here before it is sent.
use crate::columns::{Column, Plan, add, create, date, id, instant, text};
use sea_orm_migration::prelude::*;

const OF_PRINCIPAL: [Column; 2] = [text("email"), text("language")];

const REMINDER: Plan = Plan {
    name: "reminder",
    // `obligation_id` has no foreign key: an obligation goes with its agreement, what was written stays.
    columns: &[
        text("claim"),
        id("principal_id"),
        id("obligation_id").or_null(),
        text("rule"),
        date("due").or_null(),
        date("day"),
        text("message_id"),
        text("state"),
        instant("claimed_at"),
        instant("settled_at").or_null(),
        text("said").or_null(),
    ],
    references: &[("principal_id", "principal")],
    unique: &["claim"],
    indexes: &["obligation_id", "state"],
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        add(m, "principal", &OF_PRINCIPAL).await?;
        create(m, &REMINDER).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.drop_table(Table::drop().table(REMINDER.name).to_owned()).await?;
        for column in OF_PRINCIPAL {
            m.alter_table(Table::alter().table("principal").drop_column(column.name()).to_owned()).await?;
        }
        Ok(())
    }
}
