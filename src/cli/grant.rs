//! `grantline grant`: what a principal may do; and roles with their scopes as the command line has them.
use super::{needed_database, say};
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

/// What a person or a service may do, with tokens that have no grants of their own
#[derive(clap::Args)]
pub struct Arguments {
    /// The principal; made if there is none of this name
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
}

pub async fn run(config: Config, arguments: Arguments) -> anyhow::Result<()> {
    let db = Db::connect(needed_database(&config)?, config.database_connections).await?;
    let name = &arguments.principal;
    let granted = match &arguments.role {
        Some(role) => Some(grants(&db, role, &arguments.scope).await?),
        None => arguments.nothing.then(Vec::new),
    };
    match granted {
        Some(granted) => {
            let kind = PrincipalKind::from_code(&arguments.kind).unwrap_or(PrincipalKind::Person);
            let id = access::grant_to_principal(&db, name, kind, &granted, SystemClock.now()).await?;
            say(&format!("{name} ({id}) may now: {}", shown(&granted)))?;
        }
        None => {
            let found = access::granted_to_principal(&db, name).await?;
            let (id, granted) = found.with_context(|| format!("there is no principal {name:?}"))?;
            say(&format!("{name} ({id}) may: {}", shown(&granted)))?;
        }
    }
    db.close().await;
    Ok(())
}

/// Grants in a line.
pub fn shown(granted: &[Grant]) -> String {
    let shown: Vec<String> = granted.iter().map(Grant::shown).collect();
    if shown.is_empty() { "nothing".to_owned() } else { shown.join(" ") }
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
    let (txn, view) = (db.begin_read().await?, View::now(Scope::Register));
    let as_of = crate::clock::today(SystemClock.now(), chrono_tz::UTC);
    let reader = Reader { view: &view, conn: &txn, engine: db.engine, register: &crate::REGISTER, as_of };
    let resource = reader.register.get(kind)?;
    let found = async { reader.row(resource, reader.resolve(resource, key).await?).await }.await;
    match found {
        Ok(row) => Root::of(scope_kind, id_in(&row, "id").unwrap_or_default()).context("no such scope"),
        Err(Error::NotFound) => bail!("--scope {text}: there is no such {kind}"),
        Err(error) => Err(error.into()),
    }
}
