//! What every test stands on: a server without a socket on a database of its own, and a client for it.
pub mod app;
pub mod audit;
pub mod caller;
pub mod client;
pub mod cluster;
pub mod database;
pub mod process;
pub mod promise;
pub mod python;
pub mod records;
pub mod world;

pub use app::App;
pub use database::{Content, Engine};

/// A test of behaviour: runs on SQLite and on PostgreSQL, each with a database of its own, empty or (`demo:`) with the
/// demo portfolio.
#[macro_export]
macro_rules! both {
    (demo: $(#[$meta:meta])* async fn $name:ident($app:ident: App) $body:block) => {
        $crate::both! { @Demo $(#[$meta])* async fn $name($app: App) $body }
    };
    ($(#[$meta:meta])* async fn $name:ident($app:ident: App) $body:block) => {
        $crate::both! { @Nothing $(#[$meta])* async fn $name($app: App) $body }
    };
    (@$content:ident $(#[$meta:meta])* async fn $name:ident($app:ident: App) $body:block) => {
        $(#[$meta])*
        mod $name {

            use super::*;

            async fn run($app: &$crate::support::App) $body

            #[tokio::test]
            async fn sqlite() {
                let content = $crate::support::Content::$content;
                let app = $crate::support::App::with($crate::support::Engine::Sqlite, content).await;
                run(&app.expect("SQLite is built in")).await;
            }

            #[tokio::test]
            async fn postgres() {
                let content = $crate::support::Content::$content;
                if let Some(app) = $crate::support::App::with($crate::support::Engine::Postgres, content).await {
                    run(&app).await;
                }
            }
        }
    };
}
