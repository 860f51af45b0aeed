//! Principals and tokens in the database. A token's text is shown once and kept only as its SHA-256: 256 random
//! bits need no slow hash.
use super::caller::{Caller, Grant};
use super::principals::granted;
use crate::clock::new_id;
use crate::store::db::Db;
use crate::store::digest::hex_digest;
use crate::store::scope::Root;
use crate::store::{Error, Result};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use entity::vocab::PrincipalKind;
use entity::{access_grant, principal, token};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, DatabaseTransaction, DbErr, EntityTrait, JoinType, QueryFilter,
    QueryOrder, QuerySelect,
};
use uuid::Uuid;

pub struct NewToken {
    /// The principal, made when none has this name yet.
    pub principal: String,
    pub kind: PrincipalKind,
    /// What the token is for.
    pub name: String,
    /// What it may do; where empty, what was granted to its principal.
    pub grants: Vec<Grant>,
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
    pub grants: Vec<Grant>,
    pub created_at: DateTime<Utc>,
    pub expires_at: Option<DateTime<Utc>>,
    pub last_used_at: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
}

/// The caller behind a token; none where it is unknown, expired or revoked, or its principal disabled. The look-up goes
/// by hash, so its time tells nothing of the text. Two statements.
pub async fn authenticate(db: &Db, text: &str, now: DateTime<Utc>) -> Result<Option<Caller>> {
    behind(db, text, token::Column::Purpose.is_null(), now).await
}

/// The same of a token that is good for one thing only: such a one is good for nothing else, and no other is good for
/// this. It goes with the token that it was made with.
pub async fn authenticate_for(
    db: &Db,
    purpose: &str,
    text: &str,
    now: DateTime<Utc>,
) -> Result<Option<Caller>> {
    behind(db, text, token::Column::Purpose.eq(purpose), now).await
}

async fn behind(db: &Db, text: &str, of_purpose: Expr, now: DateTime<Utc>) -> Result<Option<Caller>> {
    let principal = token::Entity::belongs_to(principal::Entity)
        .from(token::Column::PrincipalId)
        .to(principal::Column::Id);
    let found = token::Entity::find()
        .filter(token::Column::Hash.eq(hex_digest(text)))
        .filter(of_purpose)
        .join(JoinType::InnerJoin, principal.into())
        .select_also(principal::Entity)
        .one(&db.read);
    let Some((token, Some(principal))) = found.await? else { return Ok(None) };
    if !is_good(&token, now) || principal.disabled_at.is_some() {
        return Ok(None);
    }
    let mut tokens = vec![token.id];
    if let Some(id) = token.made_with {
        if !token::Entity::find_by_id(id).one(&db.read).await?.is_some_and(|token| is_good(&token, now)) {
            return Ok(None);
        }
        tokens.push(id);
    }
    let of = Condition::any()
        .add(access_grant::Column::TokenId.is_in(tokens.iter().copied()))
        .add(access_grant::Column::PrincipalId.eq(principal.id));
    let granted =
        access_grant::Entity::find().filter(of).order_by_asc(access_grant::Column::Id).all(&db.read);
    let granted = granted.await?;
    Ok(Some(Caller {
        principal_id: principal.id,
        kind: principal.kind,
        name: principal.name,
        token_id: Some(token.id),
        last_used_at: token.last_used_at,
        organisation_id: principal.organisation_id,
        public_access: false,
        grants: effective(&granted, &tokens),
    }))
}

/// Whether a token still works, as far as itself is concerned.
pub(super) fn is_good(token: &token::Model, now: DateTime<Utc>) -> bool {
    token.revoked_at.is_none() && token.expires_at.is_none_or(|at| at > now)
}

/// A token's own grants; where it has none, those of the next one, and at last its principal's.
fn effective(granted: &[access_grant::Model], tokens: &[Uuid]) -> Vec<Grant> {
    let of = |token: Option<Uuid>| granted.iter().filter(move |g| g.token_id == token).map(grant).collect();
    let own = tokens.iter().map(|token| of(Some(*token)));
    own.into_iter().find(|grants: &Vec<Grant>| !grants.is_empty()).unwrap_or_else(|| of(None))
}

pub(super) fn grant(model: &access_grant::Model) -> Grant {
    Grant { role: model.role, root: Root::of(model.scope_kind, model.scope_id.unwrap_or_default()) }
}

/// Keeps when a token was used last.
pub async fn keep_used(db: &Db, token: Uuid, now: DateTime<Utc>) -> Result<()> {
    let row = token::ActiveModel { id: Set(token), last_used_at: Set(Some(now)), ..Default::default() };
    let txn = db.begin_write().await?;
    token::Entity::update(row).exec(&txn).await?;
    txn.commit().await?;
    Ok(())
}

/// Adds to what a token or a principal may do.
pub(super) async fn add_grants(
    txn: &DatabaseTransaction,
    token: Option<Uuid>,
    principal: Option<Uuid>,
    grants: &[Grant],
    now: DateTime<Utc>,
) -> Result<()> {
    for Grant { role, root } in grants {
        let (kind, id) = Root::parts(*root);
        let row = access_grant::ActiveModel {
            id: Set(new_id(now)),
            token_id: Set(token),
            principal_id: Set(principal),
            role: Set(*role),
            scope_kind: Set(kind),
            scope_id: Set(id),
            created_at: Set(now),
        };
        access_grant::Entity::insert(row).exec_without_returning(txn).await?;
    }
    Ok(())
}

