//! `GET /v1/<resource>/{id}/history`: who changed a record, when, why, and what, newest first. The feed of all
//! changes is the room `history`.
use super::further::{Paging, linked};
use super::seen;
use super::unit::begin_read;
use super::withheld::must_be_shown;
use super::{Face, records_answer};
use crate::access::Action;
use crate::http::ask::{Ask, Moment};
use crate::http::problem::Problem;
use crate::shared::difference::differences;
use crate::state::AppState;
use crate::store::entries::{Entry, State as RowState, Which, entries, states};
use crate::store::read::Reader;
use crate::store::scope::Scope;
use crate::store::table::TIERS;
use crate::store::{Record, Target};
use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet};
use utoipa::ToSchema;
use uuid::Uuid;

/// Members that change with every write, or never.
const IGNORED: [&str; 4] = ["id", "version", "created_at", "updated_at"];

/// Who did something.
#[derive(Serialize, ToSchema)]
pub struct Actor {
    pub id: Uuid,
    #[schema(format = "line", max_length = 200)]
    pub name: String,
}

/// What was done to a record, by whom, when and why.
#[derive(Serialize, ToSchema)]
pub struct HistoryEntry {
    /// Its place in the order in which changes became visible.
    #[schema(minimum = 1)]
    pub position: i64,
    #[schema(max_length = 60, pattern = "^[a-z_]+$", example = "project")]
    pub resource: String,
    pub id: Uuid,
    #[schema(max_length = 60, pattern = "^[a-z_]+$", example = "updated")]
    pub action: String,
    /// The record's version afterwards; of a deletion the last one.
    #[schema(minimum = 1)]
    pub version: i64,
    pub at: DateTime<Utc>,
    pub principal: Actor,
    /// Which of the principal's tokens it was.
    #[schema(required)]
    pub token_id: Option<Uuid>,
    #[schema(required, format = "text", max_length = 2000)]
    pub reason: Option<String>,
    #[schema(required, max_length = 128, pattern = "^[A-Za-z0-9._-]+$")]
    pub request_id: Option<String>,
    /// Member by member. A part that was added or removed has all its members here.
    #[schema(max_items = 20000)]
    pub changes: Vec<FieldChange>,
}

/// A member before and after.
#[derive(Serialize, ToSchema)]
pub struct FieldChange {
    /// The kind of part that it is a member of, as in addresses; null for the record's own.
    #[schema(required, max_length = 60, pattern = "^[a-z-]+$", example = "participants")]
    pub part: Option<String>,
    #[schema(required)]
    pub part_id: Option<Uuid>,
    #[schema(max_length = 100, pattern = "^[a-z0-9_]+$", example = "planned_period")]
    pub field: String,
    /// Null where it had no value.
    #[schema(required, value_type = Value)]
    pub from: Value,
    /// Null where it has none now.
    #[schema(required, value_type = Value)]
    pub to: Value,
}

/// A page of a record's history, newest first.
#[derive(Serialize, ToSchema)]
pub struct HistoryList {
    #[schema(max_items = 200)]
    pub items: Vec<HistoryEntry>,
    /// The next page; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 4000, pattern = "^/v1/")]
    pub next: Option<String>,
}

/// What a reader of the audit trail asks for.
pub struct Asked {
    pub which: Which,
    paging: Paging<(i64,)>,
}

/// Takes `limit`, `cursor`, `principal`, `at[gte]` and `at[lt]`.
pub fn asked(ask: &mut Ask, state: &AppState, newest_first: bool) -> Asked {
    let paging = Paging::<(i64,)>::take(ask, state);
    let params = &mut ask.params;
    let beyond = paging.after.map(|(position,)| position);
    let mut which = Which { newest_first, beyond, ..Which::default() };
    which.principals = params.ids("principal");
    which.since = params.instant("at[gte]");
    which.until = params.instant("at[lt]");
    Asked { which, paging }
}

impl Asked {
    pub fn moment(&self) -> Moment {
        Moment { as_of: self.paging.as_of, known_at: None }
    }

    pub fn limit(&self) -> u64 {
        self.paging.limit
    }

    /// The address of what lies beyond a position.
    pub fn further(&self, ask: &Ask, state: &AppState, position: i64) -> String {
        self.paging.further(ask, state, vec![json!(position)])
    }
}

