//! Principals as such: those whom an identity provider vouches for, and who may no longer act. Tokens and grants are in
//! `store.rs`.
use super::caller::Grant;
use super::store::{grant, principal_key};
use crate::clock::new_id;
use crate::store::Result;
use crate::store::db::Db;
use chrono::{DateTime, Utc};
use entity::vocab::PrincipalKind;
use entity::{access_grant, principal};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder,
};
use uuid::Uuid;

/// Who signed in, as the issuer has it.
pub struct Identity<'a> {
    pub issuer: &'a str,
    pub subject: &'a str,
    /// None where the issuer does not say.
    pub name: Option<String>,
    pub kind: PrincipalKind,
}

/// As schemas have it; a subject may be longer.
const LONGEST_NAME: usize = 200;

/// The principal of an identity. Written only when it comes for the first time, or under a new name.
pub async fn signed_in(db: &Db, identity: &Identity<'_>, now: DateTime<Utc>) -> Result<principal::Model> {
    if let Some(mut found) = of(&db.read, identity).await? {
        if let Some(name) = identity.name.as_ref().filter(|name| **name != found.name) {
            found.name.clone_from(name);
            // Nobody is kept out by a disk that is full.
            if let Err(error) = rename(db, found.id, name).await {
                tracing::warn!(%error, "the new name of a principal could not be kept");
            }
        }
        return Ok(found);
    }
    let name = identity.name.clone();
    let row = principal::ActiveModel {
        id: Set(new_id(now)),
        kind: Set(identity.kind),
        name: Set(name.unwrap_or_else(|| identity.subject.chars().take(LONGEST_NAME).collect())),
        person_id: Set(None),
        organisation_id: Set(None),
        created_at: Set(now),
        issuer: Set(Some(identity.issuer.to_owned())),
        subject: Set(Some(identity.subject.to_owned())),
        disabled_at: Set(None),
        email: Set(None),
        language: Set(None),
    };
    let txn = db.begin_write().await?;
    // Another server may be doing the same: whoever comes first has made it.
    let first =
        OnConflict::columns([principal::Column::Issuer, principal::Column::Subject]).do_nothing().to_owned();
    principal::Entity::insert(row).on_conflict(first).exec_without_returning(&txn).await?;
    let made = of(&txn, identity).await?;
    txn.commit().await?;
    Ok(made.ok_or_else(|| DbErr::RecordNotFound("a principal that was just made".to_owned()))?)
}

async fn rename(db: &Db, id: Uuid, name: &str) -> Result<()> {
    let row = principal::ActiveModel { id: Set(id), name: Set(name.to_owned()), ..Default::default() };
    let txn = db.begin_write().await?;
    principal::Entity::update(row).exec(&txn).await?;
    txn.commit().await?;
    Ok(())
}

async fn of(conn: &impl ConnectionTrait, identity: &Identity<'_>) -> Result<Option<principal::Model>> {
    let found = principal::Entity::find()
        .filter(principal::Column::Issuer.eq(identity.issuer))
        .filter(principal::Column::Subject.eq(identity.subject));
    Ok(found.one(conn).await?)
}

/// What a principal itself was granted.
pub async fn granted(db: &Db, id: Uuid) -> Result<Vec<Grant>> {
    let granted = access_grant::Entity::find()
        .filter(access_grant::Column::PrincipalId.eq(id))
        .order_by_asc(access_grant::Column::Id)
        .all(&db.read);
    Ok(granted.await?.iter().map(grant).collect())
}

/// All principals, oldest first.
pub async fn principals(db: &Db) -> Result<Vec<principal::Model>> {
    Ok(principal::Entity::find().order_by_asc(principal::Column::Id).all(&db.read).await?)
}

/// Those whom an id or a name may mean. Names that come from an issuer may stand several times.
pub async fn meant(db: &Db, key: &str) -> Result<Vec<principal::Model>> {
    let named = Condition::any().add(principal_key(key)).add(principal::Column::Name.eq(key));
    Ok(principal::Entity::find().filter(named).order_by_asc(principal::Column::Id).all(&db.read).await?)
}

/// Where and in which language the program writes to a principal; nowhere where there is no address.
pub async fn set_mail(db: &Db, id: Uuid, email: Option<String>, language: Option<String>) -> Result<()> {
    let row = principal::ActiveModel {
        id: Set(id),
        email: Set(email),
        language: Set(language),
        ..Default::default()
    };
    let txn = db.begin_write().await?;
    principal::Entity::update(row).exec(&txn).await?;
    txn.commit().await?;
    // The address that was there before is in the database's own log still.
    db.forget_freed().await?;
    Ok(())
}

/// Those who can be written to and may act, each with what it was granted itself. Two statements.
pub async fn written_to(db: &Db) -> Result<Vec<(principal::Model, Vec<Grant>)>> {
    let able = principal::Entity::find()
        .filter(principal::Column::Email.is_not_null())
        .filter(principal::Column::DisabledAt.is_null())
        .order_by_asc(principal::Column::Id);
    let able = able.all(&db.read).await?;
    let ids = able.iter().map(|one| one.id);
    let granted = access_grant::Entity::find()
        .filter(access_grant::Column::PrincipalId.is_in(ids))
        .order_by_asc(access_grant::Column::Id)
        .all(&db.read)
        .await?;
    let of = |id: Uuid| granted.iter().filter(|g| g.principal_id == Some(id)).map(grant).collect();
    Ok(able.into_iter().map(|one| (one.clone(), of(one.id))).collect())
}

/// Lets a principal act no longer, or again. Every server sees it with the next request.
pub async fn set_disabled(db: &Db, id: Uuid, since: Option<DateTime<Utc>>) -> Result<()> {
    let row = principal::ActiveModel { id: Set(id), disabled_at: Set(since), ..Default::default() };
    let txn = db.begin_write().await?;
    principal::Entity::update(row).exec(&txn).await?;
    txn.commit().await?;
    Ok(())
}
