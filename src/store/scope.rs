//! Which records a caller sees, said once for every query: a scope turns each table into the rows that lie within it.
//! Who is granted what is said by `access`; how resources hang together by `Register::reach`.
use super::Target;
use super::resource::{Reference, Resource};
use super::view::View;
use crate::REGISTER;
use entity::vocab::ScopeKind;
use sea_orm::sea_query::{Alias, CommonTableExpression, Expr, ExprTrait, Query, SelectStatement, UnionType};
use std::sync::Arc;
use uuid::Uuid;

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
}

/// How rows of a table are narrowed.
pub struct Narrowing {
    pub condition: Expr,
    /// Columns that the condition and the masks name.
    pub needs: Vec<&'static str>,
    /// Columns with ids of records that may lie outside, and the ids that do not.
    pub masks: Vec<(&'static str, SelectStatement)>,
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
                let mut needs = vec![part.parent];
                let mut condition = inside(table, part.parent, self.ids(all, resource));
                // A part that relates its root to what the caller may not see tells of it by being there.
                for (column, target) in self.elsewhere(part.references, None) {
                    needs.push(column);
                    let hidden = inside(table, column, self.ids(all, target));
                    condition = condition
                        .and(Expr::col((Alias::new(table), Alias::new(column))).is_null().or(hidden));
                }
                return Some(Narrowing { condition, needs, masks: Vec::new() });
            }
        }
        None
    }

    fn roots(&self, all: &View, resource: &'static Resource) -> Narrowing {
        let masks: Vec<_> = self
            .elsewhere(resource.references, Some(resource))
            .map(|(column, target)| (column, self.ids(all, target)))
            .collect();
        let needs = ["id"].into_iter().chain(masks.iter().map(|(column, _)| *column)).collect();
        Narrowing { condition: inside(resource.table.name, "id", self.ids(all, resource)), needs, masks }
    }

    /// Steps of lives belong to records of several resources.
    fn steps(&self, all: &View) -> Narrowing {
        let table = super::aggregate::STATUS_CHANGES.name;
        let of = |resource: &&'static Resource| {
            let parent = resource.life.as_ref()?.parent;
            Some((parent, inside(table, parent, self.ids(all, resource))))
        };
        let lives: Vec<(&'static str, Expr)> = REGISTER.resources.iter().filter_map(of).collect();
        let needs = lives.iter().map(|(parent, _)| *parent).collect();
        let condition = lives.into_iter().map(|(_, one)| one).reduce(ExprTrait::or);
        Narrowing { condition: condition.unwrap_or_else(|| Expr::value(false)), needs, masks: Vec::new() }
    }

    /// References that may lead out of the scope: to resources that are not followed, and from a record to its like.
    fn elsewhere<'a>(
        &'a self,
        references: &'static [Reference],
        own: Option<&'static Resource>,
    ) -> impl Iterator<Item = (&'static str, &'static Resource)> + 'a {
        references.iter().filter_map(move |reference| {
            let Target::Resource(name) = reference.to else { return None };
            let target = REGISTER.find(name)?;
            let own = own.is_some_and(|own| own.name == name);
            (own || !target.followed).then_some((reference.column, target))
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
        REGISTER.reach.order.iter().filter_map(of).collect()
    }

    fn definition(&self, all: &View, resource: &'static Resource) -> SelectStatement {
        let mut selects = (REGISTER.reach.ids)(all, self, resource);
        if resource.followed {
            selects.extend(self.referring(all, resource));
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
        select
    }

    /// What records within the scope refer to.
    fn referring(&self, all: &View, target: &'static Resource) -> Vec<SelectStatement> {
        let mut selects = Vec::new();
        for owner in REGISTER.resources.iter().filter(|owner| owner.name != target.name) {
            let roots = [(owner.table.name, "id", owner.references)].into_iter();
            let parts = owner.parts.iter().map(|part| (part.table.name, part.parent, part.references));
            for (table, key, references) in roots.chain(parts) {
                for reference in references {
                    if matches!(reference.to, Target::Resource(name) if name == target.name) {
                        let mut select =
                            all.select_columns(table, reference.column, &[reference.column, key]);
                        select.and_where(inside(table, key, self.ids(all, owner))).and_where(
                            Expr::col((Alias::new(table), Alias::new(reference.column))).is_not_null(),
                        );
                        selects.push(select);
                    }
                }
            }
        }
        selects
    }
}

/// The name of the table with a resource's ids; that of everything that ever was has another one.
fn table(all: &View, resource: &str) -> String {
    if all.is_ever() { format!("seen_ever_{resource}") } else { format!("seen_{resource}") }
}

fn inside(table: &str, column: &str, ids: SelectStatement) -> Expr {
    Expr::col((Alias::new(table), Alias::new(column))).in_subquery(ids)
}
