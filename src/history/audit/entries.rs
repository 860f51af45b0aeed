//! Reading the audit trail as it is checked: places in the order of commit, entries with the one before them and the
//! states that they wrote or ended, page by page. What can't be read is told, not stumbled over.
use crate::REGISTER;
use crate::store::aggregate::STATUS_CHANGES;
use crate::store::digest::{Content, Place, State};
use crate::store::view::TWIN;
use crate::store::{Result, Row, Table};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Alias, Cond, Expr, ExprTrait, JoinType, Order, Query};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, QueryResult};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Every table of the register that has a twin.
pub fn tables() -> impl Iterator<Item = &'static Table> {
    let roots = REGISTER.resources.iter().map(|r| &r.table);
    let parts = REGISTER.resources.iter().flat_map(|r| r.parts.iter().map(|p| &p.table));
    roots.chain(parts).chain([&STATUS_CHANGES])
}

/// An entry's place, and the link that was kept for it.
pub struct Linked {
    pub place: Place,
    pub link: Option<String>,
}

const ENTRY: &str = "history_entry";

/// Places in their order, after a position.
pub async fn places(txn: &DatabaseTransaction, after: i64, limit: u64) -> Result<Vec<Linked>> {
    let select = Query::select()
        .columns(["seq", "position", "sequenced_at", "digest", "link"].map(Alias::new))
        .from(Alias::new(ENTRY))
        .and_where(Expr::col(Alias::new("position")).gt(after))
        .order_by("position", Order::Asc)
        .limit(limit)
        .to_owned();
    let read = |row: &QueryResult| -> Result<Linked> {
        // An entry without a time was never given its place by the program.
        let at: Option<DateTime<Utc>> = row.try_get("", "sequenced_at")?;
        Ok(Linked {
            place: Place {
                seq: row.try_get("", "seq")?,
                position: row.try_get("", "position")?,
                sequenced_at: at.unwrap_or(DateTime::UNIX_EPOCH),
                digest: row.try_get("", "digest")?,
            },
            link: row.try_get("", "link")?,
        })
    };
    txn.query_all(&select).await?.iter().map(read).collect()
}

/// An entry as the table has it.
#[derive(Clone, Debug)]
pub struct Entry {
    pub seq: i64,
    pub position: Option<i64>,
    pub aggregate: String,
    pub aggregate_id: Uuid,
    pub action: String,
    pub version: i64,
    pub principal_id: Uuid,
    pub token_id: Option<Uuid>,
    pub at: DateTime<Utc>,
    pub reason: Option<String>,
    pub request_id: Option<String>,
    pub digest: String,
    pub previous_seq: Option<i64>,
    pub before: Option<Before>,
}

/// The aggregate's entry before.
#[derive(Clone, Debug)]
pub struct Before {
    pub seq: i64,
    pub position: Option<i64>,
    pub version: i64,
    pub action: String,
    pub digest: String,
}

/// A page of entries in the order of writing; of one that can't be read, its number and why.
pub async fn entries(
    txn: &DatabaseTransaction,
    after: i64,
    limit: u64,
) -> Result<Vec<(i64, std::result::Result<Entry, DbErr>)>> {
    let (e, b, q) = (Alias::new(ENTRY), Alias::new("before_it"), Alias::new("earlier"));
    let newest_before = Query::select()
        .expr(Expr::col((q.clone(), Alias::new("seq"))).max())
        .from_as(e.clone(), q.clone())
        .and_where(
            Expr::col((q.clone(), Alias::new("aggregate_id")))
                .equals((e.clone(), Alias::new("aggregate_id"))),
        )
        .and_where(Expr::col((q, Alias::new("seq"))).lt(Expr::col((e.clone(), Alias::new("seq")))))
        .to_owned();
    let mut select = Query::select();
    for name in OWN {
        select.column((e.clone(), Alias::new(name)));
    }
    for name in OF_BEFORE {
        select.expr_as(Expr::col((b.clone(), Alias::new(name))), Alias::new(format!("before_{name}")));
    }
    select
        .from(e.clone())
        .join_as(
            JoinType::LeftJoin,
            e.clone(),
            b.clone(),
            Expr::col((b, Alias::new("seq"))).eq(Expr::SubQuery(None, Box::new(newest_before.into()))),
        )
        .and_where(Expr::col((e.clone(), Alias::new("seq"))).gt(after))
        .order_by((e, Alias::new("seq")), Order::Asc)
        .limit(limit);
    let rows = txn.query_all(&select).await?;
    rows.iter().map(|row| Ok((row.try_get("", "seq")?, entry(row)))).collect()
}

const OWN: [&str; 13] = [
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
    "digest",
    "previous_seq",
];
const OF_BEFORE: [&str; 5] = ["seq", "position", "version", "action", "digest"];

