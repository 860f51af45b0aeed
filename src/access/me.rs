//! `GET /v1/me`: what this server knows of the caller, and what it may do.
use super::caller::Grant;
use super::role::Action;
use crate::http::ask::Ask;
use crate::http::problem::Problem;
use crate::http::resource::{Operations, records_answer};
use crate::http::{faces, for_all, insert_schema};
use crate::state::AppState;
use crate::store::scope::Root;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use entity::vocab::{PrincipalKind, Role, ScopeKind};
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

pub(super) const TAG: &str = "me";

/// Who asks.
#[derive(Serialize, ToSchema)]
pub struct Me {
    pub principal: MyPrincipal,
    /// The token that was used.
    #[schema(required)]
    pub token_id: Option<Uuid>,
    #[schema(max_items = 500)]
    pub grants: Vec<MyGrant>,
    /// By resource: what the caller may do to some records at least. Each record's `available_actions` say what it may
    /// do to that one.
    #[schema(max_items = 100)]
    pub actions: Vec<MyActions>,
}

/// The principal behind the token.
#[derive(Serialize, ToSchema)]
pub struct MyPrincipal {
    pub id: Uuid,
    pub kind: PrincipalKind,
    #[schema(format = "line", max_length = 200)]
    pub name: String,
    /// The organisation whose partner it is: it reads what is published to partners where that is a party.
    #[schema(required)]
    pub organisation_id: Option<Uuid>,
}

/// A role and what it was granted for.
#[derive(Serialize, ToSchema)]
pub struct MyGrant {
    pub role: Role,
    pub scope: MyScope,
}

/// What a role was granted for.
#[derive(Serialize, ToSchema)]
pub struct MyScope {
    pub kind: ScopeKind,
    /// The record on which the scope hangs; null for the whole register.
    #[schema(required)]
    pub id: Option<Uuid>,
}

/// Things that may be done to records of one resource.
#[derive(Serialize, ToSchema)]
pub struct MyActions {
    #[schema(max_length = 60, pattern = "^[a-z_]+$", example = "project")]
    pub resource: String,
    #[schema(max_items = 20, example = json!(["read", "update"]))]
    pub actions: Vec<Action>,
}

pub fn routes() -> Router<AppState> {
    Router::new().route("/v1/me", get(me))
}

async fn me(State(_): State<AppState>, mut ask: Ask) -> Result<Response, Problem> {
    ask.params.done()?;
    let caller = &ask.caller;
    let actions = faces().map(|face| {
        let name = face.resource.name;
        let lives = face.resource.life.is_some();
        let able = Action::ALL
            .into_iter()
            .filter(|action| (*action != Action::Transition || lives) && caller.may(*action, name));
        MyActions { resource: name.to_owned(), actions: able.collect() }
    });
    let me = Me {
        principal: MyPrincipal {
            id: caller.principal_id,
            kind: caller.kind,
            name: caller.name.clone(),
            organisation_id: caller.organisation_id,
        },
        token_id: caller.token_id,
        grants: caller.grants.iter().map(shown).collect(),
        actions: actions.collect(),
    };
    Ok(records_answer(&ask, &json!(me)))
}

fn shown(grant: &Grant) -> MyGrant {
    let (kind, id) = Root::parts(grant.root);
    MyGrant { role: grant.role, scope: MyScope { kind, id } }
}

pub fn tag() -> Value {
    json!({"name": TAG, "description": "Who asks, and what it may do."})
}

pub fn document(schemas: &mut Map<String, Value>, paths: &mut Map<String, Value>) {
    insert_schema::<Me>("Me", schemas);
    let op = Operations { tag: TAG };
    let about =
        "The principal behind the token, its roles with what they were granted for, and what it may do.";
    paths.insert(
        "/v1/me".into(),
        json!({"get": for_all(op.read("find_me", "Find out who asks", about, "Me", Vec::new()))}),
    );
}
