//! What is not a resource of its own: acts on records, and the code lists. Each is written in its room.
use super::code_lists;
use crate::history::audit;
use crate::state::AppState;
use crate::{access, claims, compliance, documents, exports, history, lifecycle, regimes, reminders};
use axum::Router;
use serde_json::{Map, Value};

pub fn routes() -> Router<AppState> {
    lifecycle::routes()
        .merge(claims::routes())
        .merge(regimes::routes())
        .merge(compliance::routes())
        .merge(documents::routes())
        .merge(history::routes())
        .merge(access::routes())
        .merge(audit::routes())
        .merge(exports::routes())
        .merge(reminders::routes())
        .merge(code_lists::routes())
}

pub fn document(schemas: &mut Map<String, Value>, paths: &mut Map<String, Value>) {
    lifecycle::document(schemas, paths);
    claims::document(schemas, paths);
    regimes::document(schemas, paths);
    compliance::document(schemas, paths);
    documents::document(paths);
    history::document(schemas, paths);
    audit::document(schemas, paths);
    exports::document(paths);
    reminders::document(schemas, paths);
    access::document(schemas, paths);
    code_lists::document(schemas, paths);
}

/// Tags that no resource has.
pub fn tags() -> impl Iterator<Item = Value> {
    [
        regimes::tag(),
        compliance::tag(),
        history::tag(),
        audit::tag(),
        exports::tag(),
        reminders::tag(),
        access::tag(),
        code_lists::tag(),
    ]
    .into_iter()
}
