//! The verification: the order of commits with links and checkpoints, each entry with the states it wrote, each past
//! state with the next, each live row with its newest state. Page by page, in one snapshot: memory does not grow with
//! the register.
use super::entries::{Before, ByEntry, Entry, Past, entries, past, places, tables};
use super::merkle::Tree;
use super::note::{Checkpoint, PublicKey};
use super::report::{Fault, Held, Kind, Report};
use super::store::{Kept, newer};
use crate::store::db::Db;
use crate::store::digest::{NO_LINK, Place, hex_digest};
use crate::store::link_of;
use crate::store::personal::{self, COMMITMENT, ERASED, REMOVALS, SALT, broken_commitment};
use crate::store::view::TWIN;
use crate::store::{Result, Row, Table};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query};
use sea_orm::{ConnectionTrait, DatabaseTransaction, Statement};
use std::collections::{HashMap, VecDeque};
use uuid::Uuid;

/// Places read at a time.
const PLACES: u64 = 5000;
/// Entries read at a time, with all that they wrote.
const ENTRIES: u64 = 1000;
const CHECKPOINTS: u64 = 500;

/// What the verifier knows from outside the database.
#[derive(Clone, Debug, Default)]
pub struct Outside {
    pub key: Option<PublicKey>,
    /// Checkpoints that were kept elsewhere; their signatures have been checked.
    pub checkpoints: Vec<Checkpoint>,
}

/// Called after each page.
pub type Progress<'a> = &'a (dyn Fn() + Send + Sync);

/// Holds everything against everything.
///
/// # Errors
/// What the database says. What was tampered with is in the report.
pub async fn verify(db: &Db, outside: &Outside, progress: Progress<'_>) -> Result<Report> {
    let txn = db.begin_read().await?;
    let mut report = Report::default();
    order(&txn, outside, &mut report, progress).await?;
    contents(&txn, &mut report, progress).await?;
    for table in tables() {
        successions(&txn, table, &mut report).await?;
        live(&txn, table, &mut report).await?;
        progress();
    }
    Ok(report)
}

// ---- the order of commits

/// A checkpoint to hold against the tree.
struct Expected {
    checkpoint: Checkpoint,
    from_outside: bool,
}

/// All checkpoints by the size of their trees: those kept here, a page at a time, and those from outside.
struct Checkpoints<'a> {
    txn: &'a DatabaseTransaction,
    outside: &'a Outside,
    given: VecDeque<Checkpoint>,
    here: VecDeque<Kept>,
    last: Option<(i64, Uuid)>,
    done: bool,
}

impl<'a> Checkpoints<'a> {
    fn new(txn: &'a DatabaseTransaction, outside: &'a Outside) -> Self {
        let mut given = outside.checkpoints.clone();
        given.sort_by_key(|checkpoint| checkpoint.tree_size);
        Self { txn, outside, given: given.into(), here: VecDeque::new(), last: None, done: false }
    }

    /// The next one over at most so many entries. Forged ones are told and left out.
    async fn next(&mut self, size: u64, report: &mut Report) -> Result<Option<Expected>> {
        if self.given.front().is_some_and(|checkpoint| checkpoint.tree_size <= size) {
            return Ok(self.given.pop_front().map(|checkpoint| Expected { checkpoint, from_outside: true }));
        }
        loop {
            if self.here.is_empty() && !self.done {
                let page = newer(self.txn, self.last.unwrap_or((i64::MIN, Uuid::nil())), CHECKPOINTS).await?;
                self.done = page.is_empty();
                self.last = page.last().map(|kept| (kept.tree_size, kept.id)).or(self.last);
                self.here = page.into();
            }
            let within = |kept: &Kept| kept.tree_size < 0 || kept.tree_size.unsigned_abs() <= size;
            let Some(kept) = self.here.pop_front_if(|kept| within(kept)) else { return Ok(None) };
            match self.opened(&kept) {
                Ok(expected) => return Ok(Some(expected)),
                Err(why) => {
                    let detail = format!("the checkpoint {} over {} entries: {why}", kept.id, kept.tree_size);
                    report.add(Fault::new(Kind::CheckpointForged, detail).row("audit_checkpoint", kept.id));
                }
            }
        }
    }

