//! Reading the audit trail: entries by position, and the states that rows had before and after them. Writing it is
//! `history.rs`; what a caller may see of it is said by the view.
use super::read::{Reader, id_in};
use super::scope::Scope;
use super::table::{Row, Table};
use super::view::{TWIN, View};
use super::{Resource, Result};
use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{
    Alias, Condition, Expr, ExprTrait, JoinType, Order, Query, SelectStatement, WithClause,
};
use uuid::Uuid;

/// A line of the audit trail that has its place in the order of commits.
#[derive(Clone, Debug)]
pub struct Entry {
    pub seq: i64,
    pub position: i64,
    /// The resource's singular name.
    pub aggregate: String,
    pub aggregate_id: Uuid,
    pub action: String,
    /// The version that the aggregate had afterwards; of a deletion, the last one.
    pub version: i64,
    pub principal_id: Uuid,
    pub principal: String,
    pub token_id: Option<Uuid>,
    pub at: DateTime<Utc>,
    pub reason: Option<String>,
    pub request_id: Option<String>,
}

/// Which entries, and from where on.
#[derive(Clone, Debug, Default)]
pub struct Which {
    pub aggregate_id: Option<Uuid>,
    /// Singular names; all where empty.
    pub resources: Vec<String>,
    pub principals: Vec<Uuid>,
    /// The one after which the aggregate had this version.
    pub version: Option<i64>,
    /// From this instant on.
    pub since: Option<DateTime<Utc>>,
    /// Before this instant.
    pub until: Option<DateTime<Utc>>,
    /// Beyond this position, in the order asked for.
    pub beyond: Option<i64>,
    pub newest_first: bool,
}

/// A page of entries and whether there are more, in one statement.
pub async fn entries(reader: &Reader<'_>, which: &Which, limit: u64) -> Result<(Vec<Entry>, bool)> {
    let entry = |name: &str| (Alias::new("history_entry"), Alias::new(name));
    let mut select = Query::select();
    for name in [
        "seq",
        "position",
        "aggregate",
        "aggregate_id",
        "action",
        "version",
        "principal_id",
        "token_id",
        "at",
        "reason",
        "request_id",
    ] {
        select.column(entry(name));
    }
    select
        .expr_as(Expr::col((Alias::new("principal"), Alias::new("name"))), Alias::new("principal"))
        .from(Alias::new("history_entry"))
        .join(
            JoinType::InnerJoin,
            Alias::new("principal"),
            Expr::col((Alias::new("principal"), Alias::new("id"))).equals(entry("principal_id")),
        )
        .and_where(Expr::col(entry("position")).is_not_null());
    if let Some(id) = which.aggregate_id {
        select.and_where(Expr::col(entry("aggregate_id")).eq(id));
    }
    if !which.resources.is_empty() {
        select.and_where(Expr::col(entry("aggregate")).is_in(which.resources.clone()));
    }
    if !which.principals.is_empty() {
        select.and_where(Expr::col(entry("principal_id")).is_in(which.principals.clone()));
    }
    if let Some(version) = which.version {
        select.and_where(Expr::col(entry("version")).eq(version));
    }
    if let Some(since) = which.since {
        select.and_where(Expr::col(entry("at")).gte(since));
    }
    if let Some(until) = which.until {
        select.and_where(Expr::col(entry("at")).lt(until));
    }
    if let Some(seen) = seen(reader, &which.resources) {
        select.cond_where(seen);
    }
    let position = || Expr::col(entry("position"));
    if let Some(beyond) = which.beyond {
        select.and_where(if which.newest_first { position().lt(beyond) } else { position().gt(beyond) });
    }
    let order = if which.newest_first { Order::Desc } else { Order::Asc };
    select.order_by(entry("position"), order).limit(limit + 1);
    let mut found = Vec::new();
    // What is gone is looked for in everything that ever was: two sets of tables.
    if let Scope::Within(within) = reader.view.scope() {
        let mut clause = WithClause::new();
        for table in [reader.view.whole(), View::ever()].iter().flat_map(|all| within.tables(all)) {
            clause.cte(table);
        }
        select.with_cte(clause);
    }
    for row in reader.conn.query_all(&select).await? {
        found.push(Entry {
            seq: row.try_get("", "seq")?,
            position: row.try_get("", "position")?,
            aggregate: row.try_get("", "aggregate")?,
            aggregate_id: row.try_get("", "aggregate_id")?,
            action: row.try_get("", "action")?,
            version: row.try_get("", "version")?,
            principal_id: row.try_get("", "principal_id")?,
            principal: row.try_get("", "principal")?,
            token_id: row.try_get("", "token_id")?,
            at: row.try_get("", "at")?,
            reason: row.try_get("", "reason")?,
            request_id: row.try_get("", "request_id")?,
        });
    }
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = found.len() > limit;
    found.truncate(limit);
    Ok((found, more))
}