fn entry(row: &QueryResult) -> std::result::Result<Entry, DbErr> {
    let before = match row.try_get::<Option<i64>>("", "before_seq")? {
        None => None,
        Some(seq) => Some(Before {
            seq,
            position: row.try_get("", "before_position")?,
            version: row.try_get("", "before_version")?,
            action: row.try_get("", "before_action")?,
            digest: row.try_get("", "before_digest")?,
        }),
    };
    Ok(Entry {
        seq: row.try_get("", "seq")?,
        position: row.try_get("", "position")?,
        aggregate: row.try_get("", "aggregate")?,
        aggregate_id: row.try_get("", "aggregate_id")?,
        action: row.try_get("", "action")?,
        version: row.try_get("", "version")?,
        principal_id: row.try_get("", "principal_id")?,
        token_id: row.try_get("", "token_id")?,
        at: row.try_get("", "at")?,
        reason: row.try_get("", "reason")?,
        request_id: row.try_get("", "request_id")?,
        digest: row.try_get("", "digest")?,
        previous_seq: row.try_get("", "previous_seq")?,
        before,
    })
}

/// A state that a row has had.
pub struct Past {
    pub table: &'static Table,
    pub id: Uuid,
    /// None where the values can't be read.
    pub row: Option<Row>,
    pub from: i64,
    pub to: Option<i64>,
}

/// The states that entries after `after` up to `until` wrote or ended: a statement for each table.
pub async fn past(txn: &DatabaseTransaction, after: i64, until: i64) -> Result<Vec<Past>> {
    let mut found = Vec::new();
    for table in tables() {
        let within = |name: &str| {
            let column = || Expr::col(Alias::new(name));
            Cond::all().add(column().gt(after)).add(column().lte(until))
        };
        let select = Query::select()
            .columns(table.columns().iter().map(|c| c.name).chain(["seq_from", "seq_to"]).map(Alias::new))
            .from(Alias::new(format!("{}{TWIN}", table.name)))
            .cond_where(Cond::any().add(within("seq_from")).add(within("seq_to")))
            .to_owned();
        for row in txn.query_all(&select).await? {
            found.push(Past {
                table,
                id: row.try_get("", "id")?,
                from: row.try_get("", "seq_from")?,
                to: row.try_get("", "seq_to")?,
                row: table.decode(&row).ok(),
            });
        }
    }
    Ok(found)
}

/// States by the entries that wrote and ended them.
pub struct ByEntry<'a> {
    wrote: HashMap<i64, Vec<&'a Past>>,
    ended: HashMap<i64, Vec<&'a Past>>,
}

impl<'a> ByEntry<'a> {
    pub fn new(past: &'a [Past]) -> Self {
        let (mut wrote, mut ended): (HashMap<_, Vec<_>>, HashMap<_, Vec<_>>) = Default::default();
        for state in past {
            wrote.entry(state.from).or_default().push(state);
            if let Some(to) = state.to {
                ended.entry(to).or_default().push(state);
            }
        }
        Self { wrote, ended }
    }

    /// The states that an entry wrote.
    pub fn written(&self, seq: i64) -> &[&'a Past] {
        self.wrote.get(&seq).map_or(&[], Vec::as_slice)
    }

    /// What the entry's digest is made from; none where a state can't be read.
    pub fn content(&self, entry: &Entry) -> Option<String> {
        let written = self.written(entry.seq);
        let ids: HashSet<(&str, Uuid)> = written.iter().map(|s| (s.table.name, s.id)).collect();
        let mut rows: Vec<State> = Vec::new();
        for state in written {
            rows.push((state.table, state.id, Some(state.row.as_ref()?)));
        }
        let gone = self.ended.get(&entry.seq).into_iter().flatten();
        rows.extend(gone.filter(|s| !ids.contains(&(s.table.name, s.id))).map(|s| (s.table, s.id, None)));
        let content = Content {
            aggregate: &entry.aggregate,
            id: entry.aggregate_id,
            action: &entry.action,
            version: entry.version,
            principal_id: entry.principal_id,
            token_id: entry.token_id,
            at: entry.at,
            reason: entry.reason.as_deref(),
            request_id: entry.request_id.as_deref(),
            previous: entry.before.as_ref().map(|before| before.digest.as_str()),
        };
        Some(content.text(rows.into_iter()))
    }

    /// The entries that states of this page name, each with one of those states.
    pub fn named(&self) -> impl Iterator<Item = (i64, &'a Past)> {
        let both = self.wrote.iter().chain(&self.ended);
        both.filter_map(|(seq, states)| Some((*seq, *states.first()?)))
    }
}
