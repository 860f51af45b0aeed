//! The addresses of feeds in the database: tokens that are good for one thing only.
use super::CALENDAR;
use crate::access::caller::{Caller, Grant};
use crate::access::principals::granted;
use crate::access::store::{add_grants, fresh_text, is_good};
use crate::clock::new_id;
use crate::store::Result;
use crate::store::db::Db;
use crate::store::digest::hex_digest;
use chrono::{DateTime, TimeDelta, Utc};
use entity::token;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

/// How long a feed works whose grants an access token of the identity provider brought: they can't be asked for again.
const UNASKED: TimeDelta = TimeDelta::days(90);

/// A feed about to be made: its row, and the grants that it has itself.
pub struct Draft {
    pub row: token::Model,
    grants: Vec<Grant>,
}

/// A feed of a caller. It may what the caller's token may, as long as that works; of a caller without one, what the
/// principal was granted here, or what the access token brought.
pub async fn draft(db: &Db, caller: &Caller, name: String, now: DateTime<Utc>) -> Result<Draft> {
    let brought = caller.token_id.is_none() && caller.grants != granted(db, caller.principal_id).await?;
    let row = token::Model {
        id: new_id(now),
        principal_id: caller.principal_id,
        name,
        hash: String::new(),
        created_at: now,
        expires_at: brought.then(|| now + UNASKED),
        revoked_at: None,
        last_used_at: None,
        purpose: Some(CALENDAR.to_owned()),
        made_with: caller.token_id,
    };
    Ok(Draft { row, grants: if brought { caller.grants.clone() } else { Vec::new() } })
}

/// Makes it, unless its principal has as many already; answers its secret, which nobody sees again.
pub async fn make(db: &Db, draft: &Draft, most: usize) -> Result<Option<String>> {
    let (row, text) = (draft.row.clone(), fresh_text("grantline_feed_")?);
    let txn = db.begin_write().await?;
    if good(&txn, row.principal_id, row.created_at).await?.len() >= most {
        txn.rollback().await?;
        return Ok(None);
    }
    let (id, now) = (row.id, row.created_at);
    let row = token::ActiveModel {
        id: Set(id),
        principal_id: Set(row.principal_id),
        name: Set(row.name),
        hash: Set(hex_digest(&text)),
        created_at: Set(now),
        expires_at: Set(row.expires_at),
        revoked_at: Set(None),
        last_used_at: Set(None),
        purpose: Set(row.purpose),
        made_with: Set(row.made_with),
    };
    token::Entity::insert(row).exec_without_returning(&txn).await?;
    add_grants(&txn, Some(id), None, &draft.grants, now).await?;
    txn.commit().await?;
    Ok(Some(text))
}

/// The feeds of a principal that still work, oldest first. Two statements.
pub async fn good(
    conn: &impl ConnectionTrait,
    principal: Uuid,
    now: DateTime<Utc>,
) -> Result<Vec<token::Model>> {
    let of = token::Entity::find()
        .filter(token::Column::PrincipalId.eq(principal))
        .filter(token::Column::Purpose.eq(CALENDAR))
        .filter(token::Column::RevokedAt.is_null());
    let mut feeds = of.order_by_asc(token::Column::Id).all(conn).await?;
    let made_with: Vec<Uuid> = feeds.iter().filter_map(|feed| feed.made_with).collect();
    let made_with = token::Entity::find().filter(token::Column::Id.is_in(made_with)).all(conn).await?;
    let works = |id| made_with.iter().any(|token| token.id == id && is_good(token, now));
    feeds.retain(|feed| is_good(feed, now) && feed.made_with.is_none_or(works));
    Ok(feeds)
}
