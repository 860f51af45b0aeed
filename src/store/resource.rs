//! What a resource of the register is made of, as data. The room of each resource writes one [`Resource`];
//! reading, listing, writing and history are done once, for all of them, from it.
use super::listing::{Field, Relation};
use super::read::Reader;
use super::scope::Reach;
use super::table::{Record, Row, Table};
use super::unit::Unit;
use crate::shared::check::{Content, Faults};
use chrono::NaiveDate;
use entity::vocab::CodeList;
use futures_util::future::BoxFuture;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// A root table with its parts: one aggregate, one version.
pub struct Resource {
    /// Singular, as in history, claims and error texts; also the table's name.
    pub name: &'static str,
    /// Plural, as in addresses.
    pub path: &'static str,
    pub table: Table,
    /// The column that answers in addresses and relation filters beside the id.
    pub code: Option<&'static str>,
    pub parse: Parser,
    pub references: &'static [Reference],
    pub unique: &'static [&'static str],
    /// Hidden columns worked out from the record on every write: search text, matching forms, resolved dates.
    pub computed: fn(&Record) -> Row,
    /// Columns with ids of records by whose names people search this one, and their tables: a funder is called what
    /// its organisation is called.
    pub named_by: &'static [(&'static str, &'static str)],
    pub parts: &'static [&'static Part],
    pub neighbours: &'static [Neighbour],
    pub fields: &'static [Field],
    pub relations: &'static [Relation],
    pub life: Option<Life>,
    /// Whether a caller of a narrow scope sees a record of it wherever it sees something that refers to it: such as the
    /// organisations of a project, without which the project could not be understood.
    pub followed: bool,
    /// What of it may be read without a role, and how; none where that is never so.
    pub publishing: Option<Publishing>,
    /// What must hold between this record and others, beside references and free codes.
    pub rule: Option<Rule>,
    /// Where the program keeps these records by itself: for which resource, and the column that tells for which record.
    /// They go with it, and callers only read them.
    pub kept_for: Option<(&'static str, &'static str)>,
    /// What of a record forbids to delete it today.
    pub kept_while: Option<fn(&Row, NaiveDate) -> Faults>,
}

/// How a record is published: it has a tier, and so has each group of its fields, in the columns of [`super::table::Nested::Tiers`].
pub struct Publishing {
    pub groups: &'static [Group],
    /// The column that is searched in place of the search text, where that tells what a group may withhold.
    pub search: Option<&'static str>,
}

/// Members that are withheld together.
pub struct Group {
    pub name: &'static str,
    /// Columns as records show them, and parts.
    pub members: &'static [&'static str],
    /// Filters that would tell of them.
    pub relations: &'static [&'static str],
}

/// A part with an identity: it lives under its root and shares its version.
pub struct Part {
    /// As in `/v1/projects/{id}/participants` and as the member of the root's representation.
    pub path: &'static str,
    /// Singular, as in error texts.
    pub name: &'static str,
    pub table: Table,
    /// The column with the root's id.
    pub parent: &'static str,
    pub parse: Parser,
    pub references: &'static [Reference],
    /// What must hold between all parts of one kind under one root, after a change.
    pub together: Option<fn(&[Record]) -> Faults>,
    /// Whether the program keeps them by itself, and callers only read them.
    pub kept: bool,
}

/// The column of a table that holds another record's id.
pub struct Reference {
    pub column: &'static str,
    pub to: Target,
}

pub enum Target {
    Resource(&'static str),
    /// The name of the resource stands in another column.
    NamedBy(&'static str),
}

impl Reference {
    pub const fn to(column: &'static str, resource: &'static str) -> Self {
        Self { column, to: Target::Resource(resource) }
    }
}

/// A record next to this one, whose ids the representation carries and which `expand` brings in whole.
pub struct Neighbour {
    /// What `expand` calls it, and the member it fills.
    pub name: &'static str,
    pub resource: &'static str,
    pub link: Link,
}

pub enum Link {
    /// A column of this table holds the id.
    Column(&'static str),
    /// A table holds this id in `own` and the neighbour's in `other`; the ids stand in the member `ids`.
    Through { table: &'static str, own: &'static str, other: &'static str, ids: &'static str },
}

/// A status that only transitions change.
pub struct Life {
    pub initial: &'static str,
    pub statuses: &'static CodeList,
    /// The column of `status_change` with this resource's id.
    pub parent: &'static str,
    /// Statuses in which a record is no longer changed, but by further steps. Where there are any, it is deleted only
    /// before its first step.
    pub frozen: &'static [&'static str],
    pub on_step: Option<OnStep>,
}

/// A step that is being taken.
pub struct Taken {
    pub to: String,
    pub effective_on: NaiveDate,
}

/// What a step does beside moving the status: further columns of the record, and the parts that it leaves.
pub type OnStep =
    for<'a> fn(&'a Unit, &'a mut Row, &'a Taken) -> BoxFuture<'a, super::Result<Vec<(&'static Part, Row)>>>;

