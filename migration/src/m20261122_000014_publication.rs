//! Publication tiers: who may read a record, and each group of its fields, without a role; and whose partner a principal
//! is.
use crate::columns::{Column, add, add_with_twin, id, index, text};
use sea_orm_migration::prelude::*;

/// Tables and their groups of fields; each table also has a tier for the record.
const GROUPS: [(&str, &[Column]); 7] = [
    ("organisation", &[tier("publication_tiers_record")]),
    ("funder", &[tier("publication_tiers_record"), tier("publication_tiers_notes")]),
    ("programme", &[tier("publication_tiers_record")]),
    (
        "project",
        &[
            tier("publication_tiers_record"),
            tier("publication_tiers_participants"),
            tier("publication_tiers_contacts"),
        ],
    ),
    (
        "grant_agreement",
        &[
            tier("publication_tiers_record"),
            tier("publication_tiers_money"),
            tier("publication_tiers_parties"),
            tier("publication_tiers_funding_chain"),
            tier("publication_tiers_notes"),
        ],
    ),
    (
        "event",
        &[
            tier("publication_tiers_record"),
            tier("publication_tiers_participation"),
            tier("publication_tiers_outcomes"),
        ],
    ),
    ("publication", &[tier("publication_tiers_record"), tier("publication_tiers_text")]),
];

const fn tier(name: &'static str) -> Column {
    text(name).or("internal")
}

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        for (table, tiers) in GROUPS {
            add_with_twin(m, table, tiers).await?;
            index(m, table, "publication_tiers_record").await?;
        }
        // No foreign key: what it names may go, and then it is a party to nothing.
        add(m, "principal", &[id("organisation_id")]).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.alter_table(Table::alter().table("principal").drop_column("organisation_id").to_owned()).await?;
        for (table, tiers) in GROUPS {
            let name = format!("ix_{table}_publication_tiers_record");
            m.drop_index(Index::drop().name(name).table(table).to_owned()).await?;
            for table in [table.to_owned(), format!("{table}_past")] {
                for tier in tiers {
                    m.alter_table(Table::alter().table(table.clone()).drop_column(tier.name()).to_owned())
                        .await?;
                }
            }
        }
        Ok(())
    }
}
