//! Which records a caller sees, said once for every query: a scope turns each table into the rows that lie within it.
//! Who is granted what is said by `access`; how resources hang together by `Register::reach`.
use super::Target;
use super::published::Published;
use super::resource::{Reference, Resource};
use super::view::View;
use crate::REGISTER;
use entity::vocab::ScopeKind;
use sea_orm::sea_query::{Alias, CommonTableExpression, Expr, ExprTrait, Query, SelectStatement, UnionType};
use std::sync::Arc;
use uuid::Uuid;

/// What records and their parts rest on.
const DOCUMENT: &str = "document";

/// Which records a caller may see.
#[derive(Clone, Debug)]
pub enum Scope {
    Register,
    Within(Arc<Within>),
}

/// Who makes records, and under what grants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Maker {
    pub principal_id: Uuid,
    /// What the history keeps of the grants: the same for the same scope.
    pub granted: String,
}

/// What somebody was granted, and so all that hangs on it.
#[derive(Clone, Debug)]
pub struct Within {
    pub roots: Vec<Root>,
    /// What the caller has made while it was granted the same lies within its scope.
    pub maker: Maker,
    /// What it reads beside, because it was published.
    pub published: Option<Published>,
    /// Made by the caller in a transaction that is still open: its history is written at the end.
    pub made: Vec<Uuid>,
}

/// What a scope was granted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Root {
    Funder(Uuid),
    Programme(Uuid),
    Project(Uuid),
    GrantAgreement(Uuid),
}

impl Root {
    /// The root of a kind; none for the whole register.
    pub fn of(kind: ScopeKind, id: Uuid) -> Option<Self> {
        match kind {
            ScopeKind::Register => None,
            ScopeKind::Funder => Some(Self::Funder(id)),
            ScopeKind::Programme => Some(Self::Programme(id)),
            ScopeKind::Project => Some(Self::Project(id)),
            ScopeKind::GrantAgreement => Some(Self::GrantAgreement(id)),
        }
    }

    /// [`Root::of`] backwards.
    pub fn parts(root: Option<Self>) -> (ScopeKind, Option<Uuid>) {
        match root {
            None => (ScopeKind::Register, None),
            Some(Self::Funder(id)) => (ScopeKind::Funder, Some(id)),
            Some(Self::Programme(id)) => (ScopeKind::Programme, Some(id)),
            Some(Self::Project(id)) => (ScopeKind::Project, Some(id)),
            Some(Self::GrantAgreement(id)) => (ScopeKind::GrantAgreement, Some(id)),
        }
    }
}

