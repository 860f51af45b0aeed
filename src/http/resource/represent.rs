//! From rows to representations: parts, ids of neighbours, derived members, what the caller may do, and expanded
//! neighbours. A fixed number of statements a page, whatever its length.
use super::Face;
use super::expand::Expand;
use super::withheld::withhold;
use crate::access::{Action, Caller};
use crate::http::face;
use crate::store::read::{Neighbours, Reader, id_in};
use crate::store::view::View;
use crate::store::{Link, Neighbour, Record, Result, Row};
use chrono::SecondsFormat;
use futures_util::future::BoxFuture;
use serde_json::json;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Expanded collections have at most this many records each, and say where the rest is.
pub const MOST_EXPANDED: usize = 20;
/// The same of neighbours' neighbours: a page of 200 records, each with 20, still is one that can be answered.
const MOST_EXPANDED_FURTHER: usize = 5;

/// The representations of rows, in their order.
pub fn represent<'a>(
    reader: &'a Reader<'a>,
    face: &'static Face,
    caller: &'a Caller,
    rows: &'a [Row],
    expand: &'a Expand,
) -> BoxFuture<'a, Result<Vec<Record>>> {
    at_depth(Sight { reader, caller, depth: 0 }, face, rows, expand)
}

/// Who looks at records, and how many steps away from those asked for.
#[derive(Clone, Copy)]
struct Sight<'a> {
    reader: &'a Reader<'a>,
    caller: &'a Caller,
    depth: usize,
}

fn at_depth<'a>(
    sight: Sight<'a>,
    face: &'static Face,
    rows: &'a [Row],
    expand: &'a Expand,
) -> BoxFuture<'a, Result<Vec<Record>>> {
    let Sight { reader, caller, .. } = sight;
    Box::pin(async move {
        let resource = face.resource;
        let ids: Vec<Uuid> = rows.iter().filter_map(|row| id_in(row, "id")).collect();
        let mut records: Vec<Record> = rows.iter().map(|row| resource.table.record(row)).collect();
        for part in resource.parts {
            let mut of = reader.parts(part, &ids).await?;
            for (record, id) in records.iter_mut().zip(&ids) {
                record.insert(part.member(), json!(of.remove(id).unwrap_or_default()));
            }
        }
        let mut next_to: HashMap<&str, HashMap<Uuid, Neighbours>> = HashMap::new();
        for neighbour in resource.neighbours {
            if let Link::Through { ids: member, .. } = neighbour.link {
                let found = reader.neighbours(neighbour, rows).await?;
                for (record, id) in records.iter_mut().zip(&ids) {
                    let ids = found.get(id).map(|n| n.ids.clone()).unwrap_or_default();
                    record.insert(member.to_owned(), json!(ids));
                }
                next_to.insert(neighbour.name, found);
            }
        }
        for derivation in reader.register.derivations.iter().filter(|d| d.of.contains(&resource.name)) {
            let derived = (derivation.derive)(reader, &records).await?;
            for (record, further) in records.iter_mut().zip(derived) {
                record.extend(further);
            }
        }
        let actions = actions(reader, caller, face, &ids).await?;
        for (record, id) in records.iter_mut().zip(&ids) {
            let able = actions.iter().filter(|(_, to)| to.as_ref().is_none_or(|to| to.contains(id)));
            let codes: Vec<&str> = able.map(|(action, _)| action.code()).collect();
            record.insert("available_actions".into(), json!(codes));
        }
        withhold(reader, resource, rows, &mut records).await?;
        for neighbour in resource.neighbours.iter().filter(|n| expand.0.contains_key(n.name)) {
            let below = &expand.0[neighbour.name];
            let found = next_to.remove(neighbour.name).unwrap_or_default();
            bring_in(sight, face, neighbour, &mut records, &found, below).await?;
        }
        Ok(records)
    })
}

/// What the caller may do, and to which of these records; none is to all. A statement for each action that is granted
/// for less than the caller sees.
async fn actions(
    reader: &Reader<'_>,
    caller: &Caller,
    face: &Face,
    ids: &[Uuid],
) -> Result<Vec<(Action, Option<HashSet<Uuid>>)>> {
    let (resource, mut found) = (face.resource, Vec::new());
    for action in Action::ALL {
        let of_lives = action == Action::Transition && resource.life.is_none();
        let past = action != Action::Read && reader.view.is_past();
        if action == Action::Create || of_lives || past || !caller.may(action, resource.name) {
            continue;
        }
        let to = match caller.scope_to(action, resource.name) {
            None => None,
            Some(scope) => {
                let view = View::now(scope);
                Some(reader.seeing(&view).among(resource, ids).await?)
            }
        };
        found.push((action, to));
    }
    Ok(found)
}

async fn bring_in(
    sight: Sight<'_>,
    face_here: &'static Face,
    neighbour: &Neighbour,
    records: &mut [Record],
    found: &HashMap<Uuid, Neighbours>,
    below: &Expand,
) -> Result<()> {
    let Sight { reader, depth, .. } = sight;
    let most = if depth == 0 { MOST_EXPANDED } else { MOST_EXPANDED_FURTHER };
    let wanted = |record: &Record| -> Vec<Uuid> {
        match neighbour.link {
            Link::Column(column) => id_in(record, column).into_iter().collect(),
            Link::Through { .. } => id_in(record, "id")
                .and_then(|id| found.get(&id))
                .map(|n| n.ids.iter().copied().take(most).collect())
                .unwrap_or_default(),
        }
    };
    let mut ids: Vec<Uuid> = records.iter().flat_map(wanted).collect();
    ids.sort_unstable();
    ids.dedup();
    let target = reader.register.get(neighbour.resource)?;
    let rows = reader.rows_of(target, &ids).await?;
    let whole = match face(neighbour.resource) {
        Some(face) => at_depth(Sight { depth: depth + 1, ..sight }, face, &rows, below).await?,
        None => Vec::new(),
    };
    let by_id: HashMap<Uuid, &Record> =
        whole.iter().filter_map(|r| id_in(r, "id").map(|id| (id, r))).collect();
    for record in records {
        let neighbours: Vec<&Record> =
            wanted(record).iter().filter_map(|id| by_id.get(id).copied()).collect();
        let value = match neighbour.link {
            Link::Column(_) => json!(neighbours.first()),
            Link::Through { .. } => {
                let mut collection = json!({"items": neighbours});
                let all = id_in(record, "id").and_then(|id| found.get(&id));
                if let Some(all) = all
                    && (all.more || all.ids.len() > most)
                    && let Some(id) = id_in(record, "id")
                {
                    let own = face_here.resource.relation_name();
                    let mut next = format!("/v1/{}?{own}={id}", target.path);
                    if let Some(at) = reader.view.instant() {
                        next += &format!("&known_at={}", at.to_rfc3339_opts(SecondsFormat::AutoSi, true));
                    }
                    collection["next"] = json!(next);
                }
                collection
            }
        };
        record.insert(neighbour.name.to_owned(), value);
    }
    Ok(())
}
