//! Grant agreements, who is party to them, which projects they pay for and who pays; the steps of both lives.
use crate::columns::{
    Plan, big, create_part, create_root, date, drop_with_twins, flag, id, instant, integer, json, text,
};
use sea_orm_migration::prelude::*;

const GRANT_AGREEMENT: Plan = Plan {
    name: "grant_agreement",
    columns: &[
        text("reference").or_null(),
        json("title").or_null(),
        id("programme_id").or_null(),
        id("funder_id").or_null(),
        text("form").or_null(),
        text("status").or_null(),
        date("status_since").or_null(),
        date("enters_into_force_on").or_null(),
        date("implementation_period_start").or_null(),
        date("implementation_period_end").or_null(),
        integer("implementation_period_duration_months").or_null(),
        text("currency").or_null(),
        big("maximum_grant_minor").or_null(),
        text("maximum_grant_currency").or_null(),
        big("total_eligible_cost_minor").or_null(),
        text("total_eligible_cost_currency").or_null(),
        text("eu_rate").or_null(),
        json("identifiers"),
        json("notes").or_null(),
        date("phase_start").or_null(),
        date("phase_end").or_null(),
        text("reference_key").or_null(),
        text("search_text"),
    ],
    references: &[("programme_id", "programme"), ("funder_id", "funder")],
    unique: &[],
    indexes: &["status", "reference_key", "updated_at", "implementation_period_end"],
};

const AGREEMENT_PROJECT: Plan = Plan {
    name: "agreement_project",
    columns: &[
        id("grant_agreement_id"),
        id("project_id"),
        text("share").or_null(),
        date("from").or_null(),
        date("to").or_null(),
    ],
    references: &[("grant_agreement_id", "grant_agreement"), ("project_id", "project")],
    unique: &[],
    indexes: &[],
};

const AGREEMENT_PARTY: Plan = Plan {
    name: "agreement_party",
    columns: &[
        id("grant_agreement_id"),
        id("organisation_id"),
        text("role"),
        date("from").or_null(),
        date("to").or_null(),
        date("signed_on").or_null(),
    ],
    references: &[("grant_agreement_id", "grant_agreement"), ("organisation_id", "organisation")],
    unique: &[],
    indexes: &[],
};

const FUNDING_HOP: Plan = Plan {
    name: "funding_hop",
    columns: &[
        id("grant_agreement_id"),
        integer("position"),
        id("payer_id"),
        id("recipient_id"),
        id("programme_id").or_null(),
        text("reference").or_null(),
        text("share").or_null(),
        big("amount_minor").or_null(),
        text("amount_currency").or_null(),
    ],
    references: &[
        ("grant_agreement_id", "grant_agreement"),
        ("payer_id", "organisation"),
        ("recipient_id", "organisation"),
        ("programme_id", "programme"),
    ],
    unique: &[],
    indexes: &[],
};

const FUNDING_LINE: Plan = Plan {
    name: "funding_line",
    columns: &[
        id("grant_agreement_id"),
        id("source_organisation_id").or_null(),
        json("source_name").or_null(),
        text("kind"),
        big("amount_minor").or_null(),
        text("amount_currency").or_null(),
        text("share").or_null(),
        text("precision"),
        text("stage"),
        date("stated_on").or_null(),
        json("notes").or_null(),
    ],
    references: &[("grant_agreement_id", "grant_agreement"), ("source_organisation_id", "organisation")],
    unique: &[],
    indexes: &[],
};

const STATUS_CHANGE: Plan = Plan {
    name: "status_change",
    columns: &[
        id("project_id").or_null(),
        id("grant_agreement_id").or_null(),
        text("from_status").or_null(),
        text("to_status").or_null(),
        flag("opened_as"),
        date("effective_on").or_null(),
        text("reason").or_null(),
        text("document").or_null(),
        text("source").or_null(),
        json("attestations"),
        id("actor_id").or_null(),
        instant("recorded_at"),
    ],
    references: &[("project_id", "project"), ("grant_agreement_id", "grant_agreement")],
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
        create_root(m, &GRANT_AGREEMENT).await?;
        create_part(m, &AGREEMENT_PROJECT).await?;
        create_part(m, &AGREEMENT_PARTY).await?;
        create_part(m, &FUNDING_HOP).await?;
        create_part(m, &FUNDING_LINE).await?;
        create_part(m, &STATUS_CHANGE).await?;
        Ok(())
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        drop_with_twins(
            m,
            &[
                &GRANT_AGREEMENT,
                &AGREEMENT_PROJECT,
                &AGREEMENT_PARTY,
                &FUNDING_HOP,
                &FUNDING_LINE,
                &STATUS_CHANGE,
            ],
        )
        .await
    }
}
