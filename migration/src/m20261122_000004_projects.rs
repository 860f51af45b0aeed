//! Projects with their participants, contacts and links.
use crate::columns::{Plan, create_part, create_root, date, drop_with_twins, id, integer, json, text};
use sea_orm_migration::prelude::*;

const PROJECT: Plan = Plan {
    name: "project",
    columns: &[
        text("code"),
        json("title"),
        text("acronym").or_null(),
        json("other_titles"),
        json("summary").or_null(),
        json("objective").or_null(),
        text("status").or_null(),
        date("status_since").or_null(),
        date("planned_period_start").or_null(),
        date("planned_period_end").or_null(),
        integer("planned_period_duration_months").or_null(),
        date("actual_period_start").or_null(),
        date("actual_period_end").or_null(),
        integer("actual_period_duration_months").or_null(),
        id("lead_organisation_id").or_null(),
        json("countries"),
        json("locations"),
        json("sectors"),
        json("tags"),
        json("websites"),
        json("identifiers"),
        date("phase_start").or_null(),
        date("phase_end").or_null(),
        text("title_key"),
        text("search_text"),
    ],
    references: &[("lead_organisation_id", "organisation")],
    unique: &["code"],
    indexes: &["status", "planned_period_start", "planned_period_end", "updated_at", "title_key"],
};

const PROJECT_PARTICIPANT: Plan = Plan {
    name: "project_participant",
    columns: &[
        id("project_id"),
        id("organisation_id"),
        text("role"),
        date("from").or_null(),
        date("to").or_null(),
        json("notes").or_null(),
    ],
    references: &[("project_id", "project"), ("organisation_id", "organisation")],
    unique: &[],
    indexes: &[],
};

const PROJECT_CONTACT: Plan = Plan {
    name: "project_contact",
    columns: &[
        id("project_id"),
        text("role"),
        json("unit").or_null(),
        id("organisation_id").or_null(),
        id("person_id").or_null(),
        text("email").or_null(),
        text("phone").or_null(),
    ],
    references: &[("project_id", "project"), ("organisation_id", "organisation"), ("person_id", "person")],
    unique: &[],
    indexes: &[],
};

const PROJECT_LINK: Plan = Plan {
    name: "project_link",
    columns: &[
        id("project_id"),
        text("kind"),
        id("other_project_id"),
        date("from").or_null(),
        json("notes").or_null(),
    ],
    references: &[("project_id", "project"), ("other_project_id", "project")],
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
        create_root(m, &PROJECT).await?;
        create_part(m, &PROJECT_PARTICIPANT).await?;
        create_part(m, &PROJECT_CONTACT).await?;
        create_part(m, &PROJECT_LINK).await?;
        Ok(())
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        drop_with_twins(m, &[&PROJECT, &PROJECT_PARTICIPANT, &PROJECT_CONTACT, &PROJECT_LINK]).await
    }
}
