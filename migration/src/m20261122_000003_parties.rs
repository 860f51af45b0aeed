//! Organisations, funders, their programmes, and persons.
use crate::columns::{Plan, create_root, date, drop_with_twins, id, integer, json, text};
use sea_orm_migration::prelude::*;

const ORGANISATION: Plan = Plan {
    name: "organisation",
    columns: &[
        json("name"),
        text("acronym").or_null(),
        json("other_names"),
        text("kind").or_null(),
        text("country").or_null(),
        json("identifiers"),
        text("website").or_null(),
        id("parent_id").or_null(),
        text("name_key"),
        text("search_text"),
    ],
    references: &[("parent_id", "organisation")],
    unique: &[],
    indexes: &["acronym", "name_key", "updated_at"],
};

const FUNDER: Plan = Plan {
    name: "funder",
    columns: &[
        id("organisation_id"),
        json("visibility_text").or_null(),
        text("website").or_null(),
        json("notes").or_null(),
        text("search_text"),
    ],
    references: &[("organisation_id", "organisation")],
    unique: &["organisation_id"],
    indexes: &["updated_at"],
};

const PROGRAMME: Plan = Plan {
    name: "programme",
    columns: &[
        text("code"),
        json("name"),
        json("earlier_names"),
        text("kind"),
        id("funder_id").or_null(),
        id("managing_organisation_id").or_null(),
        id("parent_id").or_null(),
        date("period_start").or_null(),
        date("period_end").or_null(),
        integer("period_duration_months").or_null(),
        text("website").or_null(),
        text("name_key"),
        text("search_text"),
    ],
    references: &[
        ("funder_id", "funder"),
        ("managing_organisation_id", "organisation"),
        ("parent_id", "programme"),
    ],
    unique: &["code"],
    indexes: &["updated_at"],
};

const PERSON: Plan = Plan {
    name: "person",
    columns: &[
        text("name"),
        id("organisation_id").or_null(),
        json("position").or_null(),
        text("email").or_null(),
        text("phone").or_null(),
        text("purpose"),
        text("lawful_basis"),
        text("retention_class").or_null(),
        text("name_key"),
        text("search_text"),
    ],
    references: &[("organisation_id", "organisation")],
    unique: &[],
    indexes: &["name_key"],
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        create_root(m, &ORGANISATION).await?;
        create_root(m, &FUNDER).await?;
        create_root(m, &PROGRAMME).await?;
        create_root(m, &PERSON).await?;
        Ok(())
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        drop_with_twins(m, &[&ORGANISATION, &FUNDER, &PROGRAMME, &PERSON]).await
    }
}