pub async fn history(
    face: &'static Face,
    State(state): State<AppState>,
    mut ask: Ask,
) -> Result<Response, Problem> {
    ask.must(Action::Read, face.resource.name)?;
    // What was published is published as it is now.
    ask.must(Action::Read, "history_entry")?;
    let mut asked = asked(&mut ask, &state, true);
    ask.params.done()?;
    let snapshot = begin_read(&state, &ask, asked.moment()).await?;
    let reader = snapshot.reader();
    let id = reader.resolve(face.resource, ask.path("id")).await?;
    asked.which.aggregate_id = Some(id);
    asked.which.resources = vec![face.resource.name.to_owned()];
    let (found, more) = entries(&reader, &asked.which, asked.limit()).await?;
    // A record that was deleted has a history still; one that never was has none.
    if found.is_empty() && asked.which.beyond.is_none() {
        let row = reader.row(face.resource, id).await?;
        must_be_shown(&reader, face, TIERS, &row).await?;
    }
    let seqs: Vec<i64> = found.iter().map(|entry| entry.seq).collect();
    let states = states(&reader, face.resource, id, &seqs).await?;
    let last = found.last().map(|entry| entry.position).filter(|_| more);
    let next = last.map(|position| asked.further(&ask, &state, position));
    let mut items: Vec<HistoryEntry> = found.into_iter().map(|entry| shown(&states, entry)).collect();
    if matches!(reader.view.scope(), Scope::Within(_)) {
        leave_out_hidden(&reader, face, &mut items).await?;
    }
    drop(snapshot);
    if states.iter().any(|state| state.table.holds_personal_data(&state.row)) {
        seen::note_read(&state, &ask, face.resource.name, vec![id]).await;
    }
    let response = records_answer(&ask, &json!(HistoryList { items, next: next.clone() }));
    Ok(linked(response, next.as_deref()))
}

/// Takes out ids of records that the caller does not see, and parts that name one. A statement for each resource that
/// is referred to.
async fn leave_out_hidden(
    reader: &Reader<'_>,
    face: &Face,
    items: &mut [HistoryEntry],
) -> Result<(), Problem> {
    let target = |change: &FieldChange| {
        let part = face.resource.parts.iter().find(|part| Some(part.path) == change.part.as_deref());
        let references = part.map_or(face.resource.references, |part| part.references);
        let reference = references.iter().find(|reference| reference.column == change.field)?;
        match reference.to {
            Target::Resource(name) => Some(name),
            Target::NamedBy(_) => None,
        }
    };
    let id = |value: &Value| value.as_str().and_then(|text| text.parse::<Uuid>().ok());
    let mut named: BTreeMap<&str, HashSet<Uuid>> = BTreeMap::new();
    for change in items.iter().flat_map(|item| &item.changes) {
        if let Some(target) = target(change) {
            named.entry(target).or_default().extend([&change.from, &change.to].into_iter().filter_map(id));
        }
    }
    let mut seen: HashSet<Uuid> = HashSet::new();
    for (target, ids) in named {
        let ids: Vec<Uuid> = ids.into_iter().collect();
        seen.extend(reader.among(reader.register.get(target)?, &ids).await?);
    }
    for item in items {
        let hidden = |change: &FieldChange| {
            let names = |value| id(value).is_some_and(|id| !seen.contains(&id));
            target(change).is_some() && (names(&change.from) || names(&change.to))
        };
        let parts: HashSet<Uuid> =
            item.changes.iter().filter(|change| hidden(change)).filter_map(|change| change.part_id).collect();
        item.changes.retain(|change| !hidden(change) && change.part_id.is_none_or(|id| !parts.contains(&id)));
    }
    Ok(())
}

fn shown(states: &[RowState], entry: Entry) -> HistoryEntry {
    HistoryEntry {
        changes: changes(states, entry.seq),
        position: entry.position,
        resource: entry.aggregate,
        id: entry.aggregate_id,
        action: entry.action,
        version: entry.version,
        at: entry.at,
        principal: Actor { id: entry.principal_id, name: entry.principal },
        token_id: entry.token_id,
        reason: entry.reason,
        request_id: entry.request_id,
    }
}

/// What an entry changed: the states that it ended beside those that it wrote, row by row.
fn changes(states: &[RowState], seq: i64) -> Vec<FieldChange> {
    let ended = |s: &&RowState| s.seq_to == Some(seq);
    let written = |s: &&RowState| s.seq_from == seq;
    let same = |a: &RowState, b: &RowState| (a.table.name, a.id) == (b.table.name, b.id);
    let mut pairs: Vec<(Option<&RowState>, Option<&RowState>)> = states
        .iter()
        .filter(written)
        .map(|after| (states.iter().filter(ended).find(|before| same(before, after)), Some(after)))
        .collect();
    let gone = states.iter().filter(ended);
    pairs.extend(
        gone.filter(|before| !states.iter().filter(written).any(|after| same(before, after)))
            .map(|before| (Some(before), None)),
    );
    let mut found = Vec::new();
    for (before, after) in pairs {
        let Some(row) = after.or(before) else { continue };
        let record = |state: Option<&RowState>| -> Option<Record> { state.map(|s| s.table.record(&s.row)) };
        let part_id = row.part.map(|_| row.id);
        found.extend(differing(row.part, part_id, record(before).as_ref(), record(after).as_ref()));
    }
    found
}

/// What differs between two states of a record, or of a part of it.
pub fn differing(
    part: Option<&str>,
    part_id: Option<Uuid>,
    before: Option<&Record>,
    after: Option<&Record>,
) -> Vec<FieldChange> {
    let told = differences(before, after, &IGNORED).into_iter();
    told.map(|difference| FieldChange {
        part: part.map(str::to_owned),
        part_id,
        field: difference.field,
        from: difference.from,
        to: difference.to,
    })
    .collect()
}