/// What hangs on the roots of a scope.
pub struct Reach {
    /// All resources by name, each after those whose records it hangs on.
    pub order: &'static [&'static str],
    /// Selects of the ids of a resource's records that hang on the roots. The view shows everything of its moment. What
    /// followed resources are referred to from is added by the store.
    pub ids: fn(&View, &Within, &'static Resource) -> Vec<SelectStatement>,
    /// The same of the records to which an organisation is a party.
    pub party: fn(&View, &Within, Uuid, &'static Resource) -> Vec<SelectStatement>,
}

/// How rows of a table are narrowed.
pub struct Narrowing {
    pub condition: Expr,
    /// Columns that the condition and the masks name.
    pub needs: Vec<String>,
    /// Columns with what the caller may not see of every row.
    pub masks: Vec<Mask>,
}

/// When a column's value is seen, and the column that is seen in its place.
pub struct Mask {
    pub column: &'static str,
    pub seen: Expr,
    pub instead: Option<&'static str>,
}

impl Within {
    /// What is left of a table's rows; none for tables that are not the register's.
    pub fn narrow(&self, all: &View, table: &str) -> Option<Narrowing> {
        if table == super::aggregate::STATUS_CHANGES.name {
            return Some(self.steps(all));
        }
        for resource in REGISTER.resources {
            if resource.table.name == table {
                return Some(self.roots(all, resource));
            }
            if let Some(part) = resource.parts.iter().find(|part| part.table.name == table) {
                let mut needs = vec![part.parent.to_owned()];
                let mut condition = inside(table, part.parent, self.shown(all, resource));
                if let Some(open) = self.with_group_of(all, resource, &part.member()) {
                    condition = condition.and(inside(table, part.parent, open));
                }
                let mut masks = Vec::new();
                // A part that relates its root to what the caller may not see tells of it by being there; one that rests on
                // a paper is what it is without it.
                for (column, target) in self.elsewhere(all, part.references, None) {
                    if target.name == DOCUMENT {
                        needs.push(column.to_owned());
                        let seen = inside(table, column, self.shown(all, target));
                        masks.push(Mask { column, seen, instead: None });
                        continue;
                    }
                    needs.push(column.to_owned());
                    let shown = inside(table, column, self.shown(all, target));
                    condition =
                        condition.and(Expr::col((Alias::new(table), Alias::new(column))).is_null().or(shown));
                }
                for reference in part.references {
                    if let Target::NamedBy(kind) = reference.to {
                        needs.extend([kind.to_owned(), reference.column.to_owned()]);
                        condition = condition.and(self.named_and_shown(all, table, kind, reference.column));
                    }
                }
                return Some(Narrowing { condition, needs, masks });
            }
        }
        None
    }

    /// Whether the record that a row names by its kind and id is one that the caller sees.
    fn named_and_shown(&self, all: &View, table: &str, kind: &str, column: &str) -> Expr {
        let of = |resource: &&'static Resource| {
            let is_kind = Expr::col((Alias::new(table), Alias::new(kind))).eq(resource.name);
            is_kind.and(inside(table, column, self.shown(all, resource)))
        };
        let any = REGISTER.resources.iter().map(of).reduce(ExprTrait::or);
        any.unwrap_or_else(|| Expr::value(false))
    }

    fn roots(&self, all: &View, resource: &'static Resource) -> Narrowing {
        let table = resource.table.name;
        let mut masks: Vec<Mask> = self
            .elsewhere(all, resource.references, Some(resource))
            .map(|(column, target)| Mask {
                column,
                seen: inside(table, column, self.shown(all, target)),
                instead: None,
            })
            .collect();
        let (groups, tiers) = self.group_masks(all, resource);
        for group in groups {
            match masks.iter_mut().find(|mask| mask.column == group.column) {
                Some(mask) => mask.seen = mask.seen.clone().and(group.seen),
                None => masks.push(group),
            }
        }
        let named = ["id"].into_iter().chain(masks.iter().map(|mask| mask.column)).map(str::to_owned);
        let needs = named.chain(tiers).collect();
        Narrowing { condition: inside(table, "id", self.shown(all, resource)), needs, masks }
    }

    /// Steps of lives belong to records of several resources.
    fn steps(&self, all: &View) -> Narrowing {
        let table = super::aggregate::STATUS_CHANGES.name;
        let of = |resource: &&'static Resource| {
            let parent = resource.life.as_ref()?.parent;
            Some((parent, inside(table, parent, self.ids(all, resource))))
        };
        let lives: Vec<(&'static str, Expr)> = REGISTER.resources.iter().filter_map(of).collect();
        let needs = lives.iter().map(|(parent, _)| (*parent).to_owned()).collect();
        let condition = lives.into_iter().map(|(_, one)| one).reduce(ExprTrait::or);
        Narrowing { condition: condition.unwrap_or_else(|| Expr::value(false)), needs, masks: Vec::new() }
    }

    /// References that may lead out of the scope: to resources that are not followed, and from a record to its like;
    /// from what was published, all.
    fn elsewhere<'a>(
        &'a self,
        all: &View,
        references: &'static [Reference],
        own: Option<&'static Resource>,
    ) -> impl Iterator<Item = (&'static str, &'static Resource)> + 'a {
        let published = self.published_in(all).is_some();
        references.iter().filter_map(move |reference| {
            let Target::Resource(name) = reference.to else { return None };
            let target = REGISTER.find(name)?;
            let own = own.is_some_and(|own| own.name == name);
            (published || own || !target.followed).then_some((reference.column, target))
        })
    }

    /// `SELECT id`: the records of a resource that lie within the scope, by the name under which [`Within::tables`]
    /// defines them.
    pub fn ids(&self, all: &View, resource: &'static Resource) -> SelectStatement {
        self.ids_of(all, resource.name)
    }

    /// The same by the resource's name.
    pub fn ids_of(&self, all: &View, resource: &str) -> SelectStatement {
        Query::select().column(Alias::new("id")).from(Alias::new(table(all, resource))).to_owned()
    }

    /// The ids of all records within the scope, a table for each resource: each is worked out once a statement, however
    /// often it is named there.
    pub fn tables(&self, all: &View) -> Vec<CommonTableExpression> {
        let of = |name: &&str| {
            let mut cte = CommonTableExpression::new();
            let definition = self.definition(all, REGISTER.find(name)?);
            cte.table_name(Alias::new(table(all, name))).column(Alias::new("id")).query(definition);
            Some(cte)
        };
        let mut tables: Vec<CommonTableExpression> = REGISTER.reach.order.iter().filter_map(of).collect();
        tables.extend(self.published_tables(all));
        tables
    }

    fn definition(&self, all: &View, resource: &'static Resource) -> SelectStatement {
        let mut selects = (REGISTER.reach.ids)(all, self, resource);
        if resource.followed {
            selects.extend(referring(all, resource, |owner| Some(self.ids(all, owner))));
        }
        let table = resource.table.name;
        if !self.made.is_empty() {
            let mut made = all.select_columns(table, "id", &["id"]);
            made.and_where(Expr::col((Alias::new(table), Alias::new("id"))).is_in(self.made.iter().copied()));
            selects.push(made);
        }
        let mut ids = self.created(resource);
        for select in selects {
            ids.union(UnionType::Distinct, select);
        }
        ids
    }

    /// What the caller has made under the grants that it has now: what it made when it had others, it may have made
    /// anywhere.
    /// What can't be without another record lies where that one lies: obligations follow from a change of somebody who may
    /// not see their agreement.
    fn created(&self, resource: &Resource) -> SelectStatement {
        let column = |name: &str| Expr::col((Alias::new("history_entry"), Alias::new(name)));
        let mut select = Query::select();
        select
            .column((Alias::new("history_entry"), Alias::new("aggregate_id")))
            .from(Alias::new("history_entry"))
            .and_where(column("principal_id").eq(self.maker.principal_id))
            .and_where(column("granted").eq(self.maker.granted.as_str()))
            .and_where(column("action").eq("created"))
            .and_where(column("aggregate").eq(resource.name));
        let columns = resource.table.columns();
        let needed = |reference: &Reference| {
            let is_needed = columns.iter().any(|c| c.name == reference.column && !c.nullable);
            let followed = matches!(reference.to, Target::Resource(name) if REGISTER.find(name).is_some_and(|r| r.followed));
            is_needed && !followed && matches!(reference.to, Target::Resource(_))
        };
        if resource.references.iter().any(needed) {
            select.and_where(Expr::value(false));
        }
        select
    }
}

