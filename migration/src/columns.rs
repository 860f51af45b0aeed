//! How a table is written down, once for both databases: its columns, what they refer to, and the twin
//! that keeps every state a row has had.
use sea_orm_migration::prelude::*;

/// What a column holds.
#[derive(Clone, Copy)]
pub enum Kind {
    Id,
    /// Compared byte by byte on both databases, so that orders and cursors agree.
    Text,
    Json,
    Date,
    /// UTC, whole microseconds.
    Instant,
    Integer,
    /// Also money, in minor units.
    BigInteger,
    Bool,
}

/// A column by name; [`Column::or_null`] where it may be unknown.
#[derive(Clone, Copy)]
pub struct Column {
    name: &'static str,
    kind: Kind,
    nullable: bool,
    default: Option<&'static str>,
}

impl Column {
    pub fn name(self) -> &'static str {
        self.name
    }

    /// What rows hold that were there before the column was added.
    pub const fn or(mut self, default: &'static str) -> Self {
        self.default = Some(default);
        self
    }

    pub const fn or_null(mut self) -> Self {
        self.nullable = true;
        self
    }

    fn definition(self, postgres: bool) -> ColumnDef {
        let mut def = ColumnDef::new(self.name);
        match self.kind {
            Kind::Id => def.uuid(),
            Kind::Text => def.text(),
            Kind::Json => def.json_binary(),
            Kind::Date => def.date(),
            Kind::Instant => def.timestamp_with_time_zone(),
            Kind::Integer => def.integer(),
            Kind::BigInteger => def.big_integer(),
            Kind::Bool => def.boolean(),
        };
        if postgres && matches!(self.kind, Kind::Text) {
            def.extra("COLLATE \"C\"");
        }
        if let Some(default) = self.default {
            def.default(default);
        }
        if self.nullable {
            def.null()
        } else {
            def.not_null()
        };
        def
    }
}

macro_rules! kinds {
    ($($function:ident $kind:ident),*) => {
        $(pub const fn $function(name: &'static str) -> Column {
            Column { name, kind: Kind::$kind, nullable: false, default: None }
        })*
    };
}
kinds!(id Id, text Text, json Json, date Date, instant Instant, integer Integer, big BigInteger, flag Bool);

/// A table to create.
pub struct Plan {
    pub name: &'static str,
    pub columns: &'static [Column],
    /// Column → table whose `id` it holds.
    pub references: &'static [(&'static str, &'static str)],
    pub unique: &'static [&'static str],
    /// Further indexes; columns that refer to something have one anyway.
    pub indexes: &'static [&'static str],
}

const ROOT: [Column; 3] = [big("version"), instant("created_at"), instant("updated_at")];

/// Creates a table with a UUID key and the plan's columns; no twin. For what is not part of the register.
pub async fn create(m: &SchemaManager<'_>, plan: &Plan) -> Result<(), DbErr> {
    table(m, plan, &[]).await
}

/// Creates the root table of an aggregate, with `version`, `created_at`, `updated_at`, and its twin.
pub async fn create_root(m: &SchemaManager<'_>, plan: &Plan) -> Result<(), DbErr> {
    table(m, plan, &ROOT).await?;
    twin(m, plan, &ROOT).await
}

/// Creates the table of an aggregate's parts, and its twin.
pub async fn create_part(m: &SchemaManager<'_>, plan: &Plan) -> Result<(), DbErr> {
    table(m, plan, &[]).await?;
    twin(m, plan, &[]).await
}

fn is_postgres(m: &SchemaManager<'_>) -> bool {
    m.get_database_backend() == sea_orm::DbBackend::Postgres
}

async fn table(m: &SchemaManager<'_>, plan: &Plan, first: &[Column]) -> Result<(), DbErr> {
    let postgres = is_postgres(m);
    let mut table = Table::create();
    table.table(plan.name).col(ColumnDef::new("id").uuid().not_null().primary_key());
    for column in first.iter().chain(plan.columns) {
        table.col(column.definition(postgres));
    }
    for (column, target) in plan.references {
        table.foreign_key(
            ForeignKey::create()
                .name(format!("fk_{}_{column}", plan.name))
                .from(plan.name, *column)
                .to(*target, "id"),
        );
    }
    m.create_table(table.to_owned()).await?;
    for column in plan.unique {
        let name = format!("uq_{}_{column}", plan.name);
        m.create_index(Index::create().name(name).table(plan.name).col(*column).unique().to_owned()).await?;
    }
    let referring = plan.references.iter().map(|(column, _)| column);
    for column in referring.chain(plan.indexes).filter(|c| !plan.unique.contains(c)) {
        let name = format!("ix_{}_{column}", plan.name);
        m.create_index(Index::create().name(name).table(plan.name).col(*column).to_owned()).await?;
    }
    Ok(())
}

