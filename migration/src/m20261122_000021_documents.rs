//! Documents with their contents and what they are about, and who points at them.
use crate::columns::{
    Plan, add_with_twin, big, create_part, create_root, date, drop_with_twins, flag, id, index, instant,
    json, text,
};
use sea_orm_migration::prelude::*;

const DOCUMENT: Plan = Plan {
    name: "document",
    columns: &[
        json("title"),
        text("kind"),
        text("language").or_null(),
        date("dated_on").or_null(),
        json("description").or_null(),
        flag("contains_personal_data"),
        date("retain_until").or_null(),
        text("held_for").or_null(),
        text("publication_tiers_record"),
        text("publication_tiers_keeping"),
        text("title_key"),
        text("search_text"),
    ],
    references: &[],
    unique: &[],
    indexes: &["kind", "updated_at"],
};

const DOCUMENT_LINK: Plan = Plan {
    name: "document_link",
    columns: &[id("document_id"), text("subject_kind"), id("subject_id")],
    references: &[("document_id", "document")],
    unique: &[],
    indexes: &["subject_id"],
};

const DOCUMENT_FILE: Plan = Plan {
    name: "document_file",
    columns: &[
        id("document_id"),
        text("file_name"),
        text("media_type"),
        big("size"),
        text("sha256"),
        id("uploaded_by"),
        instant("uploaded_at"),
    ],
    references: &[("document_id", "document")],
    unique: &[],
    indexes: &[],
};

/// What points at a document.
const POINTERS: [&str; 8] = [
    "agreement_override",
    "programme_override",
    "amendment",
    "suspension",
    "termination",
    "report",
    "fulfilment",
    "status_change",
];

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        create_root(m, &DOCUMENT).await?;
        create_part(m, &DOCUMENT_LINK).await?;
        create_part(m, &DOCUMENT_FILE).await?;
        for table in POINTERS {
            add_with_twin(m, table, &[id("document_id")]).await?;
            index(m, table, "document_id").await?;
        }
        Ok(())
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        for table in POINTERS {
            let name = format!("ix_{table}_document_id");
            m.drop_index(Index::drop().name(name).table(table).to_owned()).await?;
            for table in [table.to_owned(), format!("{table}_past")] {
                m.alter_table(Table::alter().table(table).drop_column("document_id").to_owned()).await?;
            }
        }
        drop_with_twins(m, &[&DOCUMENT, &DOCUMENT_LINK, &DOCUMENT_FILE]).await
    }
}