    fn opened(&self, kept: &Kept) -> std::result::Result<Expected, String> {
        let own = PublicKey::parse(&kept.key).map_err(|e| e.to_string())?;
        // Another name is another key, used before or after the one that is known: it proves nothing.
        let known = self.outside.key.as_ref().filter(|key| key.name == own.name);
        let (key, from_outside) = (known.unwrap_or(&own), known.is_some());
        let checkpoint = key.open(&kept.note).map_err(|e| e.to_string())?;
        let same = i64::try_from(checkpoint.tree_size) == Ok(kept.tree_size)
            && hex::encode(checkpoint.root) == kept.root
            && checkpoint.at == kept.at
            && checkpoint.origin == kept.origin;
        let expected = Expected { checkpoint, from_outside };
        if same { Ok(expected) } else { Err("its row says something else than its note".into()) }
    }
}

async fn order(
    txn: &DatabaseTransaction,
    outside: &Outside,
    report: &mut Report,
    progress: Progress<'_>,
) -> Result<()> {
    let (mut tree, mut checkpoints) = (Tree::default(), Checkpoints::new(txn, outside));
    let (mut last, mut link) = (None::<Place>, Some(NO_LINK));
    hold(&mut checkpoints, &tree, report).await?;
    loop {
        let after = last.as_ref().map_or(i64::MIN, |place| place.position);
        let page = places(txn, after, PLACES).await?;
        if page.is_empty() {
            break;
        }
        for linked in page {
            let place = linked.place;
            let at = |kind, detail: &str| {
                let mut fault = Fault::new(kind, detail);
                (fault.position, fault.seq) = (Some(place.position), Some(place.seq));
                fault
            };
            let expected = last.as_ref().map_or(1, |last| last.position + 1);
            if place.position != expected {
                let mut fault = Fault::new(
                    Kind::EntryMissing,
                    format!("no entry at the positions from {expected} up to {}", place.position - 1),
                );
                fault.position = Some(expected);
                report.add(fault);
                link = None;
            }
            if last.as_ref().is_some_and(|last| last.sequenced_at > place.sequenced_at) {
                report.add(at(Kind::EntryOutOfOrder, "it was given its place before the position before it"));
            }
            // Each is held against the link that the entry before it has: what is broken once is told once.
            let kept = link_of(linked.link);
            if link.is_some_and(|link| place.link(&link) != kept) {
                let detail =
                    "its place, time, number or digest is not what was linked to the position before it";
                report.add(at(Kind::LinkBroken, detail));
            }
            link = Some(kept);
            tree.push(place.leaf_hash());
            report.entries += 1;
            last = Some(place);
            hold(&mut checkpoints, &tree, report).await?;
        }
        progress();
    }
    while let Some(expected) = checkpoints.next(u64::MAX, report).await? {
        let (more, there) = (expected.checkpoint.tree_size, tree.size());
        let detail =
            format!("a checkpoint of {} tells of {more} entries; there are {there}", expected.checkpoint.at);
        let mut fault = Fault::new(Kind::HistoryCut, detail);
        fault.position = i64::try_from(there + 1).ok();
        report.add(fault);
    }
    Ok(())
}

