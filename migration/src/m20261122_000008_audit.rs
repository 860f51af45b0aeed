//! Tamper evidence and erasable personal data: commitments in place of personal values in digests, tombstones, the
//! place where restricted values are kept apart, who read what; the running hash over all entries, signed
//! checkpoints and the results of verifications.
use crate::columns::{
    Column, Plan, add, add_with_twin, big, create, date, id, instant, json, let_be_null, text,
};
use sea_orm_migration::prelude::*;

/// Of a person: what stands for the personal values in digests, and what stands in their place when they are gone.
const OF_PERSON: [Column; 7] = [
    text("salt"),
    text("commitment"),
    instant("erased_at"),
    instant("restricted_at"),
    date("restricted_until"),
    text("removal_ground"),
    id("removed_by"),
];

/// Columns of a person that have no value any more after an erasure.
const ERASABLE: [&str; 3] = ["name", "name_key", "search_text"];

/// Values of states that were restricted: taken out of the twins, so that no reader of the register meets them.
const RESTRICTED: Plan = Plan {
    name: "restricted_personal_data",
    columns: &[text("of_table"), id("row_id"), big("seq_from"), text("salt"), json("content")],
    references: &[],
    unique: &[],
    indexes: &["row_id"],
};

/// A request that was answered with personal data.
const ACCESS: Plan = Plan {
    name: "personal_data_access",
    columns: &[
        instant("at"),
        id("principal_id"),
        id("token_id").or_null(),
        text("request_id"),
        text("resource"),
        json("ids"),
    ],
    references: &[],
    unique: &[],
    indexes: &["at", "principal_id"],
};

const CHECKPOINT: Plan = Plan {
    name: "audit_checkpoint",
    columns: &[
        big("tree_size"),
        text("root"),
        instant("at"),
        text("origin"),
        // The public key.
        text("key"),
        // The signed note, as it is to be kept elsewhere.
        text("note"),
    ],
    references: &[],
    unique: &[],
    indexes: &["tree_size"],
};

const VERIFICATION: Plan = Plan {
    name: "audit_verification",
    columns: &[
        text("state"),
        instant("requested_at"),
        id("requested_by").or_null(),
        // When it last told that it goes on: one that is silent for long has died with its server.
        instant("alive_at"),
        instant("finished_at").or_null(),
        json("report").or_null(),
    ],
    references: &[],
    unique: &[],
    indexes: &["requested_at"],
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        let by_name = Index::create().name("ix_person_name_key").table("person").col("name_key").to_owned();
        m.drop_index(Index::drop().name("ix_person_name_key").table("person").to_owned()).await?;
        for column in ERASABLE {
            let_be_null(m, "person", column).await?;
        }
        m.create_index(by_name).await?;
        add_with_twin(m, "person", &OF_PERSON).await?;
        add(m, "history_entry", &[text("link")]).await?;
        for plan in [&RESTRICTED, &ACCESS, &CHECKPOINT, &VERIFICATION] {
            create(m, plan).await?;
        }
        Ok(())
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        for plan in [&RESTRICTED, &ACCESS, &CHECKPOINT, &VERIFICATION] {
            m.drop_table(Table::drop().table(plan.name).to_owned()).await?;
        }
        let mut dropped = vec![("history_entry", "link")];
        for table in ["person", "person_past"] {
            let names = ["salt", "commitment", "erased_at", "restricted_at", "restricted_until"];
            dropped.extend(names.map(|name| (table, name)));
            dropped.extend(["removal_ground", "removed_by"].map(|name| (table, name)));
        }
        for (table, column) in dropped {
            m.alter_table(Table::alter().table(table).drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}
