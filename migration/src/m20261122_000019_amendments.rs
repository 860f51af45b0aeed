//! Amendments, suspensions and terminations of agreements, with the steps of their lives; and which amendment says a
//! parameter otherwise.
use crate::columns::{
    Plan, add_with_twin, big, create_root, date, drop_with_twins, flag, id, index, json, text,
};
use sea_orm_migration::prelude::*;

const AMENDMENT: Plan = Plan {
    name: "amendment",
    columns: &[
        id("grant_agreement_id"),
        text("number").or_null(),
        text("kind"),
        text("case").or_null(),
        json("summary").or_null(),
        json("changes"),
        json("terms"),
        date("requested_on").or_null(),
        date("received_by_grantor_on").or_null(),
        date("signed_on").or_null(),
        date("effective_on").or_null(),
        text("document").or_null(),
        text("status").or_null(),
        date("status_since").or_null(),
        date("applied_on").or_null(),
        big("applied_version").or_null(),
        json("applied").or_null(),
        text("search_text"),
    ],
    references: &[("grant_agreement_id", "grant_agreement")],
    unique: &[],
    indexes: &["updated_at"],
};

const SUSPENSION: Plan = Plan {
    name: "suspension",
    columns: &[
        id("grant_agreement_id"),
        text("scope"),
        text("by"),
        date("from"),
        date("to").or_null(),
        flag("extends_end"),
        flag("end_moved"),
        json("reason").or_null(),
        date("notified_on").or_null(),
        text("document").or_null(),
        text("status").or_null(),
        date("status_since").or_null(),
        text("search_text"),
    ],
    references: &[("grant_agreement_id", "grant_agreement")],
    unique: &[],
    indexes: &["updated_at"],
};

const TERMINATION: Plan = Plan {
    name: "termination",
    columns: &[
        id("grant_agreement_id"),
        text("by"),
        json("ground").or_null(),
        date("notified_on").or_null(),
        date("effective_on").or_null(),
        text("document").or_null(),
        text("status").or_null(),
        date("status_since").or_null(),
        text("search_text"),
    ],
    references: &[("grant_agreement_id", "grant_agreement")],
    unique: &[],
    indexes: &["updated_at"],
};

/// Columns of tables that were there before. No foreign key can be added to a table; the store deletes steps with their
/// record.
const FURTHER: [(&str, &str); 4] = [
    ("status_change", "amendment_id"),
    ("status_change", "suspension_id"),
    ("status_change", "termination_id"),
    ("agreement_override", "amendment_id"),
];

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        for plan in [&AMENDMENT, &SUSPENSION, &TERMINATION] {
            create_root(m, plan).await?;
        }
        for (table, column) in FURTHER {
            add_with_twin(m, table, &[id(column)]).await?;
            index(m, table, column).await?;
        }
        Ok(())
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        drop_with_twins(m, &[&AMENDMENT, &SUSPENSION, &TERMINATION]).await?;
        for (table, column) in FURTHER {
            let name = format!("ix_{table}_{column}");
            m.drop_index(Index::drop().name(name).table(table).to_owned()).await?;
            for table in [table.to_owned(), format!("{table}_past")] {
                m.alter_table(Table::alter().table(table).drop_column(column).to_owned()).await?;
            }
        }
        Ok(())
    }
}
