//! Reports to donors, with what was submitted, and the steps of their lives.
use crate::columns::{
    Plan, add_with_twin, create_part, create_root, date, drop_with_twins, id, index, instant, integer, json,
    text,
};
use sea_orm_migration::prelude::*;

const REPORT: Plan = Plan {
    name: "report",
    columns: &[
        id("grant_agreement_id"),
        id("obligation_id").or_null(),
        text("kind"),
        json("title").or_null(),
        date("period_start").or_null(),
        date("period_end").or_null(),
        integer("period_duration_months").or_null(),
        json("summary").or_null(),
        text("document").or_null(),
        text("status").or_null(),
        date("status_since").or_null(),
        date("submitted_on").or_null(),
        text("search_text"),
    ],
    references: &[("grant_agreement_id", "grant_agreement"), ("obligation_id", "obligation")],
    unique: &[],
    indexes: &["updated_at"],
};

const REPORT_SNAPSHOT: Plan = Plan {
    name: "report_snapshot",
    columns: &[
        id("report_id"),
        text("content"),
        text("sha256"),
        date("submitted_on"),
        id("submitted_by"),
        instant("taken_at"),
    ],
    references: &[("report_id", "report")],
    unique: &[],
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
        create_root(m, &REPORT).await?;
        create_part(m, &REPORT_SNAPSHOT).await?;
        add_with_twin(m, "status_change", &[id("report_id")]).await?;
        index(m, "status_change", "report_id").await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        drop_with_twins(m, &[&REPORT, &REPORT_SNAPSHOT]).await?;
        let name = "ix_status_change_report_id";
        m.drop_index(Index::drop().name(name).table("status_change").to_owned()).await?;
        for table in ["status_change", "status_change_past"] {
            m.alter_table(Table::alter().table(table).drop_column("report_id").to_owned()).await?;
        }
        Ok(())
    }
}
