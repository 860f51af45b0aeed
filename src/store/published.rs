//! What is read without a role: records that were published, and of these the groups of fields that were. The register as
//! it is now only: its past is for those with a role. Who is a partner is said by `access`.
use super::Result;
use super::read::{Reader, id_in};
use super::resource::{Group, Resource, Target};
use super::scope::{Mask, Scope, Within};
use super::table::{Row, TIERS};
use super::view::View;
use crate::REGISTER;
use entity::vocab::{PublicationTier, Word};
use sea_orm::sea_query::{Alias, CommonTableExpression, Expr, ExprTrait, SelectStatement, UnionType};
use std::collections::HashSet;
use uuid::Uuid;

/// To whom something must have been published for a caller to read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Published {
    /// The organisation whose partner the caller is.
    pub organisation: Option<Uuid>,
    /// What was published to everybody.
    pub everybody: bool,
}

/// What nobody reads without a role.
pub const WORKINGS: &str = "workings";
const MEMBERS_OF_WORKINGS: [&str; 6] =
    [TIERS, "sources", "conflicts", "printed_statuses", "warnings", "available_transitions"];

/// The tier of the record itself.
const RECORD: &str = "record";

/// The table of the records that a caller sees.
fn shown_table(resource: &str) -> String {
    format!("shown_{resource}")
}

/// The table of the records to which a caller's organisation is a party.
fn party_table(resource: &str) -> String {
    format!("party_{resource}")
}

fn column(table: &str, name: &str) -> Expr {
    Expr::col((Alias::new(table), Alias::new(name)))
}

fn tier(group: &str) -> String {
    format!("{TIERS}_{group}")
}

impl Within {
    pub(super) fn published_in(&self, all: &View) -> Option<Published> {
        self.published.filter(|_| !all.is_past())
    }

    /// `SELECT id`: the records that the caller sees, by its roles or because they were published.
    pub(super) fn shown(&self, all: &View, resource: &Resource) -> SelectStatement {
        match (self.published_in(all), &resource.publishing) {
            (Some(_), Some(_)) => named(shown_table(resource.name)),
            _ => self.ids_of(all, resource.name),
        }
    }

    /// `SELECT id`: the records to which the caller's organisation is a party.
    pub fn party(&self, resource: &str) -> SelectStatement {
        named(party_table(resource))
    }

    /// Whether a row of a resource, or a group of its fields, was published to the caller.
    fn is_open(&self, published: Published, resource: &Resource, group: &str) -> Expr {
        let table = resource.table.name;
        let tier = tier(group);
        let among =
            |tiers: &[PublicationTier]| column(table, &tier).is_in(tiers.iter().map(|tier| tier.code()));
        let everybody = published.everybody.then(|| among(&[PublicationTier::Public]));
        let partners = published.organisation.map(|_| {
            let party = column(table, "id").in_subquery(self.party(resource.name));
            among(&[PublicationTier::Partners, PublicationTier::Public]).and(party)
        });
        let open = [everybody, partners].into_iter().flatten().reduce(ExprTrait::or);
        open.unwrap_or_else(|| Expr::value(false))
    }

    /// When the columns of groups of fields are seen, with the columns that the conditions name.
    pub(super) fn group_masks(&self, all: &View, resource: &'static Resource) -> (Vec<Mask>, Vec<String>) {
        let (Some(published), Some(publishing)) = (self.published_in(all), &resource.publishing) else {
            return (Vec::new(), Vec::new());
        };
        let table = resource.table.name;
        let own = || column(table, "id").in_subquery(self.ids(all, resource));
        let (mut masks, mut needs) = (Vec::new(), Vec::new());
        for group in publishing.groups {
            needs.push(tier(group.name));
            for column in group.columns(resource) {
                let seen = own().or(self.is_open(published, resource, group.name));
                masks.push(Mask { column, seen, instead: None });
            }
        }
        if let Some(instead) = publishing.search {
            needs.push(instead.to_owned());
            masks.push(Mask { column: "search_text", seen: own(), instead: Some(instead) });
        }
        (masks, needs)
    }

    /// The roots whose parts of a kind the caller may see; none where all parts of what it sees are.
    pub(super) fn with_group_of(
        &self,
        all: &View,
        resource: &'static Resource,
        part: &str,
    ) -> Option<SelectStatement> {
        let (published, publishing) = (self.published_in(all)?, resource.publishing.as_ref()?);
        let group = publishing.groups.iter().find(|group| group.members.contains(&part))?;
        let table = resource.table.name;
        let mut open = self.ids(all, resource);
        let mut further = all.select_columns(table, "id", &["id", &tier(group.name)]);
        further.and_where(self.is_open(published, resource, group.name));
        open.union(UnionType::Distinct, further);
        Some(open)
    }

