//! Events with their sessions and organisations, publications, and what both belong to.
use crate::columns::{Plan, create_part, create_root, date, drop_with_twins, id, integer, json, text};
use sea_orm_migration::prelude::*;

const EVENT: Plan = Plan {
    name: "event",
    columns: &[
        json("title"),
        text("kind"),
        text("mode"),
        text("state"),
        text("starts").or_null(),
        text("ends").or_null(),
        id("parent_id").or_null(),
        json("objective").or_null(),
        json("topics"),
        json("outcomes").or_null(),
        json("notes").or_null(),
        date("starts_on").or_null(),
        date("ends_on").or_null(),
        text("title_key"),
        text("search_text"),
    ],
    references: &[("parent_id", "event")],
    unique: &[],
    indexes: &["starts_on", "kind", "state", "updated_at"],
};

const EVENT_SESSION: Plan = Plan {
    name: "event_session",
    columns: &[
        id("event_id"),
        json("title").or_null(),
        json("place").or_null(),
        text("country").or_null(),
        id("organisation_id").or_null(),
        text("starts").or_null(),
        text("ends").or_null(),
        text("start_time").or_null(),
        text("end_time").or_null(),
        text("time_zone").or_null(),
    ],
    references: &[("event_id", "event"), ("organisation_id", "organisation")],
    unique: &[],
    indexes: &[],
};

const EVENT_ORGANISATION: Plan = Plan {
    name: "event_organisation",
    columns: &[
        id("event_id"),
        id("organisation_id"),
        text("role"),
        text("country").or_null(),
        integer("women").or_null(),
        integer("men").or_null(),
        integer("people").or_null(),
    ],
    references: &[("event_id", "event"), ("organisation_id", "organisation")],
    unique: &[],
    indexes: &[],
};

const EVENT_LINK: Plan = Plan {
    name: "event_link",
    columns: &[
        id("event_id"),
        id("project_id").or_null(),
        id("grant_agreement_id").or_null(),
        id("programme_id").or_null(),
    ],
    references: &[
        ("event_id", "event"),
        ("project_id", "project"),
        ("grant_agreement_id", "grant_agreement"),
        ("programme_id", "programme"),
    ],
    unique: &[],
    indexes: &[],
};

const PUBLICATION: Plan = Plan {
    name: "publication",
    columns: &[
        text("kind"),
        json("title"),
        text("url").or_null(),
        text("language").or_null(),
        date("published_on").or_null(),
        json("summary").or_null(),
        text("text").or_null(),
        text("title_key"),
        text("search_text"),
    ],
    references: &[],
    unique: &[],
    indexes: &["published_on", "updated_at"],
};

const PUBLICATION_LINK: Plan = Plan {
    name: "publication_link",
    columns: &[
        id("publication_id"),
        id("event_id").or_null(),
        id("project_id").or_null(),
        id("grant_agreement_id").or_null(),
        id("programme_id").or_null(),
    ],
    references: &[
        ("publication_id", "publication"),
        ("event_id", "event"),
        ("project_id", "project"),
        ("grant_agreement_id", "grant_agreement"),
        ("programme_id", "programme"),
    ],
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
        create_root(m, &EVENT).await?;
        create_part(m, &EVENT_SESSION).await?;
        create_part(m, &EVENT_ORGANISATION).await?;
        create_part(m, &EVENT_LINK).await?;
        create_root(m, &PUBLICATION).await?;
        create_part(m, &PUBLICATION_LINK).await?;
        Ok(())
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        drop_with_twins(
            m,
            &[&EVENT, &EVENT_SESSION, &EVENT_ORGANISATION, &EVENT_LINK, &PUBLICATION, &PUBLICATION_LINK],
        )
        .await
    }
}
