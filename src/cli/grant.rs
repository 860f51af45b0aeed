//! `grantline grant`: what a principal may do; and roles with their scopes as the command line has them.
use super::{opened, say};
use crate::access::{self, Grant};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::store::Error;
use crate::store::db::Db;
use crate::store::read::{Reader, id_in};
use crate::store::scope::{Root, Scope};
use crate::store::view::View;
use anyhow::{Context, bail};
use entity::vocab::{PrincipalKind, Role, ScopeKind, Word};

pub const ROLES: [&str; 6] =
    ["admin", "programme_manager", "finance_officer", "contributor", "viewer", "auditor"];

/// What a person or a service may do, with tokens that have no grants of their own, or whose claims give it none
#[derive(clap::Args)]
pub struct Arguments {
    /// The principal's name, made if there is none of it; or an id, as `principal list` shows it: needed for those of an
    /// identity provider
    #[arg(long)]
    principal: String,
    /// Whether that is a person or a service
    #[arg(long, default_value = "person", value_parser = ["person", "service"])]
    kind: String,
    /// The role, in place of all that was granted before; where left out, what was granted is shown
    #[arg(long, value_parser = ROLES)]
    role: Option<String>,
    /// Take all that was granted away
    #[arg(long, conflicts_with = "role")]
    nothing: bool,
    /// What the role is for: funder:ID, programme:ID, project:ID or grant_agreement:ID (programmes and projects also
    /// by code); may be given several times; the whole register where left out
    #[arg(long, requires = "role")]
    scope: Vec<String>,
    /// The organisation whose partner it is, by id: it reads what is published to partners where that is a party;
    /// `none` for no organisation
    #[arg(long, value_name = "ID")]
    organisation: Option<String>,
}

pub async fn run(config: Config, arguments: Arguments) -> anyhow::Result<()> {
    let db = opened(&config).await?;
    let name = &arguments.principal;
    let granted = match &arguments.role {
        Some(role) => Some(grants(&db, role, &arguments.scope).await?),
        None => arguments.nothing.then(Vec::new),
    };
    let (kind, now) =
        (PrincipalKind::from_code(&arguments.kind).unwrap_or(PrincipalKind::Person), SystemClock.now());
    let partner = match arguments.organisation.as_deref() {
        None => None,
        Some("none") => Some(None),
        Some(id) => Some(Some(organisation(&db, id).await?)),
    };
    let changed = granted.is_some() || partner.is_some();
    if let Some(granted) = granted {
        access::grant_to_principal(&db, name, kind, &granted, now).await.map_err(|e| unknown(e, name))?;
    }
    if let Some(organisation) = partner {
        access::make_partner(&db, name, kind, organisation, now).await.map_err(|e| unknown(e, name))?;
    }
    let found = access::granted_to_principal(&db, name).await?;
    let found = found.with_context(|| format!("there is no principal {name:?}"))?;
    let (may, id) = (if changed { "may now" } else { "may" }, found.id);
    let partner =
        found.organisation_id.map_or(String::new(), |id| format!(", as a partner of organisation {id}"));
    say(&format!("{name} ({id}) {may}: {}{partner}", shown(&found.grants)))?;
    db.close().await;
    Ok(())
}

/// The id of an organisation, as long as there is one.
async fn organisation(db: &Db, key: &str) -> anyhow::Result<uuid::Uuid> {
    record(db, "organisation", key)
        .await?
        .with_context(|| format!("--organisation {key}: there is no such organisation"))
}

/// Grants in a line.
pub fn shown(granted: &[Grant]) -> String {
    let shown: Vec<String> = granted.iter().map(Grant::shown).collect();
    if shown.is_empty() { "nothing".to_owned() } else { shown.join(" ") }
}

/// Only an id can be unknown: names are made.
pub fn unknown(error: Error, principal: &str) -> anyhow::Error {
    match error {
        Error::NotFound => {
            anyhow::anyhow!("there is no principal {principal}: `grantline principal list` shows them")
        }
        error => error.into(),
    }
}

/// A role for each scope, or for the whole register.
pub async fn grants(db: &Db, role: &str, scopes: &[String]) -> anyhow::Result<Vec<Grant>> {
    let role = Role::from_code(role).context("no such role")?;
    if scopes.is_empty() {
        return Ok(vec![Grant { role, root: None }]);
    }
    let mut granted = Vec::new();
    for scope in scopes {
        granted.push(Grant { role, root: Some(root(db, scope).await?) });
    }
    Ok(granted)
}

/// `project:LATBEL`, as long as there is such a record.
async fn root(db: &Db, text: &str) -> anyhow::Result<Root> {
    let expected = "funder:ID, programme:ID, project:ID or grant_agreement:ID";
    let (kind, key) = text.split_once(':').with_context(|| format!("--scope {text}: write {expected}"))?;
    let scope_kind = ScopeKind::from_code(kind).filter(|kind| *kind != ScopeKind::Register);
    let scope_kind = scope_kind.with_context(|| format!("--scope {text}: write {expected}"))?;
    match record(db, kind, key).await? {
        Some(id) => Root::of(scope_kind, id).context("no such scope"),
        None => bail!("--scope {text}: there is no such {kind}"),
    }
}

/// The id of a record that is named by its id or code; none where there is no such record.
async fn record(db: &Db, resource: &str, key: &str) -> anyhow::Result<Option<uuid::Uuid>> {
    let (txn, view) = (db.begin_read().await?, View::now(Scope::Register));
    let as_of = crate::clock::today(SystemClock.now(), chrono_tz::UTC);
    let reader = Reader { view: &view, conn: &txn, engine: db.engine, register: &crate::REGISTER, as_of };
    let resource = reader.register.get(resource)?;
    let found = async { reader.row(resource, reader.resolve(resource, key).await?).await }.await;
    match found {
        Ok(row) => Ok(id_in(&row, "id")),
        Err(Error::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
