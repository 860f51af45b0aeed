//! The audit trail: an entry per changed aggregate. Twin rows refer to entries.
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("history_entry")
                .col(ColumnDef::new("seq").big_integer().not_null().auto_increment().primary_key())
                .col(ColumnDef::new("position").big_integer().null())
                .col(ColumnDef::new("sequenced_at").timestamp_with_time_zone().null())
                .col(ColumnDef::new("aggregate").text().not_null())
                .col(ColumnDef::new("aggregate_id").uuid().not_null())
                .col(ColumnDef::new("action").text().not_null())
                .col(ColumnDef::new("version").big_integer().not_null())
                .col(ColumnDef::new("principal_id").uuid().not_null())
                .col(ColumnDef::new("token_id").uuid().null())
                .col(ColumnDef::new("at").timestamp_with_time_zone().not_null())
                .col(ColumnDef::new("reason").text().null())
                .col(ColumnDef::new("request_id").text().null())
                .col(ColumnDef::new("digest").text().not_null())
                .col(ColumnDef::new("previous_seq").big_integer().null())
                .foreign_key(
                    ForeignKey::create()
                        .name("fk_history_entry_principal_id")
                        .from("history_entry", "principal_id")
                        .to("principal", "id"),
                )
                .to_owned(),
        )
        .await?;
        let index = |name: &str| Index::create().name(name).table("history_entry").to_owned();
        m.create_index(index("uq_history_entry_position").col("position").unique().to_owned()).await?;
        m.create_index(index("ix_history_entry_sequenced_at").col("sequenced_at").to_owned()).await?;
        m.create_index(index("ix_history_entry_aggregate").col("aggregate_id").col("seq").to_owned()).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.drop_table(Table::drop().table("history_entry").to_owned()).await
    }
}