/// The ids of records of a resource to which others refer: of each owner those that it is asked for.
pub(super) fn referring(
    all: &View,
    target: &'static Resource,
    of: impl Fn(&'static Resource) -> Option<SelectStatement>,
) -> Vec<SelectStatement> {
    let mut selects = Vec::new();
    for owner in REGISTER.resources.iter().filter(|owner| owner.name != target.name) {
        let Some(ids) = of(owner) else { continue };
        let roots = [(owner.table.name, "id", owner.references)].into_iter();
        let parts = owner.parts.iter().map(|part| (part.table.name, part.parent, part.references));
        for (table, key, references) in roots.chain(parts) {
            for reference in references {
                if matches!(reference.to, Target::Resource(name) if name == target.name) {
                    let mut select = all.select_columns(table, reference.column, &[reference.column, key]);
                    select.and_where(inside(table, key, ids.clone())).and_where(
                        Expr::col((Alias::new(table), Alias::new(reference.column))).is_not_null(),
                    );
                    selects.push(select);
                }
            }
        }
    }
    selects
}

/// The name of the table with a resource's ids; that of everything that ever was has another one.
fn table(all: &View, resource: &str) -> String {
    if all.is_ever() { format!("seen_ever_{resource}") } else { format!("seen_{resource}") }
}

fn inside(table: &str, column: &str, ids: SelectStatement) -> Expr {
    Expr::col((Alias::new(table), Alias::new(column))).in_subquery(ids)
}
