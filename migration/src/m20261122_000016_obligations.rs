//! The terms of agreements: which version of a regime they follow, and what they say otherwise. What is owed under them,
//! with every due date that it had.
use crate::columns::{
    Plan, add_with_twin, create_part, create_root, date, drop_with_twins, id, index, instant, integer, json,
    text,
};
use sea_orm_migration::prelude::*;

/// Which version of a regime it follows. No foreign key can be added to a table; versions are never deleted.
const PINNED: [&str; 2] = ["grant_agreement", "programme"];

const AGREEMENT_OVERRIDE: Plan = Plan {
    name: "agreement_override",
    columns: &[
        id("grant_agreement_id"),
        text("path"),
        json("value"),
        text("clause"),
        text("document").or_null(),
    ],
    references: &[("grant_agreement_id", "grant_agreement")],
    unique: &[],
    indexes: &[],
};

const PROGRAMME_OVERRIDE: Plan = Plan {
    name: "programme_override",
    columns: &[id("programme_id"), text("path"), json("value"), text("clause"), text("document").or_null()],
    references: &[("programme_id", "programme")],
    unique: &[],
    indexes: &[],
};

/// `series` is agreement, entry and subject together: what an obligation is, whatever its date.
const OBLIGATION: Plan = Plan {
    name: "obligation",
    columns: &[
        id("grant_agreement_id"),
        id("funder_id").or_null(),
        text("kind"),
        text("entry"),
        text("subject"),
        text("series"),
        text("document_type"),
        json("title"),
        json("bundle"),
        date("period_start").or_null(),
        date("period_end").or_null(),
        integer("period_duration_months").or_null(),
        date("original_due").or_null(),
        date("due").or_null(),
        text("due_month").or_null(),
        date("fulfilled_on").or_null(),
        date("superseded_on").or_null(),
        text("by_role").or_null(),
        text("to_role").or_null(),
        id("responsible_organisation_id").or_null(),
        id("recipient_organisation_id").or_null(),
        text("severity"),
        text("confidence").or_null(),
        json("computed"),
        text("search_text"),
    ],
    references: &[
        ("grant_agreement_id", "grant_agreement"),
        ("funder_id", "funder"),
        ("responsible_organisation_id", "organisation"),
        ("recipient_organisation_id", "organisation"),
    ],
    unique: &["series"],
    indexes: &["due", "updated_at"],
};

const OBLIGATION_PLAN: Plan = Plan {
    name: "obligation_plan",
    columns: &[
        id("obligation_id"),
        date("due").or_null(),
        date("period_start").or_null(),
        date("period_end").or_null(),
        integer("period_duration_months").or_null(),
        json("computed"),
        instant("planned_at"),
    ],
    references: &[("obligation_id", "obligation")],
    unique: &[],
    indexes: &[],
};

const FULFILMENT: Plan = Plan {
    name: "fulfilment",
    columns: &[id("obligation_id"), date("fulfilled_on"), json("note").or_null(), text("document").or_null()],
    references: &[("obligation_id", "obligation")],
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
        for table in PINNED {
            add_with_twin(m, table, &[id("regime_id")]).await?;
            index(m, table, "regime_id").await?;
        }
        create_part(m, &AGREEMENT_OVERRIDE).await?;
        create_part(m, &PROGRAMME_OVERRIDE).await?;
        create_root(m, &OBLIGATION).await?;
        create_part(m, &OBLIGATION_PLAN).await?;
        create_part(m, &FULFILMENT).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        let plans = [&AGREEMENT_OVERRIDE, &PROGRAMME_OVERRIDE, &OBLIGATION, &OBLIGATION_PLAN, &FULFILMENT];
        drop_with_twins(m, &plans).await?;
        for table in PINNED {
            let name = format!("ix_{table}_regime_id");
            m.drop_index(Index::drop().name(name).table(table).to_owned()).await?;
            for table in [table.to_owned(), format!("{table}_past")] {
                m.alter_table(Table::alter().table(table).drop_column("regime_id").to_owned()).await?;
            }
        }
        Ok(())
    }
}