/// Of what lies within the caller's scope; what is gone must have lain there.
fn seen(reader: &Reader<'_>, asked: &[String]) -> Option<Condition> {
    let Scope::Within(within) = reader.view.scope() else { return None };
    let (now, ever) = (reader.view.whole(), View::ever());
    let id = || Expr::col((Alias::new("history_entry"), Alias::new("aggregate_id")));
    let mut any = Condition::any();
    let is_asked = |resource: &&&Resource| asked.is_empty() || asked.iter().any(|name| name == resource.name);
    for resource in reader.register.resources.iter().filter(is_asked) {
        let table = resource.table.name;
        let gone = id().in_subquery(now.select_columns(table, "id", &["id"])).not();
        let lay = id().in_subquery(within.ids(&ever, resource));
        any = any.add(
            Condition::all()
                .add(Expr::col((Alias::new("history_entry"), Alias::new("aggregate"))).eq(resource.name))
                .add(id().in_subquery(within.ids(&now, resource)).or(gone.and(lay))),
        );
    }
    Some(any)
}

/// A state that a row had, from the entry that wrote it to the one that ended it.
pub struct State {
    pub table: &'static Table,
    /// As in addresses: `participants`; none for the root.
    pub part: Option<&'static str>,
    pub id: Uuid,
    pub row: Row,
    pub seq_from: i64,
    pub seq_to: Option<i64>,
}

/// All states of an aggregate's rows that these entries wrote or ended: a statement for each of its tables.
pub async fn states(
    reader: &Reader<'_>,
    resource: &'static Resource,
    root: Uuid,
    seqs: &[i64],
) -> Result<Vec<State>> {
    let mut found = Vec::new();
    if seqs.is_empty() {
        return Ok(found);
    }
    let parts = resource.parts.iter().map(|part| (&part.table, part.parent, Some(part.path)));
    let steps = resource
        .life
        .iter()
        .map(|life| (&super::aggregate::STATUS_CHANGES, life.parent, Some("transitions")));
    for (table, own, part) in [(&resource.table, "id", None)].into_iter().chain(parts).chain(steps) {
        let select = of_entries(table, own, root, seqs);
        for result in reader.query(&select).await? {
            let row = table.decode(&result)?;
            let Some(id) = id_in(&row, "id") else { continue };
            let (seq_from, seq_to) = (result.try_get("", "seq_from")?, result.try_get("", "seq_to")?);
            found.push(State { table, part, id, row, seq_from, seq_to });
        }
    }
    Ok(found)
}

fn of_entries(table: &Table, own: &str, root: Uuid, seqs: &[i64]) -> SelectStatement {
    let twin = Alias::new(format!("{}{TWIN}", table.name));
    let column = |name: &str| Expr::col((twin.clone(), Alias::new(name)));
    let mut select = Query::select();
    for name in table.columns().iter().map(|c| c.name).chain(["seq_from", "seq_to"]) {
        select.column((twin.clone(), Alias::new(name)));
    }
    select
        .from(twin.clone())
        .and_where(column(own).eq(root))
        .and_where(
            column("seq_from").is_in(seqs.iter().copied()).or(column("seq_to").is_in(seqs.iter().copied())),
        )
        .order_by((twin, Alias::new("id")), Order::Asc);
    select
}
