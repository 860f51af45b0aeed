//! What a caller may see, and of which moment. Every query of the register takes its tables from a view.
use super::table::Table;
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, JoinType, Query, SelectStatement};

/// The last part of a twin's name.
pub const TWIN: &str = "_past";

/// Which records a caller may see. Grants narrower than the whole register become further variants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    Register,
}

/// A scope, and the moment whose register is shown: now, or as of a position in the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    scope: Scope,
    past: Option<Past>,
}

/// A moment of the past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Past {
    position: i64,
    /// The instant that was asked for, where one was.
    at: Option<DateTime<Utc>>,
}

impl View {
    pub fn now(scope: Scope) -> Self {
        Self { scope, past: None }
    }

    /// The register as it stood when the entry with this `position` had been written and none after it.
    pub fn at(scope: Scope, position: i64) -> Self {
        Self { scope, past: Some(Past { position, at: None }) }
    }

    /// The same scope, with the register as it stood at an instant; see [`super::position_at`].
    pub fn known_at(self, at: DateTime<Utc>, position: i64) -> Self {
        Self { past: Some(Past { position, at: Some(at) }), ..self }
    }

    /// Whether this is the past, which nobody can act on.
    pub fn is_past(&self) -> bool {
        self.past.is_some()
    }

    /// The instant whose register this is, for the addresses of what belongs to it.
    pub fn instant(&self) -> Option<DateTime<Utc>> {
        self.past.and_then(|past| past.at)
    }

    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// `SELECT … FROM table`: all columns of the rows that this view shows.
    pub fn select(&self, table: &Table) -> SelectStatement {
        let mut select = Query::select();
        for column in table.selection() {
            select.column(column);
        }
        let columns: Vec<&str> = table.columns().iter().map(|c| c.name).collect();
        self.source(&mut select, table.name, &columns);
        select
    }

    /// `SELECT column FROM table`, for relations and counts. `columns` are all that the caller will name.
    pub fn select_columns(&self, table: &'static str, take: &str, columns: &[&str]) -> SelectStatement {
        let mut select = Query::select();
        select.column((Alias::new(table), Alias::new(take)));
        self.source(&mut select, table, columns);
        select
    }

    /// Sets the source: the live table, or its twin cut at the moment, under the live table's name.
    fn source(&self, select: &mut SelectStatement, table: &str, columns: &[&str]) {
        match self.past {
            None => select.from(Alias::new(table)),
            Some(past) => select.from_subquery(cut(table, columns, past.position), Alias::new(table)),
        };
    }
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