/// Which principal is meant: by id, or by name one that was made here. Names of others are what their issuer says:
/// nobody may come by grants by taking a name.
pub(super) fn principal_key(key: &str) -> Condition {
    match key.parse::<Uuid>() {
        Ok(id) => Condition::all().add(principal::Column::Id.eq(id)),
        Err(_) => {
            Condition::all().add(principal::Column::Name.eq(key)).add(principal::Column::Issuer.is_null())
        }
    }
}

/// The principal of a name, made if there is none; or of an id.
///
/// # Errors
/// Where no principal has that id.
pub async fn principal(
    txn: &DatabaseTransaction,
    name: &str,
    kind: PrincipalKind,
    now: DateTime<Utc>,
) -> Result<Uuid> {
    if let Some(found) = principal::Entity::find().filter(principal_key(name)).one(txn).await? {
        return Ok(found.id);
    }
    if name.parse::<Uuid>().is_ok() {
        return Err(Error::NotFound);
    }
    let id = new_id(now);
    let row = principal::ActiveModel {
        id: Set(id),
        kind: Set(kind),
        name: Set(name.to_owned()),
        person_id: Set(None),
        created_at: Set(now),
        ..Default::default()
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
    let text = fresh_text("grantline_")?;
    let id = insert(txn, new, &text, now).await?;
    Ok(IssuedToken { id, text })
}

/// 256 random bits, as a token has them.
pub(super) fn fresh_text(prefix: &str) -> Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|e| DbErr::Custom(format!("no randomness: {e}")))?;
    Ok(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes)))
}

/// Makes the token of this text valid, whatever it was before: for the demo, whose token scripts may set.
pub async fn set_token(db: &Db, new: NewToken, text: &str, now: DateTime<Utc>) -> Result<Uuid> {
    let txn = db.begin_write().await?;
    let found = token::Entity::find().filter(token::Column::Hash.eq(hex_digest(text))).one(&txn).await?;
    let id = match found {
        Some(token) => {
            let row = token::ActiveModel {
                id: Set(token.id),
                expires_at: Set(new.expires_at),
                revoked_at: Set(None),
                ..Default::default()
            };
            token::Entity::update(row).exec(&txn).await?;
            access_grant::Entity::delete_many()
                .filter(access_grant::Column::TokenId.eq(token.id))
                .exec(&txn)
                .await?;
            add_grants(&txn, Some(token.id), None, &new.grants, now).await?;
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
        hash: Set(hex_digest(text)),
        created_at: Set(now),
        expires_at: Set(new.expires_at),
        revoked_at: Set(None),
        last_used_at: Set(None),
        purpose: Set(None),
        made_with: Set(None),
    };
    token::Entity::insert(row).exec_without_returning(txn).await?;
    add_grants(txn, Some(id), None, &new.grants, now).await?;
    Ok(id)
}

/// Gives a principal of this name these grants in place of its own.
pub async fn grant_to_principal(
    db: &Db,
    name: &str,
    kind: PrincipalKind,
    grants: &[Grant],
    now: DateTime<Utc>,
) -> Result<Uuid> {
    let txn = db.begin_write().await?;
    let id = principal(&txn, name, kind, now).await?;
    access_grant::Entity::delete_many().filter(access_grant::Column::PrincipalId.eq(id)).exec(&txn).await?;
    add_grants(&txn, None, Some(id), grants, now).await?;
    txn.commit().await?;
    Ok(id)
}

/// Makes a principal of this name the partner of an organisation, or of none.
pub async fn make_partner(
    db: &Db,
    name: &str,
    kind: PrincipalKind,
    organisation: Option<Uuid>,
    now: DateTime<Utc>,
) -> Result<()> {
    let txn = db.begin_write().await?;
    let id = principal(&txn, name, kind, now).await?;
    let row =
        principal::ActiveModel { id: Set(id), organisation_id: Set(organisation), ..Default::default() };
    principal::Entity::update(row).exec(&txn).await?;
    txn.commit().await?;
    Ok(())
}

/// What a principal was granted itself.
pub struct Granted {
    pub id: Uuid,
    pub grants: Vec<Grant>,
    /// The organisation whose partner it is.
    pub organisation_id: Option<Uuid>,
}

/// What the principal of a name was granted.
pub async fn granted_to_principal(db: &Db, name: &str) -> Result<Option<Granted>> {
    let found = principal::Entity::find().filter(principal_key(name)).one(&db.read).await?;
    let Some(principal) = found else { return Ok(None) };
    let grants = granted(db, principal.id).await?;
    Ok(Some(Granted { id: principal.id, grants, organisation_id: principal.organisation_id }))
}

/// All tokens, oldest first.
pub async fn list(db: &Db) -> Result<Vec<TokenLine>> {
    let principals = principal::Entity::find().all(&db.read).await?;
    let tokens = token::Entity::find().order_by_asc(token::Column::Id).all(&db.read).await?;
    let granted = access_grant::Entity::find().order_by_asc(access_grant::Column::Id).all(&db.read).await?;
    let grants_of = |t: &token::Model| {
        let tokens: Vec<Uuid> = [Some(t.id), t.made_with].into_iter().flatten().collect();
        let its = |g: &&access_grant::Model| {
            g.principal_id == Some(t.principal_id) || g.token_id.is_some_and(|id| tokens.contains(&id))
        };
        effective(&granted.iter().filter(its).cloned().collect::<Vec<_>>(), &tokens)
    };
    let name = |id| principals.iter().find(|p| p.id == id).map_or(String::new(), |p| p.name.clone());
    let line = |t: token::Model| TokenLine {
        grants: grants_of(&t),
        id: t.id,
        principal: name(t.principal_id),
        name: match t.purpose {
            Some(purpose) => format!("{} ({purpose})", t.name),
            None => t.name,
        },
        created_at: t.created_at,
        expires_at: t.expires_at,
        last_used_at: t.last_used_at,
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
