//! The operations that every resource of the register has, written once: list, create, batch, read, patch, delete,
//! and the same for parts under their root. A room names its [`Face`]; nothing here knows any resource.
mod answer;
mod create;
mod csv;
mod expand;
mod further;
mod history;
mod list;
mod operations;
mod part;
mod represent;
mod schema;
mod seen;
mod single;
mod unit;
mod versions;
mod withheld;

pub use answer::{bytes_answer, changed_answer, created, record_answer, records_answer};
pub use expand::{Expand, Wish};
pub use further::{Paging, linked};
pub use history::{Actor, FieldChange, HistoryEntry, HistoryList, asked, differing, history};
pub use operations::{Effect, Operations, Post, document, id_parameter, shared};
pub use schema::{schemas, writable};
pub use seen::note_read;
pub use single::{as_shown, find, find_to, finish, one, stale, version};
pub use unit::{begin_read, begin_write};
pub use versions::VersionComparison;
pub use withheld::must_be_shown;

use crate::state::AppState;
use crate::store::{Part, Resource};
use axum::Router;
use axum::routing::{get, patch, post};
use serde_json::Value;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// How a resource looks from outside.
pub struct Face {
    pub resource: &'static Resource,
    /// The name of its schema: `Project`.
    pub schema: &'static str,
    /// The tag of its operations, and how it is called in their summaries: `a project`, `projects`.
    pub tag: &'static str,
    pub one: &'static str,
    pub many: &'static str,
    /// What it is, for the document.
    pub about: &'static str,
    /// Its writable members; of what the program keeps, those that are stored.
    pub fields: SchemaOf,
    /// Writable members of a real one, as a request would have them.
    pub example: fn() -> Value,
    pub parts: &'static [PartFace],
}

pub struct PartFace {
    pub part: &'static Part,
    pub schema: &'static str,
    pub one: &'static str,
    pub many: &'static str,
    pub about: &'static str,
    pub fields: SchemaOf,
    pub example: fn() -> Value,
}

impl Face {
    /// Whether the program keeps these records by itself: callers only read them.
    pub fn is_kept(&self) -> bool {
        self.resource.kept_for.is_some()
    }
}

/// A type's own schema and all that it refers to.
pub struct SchemaOf {
    pub own: fn() -> RefOr<Schema>,
    pub referred: fn(&mut Vec<(String, RefOr<Schema>)>),
}

impl SchemaOf {
    pub const fn new<T: ToSchema>() -> Self {
        Self { own: <T as PartialSchema>::schema, referred: T::schemas }
    }
}

/// The routes of a resource and its parts, below `/v1`.
pub fn routes(face: &'static Face) -> Router<AppState> {
    let root = format!("/v1/{}", face.resource.path);
    let one = format!("{root}/{{id}}");
    let mut router = Router::new()
        .route(&root, get(move |state, ask| list::list(face, state, ask)))
        .route(&one, get(move |state, ask| single::read(face, state, ask)));
    if !face.is_kept() {
        router = router
            .route(&root, post(move |state, ask, body| create::create(face, state, ask, body)))
            .route(
                &format!("{root}/batch"),
                post(move |state, ask, body| create::batch(face, state, ask, body)),
            )
            .route(
                &one,
                patch(move |state, ask, body| single::patch(face, state, ask, body))
                    .delete(move |state, ask| single::delete(face, state, ask)),
            );
    }
    if face.resource.life.is_some() {
        let version = format!("{one}/versions/{{version}}");
        router = router.route(&version, get(move |state, ask| versions::version(face, state, ask))).route(
            &format!("{version}/differences"),
            get(move |state, ask| versions::compared(face, state, ask)),
        );
    }
    router = router.route(&format!("{one}/history"), get(move |state, ask| history(face, state, ask)));
    for part in face.parts {
        let all = format!("{one}/{}", part.part.path);
        let one = format!("{all}/{{part_id}}");
        router = router
            .route(&all, get(move |state, ask| part::list(face, part, state, ask)))
            .route(&one, get(move |state, ask| part::read(face, part, state, ask)));
        if !part.part.kept {
            router = router
                .route(&all, post(move |state, ask, body| part::create(face, part, state, ask, body)))
                .route(
                    &one,
                    patch(move |state, ask, body| part::patch(face, part, state, ask, body))
                        .delete(move |state, ask| part::delete(face, part, state, ask)),
                );
        }
    }
    router
}
