//! Answers kept for requests that may be sent again (`Idempotency-Key`): written in the transaction of their effect,
//! so that either both are there or neither. What a key and a request are is said over HTTP.
use super::Result;
use super::db::Engine;
use super::read::Reader;
use super::unit::Unit;
use crate::clock::new_id;
use chrono::TimeDelta;
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Func, LikeExpr, Query};
use serde_json::{Value, json};
use uuid::Uuid;

/// How long an answer is kept.
const KEPT: TimeDelta = TimeDelta::hours(24);
const TABLE: &str = "remembered_answer";

/// An answer as it was given.
#[derive(Clone, Debug, PartialEq)]
pub struct Answered {
    pub status: u16,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

/// What is known of an earlier request with the same key.
pub enum Recalled {
    Nothing,
    /// It is still running, here or on another server.
    Running,
    /// The key was used for something else.
    Other,
    Answer(Answered),
}

impl Unit {
    /// What was answered to this key. On PostgreSQL the key is taken until the unit ends: a second request with it
    /// hears [`Recalled::Running`]. On SQLite it waits for the first one to end, as every writer does.
    pub async fn recall(&self, scope: &str, request: &str) -> Result<Recalled> {
        let reader = self.reader();
        if reader.engine == Engine::Postgres {
            let key = i64::from_str_radix(&scope[..15], 16).unwrap_or_default();
            let lock = Query::select()
                .expr_as(
                    Func::cust(Alias::new("pg_try_advisory_xact_lock")).arg(Expr::value(key)),
                    Alias::new("taken"),
                )
                .to_owned();
            let taken = reader.one(&lock).await?.map(|row| row.try_get::<bool>("", "taken")).transpose()?;
            if taken != Some(true) {
                return Ok(Recalled::Running);
            }
        }
        let column = |name: &str| Expr::col(Alias::new(name));
        let select = Query::select()
            .columns(["request", "status", "headers", "body"].map(Alias::new))
            .from(Alias::new(TABLE))
            .and_where(column("scope").eq(scope))
            .and_where(column("created_at").gt(self.intent.now - KEPT))
            .to_owned();
        let Some(row) = reader.one(&select).await? else { return Ok(Recalled::Nothing) };
        if row.try_get::<String>("", "request")? != request {
            return Ok(Recalled::Other);
        }
        let headers: Value = row.try_get("", "headers")?;
        let status: i32 = row.try_get("", "status")?;
        Ok(Recalled::Answer(Answered {
            status: u16::try_from(status).unwrap_or(200),
            headers: serde_json::from_value(headers).unwrap_or_default(),
            body: row.try_get("", "body")?,
        }))
    }

    /// Keeps an answer with this unit's effect; what is too old goes.
    pub async fn remember(&self, scope: &str, request: &str, answer: &Answered) -> Result<()> {
        let reader = self.reader();
        let column = |name: &str| Expr::col(Alias::new(name));
        let old = Query::delete()
            .from_table(Alias::new(TABLE))
            .and_where(column("created_at").lte(self.intent.now - KEPT))
            .to_owned();
        reader.conn.execute(&old).await?;
        let mut insert = Query::insert();
        insert
            .into_table(Alias::new(TABLE))
            .columns(["id", "scope", "request", "status", "headers", "body", "created_at"].map(Alias::new))
            .values_panic([
                Expr::value(new_id(self.intent.now)),
                Expr::value(scope),
                Expr::value(request),
                Expr::value(i32::from(answer.status)),
                Expr::value(json!(answer.headers)),
                Expr::value(answer.body.as_str()),
                Expr::value(self.intent.now),
            ]);
        reader.conn.execute(&insert).await?;
        Ok(())
    }
}

/// Drops the answers that name a record whose personal data goes: a request sent again is a new one then.
pub(super) async fn forget(reader: &Reader<'_>, id: Uuid) -> Result<()> {
    let mut delete = Query::delete();
    delete
        .from_table(Alias::new(TABLE))
        .and_where(Expr::col(Alias::new("body")).like(LikeExpr::new(format!("%{id}%"))));
    reader.conn.execute(&delete).await?;
    Ok(())
}
