//! `grantline demo`: an embedded database with the demo portfolio, a token, and a request to paste.
use super::say;
use super::serve::{Told, listen, open, shipped, until_told};
use crate::access::{self, Grant, NewToken};
use crate::config::Config;
use crate::imports::demo::load_demo;
use crate::logging;
use crate::state::AppState;
use entity::vocab::{PrincipalKind, Role};

const USUAL_DATABASE: &str = "sqlite://grantline-demo.db";

pub async fn run(config: Config) -> anyhow::Result<()> {
    logging::init(config.log_format, &config.log_level)?;
    let url = config.database_url.clone().unwrap_or_else(|| USUAL_DATABASE.to_owned());
    let listener = listen(&config).await?;
    let state = open(config, &url).await?;
    // The demo's agreements follow them.
    shipped(&state).await?;
    let loaded = load_demo(&state).await.map_err(explained)?;
    let token = token(&state).await?;
    let address = format!("http://{}", listener.local_addr()?);
    let records = match loaded {
        Some(count) => format!("{count} records were loaded"),
        None => "the register holds records already: nothing was loaded".to_owned(),
    };
    let hello = format!(
        "Grantline demo: {records}.\n\
         \n\
         Address   {address}\n\
         Docs      {address}/docs/\n\
         Token     {token}\n\
         \n\
         Ask about LATBEL, and what was owed under its agreement:\n\
         \n  \
         curl -H 'Authorization: Bearer {token}' {address}/v1/projects/LATBEL\n  \
         curl -H 'Authorization: Bearer {token}' '{address}/v1/obligations?project=LATBEL'\n\
         \n\
         Ctrl-C stops it; the data stays in {url}.",
        url = shown(&url),
    );
    let told = Told::new()?;
    // Where nobody reads, it serves all the same.
    if let Err(error) = say(&hello) {
        tracing::warn!(%error, "the address and the token could not be printed");
    }
    until_told(listener, state, told).await
}

/// The address without a password.
fn shown(url: &str) -> String {
    match url::Url::parse(url) {
        Ok(mut parsed) if parsed.password().is_some() => {
            let _ = parsed.set_password(Some("..."));
            parsed.to_string()
        }
        _ => url.to_owned(),
    }
}

fn explained(error: crate::store::Error) -> anyhow::Error {
    match error {
        crate::store::Error::Invalid(faults) => {
            let plain = crate::http::plain(&faults);
            anyhow::anyhow!("the demo portfolio does not fit: {plain}")
        }
        other => other.into(),
    }
}

/// The demo's token: as configured, else a new one in place of the one that the last start printed, since no token's
/// text is kept.
async fn token(state: &AppState) -> anyhow::Result<String> {
    let (now, configured) = (state.clock.now(), state.config.demo_token.as_deref());
    let new = NewToken {
        principal: "demo".to_owned(),
        kind: PrincipalKind::Service,
        name: if configured.is_some() { "demo, configured" } else { "demo, printed at the start" }.to_owned(),
        grants: vec![Grant { role: Role::Admin, root: None }],
        expires_at: None,
    };
    Ok(match configured {
        Some(text) => {
            access::set_token(&state.db, new, text, now).await?;
            text.to_owned()
        }
        None => access::replace(&state.db, new, now).await?.text,
    })
}
