//! Steps across tables, for filters by relation: from ids on the far side to a condition on this side, within the
//! view.
use super::view::View;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, SelectStatement};

/// `SELECT take FROM table WHERE by IN (ids)`.
pub fn step(
    view: &View,
    table: &'static str,
    take: &'static str,
    by: &'static str,
    ids: SelectStatement,
) -> SelectStatement {
    let mut select = view.select_columns(table, take, &[take, by]);
    let column = |name: &str| Expr::col((Alias::new(table), Alias::new(name)));
    select.and_where(column(by).in_subquery(ids)).and_where(column(take).is_not_null());
    select
}

/// `table.column IN (ids)`.
pub fn within(table: &str, column: &str, ids: SelectStatement) -> Expr {
    Expr::col((Alias::new(table), Alias::new(column))).in_subquery(ids)
}
