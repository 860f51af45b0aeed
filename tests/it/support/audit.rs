//! What must be true of a register's tables whatever was written: every live row has its twin, every aggregate its
//! chain of entries, every entry a digest that its twin rows give again.
use super::App;
use grantline::REGISTER;
use grantline::history::audit::{Outside, verify};
use grantline::store::aggregate::STATUS_CHANGES;
use grantline::store::view::{Scope, View};
use grantline::store::{Row, Table};
use sea_orm::sea_query::{Alias, Order, Query};
use sea_orm::{ConnectionTrait, DatabaseTransaction, EntityTrait, QueryOrder};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};

pub use entity::history_entry::Model as Entry;

/// A state that a row has had.
struct State {
    table: &'static str,
    row: Row,
    from: i64,
    to: Option<i64>,
}

/// Every table of the register that has a twin.
pub fn tables() -> Vec<&'static Table> {
    let roots = REGISTER.resources.iter().map(|r| &r.table);
    let parts = REGISTER.resources.iter().flat_map(|r| r.parts.iter().map(|p| &p.table));
    roots.chain(parts).chain([&STATUS_CHANGES]).collect()
}

impl App {
    /// The audit trail, in the order of writing.
    pub async fn entries(&self) -> Vec<Entry> {
        let found = entity::history_entry::Entity::find().order_by_asc(entity::history_entry::Column::Seq);
        found.all(&self.state.db.read).await.unwrap()
    }

    /// The entries of one aggregate, in the order of writing.
    pub async fn entries_of(&self, id: &str) -> Vec<Entry> {
        let all = self.entries().await;
        all.into_iter().filter(|e| e.aggregate_id.to_string() == id).collect()
    }

    /// How many rows each table has, twins and history included: for showing that nothing was written.
    pub async fn counts(&self) -> BTreeMap<String, i64> {
        let mut counts = BTreeMap::new();
        let names = tables().into_iter().flat_map(|t| [t.name.to_owned(), format!("{}_past", t.name)]);
        for name in names.chain(["history_entry".to_owned()]) {
            let mut select = Query::select();
            select.expr_as(sea_orm::sea_query::Expr::cust("COUNT(*)"), "n").from(Alias::new(&name));
            let row = self.state.db.read.query_one(&select).await.unwrap().unwrap();
            counts.insert(name, row.try_get("", "n").unwrap());
        }
        counts
    }

    /// Holds the tables against each other.
    #[track_caller]
    pub fn audit(&self) -> impl Future<Output = ()> + '_ {
        let caller = std::panic::Location::caller();
        async move {
            let mut faults = faults(self).await;
            // What is found here by other means must be found by the program too, and nothing else.
            let outside = Outside::default();
            let found = verify(&self.state.db, &outside, &|| ()).await.unwrap().faults;
            faults.extend(found.iter().map(|fault| format!("the verification says {fault:?}")));
            assert!(faults.is_empty(), "the register contradicts itself ({caller}):\n{}", faults.join("\n"));
        }
    }
}

