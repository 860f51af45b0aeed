//! What every test stands on: a server without a socket on a database of its own, and a client for it.
#![expect(clippy::unwrap_used, reason = "a test may")]
pub mod app;
pub mod cluster;
pub mod database;

pub use app::App;
pub use database::Engine;

/// A test of behaviour: runs on SQLite and on PostgreSQL, each with a database of its own.
#[macro_export]
macro_rules! both {
    ($(#[$meta:meta])* async fn $name:ident($app:ident: App) $body:block) => {
        $(#[$meta])*
        mod $name {

            use super::*;

            async fn run($app: &$crate::support::App) $body

            #[tokio::test]
            async fn sqlite() {
                let app = $crate::support::App::new($crate::support::Engine::Sqlite).await;
                run(&app.expect("SQLite is built in")).await;
            }

            #[tokio::test]
            async fn postgres() {
                if let Some(app) = $crate::support::App::new($crate::support::Engine::Postgres).await {
                    run(&app).await;
                }
            }
        }
    };
}
