//! Two servers on one PostgreSQL: of writers with the same tag, and of those with the same code, one wins wherever they
//! ask. Races within one server are in `races.rs`.
use super::{audit, common, report, rounds, token_on};
use crate::support::Engine;
use crate::support::client::Client;
use crate::support::process::Process;
use futures_util::future::join_all;
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_eight_at_two_servers_one_wins() {
    let Some(database) = common(Engine::Postgres).await else { return };
    let token = token_on(&database.url).await;
    let servers = [Process::serve(&database.url, &[]).await, Process::serve(&database.url, &[]).await];
    let at = |n: usize| Client::new(servers[n % 2].address, &token);
    let clients: Vec<Client> = (0..8).map(at).collect();
    let rounds = rounds(5).min(20);
    for round in 0..rounds {
        let body = json!({"code": format!("R-{round}"), "title": {"en": "Raced for"}});
        let made = join_all(clients.iter().map(|client| client.post("/v1/projects", body.clone()))).await;
        let made: Vec<_> = made.into_iter().map(Result::unwrap).collect();
        let winners: Vec<_> = made.iter().filter(|answer| answer.status == 201).collect();
        assert_eq!(winners.len(), 1, "round {round}");
        let taken = made.iter().filter(|answer| answer.problem() == "invalid /code:already_taken").count();
        assert_eq!(taken, 7, "round {round}: {:?}", made.iter().map(|a| a.problem()).collect::<Vec<_>>());
        let (address, tag) = (winners[0].header("location"), winners[0].header("etag"));
        let change = async |(n, client): (usize, &Client)| {
            let patch = json!({"acronym": format!("W{n}")});
            client.ask("PATCH", address, &[("if-match", tag)], Some(patch)).await.unwrap()
        };
        let changed = join_all(clients.iter().enumerate().map(change)).await;
        let won: Vec<_> = changed.iter().filter(|answer| answer.status == 200).collect();
        let stale = changed.iter().filter(|answer| answer.problem() == "stale_version").count();
        assert_eq!((won.len(), stale), (1, 7), "round {round}");
        for client in &clients[..2] {
            assert_eq!(
                client.get(address).await.unwrap().json(),
                won[0].json(),
                "both servers tell the same"
            );
        }
    }
    audit(&database.url).await;
    report(&format!(
        "8 writers at 2 servers, {rounds} rounds with one code and one tag each: 1 winner every time"
    ));
}