/// The twin `<name>_past`: a row per state, from the entry that wrote it to the entry that ended it.
async fn twin(m: &SchemaManager<'_>, plan: &Plan, first: &[Column]) -> Result<(), DbErr> {
    let (postgres, name) = (is_postgres(m), format!("{}_past", plan.name));
    let mut table = Table::create();
    table.table(name.clone()).col(ColumnDef::new("id").uuid().not_null());
    for column in first.iter().chain(plan.columns) {
        table.col(column.definition(postgres));
    }
    table
        .col(ColumnDef::new("seq_from").big_integer().not_null())
        .col(ColumnDef::new("seq_to").big_integer().null())
        .primary_key(Index::create().col("id").col("seq_from"))
        .foreign_key(
            ForeignKey::create()
                .name(format!("fk_{name}_from"))
                .from(name.clone(), "seq_from")
                .to("history_entry", "seq"),
        )
        .foreign_key(
            ForeignKey::create()
                .name(format!("fk_{name}_to"))
                .from(name.clone(), "seq_to")
                .to("history_entry", "seq"),
        );
    m.create_table(table.to_owned()).await?;
    for column in ["seq_from", "seq_to"] {
        let index = format!("ix_{name}_{column}");
        m.create_index(Index::create().name(index).table(name.clone()).col(column).to_owned()).await?;
    }
    Ok(())
}

/// Adds columns to a table that is there already, and to its twin. They must be nullable: what was written before has
/// no value in them, and digests leave out nulls, so that digests made before still are what they were.
pub async fn add_with_twin(m: &SchemaManager<'_>, table: &str, columns: &[Column]) -> Result<(), DbErr> {
    for name in [table.to_owned(), format!("{table}_past")] {
        add(m, &name, columns).await?;
    }
    Ok(())
}

/// An index on a column that was added.
pub async fn index(m: &SchemaManager<'_>, table: &str, column: &'static str) -> Result<(), DbErr> {
    let name = format!("ix_{table}_{column}");
    m.create_index(Index::create().name(name).table(table.to_owned()).col(column).to_owned()).await
}

/// Adds columns to a table without a twin: with their default, else null.
pub async fn add(m: &SchemaManager<'_>, table: &str, columns: &[Column]) -> Result<(), DbErr> {
    for column in columns {
        let column = if column.default.is_some() { *column } else { column.or_null() };
        let definition = column.definition(is_postgres(m));
        m.alter_table(Table::alter().table(table.to_owned()).add_column(definition).to_owned()).await?;
    }
    Ok(())
}

/// Lets a text column of a table and its twin be null. SQLite can't do that in place: the column is made anew.
pub async fn let_be_null(m: &SchemaManager<'_>, table: &str, name: &'static str) -> Result<(), DbErr> {
    for table in [table.to_owned(), format!("{table}_past")] {
        if is_postgres(m) {
            let sql = format!("ALTER TABLE \"{table}\" ALTER COLUMN \"{name}\" DROP NOT NULL");
            m.get_connection().execute_unprepared(&sql).await?;
            continue;
        }
        for sql in [
            format!("ALTER TABLE \"{table}\" ADD COLUMN \"anew\" text"),
            format!("UPDATE \"{table}\" SET \"anew\" = \"{name}\""),
            format!("ALTER TABLE \"{table}\" DROP COLUMN \"{name}\""),
            format!("ALTER TABLE \"{table}\" RENAME COLUMN \"anew\" TO \"{name}\""),
        ] {
            m.get_connection().execute_unprepared(&sql).await?;
        }
    }
    Ok(())
}

/// Drops the tables and their twins, last first.
pub async fn drop_with_twins(m: &SchemaManager<'_>, plans: &[&Plan]) -> Result<(), DbErr> {
    for plan in plans.iter().rev() {
        m.drop_table(Table::drop().table(format!("{}_past", plan.name)).to_owned()).await?;
        m.drop_table(Table::drop().table(plan.name).to_owned()).await?;
    }
    Ok(())
}
