//! What tokens and principals may do: roles, for the whole register or within a scope.
use crate::columns::{Plan, create, id, instant, text};
use sea_orm_migration::prelude::*;

const GRANT: Plan = Plan {
    name: "access_grant",
    // Either of a token or of a principal. `scope_id` has no foreign key: what it names may go, and then nothing is
    // left within it.
    columns: &[
        id("token_id").or_null(),
        id("principal_id").or_null(),
        text("role"),
        text("scope_kind"),
        id("scope_id").or_null(),
        instant("created_at"),
    ],
    references: &[("token_id", "token"), ("principal_id", "principal")],
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
        create(m, &GRANT).await?;
        // Every token had one role for all.
        let roles = Query::select()
            .columns(["id", "id", "role"])
            .expr(Expr::value("register"))
            .column("created_at")
            .from("token")
            .to_owned();
        let mut copy = Query::insert();
        copy.into_table("access_grant").columns(["id", "token_id", "role", "scope_kind", "created_at"]);
        copy.select_from(roles).map_err(|e| DbErr::Custom(e.to_string()))?;
        m.execute(copy).await?;
        m.alter_table(Table::alter().table("token").drop_column("role").to_owned()).await?;
        let last = ColumnDef::new("last_used_at").timestamp_with_time_zone().null().to_owned();
        m.alter_table(Table::alter().table("token").add_column(last).to_owned()).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        // A role of a part of the register can't be told by one column: nobody is let in for more than before.
        let role = ColumnDef::new("role").text().not_null().default("viewer").to_owned();
        m.alter_table(Table::alter().table("token").add_column(role).to_owned()).await?;
        m.alter_table(Table::alter().table("token").drop_column("last_used_at").to_owned()).await?;
        m.drop_table(Table::drop().table("access_grant").to_owned()).await
    }
}