/// Holds the tree against the checkpoints over so many entries.
async fn hold(checkpoints: &mut Checkpoints<'_>, tree: &Tree, report: &mut Report) -> Result<()> {
    while let Some(Expected { checkpoint, from_outside }) = checkpoints.next(tree.size(), report).await? {
        let tree_size = i64::try_from(checkpoint.tree_size).unwrap_or(i64::MAX);
        if checkpoint.root == tree.root() && checkpoint.tree_size == tree.size() {
            let Checkpoint { at, origin, .. } = checkpoint;
            report.agrees(Held { tree_size, at, origin, from_outside });
        } else {
            let from = report.newest.as_ref().map_or(0, |held| held.tree_size) + 1;
            let detail = format!(
                "the entries from position {from} up to {tree_size} are not those of the checkpoint of {} by {}",
                checkpoint.at, checkpoint.origin
            );
            let mut fault = Fault::new(Kind::CheckpointMismatch, detail);
            fault.position = Some(from);
            report.add(fault);
        }
    }
    Ok(())
}

// ---- entries and what they wrote

async fn contents(txn: &DatabaseTransaction, report: &mut Report, progress: Progress<'_>) -> Result<()> {
    let mut after = i64::MIN;
    loop {
        let page = entries(txn, after, ENTRIES).await?;
        let full = page.len() as u64 == ENTRIES;
        let until = page.last().filter(|_| full).map_or(i64::MAX, |(seq, _)| *seq);
        let states = past(txn, after, until).await?;
        let by_entry = ByEntry::new(&states);
        let mut known = HashMap::new();
        for (seq, entry) in page {
            match entry {
                Ok(entry) => {
                    if chain(&entry, report) {
                        digest(&entry, &by_entry, report);
                    }
                    known.insert(seq, Some(entry));
                }
                Err(why) => {
                    let mut fault = Fault::new(Kind::EntryUnreadable, format!("it can't be read: {why}"));
                    fault.seq = Some(seq);
                    report.add(fault);
                    known.insert(seq, None);
                }
            }
        }
        let strays =
            by_entry.named().filter(|(seq, _)| (after < *seq && *seq <= until) && !known.contains_key(seq));
        for (seq, state) in strays {
            let detail = format!("a past state of the row names the entry {seq}, which is not there");
            let mut fault = Fault::new(Kind::StateWithoutEntry, detail);
            fault = fault.row(&format!("{}{TWIN}", state.table.name), state.id);
            fault.seq = Some(seq);
            report.add(fault);
        }
        let written: Vec<&Past> = states.iter().filter(|s| after < s.from && s.from <= until).collect();
        report.states += i64::try_from(written.len()).unwrap_or(0);
        personal(txn, &written, &known, (after, until), report).await?;
        progress();
        if !full {
            return Ok(());
        }
        after = until;
    }
}

fn of(entry: &Entry, kind: Kind, detail: impl Into<String>) -> Fault {
    let mut fault = Fault::new(kind, detail);
    (fault.position, fault.seq) = (entry.position, Some(entry.seq));
    (fault.aggregate, fault.aggregate_id) = (Some(entry.aggregate.clone()), Some(entry.aggregate_id));
    fault
}

/// The entry follows the one before it of its record. False where that one is not there, so that the entry's own digest
/// can't be worked out.
fn chain(entry: &Entry, report: &mut Report) -> bool {
    let before = entry.before.as_ref();
    if entry.previous_seq != before.map(|b| b.seq) {
        let detail = match entry.previous_seq {
            Some(seq) => format!("the entry {seq} of the same record, which it follows, is not before it"),
            None => "it is said to be the record's first entry, and there is one before it".to_owned(),
        };
        report.add(of(entry, Kind::EntryMissing, format!("{detail}: its digest can't be checked")));
        return false;
    }
    let follows = |b: &Before| {
        let placed = entry.position.is_none() || b.position < entry.position;
        entry.version == b.version + 1 && placed && b.action != "deleted"
    };
    if !before.map_or(entry.version == 1, follows) {
        let detail = "its version, action or position does not follow from the record's entry before it";
        report.add(of(entry, Kind::EntryOutOfOrder, detail));
    }
    true
}

