//! Lists of a resource: typed filters, order, keyset pages, totals and facets, as SQL for both databases.
//! How they are spelled in an address is not here.
mod any_case;
mod condition;
mod facet;
pub mod judged;
mod page;

pub use condition::{LikeText, all as matching, json_any};
pub use facet::{Bucket, Facet};
pub use judged::{Judged, PHASE};
pub use page::{Order, Page, Query, list};

use super::view::View;
use entity::vocab::{CodeList, PublicationTier, Word};
use sea_orm::sea_query::{Alias, Expr, SelectStatement};

/// A member that lists can be filtered by, and perhaps sorted and counted by.
pub struct Field {
    /// As in addresses: `planned_period.end`.
    pub path: &'static str,
    /// The column that holds it or, where it is computed, its matching form.
    pub column: &'static str,
    pub kind: Kind,
    pub sortable: bool,
    pub facet: bool,
    /// The format that a value has, where it is narrower than the kind (see `shared/formats.rs`).
    pub format: Option<&'static str>,
}

/// What a member holds decides its operators and how a value is read.
#[derive(Clone, Copy)]
pub enum Kind {
    Text,
    /// Text whose column holds the matching form that this function makes.
    Folded(fn(&str) -> String),
    Word(&'static CodeList),
    Id,
    Date,
    Instant,
    Integer,
    /// Minor units; a comparison needs the currency of its sibling member.
    Money,
    Flag,
    /// A list of values, or of objects of which this member counts.
    Listed(Option<&'static str>),
    /// A list of identifiers, compared by their matching form.
    Identifiers,
    /// Worked out from other columns and `as_of`.
    Judged(&'static Judged),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    Eq,
    Ne,
    In,
    Gt,
    Gte,
    Lt,
    Lte,
    Contains,
    IsNull,
}

impl Op {
    pub const ALL: [Self; 9] = [
        Self::Eq,
        Self::Ne,
        Self::In,
        Self::Gt,
        Self::Gte,
        Self::Lt,
        Self::Lte,
        Self::Contains,
        Self::IsNull,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Ne => "ne",
            Self::In => "in",
            Self::Gt => "gt",
            Self::Gte => "gte",
            Self::Lt => "lt",
            Self::Lte => "lte",
            Self::Contains => "contains",
            Self::IsNull => "is_null",
        }
    }
}

impl Kind {
    pub fn operators(self) -> &'static [Op] {
        use Op::{Contains, Eq, Gt, Gte, In, IsNull, Lt, Lte, Ne};
        match self {
            Self::Text | Self::Folded(_) | Self::Listed(_) | Self::Identifiers => {
                &[Eq, Ne, In, Contains, IsNull]
            }
            Self::Word(_) | Self::Id => &[Eq, Ne, In, IsNull],
            Self::Date | Self::Instant | Self::Integer => &[Eq, Ne, In, Gt, Gte, Lt, Lte, IsNull],
            Self::Money => &[Eq, Gt, Gte, Lt, Lte, IsNull],
            Self::Flag => &[Eq, Ne],
            Self::Judged(_) => &[Eq, Ne, In],
        }
    }
}

/// A filter across relations: `ultimate_funder=<id>`.
pub struct Relation {
    pub name: &'static str,
    /// The resource whose ids or codes are asked for.
    pub resource: &'static str,
    pub meaning: &'static str,
    /// From a query of the neighbours' ids to a condition on this table.
    pub condition: fn(&View, SelectStatement) -> Expr,
}

/// Short forms for the tables of fields.
impl Field {
    pub const fn new(path: &'static str, column: &'static str, kind: Kind) -> Self {
        Self { path, column, kind, sortable: false, facet: false, format: None }
    }

    pub const fn text(path: &'static str) -> Self {
        Self::new(path, path, Kind::Text)
    }

    pub const fn word(path: &'static str, list: &'static CodeList) -> Self {
        Self::new(path, path, Kind::Word(list)).counted()
    }

    pub const fn id(path: &'static str) -> Self {
        Self::new(path, path, Kind::Id).counted()
    }

    pub const fn date(path: &'static str, column: &'static str) -> Self {
        Self::new(path, column, Kind::Date).sorted()
    }

    pub const fn formatted(mut self, format: &'static str) -> Self {
        self.format = Some(format);
        self
    }

    pub const fn sorted(mut self) -> Self {
        self.sortable = true;
        self
    }

    pub const fn counted(mut self) -> Self {
        self.facet = true;
        self
    }
}

/// What every root has.
pub const COMMON: [Field; 4] = [
    Field::new("id", "id", Kind::Id),
    Field::new("version", "version", Kind::Integer),
    Field::new("created_at", "created_at", Kind::Instant).sorted(),
    Field::new("updated_at", "updated_at", Kind::Instant).sorted(),
];

/// What those have that can be published.
pub const PUBLISHED: [Field; 1] =
    [Field::new("publication_tiers.record", "publication_tiers_record", Kind::Word(PublicationTier::LIST))
        .counted()];

impl Field {
    /// What rows are compared, ordered and counted by.
    fn expression(&self, table: &str, as_of: chrono::NaiveDate) -> Expr {
        match self.kind {
            Kind::Judged(judged) => (judged.sql)(table, as_of),
            _ => Expr::col((Alias::new(table), Alias::new(self.column))),
        }
    }

    /// The same of a row.
    fn value(&self, row: &super::table::Row, as_of: chrono::NaiveDate) -> serde_json::Value {
        match self.kind {
            Kind::Judged(judged) => (judged.of)(row, as_of).into(),
            _ => row.get(self.column).cloned().unwrap_or_default(),
        }
    }
}

impl super::Resource {
    /// The members that lists of this resource know, the common ones first.
    pub fn list_fields(&self) -> impl Iterator<Item = &Field> {
        COMMON.iter().chain(self.fields).chain(self.publishing.iter().flat_map(|_| &PUBLISHED))
    }
}

/// A filter, read and typed.
pub enum Filter<'a> {
    Member {
        field: &'a Field,
        op: Op,
        values: Vec<Operand>,
    },
    Related {
        relation: &'a Relation,
        ids: Vec<uuid::Uuid>,
        codes: Vec<String>,
    },
    /// Every word must occur.
    Search(String),
    UpdatedSince(chrono::DateTime<chrono::Utc>),
}

/// A value to compare with, as its member's kind reads it.
#[derive(Clone, Debug)]
pub enum Operand {
    Text(String),
    Id(uuid::Uuid),
    Date(chrono::NaiveDate),
    Instant(chrono::DateTime<chrono::Utc>),
    Integer(i64),
    Flag(bool),
}