async fn faults(app: &App) -> Vec<String> {
    let txn = app.state.db.begin_read().await.unwrap();
    let (mut faults, mut states, mut roots) = (Vec::new(), Vec::new(), HashMap::new());
    for table in tables() {
        let live = live(&txn, table).await;
        let past = states_of(&txn, table).await;
        let mut open: Vec<&Row> = past.iter().filter(|s| s.to.is_none()).map(|s| &s.row).collect();
        open.sort_by_key(|row| row["id"].to_string());
        if live.iter().collect::<Vec<_>>() != open {
            faults.push(format!("{}: live rows {live:?}\n are not the open twins {open:?}", table.name));
        }
        for row in live.into_iter().filter(|row| row.contains_key("version")) {
            roots.insert(row["id"].as_str().unwrap().to_owned(), row["version"].as_i64().unwrap());
        }
        states.extend(past);
    }
    drop(txn);
    let entries = app.entries().await;
    let positions = {
        let mut all: Vec<_> = entries.iter().map(|e| (e.position.unwrap_or(-1), e.sequenced_at)).collect();
        all.sort_unstable();
        all
    };
    if positions.iter().map(|(p, _)| *p).ne(1..=entries.len() as i64) {
        faults.push(format!("positions have gaps: {positions:?}"));
    }
    if !positions.is_sorted_by_key(|(_, at)| *at) {
        faults.push(format!("later positions have earlier times: {positions:?}"));
    }
    let mut begun: HashMap<i64, Vec<&State>> = HashMap::new();
    let mut ended: HashMap<i64, Vec<&State>> = HashMap::new();
    for state in &states {
        begun.entry(state.from).or_default().push(state);
        if let Some(to) = state.to {
            ended.entry(to).or_default().push(state);
        }
    }
    let none = Vec::new();
    let mut of: BTreeMap<String, Vec<&Entry>> = BTreeMap::new();
    for entry in &entries {
        of.entry(entry.aggregate_id.to_string()).or_default().push(entry);
    }
    for (id, entries) in &of {
        let newest = entries.last().unwrap();
        match roots.remove(id) {
            Some(version) if version == newest.version && newest.action != "deleted" => {}
            None if newest.action == "deleted" => {}
            version => faults.push(format!("{id}: live version {version:?}, newest entry {newest:?}")),
        }
        let mut previous: Option<&Entry> = None;
        for entry in entries {
            if entry.previous_seq != previous.map(|p| p.seq) {
                faults.push(format!("{entry:?} does not follow {previous:?}"));
            }
            let follows =
                previous.is_none_or(|p| entry.version == p.version + 1 && entry.position > p.position);
            if !follows {
                faults.push(format!("{entry:?} is out of order after {previous:?}"));
            }
            let states = (begun.get(&entry.seq).unwrap_or(&none), ended.get(&entry.seq).unwrap_or(&none));
            if digest(entry, previous, states) != entry.digest {
                faults.push(format!("the digest can't be worked out again: {entry:?}"));
            }
            previous = Some(entry);
        }
    }
    if !roots.is_empty() {
        faults.push(format!("records without history: {roots:?}"));
    }
    faults
}

/// The digest of an entry, worked out from the twins alone: the states that it began and those that it ended.
fn digest(entry: &Entry, previous: Option<&Entry>, (begun, ended): (&Vec<&State>, &Vec<&State>)) -> String {
    let mut rows: BTreeMap<(&str, String), Value> = BTreeMap::new();
    let key = |state: &State| (state.table, state.row["id"].as_str().unwrap().to_owned());
    for state in begun {
        rows.insert(key(state), json!(digested(&state.row)));
    }
    for state in ended {
        rows.entry(key(state)).or_insert(Value::Null);
    }
    let rows: Vec<Value> =
        rows.into_iter().map(|((table, id), row)| json!({"table": table, "id": id, "row": row})).collect();
    let mut content = json!({
        "aggregate": entry.aggregate, "id": entry.aggregate_id, "action": entry.action,
        "version": entry.version, "principal_id": entry.principal_id, "token_id": entry.token_id,
        "at": entry.at, "reason": entry.reason, "request_id": entry.request_id, "rows": rows,
        "previous": previous.map(|p| &p.digest),
    });
    content.sort_all_objects();
    Sha256::digest(content.to_string()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What counts of a row: no nulls, no tiers that are internal and, where a commitment stands for personal values, neither these nor its salt.
fn digested(row: &Row) -> Row {
    let mut row = row.clone();
    if row.contains_key("commitment") {
        for name in ["name", "name_key", "position", "email", "phone", "search_text", "salt"] {
            row.shift_remove(name);
        }
    }
    row.retain(|name, value| {
        !(value.is_null() || name.starts_with("publication_tiers_") && value == "internal")
    });
    row
}

/// The rows of a table, by id.
async fn live(txn: &DatabaseTransaction, table: &Table) -> Vec<Row> {
    let select = View::now(Scope::Register).select(table);
    let found = txn.query_all(&select).await.unwrap();
    let mut rows: Vec<Row> = found.iter().map(|row| table.decode(row).unwrap()).collect();
    rows.sort_by_key(|row| row["id"].to_string());
    rows
}

async fn states_of(txn: &DatabaseTransaction, table: &Table) -> Vec<State> {
    let mut select = Query::select();
    let own = table.columns();
    let columns = own.iter().map(|c| c.name).chain(["seq_from", "seq_to"]);
    select
        .columns(columns.map(Alias::new))
        .from(Alias::new(format!("{}_past", table.name)))
        .order_by(Alias::new("seq_from"), Order::Asc);
    let state = |row: &sea_orm::QueryResult| State {
        table: table.name,
        row: table.decode(row).unwrap(),
        from: row.try_get("", "seq_from").unwrap(),
        to: row.try_get("", "seq_to").unwrap(),
    };
    txn.query_all(&select).await.unwrap().iter().map(state).collect()
}