fn digest(entry: &Entry, by_entry: &ByEntry<'_>, report: &mut Report) {
    if by_entry.content(entry).is_some_and(|content| hex_digest(&content) == entry.digest) {
        return;
    }
    let written = by_entry.written(entry.seq);
    let twin = |table: &str| format!("{table}{TWIN}");
    let unreadable = written.iter().find(|state| state.row.is_none());
    let root = written.iter().any(|s| s.table.name == entry.aggregate && s.id == entry.aggregate_id);
    let rows: Vec<String> =
        written.iter().take(5).map(|s| format!("{} {}", twin(s.table.name), s.id)).collect();
    // Every entry but a deletion writes the record itself.
    let (detail, row) = match (unreadable, written) {
        (Some(s), _) => ("a state that it wrote can't be read".to_owned(), Some((s.table.name, s.id))),
        (None, _) if !root && entry.action != "deleted" => {
            let row = (entry.aggregate.as_str(), entry.aggregate_id);
            ("the state of the record that it wrote is not there".to_owned(), Some(row))
        }
        (None, []) => ("the entry, or a state that it ended, was changed".to_owned(), None),
        (None, [one]) => {
            let detail = "the entry, or a state that it wrote or ended, was changed or removed";
            (detail.to_owned(), Some((one.table.name, one.id)))
        }
        (None, _) => {
            (format!("the entry, or one of the states that it wrote, was changed: {}", rows.join(", ")), None)
        }
    };
    let fault = of(entry, Kind::EntryChanged, detail);
    report.add(match row {
        Some((table, id)) => fault.row(&twin(table), id),
        None => fault,
    });
}

/// Personal values are those committed to; where they are gone, the history tells of it.
async fn personal(
    txn: &DatabaseTransaction,
    written: &[&Past],
    known: &HashMap<i64, Option<Entry>>,
    range: (i64, i64),
    report: &mut Report,
) -> Result<()> {
    for table in tables().filter(|table| !table.personal.is_empty()) {
        let rows: Vec<(&Past, &Row)> = written
            .iter()
            .filter(|state| state.table.name == table.name)
            .filter_map(|state| Some((*state, state.row.as_ref()?)))
            .collect();
        if rows.is_empty() {
            continue;
        }
        let mut kept: HashMap<(Uuid, i64), (String, Row)> = HashMap::new();
        for state in personal::kept(txn, table, None, range).await? {
            kept.insert((state.row_id, state.seq_from), (state.salt, state.values));
        }
        let aggregate = |state: &Past| known.get(&state.from)?.as_ref().map(|entry| entry.aggregate_id);
        let bare = |row: &Row| {
            let has = |name: &str| row.get(name).is_some_and(|value| !value.is_null());
            has(COMMITMENT) && !has(SALT)
        };
        let gone: Vec<Uuid> =
            rows.iter().filter(|(_, row)| bare(row)).filter_map(|(state, _)| aggregate(state)).collect();
        let removals = removals(txn, &gone).await?;
        for (state, row) in rows {
            let apart = kept.get(&(state.id, state.from));
            let wrong = broken_commitment(table, row, apart).or_else(|| {
                let told = aggregate(state).and_then(|id| removals.get(&id));
                let missing = bare(row)
                    && !told.is_some_and(|(seq, wholly)| *seq > state.from && (*wholly || apart.is_some()));
                missing.then_some("its personal values are gone, and the history tells of no erasure")
            });
            if let Some(detail) = wrong {
                let name = format!("{}{TWIN}", table.name);
                let mut fault = Fault::new(Kind::PersonalDataChanged, detail).row(&name, state.id);
                fault.seq = Some(state.from);
                fault.position = known.get(&state.from).and_then(|e| e.as_ref()?.position);
                report.add(fault);
            }
        }
    }
    Ok(())
}

