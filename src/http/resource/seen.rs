//! Which personal data an answer shows, for the log of who read it.
use super::{Expand, Face};
use crate::access::{PersonalRead, note};
use crate::http::ask::Ask;
use crate::http::face;
use crate::state::AppState;
use crate::store::read::id_in;
use crate::store::{Link, Record};
use serde_json::Value;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Logs the records with personal data among these and those that were brought in beside them.
pub async fn log(state: &AppState, ask: &Ask, face: &'static Face, expand: &Expand, records: &[Record]) {
    let mut seen = BTreeMap::new();
    records.iter().for_each(|record| look(face, expand, record, &mut seen));
    for (resource, mut ids) in seen {
        ids.sort_unstable();
        ids.dedup();
        note_read(state, ask, resource, ids).await;
    }
}

/// Logs that these records' personal data were answered.
pub async fn note_read(state: &AppState, ask: &Ask, resource: &'static str, ids: Vec<Uuid>) {
    let read = PersonalRead {
        at: state.clock.now(),
        principal_id: ask.caller.principal_id,
        token_id: ask.caller.token_id,
        request_id: ask.request_id.clone(),
        resource,
        ids,
    };
    note(&state.db, &read).await;
}

fn look(face: &'static Face, expand: &Expand, record: &Record, seen: &mut BTreeMap<&'static str, Vec<Uuid>>) {
    let resource = face.resource;
    if let Some(id) = id_in(record, "id").filter(|_| resource.table.holds_personal_data(record)) {
        seen.entry(resource.name).or_default().push(id);
    }
    for (name, below) in &expand.0 {
        let Some(neighbour) = resource.neighbours.iter().find(|n| n.name == *name) else { continue };
        let (Some(face), Some(brought)) = (face_of(neighbour.resource), record.get(*name)) else { continue };
        let one = std::slice::from_ref(brought);
        let many = match neighbour.link {
            Link::Column(_) => one,
            Link::Through { .. } => brought["items"].as_array().map_or(&[][..], Vec::as_slice),
        };
        many.iter().filter_map(Value::as_object).for_each(|record| look(face, below, record, seen));
    }
}

fn face_of(resource: &str) -> Option<&'static Face> {
    face(resource)
}
