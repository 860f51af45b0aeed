//! The OpenAPI document: what describes the whole, and the operations of every room, put together. The committed
//! copy is `openapi/v1.json`.
mod examples;
mod finish;
mod shared;

pub use finish::whole;
pub use shared::{header_refs, response};

use super::problem::{ProblemBody, ProblemError};
use super::resource::{self, SchemaOf};
use super::{FACES, acts};
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::{PartialSchema, ToSchema};

/// How many records have a value.
#[derive(Serialize, ToSchema)]
pub struct FacetBucket {
    /// The value; null counts the records without one.
    #[schema(required, format = "text", max_length = 200)]
    pub value: Option<String>,
    /// How many records have it.
    #[schema(minimum = 0)]
    pub count: i64,
}

/// The whole document.
pub fn document() -> Value {
    let (mut schemas, mut paths) = (Map::new(), Map::new());
    for (name, schema) in [
        ("Problem", SchemaOf::new::<ProblemBody>()),
        ("ProblemError", SchemaOf::new::<ProblemError>()),
        ("FacetBucket", SchemaOf::new::<FacetBucket>()),
    ] {
        let own = (schema.own)();
        schemas.insert(name.into(), serde_json::to_value(own).unwrap_or_default());
    }
    for face in FACES {
        resource::schemas(face, &mut schemas);
        resource::document(face, &mut paths);
    }
    insert::<resource::VersionComparison>("VersionComparison", &mut schemas);
    acts::document(&mut schemas, &mut paths);
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Grantline",
            "summary": "Grant-funded projects, for those who receive the grants.",
            "description": ABOUT,
            "version": env!("CARGO_PKG_VERSION"),
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
            "contact": {"name": "The operator of this installation"},
        },
        // Relative: a document read from an installation names that installation.
        "servers": [{"url": "/", "description": "This installation: local, staging or production.", "x-internal": false}],
        "security": [{"token": []}],
        "tags": tags(),
        "paths": paths,
        "components": {
            "schemas": schemas,
            "parameters": shared::parameters(),
            "headers": shared::headers(),
            "responses": shared::responses(),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer",
                "description": "An API token, made with `grantline token create`; or, where the installation has an identity provider, an access token of it (a JWT of RFC 9068). Where it has public access, readings of records that can be published work without one, and show what was published."},
                "feed": {"type": "apiKey", "in": "query", "name": "token",
                    "description": "The secret of a calendar feed, made at `/v1/me/calendar-feeds`: calendar programs send no header. It reads `/v1/calendar.ics` and nothing else."}},
        },
    });
    finish::finish(&mut document);
    examples::add(&mut document["components"]["schemas"]);
    document
}

const ABOUT: &str = "One API for programme managers, dashboards and front ends.\n\n\
    - Bodies are snake_case JSON; unknown members and parameters are errors, all faults are named at once.\n\
    - Every change of a record needs its `ETag` as `If-Match`; `dry_run=true` shows what a write would do.\n\
    - Lists are pages: follow `next`. Members named here are filters: `planned_period.end[lt]=2026-12-31`; \
    `[eq]` and `[in]` mean the same as no operator: any of the values.\n\
    - `as_of` is the business date by which phases and rules are judged.\n\
    - Words with `x-known-values` may get company within this version; programs should expect others.\n\
    - Errors are `application/problem+json`; `/problems/{code}` explains each code. `Accept-Language` chooses \
    between English and Latvian; codes never change.";

fn tags() -> Value {
    let faces = FACES.iter().map(|f| json!({"name": f.tag, "description": f.about}));
    faces.chain(acts::tags()).collect::<Vec<_>>().into()
}

/// The schema of a type, for operations that are written by hand.
pub fn insert<T: ToSchema + PartialSchema>(name: &str, schemas: &mut Map<String, Value>) {
    let mut referred = Vec::new();
    T::schemas(&mut referred);
    referred.push((name.to_owned(), T::schema()));
    for (name, schema) in referred {
        let schema = serde_json::to_value(schema).unwrap_or_default();
        debug_assert!(
            schemas.get(&name).is_none_or(|there| *there == schema),
            "two schemas are called {name}"
        );
        schemas.insert(name, schema);
    }
}
