//! What a caller may see, and of which moment. Every query of the register takes its tables from a view.
pub use super::scope::{Scope, Within};
use super::table::Table;
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{
    Alias, CaseStatement, Expr, ExprTrait, Func, JoinType, Query, SelectStatement, WithClause,
};
use std::sync::Arc;
use uuid::Uuid;

/// The last part of a twin's name.
pub const TWIN: &str = "_past";

/// A scope, and the moment whose register is shown: now, or as of a position in the history.
#[derive(Clone, Debug)]
pub struct View {
    scope: Scope,
    past: Option<Past>,
}

/// A moment of the past, or all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Past {
    /// When the entry of this position had been written; and the instant that was asked for, where one was.
    At(i64, Option<DateTime<Utc>>),
    /// Every state that a row ever had.
    Ever,
}

impl View {
    pub fn now(scope: Scope) -> Self {
        Self { scope, past: None }
    }

    /// The register as it stood when the entry with this `position` had been written and none after it.
    pub fn at(scope: Scope, position: i64) -> Self {
        Self { scope, past: Some(Past::At(position, None)) }
    }

    /// The same scope, with the register as it stood at an instant; see [`super::position_at`].
    pub fn known_at(self, at: DateTime<Utc>, position: i64) -> Self {
        Self { past: Some(Past::At(position, Some(at))), ..self }
    }

    pub fn is_ever(&self) -> bool {
        self.past == Some(Past::Ever)
    }

    /// The select, with what the scope's tables are.
    pub fn with_tables(&self, select: &SelectStatement) -> Option<SelectStatement> {
        let Scope::Within(within) = &self.scope else { return None };
        let mut select = select.clone();
        let mut clause = WithClause::new();
        for table in within.tables(&self.whole()) {
            clause.cte(table);
        }
        select.with_cte(clause);
        Some(select)
    }

    /// Whether this is the past, which nobody can act on.
    pub fn is_past(&self) -> bool {
        self.past.is_some()
    }

    /// The instant whose register this is, for the addresses of what belongs to it.
    pub fn instant(&self) -> Option<DateTime<Utc>> {
        match self.past {
            Some(Past::At(_, at)) => at,
            Some(Past::Ever) | None => None,
        }
    }

    /// Everything that ever was, for finding out whether what is gone had been within a scope. A record can be there
    /// in many states: for ids, not for rows.
    pub fn ever() -> Self {
        Self { scope: Scope::Register, past: Some(Past::Ever) }
    }

    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// All of the same moment, for what must not depend on who asks: rules, guards, codes that are free. What is read
    /// so is never shown.
    pub fn whole(&self) -> Self {
        Self { scope: Scope::Register, past: self.past }
    }

    /// The same, with what the caller has just made.
    pub fn including(&self, id: Uuid) -> Self {
        match &self.scope {
            Scope::Register => self.clone(),
            Scope::Within(within) => {
                let mut within = Within::clone(within);
                within.made.push(id);
                Self { scope: Scope::Within(Arc::new(within)), past: self.past }
            }
        }
    }

    /// `SELECT … FROM table`: all columns of the rows that this view shows. Ids of records that it does not show are
    /// null.
    pub fn select(&self, table: &Table) -> SelectStatement {
        self.all_columns(table, Ids::Masked)
    }

    /// The same with the ids of all records, for rows that are to be written again.
    pub fn select_to_write(&self, table: &Table) -> SelectStatement {
        self.all_columns(table, Ids::Kept)
    }

    fn all_columns(&self, table: &Table, ids: Ids) -> SelectStatement {
        let mut select = Query::select();
        for column in table.selection() {
            select.column(column);
        }
        let columns: Vec<&str> = table.columns().iter().map(|c| c.name).collect();
        self.source(&mut select, table.name, &columns, ids);
        select
    }

    /// `SELECT column FROM table`, for relations and counts. `columns` are all that the caller will name.
    pub fn select_columns(&self, table: &'static str, take: &str, columns: &[&str]) -> SelectStatement {
        let mut select = Query::select();
        select.column((Alias::new(table), Alias::new(take)));
        self.source(&mut select, table, columns, Ids::Masked);
        select
    }

    /// Sets the source, under the live table's name: the live table, or its twin cut at the moment; of either, what
    /// lies within the scope.
    fn source(&self, select: &mut SelectStatement, table: &str, columns: &[&str], ids: Ids) {
        let narrowing = match &self.scope {
            Scope::Register => None,
            Scope::Within(within) => within.narrow(&self.whole(), table),
        };
        let Some(narrowing) = narrowing else {
            self.moment(select, table, columns);
            return;
        };
        let mut wanted = columns.to_vec();
        wanted.sort_unstable();
        wanted.dedup();
        let column = |name: &str| Expr::col((Alias::new(table), Alias::new(name)));
        let mut inner = Query::select();
        for name in &wanted {
            match narrowing.masks.iter().find(|mask| ids == Ids::Masked && mask.column == *name) {
                None => inner.column((Alias::new(table), Alias::new(*name))),
                Some(mask) => {
                    let mut shown = CaseStatement::new().case(mask.seen.clone(), column(name));
                    if let Some(instead) = mask.instead {
                        // Rows of the table have a text in this column, if an empty one.
                        shown = shown.finally(Func::coalesce([column(instead), Expr::value("")]));
                    }
                    inner.expr_as(shown, Alias::new(*name))
                }
            };
        }
        let needed: Vec<&str> =
            wanted.iter().copied().chain(narrowing.needs.iter().map(String::as_str)).collect();
        self.moment(&mut inner, table, &needed);
        inner.and_where(narrowing.condition);
        select.from_subquery(inner, Alias::new(table));
    }

    fn moment(&self, select: &mut SelectStatement, table: &str, columns: &[&str]) {
        match self.past {
            None => select.from(Alias::new(table)),
            Some(Past::At(position, _)) => {
                select.from_subquery(cut(table, columns, position), Alias::new(table))
            }
            Some(Past::Ever) => select.from_as(Alias::new(format!("{table}{TWIN}")), Alias::new(table)),
        };
    }
}

/// What becomes of ids of records that a view does not show.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ids {
    Masked,
    Kept,
}

/// The rows of a table's twin that were current at a position: written by an entry at or before it, and not
/// ended by one at or before it.
fn cut(table: &str, columns: &[&str], position: i64) -> SelectStatement {
    let (twin, from, to) = (Alias::new(format!("{table}{TWIN}")), Alias::new("h_from"), Alias::new("h_to"));
    let entry = Alias::new("history_entry");
    let mut select = Query::select();
    for (index, column) in columns.iter().enumerate() {
        // Named twice, a column of the cut would be ambiguous.
        if !columns[..index].contains(column) {
            select.column((twin.clone(), Alias::new(*column)));
        }
    }
    select
        .from(twin.clone())
        .join_as(
            JoinType::InnerJoin,
            entry.clone(),
            from.clone(),
            Expr::col((from.clone(), Alias::new("seq"))).equals((twin.clone(), Alias::new("seq_from"))),
        )
        .join_as(
            JoinType::LeftJoin,
            entry,
            to.clone(),
            Expr::col((to.clone(), Alias::new("seq"))).equals((twin, Alias::new("seq_to"))),
        )
        .and_where(Expr::col((from, Alias::new("position"))).lte(position))
        .and_where(
            Expr::col((to.clone(), Alias::new("position"))).is_null().or(Expr::col((
                to,
                Alias::new("position"),
            ))
            .gt(position)),
        );
    select
}