    /// The tables that the selects of this file name, after those of [`Within::tables`].
    pub(super) fn published_tables(&self, all: &View) -> Vec<CommonTableExpression> {
        let Some(published) = self.published_in(all) else { return Vec::new() };
        let publishable = || {
            let found = REGISTER.reach.order.iter().filter_map(|name| REGISTER.find(name));
            found.filter(|resource| resource.publishing.is_some())
        };
        let mut tables = Vec::new();
        if let Some(organisation) = published.organisation {
            for resource in publishable() {
                let mut selects = (REGISTER.reach.party)(all, self, organisation, resource);
                if resource.followed {
                    let owners =
                        |owner: &Resource| owner.publishing.is_some().then(|| self.party(owner.name));
                    selects.extend(super::scope::referring(all, resource, owners));
                }
                // A party to nothing of the kind.
                let mut none = all.select_columns(resource.table.name, "id", &["id"]);
                none.and_where(Expr::value(false));
                tables.push(defined(party_table(resource.name), none, selects));
            }
        }
        // A record that can't be without another one is not shown without it: those that need none come first.
        let mut resources: Vec<&'static Resource> = publishable().collect();
        resources.sort_by_key(|resource| needed(resource).count());
        for resource in resources {
            let table = resource.table.name;
            let tier = tier(RECORD);
            let columns: Vec<&str> =
                ["id", &tier].into_iter().chain(needed(resource).map(|(name, _)| name)).collect();
            let mut further = all.select_columns(table, "id", &columns);
            further.and_where(self.is_open(published, resource, RECORD));
            for (name, target) in needed(resource) {
                further.and_where(column(table, name).in_subquery(self.shown(all, target)));
            }
            tables.push(defined(shown_table(resource.name), self.ids(all, resource), vec![further]));
        }
        tables
    }
}

/// References without which a record can't be.
fn needed(resource: &'static Resource) -> impl Iterator<Item = (&'static str, &'static Resource)> {
    let columns = resource.table.columns();
    resource.references.iter().filter_map(move |reference| {
        let Target::Resource(name) = reference.to else { return None };
        let target = REGISTER.find(name)?;
        let is_needed = columns.iter().any(|column| column.name == reference.column && !column.nullable);
        is_needed.then_some((reference.column, target))
    })
}

fn named(table: String) -> SelectStatement {
    sea_orm::sea_query::Query::select().column(Alias::new("id")).from(Alias::new(table)).to_owned()
}

fn defined(
    table: String,
    mut first: SelectStatement,
    further: Vec<SelectStatement>,
) -> CommonTableExpression {
    for select in further {
        first.union(UnionType::Distinct, select);
    }
    let mut cte = CommonTableExpression::new();
    cte.table_name(Alias::new(table)).column(Alias::new("id")).query(first);
    cte
}

impl Group {
    /// The columns of its members that are no parts.
    fn columns(&self, resource: &'static Resource) -> impl Iterator<Item = &'static str> {
        let all = resource.table.columns();
        let members = self.members;
        all.into_iter().map(|column| column.name).filter(move |name| {
            members.iter().any(|member| {
                let nested = resource.table.nested.iter().find(|nested| nested.name() == *member);
                name == member || nested.is_some_and(|nested| nested.holds(name))
            })
        })
    }

    /// Whether a path of a filter leads to one of its members.
    pub fn holds(&self, path: &str) -> bool {
        let first = path.split('.').next().unwrap_or_default();
        self.members.contains(&first) || self.relations.contains(&path)
    }
}

/// What of some records of a resource a caller sees by its roles, and to which its organisation is a party.
pub struct Standing {
    published: Published,
    own: HashSet<Uuid>,
    party: HashSet<Uuid>,
}

impl Standing {
    /// The groups of fields that are withheld of a row.
    pub fn withheld(&self, resource: &Resource, row: &Row) -> Vec<&'static str> {
        let Some(id) = id_in(row, "id").filter(|id| !self.own.contains(id)) else { return Vec::new() };
        let Some(publishing) = &resource.publishing else { return Vec::new() };
        let is_open = |group: &Group| {
            let tier = row.get(&tier(group.name)).and_then(|tier| PublicationTier::from_code(tier.as_str()?));
            match tier {
                None | Some(PublicationTier::Internal) => false,
                Some(PublicationTier::Partners) => self.party.contains(&id),
                Some(PublicationTier::Public) => self.published.everybody || self.party.contains(&id),
            }
        };
        let groups = publishing.groups.iter().filter(|group| !is_open(group)).map(|group| group.name);
        groups.chain([WORKINGS]).collect()
    }
}

/// The members of a withheld group.
pub fn members(resource: &Resource, group: &str) -> &'static [&'static str] {
    let groups = resource.publishing.as_ref().map_or(&[][..], |publishing| publishing.groups);
    match groups.iter().find(|one| one.name == group) {
        Some(group) => group.members,
        None => &MEMBERS_OF_WORKINGS,
    }
}

impl Reader<'_> {
    /// How the caller stands to records; none where it sees them all by its roles. Two statements at most.
    pub async fn standing(&self, resource: &'static Resource, ids: &[Uuid]) -> Result<Option<Standing>> {
        let Scope::Within(within) = self.view.scope() else { return Ok(None) };
        let all = self.view.whole();
        let Some(published) = within.published_in(&all) else { return Ok(None) };
        let mut standing = Standing { published, own: HashSet::new(), party: HashSet::new() };
        if ids.is_empty() || resource.publishing.is_none() {
            return Ok(Some(standing));
        }
        if !within.roots.is_empty() {
            standing.own = self.those(within.ids(&all, resource), ids).await?;
        }
        if published.organisation.is_some() {
            standing.party = self.those(within.party(resource.name), ids).await?;
        }
        Ok(Some(standing))
    }

    async fn those(&self, mut among: SelectStatement, ids: &[Uuid]) -> Result<HashSet<Uuid>> {
        among.and_where(Expr::col(Alias::new("id")).is_in(ids.iter().copied()));
        let rows = self.query(&among).await?;
        Ok(rows.iter().map(|row| row.try_get("", "id")).collect::<std::result::Result<_, _>>()?)
    }
}