/// Loads what a page of records needs in a fixed number of statements; answers further members, one map a record.
pub type Derive = for<'a> fn(&'a Reader<'a>, &'a [Record]) -> BoxFuture<'a, super::Result<Vec<Record>>>;

/// Members of records that are worked out from facts and `as_of` when they are shown. `lib.rs` lists them.
pub struct Derivation {
    /// Names of the resources that have these members.
    pub of: &'static [&'static str],
    pub derive: Derive,
}

/// Looks a changed row up against others, within the change's own transaction.
pub type Rule = for<'a> fn(&'a Reader<'a>, &'a Resource, &'a Row) -> BoxFuture<'a, super::Result<Faults>>;

/// Reads the writable members: typed, checked, with defaults filled in.
pub type Parser = fn(Value) -> Result<Parsed, serde_json::Error>;

pub struct Parsed {
    pub record: Record,
    pub faults: Faults,
}

/// The parser of a record's typed fields.
///
/// # Errors
/// When the value does not have the shape of `T`; the request's schema has been checked before.
pub fn parse<T: Serialize + DeserializeOwned + Content>(value: Value) -> Result<Parsed, serde_json::Error> {
    let fields: T = serde_json::from_value(value)?;
    let mut faults = Faults::default();
    fields.check(&mut faults);
    match serde_json::to_value(fields)? {
        Value::Object(record) => Ok(Parsed { record, faults }),
        _ => Ok(Parsed { record: Record::new(), faults }),
    }
}

/// The parser of what no caller writes through the operations that all resources have.
///
/// # Errors
/// Always.
pub fn never(_: Value) -> Result<Parsed, serde_json::Error> {
    Err(serde::de::Error::custom("callers do not write this"))
}

/// All resources: what reaches across rooms looks its neighbours up here.
pub struct Register {
    pub resources: &'static [&'static Resource],
    pub derivations: &'static [Derivation],
    /// What hangs on what roles are granted for.
    pub reach: Reach,
}

impl Part {
    /// The member of the root's representation that it fills.
    pub fn member(&self) -> String {
        self.path.replace('-', "_")
    }
}

impl Register {
    pub fn find(&self, name: &str) -> Option<&'static Resource> {
        self.resources.iter().copied().find(|r| r.name == name)
    }

    /// A resource that the register's own tables name. A test checks that all names are known.
    pub fn get(&self, name: &str) -> super::Result<&'static Resource> {
        self.find(name).ok_or_else(|| sea_orm::DbErr::Custom(format!("no resource {name}")).into())
    }
}

impl Resource {
    /// The part at a path, which the register's own tables name.
    pub fn part(&self, path: &str) -> super::Result<&'static Part> {
        let found = self.parts.iter().copied().find(|part| part.path == path);
        found.ok_or_else(|| sea_orm::DbErr::Custom(format!("{} has no {path}", self.name)).into())
    }

    /// The members that facts are kept in: columns as records show them, and parts.
    pub fn members(&self) -> Vec<String> {
        const SERVER: [&str; 4] = ["id", "version", "created_at", "updated_at"];
        let empty: Row = self.table.columns().iter().map(|c| (c.name.to_owned(), Value::Null)).collect();
        let own = self.table.record(&empty).into_iter().map(|(name, _)| name);
        let parts = self.parts.iter().map(|part| part.member());
        own.filter(|name| !SERVER.contains(&name.as_str())).chain(parts).collect()
    }
}
