//! Principals and tokens in the database. A token's text is shown once and kept only as its SHA-256: 256 random
//! bits need no slow hash.
use crate::clock::new_id;
use crate::store::Result;
use crate::store::db::Db;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use entity::vocab::{PrincipalKind, Role};
use entity::{principal, token};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder,
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Who asks: the principal behind the token, and what the token may do.
#[derive(Clone, Debug)]
pub struct Caller {
    pub principal_id: Uuid,
    pub token_id: Uuid,
    pub name: String,
    pub role: Role,
}

pub struct NewToken {
    /// The principal, made when none has this name yet.
    pub principal: String,
    pub kind: PrincipalKind,
    /// What the token is for.
    pub name: String,
    pub role: Role,
    pub expires_at: Option<DateTime<Utc>>,
}

/// A token with its text, which nobody sees again.
pub struct IssuedToken {
    pub id: Uuid,
    pub text: String,
}

/// A token as lists show it.
pub struct TokenLine {
    pub id: Uuid,
    pub principal: String,
    pub name: String,
    pub role: Role,
    pub created_at: DateTime<Utc>,
    pub expires_at: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
}

fn hash(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The caller behind a token; none where it is unknown, expired or revoked. The look-up goes by hash, so its time
/// tells nothing of the text.
pub async fn authenticate(db: &Db, text: &str, now: DateTime<Utc>) -> Result<Option<Caller>> {
    let found = token::Entity::find().filter(token::Column::Hash.eq(hash(text))).one(&db.read);
    let Some(token) = found.await? else { return Ok(None) };
    if token.revoked_at.is_some() || token.expires_at.is_some_and(|at| at <= now) {
        return Ok(None);
    }
    let principal = principal::Entity::find_by_id(token.principal_id).one(&db.read);
    let principal = principal.await?;
    Ok(principal.map(|p| Caller { principal_id: p.id, token_id: token.id, name: p.name, role: token.role }))
}

/// The principal of a name, made if there is none.
pub async fn principal(
    txn: &DatabaseTransaction,
    name: &str,
    kind: PrincipalKind,
    now: DateTime<Utc>,
) -> Result<Uuid> {
    if let Some(found) = principal::Entity::find().filter(principal::Column::Name.eq(name)).one(txn).await? {
        return Ok(found.id);
    }
    let id = new_id(now);
    let row = principal::ActiveModel {
        id: Set(id),
        kind: Set(kind),
        name: Set(name.to_owned()),
        person_id: Set(None),
        created_at: Set(now),
    };
    principal::Entity::insert(row).exec_without_returning(txn).await?;
    Ok(id)
}

/// Makes a token of 256 random bits.
pub async fn issue(db: &Db, new: NewToken, now: DateTime<Utc>) -> Result<IssuedToken> {
    let txn = db.begin_write().await?;
    let token = issue_in(&txn, new, now).await?;
    txn.commit().await?;
    Ok(token)
}

/// The same, in place of the principal's earlier tokens of this name, which stop working.
pub async fn replace(db: &Db, new: NewToken, now: DateTime<Utc>) -> Result<IssuedToken> {
    let txn = db.begin_write().await?;
    let principal_id = principal(&txn, &new.principal, new.kind, now).await?;
    token::Entity::update_many()
        .col_expr(token::Column::RevokedAt, Expr::value(now))
        .filter(token::Column::PrincipalId.eq(principal_id))
        .filter(token::Column::Name.eq(new.name.as_str()))
        .filter(token::Column::RevokedAt.is_null())
        .exec(&txn)
        .await?;
    let token = issue_in(&txn, new, now).await?;
    txn.commit().await?;
    Ok(token)
}

async fn issue_in(txn: &DatabaseTransaction, new: NewToken, now: DateTime<Utc>) -> Result<IssuedToken> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|e| DbErr::Custom(format!("no randomness: {e}")))?;
    let text = format!("grantline_{}", URL_SAFE_NO_PAD.encode(bytes));
    let id = insert(txn, new, &text, now).await?;
    Ok(IssuedToken { id, text })
}

/// Makes the token of this text valid, whatever it was before: for the demo, whose token scripts may set.
pub async fn set_token(db: &Db, new: NewToken, text: &str, now: DateTime<Utc>) -> Result<Uuid> {
    let txn = db.begin_write().await?;
    let found = token::Entity::find().filter(token::Column::Hash.eq(hash(text))).one(&txn).await?;
    let id = match found {
        Some(token) => {
            let row = token::ActiveModel {
                id: Set(token.id),
                role: Set(new.role),
                expires_at: Set(new.expires_at),
                revoked_at: Set(None),
                ..Default::default()
            };
            token::Entity::update(row).exec(&txn).await?;
            token.id
        }
        None => insert(&txn, new, text, now).await?,
    };
    txn.commit().await?;
    Ok(id)
}

async fn insert(txn: &DatabaseTransaction, new: NewToken, text: &str, now: DateTime<Utc>) -> Result<Uuid> {
    let (principal_id, id) = (principal(txn, &new.principal, new.kind, now).await?, new_id(now));
    let row = token::ActiveModel {
        id: Set(id),
        principal_id: Set(principal_id),
        name: Set(new.name),
        role: Set(new.role),
        hash: Set(hash(text)),
        created_at: Set(now),
        expires_at: Set(new.expires_at),
        revoked_at: Set(None),
    };
    token::Entity::insert(row).exec_without_returning(txn).await?;
    Ok(id)
}

/// All tokens, oldest first.
pub async fn list(db: &Db) -> Result<Vec<TokenLine>> {
    let principals = principal::Entity::find().all(&db.read).await?;
    let tokens = token::Entity::find().order_by_asc(token::Column::Id).all(&db.read).await?;
    let name = |id| principals.iter().find(|p| p.id == id).map_or(String::new(), |p| p.name.clone());
    let line = |t: token::Model| TokenLine {
        id: t.id,
        principal: name(t.principal_id),
        name: t.name,
        role: t.role,
        created_at: t.created_at,
        expires_at: t.expires_at,
        revoked_at: t.revoked_at,
    };
    Ok(tokens.into_iter().map(line).collect())
}

/// Revokes a token at once; false where there is none with this id. A second time changes nothing.
pub async fn revoke(db: &Db, id: Uuid, now: DateTime<Utc>) -> Result<bool> {
    let txn = db.begin_write().await?;
    let found = token::Entity::find_by_id(id).one(&txn).await?;
    if found.as_ref().is_some_and(|t| t.revoked_at.is_none()) {
        let row = token::ActiveModel { id: Set(id), revoked_at: Set(Some(now)), ..Default::default() };
        token::Entity::update(row).exec(&txn).await?;
    }
    txn.commit().await?;
    Ok(found.is_some())
}
