//! The HTTP side that every route shares, and the router.
pub mod acts;
pub mod ask;
mod auth;
mod code_lists;
mod contract;
mod cursor;
pub mod etag;
pub mod filter;
pub mod idempotency;
pub mod json;
mod layers;
pub mod limits;
pub mod messages;
pub mod metrics;
mod openapi;
mod pages;
pub mod parameters;
pub mod problem;
pub mod resource;
pub mod serve;

pub use code_lists::for_all;
pub use contract::{Contract, contract, plain};
pub use openapi::{header_refs, insert as insert_schema};
pub use pages::DOCUMENT;

use crate::state::AppState;
use crate::{
    access, agreements, claims, compliance, documents, events, funders, lifecycle, organisations, projects,
    regimes, reporting, waivers,
};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{Extensions, HeaderMap, StatusCode, Version};
use axum::middleware::{from_fn, from_fn_with_state};
use resource::{Face, SchemaOf};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate};
use tower_http::cors::{AllowOrigin, Any, CorsLayer};

/// Every resource with the operations that are written once for all, in the order of the document.
pub static FACES: &[&Face] = &[
    &projects::FACE,
    &agreements::FACE,
    &agreements::changes::AMENDMENTS,
    &agreements::changes::SUSPENSIONS,
    &agreements::changes::TERMINATIONS,
    &events::FACE,
    &events::PUBLICATIONS,
    &documents::FACE,
    &organisations::FACE,
    &funders::FACE,
    &funders::PROGRAMMES,
    &access::PERSONS,
    &claims::FACE,
    &compliance::FACE,
    &reporting::FACE,
    &waivers::FACE,
];

/// Resources with operations of their own instead of those that all others have.
pub static APART: &[&Face] = &[&regimes::FACE];

/// Every resource of the register.
pub fn faces() -> impl Iterator<Item = &'static Face> {
    FACES.iter().chain(APART).copied()
}

/// The schemas of members that are worked out, by resource: what `REGISTER.derivations` add.
pub static DERIVED: &[(&[&str], SchemaOf)] = &[
    (&["claim"], SchemaOf::new::<claims::AdoptionFacts>()),
    (&["funder"], SchemaOf::new::<funders::model::FunderFacts>()),
    (
        &["organisation", "funder", "programme", "project", "grant_agreement", "event", "publication"],
        SchemaOf::new::<claims::SourceFacts>(),
    ),
    (&["person"], SchemaOf::new::<access::model::RemovalFacts>()),
    (&["project"], SchemaOf::new::<lifecycle::ProjectLife>()),
    (&["grant_agreement"], SchemaOf::new::<lifecycle::AgreementLife>()),
    (
        &["amendment", "suspension", "termination", "report", "waiver"],
        SchemaOf::new::<lifecycle::StepsLeft>(),
    ),
    (&["obligation"], SchemaOf::new::<compliance::model::ObligationStanding>()),
];

/// The face of a resource, by its singular name.
pub fn face(resource: &str) -> Option<&'static Face> {
    faces().find(|face| face.resource.name == resource)
}

/// Every route with its layers.
pub fn router(state: AppState) -> Router {
    let api = FACES.iter().fold(Router::new(), |router, face| router.merge(resource::routes(face)));
    api.merge(acts::routes())
        .merge(pages::routes())
        .fallback(layers::no_route)
        .method_not_allowed_fallback(layers::no_method)
        .layer(DefaultBodyLimit::max(state.config.body_limit))
        .layer(from_fn(layers::plain_errors))
        .layer(CatchPanicLayer::custom(layers::panicked))
        .layer(from_fn_with_state(state.clone(), limits::limited))
        .layer(from_fn_with_state(state.clone(), layers::edge))
        .layer(from_fn_with_state(state.metrics.clone(), metrics::track))
        .layer(cors(&state.config.cors_origins))
        .layer(CompressionLayer::new().compress_when(DefaultPredicate::new().and(not_as_it_is)))
        .with_state(state)
}

/// Marks an answer whose bytes are counted and hashed: it is not compressed on its way.
#[derive(Clone, Copy)]
pub struct AsItIs;

fn not_as_it_is(_: StatusCode, _: Version, _: &HeaderMap, extensions: &Extensions) -> bool {
    extensions.get::<AsItIs>().is_none()
}

fn cors(origins: &[String]) -> CorsLayer {
    let layer = CorsLayer::new().allow_methods(Any).allow_headers(Any).expose_headers(Any);
    match origins {
        [] => CorsLayer::new(),
        [all] if all == "*" => layer.allow_origin(Any),
        some => layer.allow_origin(AllowOrigin::list(some.iter().filter_map(|o| o.parse().ok()))),
    }
}
