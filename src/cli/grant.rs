//! `grantline grant`: what a principal may do; and roles with their scopes as the command line has them.
use super::{needed_database, say};
use crate::access::{self, Grant};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::store::Error;
use crate::store::db::Db;
use crate::store::read::Reader;
use crate::store::scope::{Root, Scope};
use crate::store::view::View;
use anyhow::{Context, bail};
use entity::vocab::{PrincipalKind, Role, Word};

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
    /// The role; without one, all that was granted is taken away
    #[arg(long, value_parser = ROLES)]
    role: Option<String>,
    /// What the role is for: funder:ID, programme:ID, project:ID or grant_agreement:ID (programmes and projects also
    /// by code); may be given several times; the whole register where left out
    #[arg(long, requires = "role")]
    scope: Vec<String>,
}

pub async fn run(config: Config, arguments: Arguments) -> anyhow::Result<()> {
    let db = Db::connect(needed_database(&config)?, config.database_connections).await?;
    let granted = match &arguments.role {
        Some(role) => grants(&db, role, &arguments.scope).await?,
        None => Vec::new(),
    };
    let kind = PrincipalKind::from_code(&arguments.kind).unwrap_or(PrincipalKind::Person);
    let id = access::grant_to_principal(&db, &arguments.principal, kind, &granted, SystemClock.now())
        .await
        .map_err(|error| unknown(error, &arguments.principal))?;
    let shown: Vec<String> = granted.iter().map(shown).collect();
    let may = if shown.is_empty() { "nothing".to_owned() } else { shown.join(" ") };
    say(&format!("{} ({id}) may now: {may}", arguments.principal))?;
    db.close().await;
    Ok(())
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
    let make: fn(uuid::Uuid) -> Root = match kind {
        "funder" => Root::Funder,
        "programme" => Root::Programme,
        "project" => Root::Project,
        "grant_agreement" => Root::GrantAgreement,
        _ => bail!("--scope {text}: write {expected}"),
    };
    let (txn, view) = (db.begin_read().await?, View::now(Scope::Register));
    let as_of = crate::clock::today(SystemClock.now(), chrono_tz::UTC);
    let reader = Reader { view: &view, conn: &txn, engine: db.engine, register: &crate::REGISTER, as_of };
    let resource = reader.register.get(kind)?;
    let found = async { reader.row(resource, reader.resolve(resource, key).await?).await }.await;
    match found {
        Ok(row) => Ok(make(crate::store::read::id_in(&row, "id").unwrap_or_default())),
        Err(Error::NotFound) => bail!("--scope {text}: there is no such {kind}"),
        Err(error) => Err(error.into()),
    }
}

/// `programme_manager@project:01932c07-…`, or only the role where it is for everything.
pub fn shown(grant: &Grant) -> String {
    let role = grant.role.code();
    match grant.root {
        None => role.to_owned(),
        Some(Root::Funder(id)) => format!("{role}@funder:{id}"),
        Some(Root::Programme(id)) => format!("{role}@programme:{id}"),
        Some(Root::Project(id)) => format!("{role}@project:{id}"),
        Some(Root::GrantAgreement(id)) => format!("{role}@grant_agreement:{id}"),
    }
}