/// Of these aggregates, the newest entry after which personal values may lack, and whether they may be gone wholly.
async fn removals(txn: &DatabaseTransaction, ids: &[Uuid]) -> Result<HashMap<Uuid, (i64, bool)>> {
    let mut found: HashMap<Uuid, (i64, bool)> = HashMap::new();
    if ids.is_empty() {
        return Ok(found);
    }
    let select = Query::select()
        .columns(["aggregate_id", "action", "seq"].map(Alias::new))
        .from(Alias::new("history_entry"))
        .and_where(Expr::col(Alias::new("aggregate_id")).is_in(ids.iter().copied()))
        .and_where(Expr::col(Alias::new("action")).is_in(REMOVALS))
        .to_owned();
    for row in txn.query_all(&select).await? {
        let (id, seq, action): (Uuid, i64, String) =
            (row.try_get("", "aggregate_id")?, row.try_get("", "seq")?, row.try_get("", "action")?);
        let removal = found.entry(id).or_insert((seq, false));
        removal.0 = Ord::max(removal.0, seq);
        removal.1 |= action == ERASED || action == "deleted";
    }
    Ok(found)
}

// ---- rows

/// Each state of a row ends where the next one begins.
async fn successions(txn: &DatabaseTransaction, table: &Table, report: &mut Report) -> Result<()> {
    let name = format!("{}{TWIN}", table.name);
    let sql = format!(
        "SELECT id, seq_from FROM (SELECT id, seq_from, seq_to, \
         LEAD(seq_from) OVER (PARTITION BY id ORDER BY seq_from) AS following FROM \"{name}\") AS states \
         WHERE following IS NOT NULL AND (seq_to IS NULL OR seq_to <> following) LIMIT {LIMIT}"
    );
    for row in txn.query_all_raw(Statement::from_string(txn.get_database_backend(), sql)).await? {
        let (id, from): (Uuid, i64) = (row.try_get("", "id")?, row.try_get("", "seq_from")?);
        let detail = format!("the state that the entry {from} wrote does not end where the next one begins");
        let mut fault = Fault::new(Kind::StatesBroken, detail).row(&name, id);
        fault.seq = Some(from);
        report.add(fault);
    }
    Ok(())
}

/// Rows that one statement tells of: no report names more.
const LIMIT: usize = super::report::MOST_FAULTS;

/// Each live row is its newest state, and each state that nothing ended is live.
async fn live(txn: &DatabaseTransaction, table: &Table, report: &mut Report) -> Result<()> {
    let (name, twin, columns) = (table.name, format!("{}{TWIN}", table.name), table.columns());
    let differs: Vec<String> = columns
        .iter()
        .map(|c| c.name)
        .map(|c| format!("CASE WHEN live.\"{c}\" IS DISTINCT FROM past.\"{c}\" THEN ' {c}' ELSE '' END"))
        .collect();
    let differs = differs.join(" || ");
    let sql = format!(
        "SELECT id, past_id, live_id, differing FROM (\
         SELECT COALESCE(live.id, past.id) AS id, past.id AS past_id, live.id AS live_id, {differs} AS differing \
         FROM \"{name}\" AS live FULL OUTER JOIN (SELECT * FROM \"{twin}\" WHERE seq_to IS NULL) AS past \
         ON past.id = live.id) AS pairs WHERE differing <> '' LIMIT {LIMIT}"
    );
    for row in txn.query_all_raw(Statement::from_string(txn.get_database_backend(), sql)).await? {
        let id: Uuid = row.try_get("", "id")?;
        let (past, live): (Option<Uuid>, Option<Uuid>) =
            (row.try_get("", "past_id")?, row.try_get("", "live_id")?);
        let fault = match (past, live) {
            (None, _) => Fault::new(Kind::LiveInserted, "the row has no history"),
            (_, None) => {
                Fault::new(Kind::LiveMissing, "the row is gone, and its history tells of no deletion")
            }
            _ => {
                let differing: String = row.try_get("", "differing")?;
                let detail = format!("not as in the newest state of its history:{differing}");
                Fault::new(Kind::LiveDiffers, detail)
            }
        };
        report.add(fault.row(name, id));
    }
    Ok(())
}
