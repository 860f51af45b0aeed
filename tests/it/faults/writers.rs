//! Writers that never stop, and a ledger of what they were answered: what must be in the database afterwards.
use crate::support::client::Client;
use grantline::store::db::Db;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use uuid::Uuid;

/// What was acknowledged, and what was said to those who were refused.
#[derive(Default)]
pub struct Ledger {
    /// The last version of each project that a writer was answered.
    versions: Mutex<HashMap<Uuid, i64>>,
    refusals: Mutex<BTreeMap<String, usize>>,
    acknowledged: AtomicU32,
    slowest_refusal: Mutex<Duration>,
    stop: AtomicBool,
}

/// Writers at work.
pub struct Writers {
    pub ledger: Arc<Ledger>,
    tasks: JoinSet<()>,
}

impl Writers {
    /// Starts `count` of them. Each makes a project, adds a participant, changes the project, and begins anew; after an
    /// answer that never came it leaves the record alone, because nobody knows its version.
    pub fn start(count: usize, client: &Client, ledger: Arc<Ledger>) -> Self {
        ledger.stop.store(false, Ordering::Relaxed);
        let mut tasks = JoinSet::new();
        for _ in 0..count {
            let (client, ledger) = (client.clone(), ledger.clone());
            tasks.spawn(async move {
                while !ledger.stop.load(Ordering::Relaxed) {
                    if ledger.one_record(&client).await.is_none() {
                        tokio::time::sleep(Duration::from_millis(20)).await;
                    }
                }
            });
        }
        Self { ledger, tasks }
    }

    /// Waits until writes are being acknowledged: a server that just started takes its time for the first.
    pub async fn under_way(&self) {
        let (before, begun) = (self.ledger.acknowledged(), Instant::now());
        while self.ledger.acknowledged() < before + 8 || self.ledger.versions.lock().unwrap().is_empty() {
            assert!(
                begun.elapsed() < Duration::from_secs(20),
                "nothing is acknowledged: {}",
                self.ledger.summary()
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Waits until every writer has had its last answer.
    pub async fn stop(self) {
        self.ledger.stop.store(true, Ordering::Relaxed);
        self.tasks.join_all().await;
    }
}

/// The projects of a database, with their versions.
pub async fn projects(url: &str) -> HashMap<Uuid, i64> {
    let db = Db::connect(url, 1).await.unwrap();
    let found = entity::project::Entity::find().all(&db.read).await.unwrap();
    db.close().await;
    found.into_iter().map(|p| (p.id, p.version)).collect()
}

impl Ledger {
    /// Answers until something fails.
    async fn one_record(&self, client: &Client) -> Option<()> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let code = format!("F-{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let body =
            json!({"code": code, "title": {"en": "Written under faults"}, "countries": [{"country": "LV"}]});
        let organisation =
            self.write(client, "POST", "/v1/organisations", "", json!({"name": {"en": code}})).await?;
        let made = self.write(client, "POST", "/v1/projects", "", body).await?;
        let id: Uuid = made.0["id"].as_str().unwrap().parse().unwrap();
        self.acknowledge(id, 1);
        let address = format!("/v1/projects/{id}");
        let part = json!({"organisation_id": organisation.0["id"], "role": "partner"});
        let added = self.write(client, "POST", &format!("{address}/participants"), &made.1, part).await?;
        self.acknowledge(id, 2);
        let changed = json!({"acronym": "CHANGED"});
        self.write(client, "PATCH", &address, &added.1, changed).await?;
        self.acknowledge(id, 3);
        Some(())
    }

    /// Body and tag of a success; none otherwise. Only a server that is away may refuse.
    async fn write(
        &self,
        client: &Client,
        method: &str,
        path: &str,
        tag: &str,
        body: Value,
    ) -> Option<(Value, String)> {
        let headers = [("if-match", tag)];
        let headers = if tag.is_empty() { &[][..] } else { &headers[..] };
        let asked = Instant::now();
        let answer = match client.ask(method, path, headers, Some(body)).await {
            Ok(answer) if answer.status.is_success() => {
                self.acknowledged.fetch_add(1, Ordering::Relaxed);
                return Some((answer.json(), answer.header("etag").to_owned()));
            }
            Ok(answer) => {
                let allowed = matches!(answer.status.as_u16(), 503 | 507);
                assert!(allowed, "{method} {path}: {} {}", answer.status, answer.text());
                let mut slowest = self.slowest_refusal.lock().unwrap();
                *slowest = asked.elapsed().max(*slowest);
                answer.status.to_string()
            }
            Err(_) => "no answer".to_owned(),
        };
        *self.refusals.lock().unwrap().entry(answer).or_default() += 1;
        None
    }

    fn acknowledge(&self, id: Uuid, version: i64) {
        self.versions.lock().unwrap().insert(id, version);
    }

    pub fn acknowledged(&self) -> u32 {
        self.acknowledged.load(Ordering::Relaxed)
    }

    /// How often a server that was there refused, and how long the slowest of these answers took.
    pub fn refused(&self) -> (usize, Duration) {
        let refusals = self.refusals.lock().unwrap();
        let told = refusals.iter().filter(|(said, _)| *said != "no answer").map(|(_, times)| times).sum();
        (told, *self.slowest_refusal.lock().unwrap())
    }

    /// What was acknowledged so far.
    pub fn so_far(&self) -> HashMap<Uuid, i64> {
        self.versions.lock().unwrap().clone()
    }

    /// Everything that was acknowledged is there, at its version or, where the next answer was lost, the one after it.
    pub async fn hold_against(&self, url: &str) {
        let there = projects(url).await;
        let versions = self.versions.lock().unwrap();
        for (id, version) in versions.iter() {
            let kept = there.get(id).copied();
            let known = kept.is_some_and(|kept| kept == *version || kept == version + 1);
            assert!(known, "{id} was acknowledged at version {version}, and is at {kept:?}");
        }
        assert!(!versions.is_empty(), "nothing was acknowledged at all");
    }

    /// Whether all who were refused were told the same.
    pub fn only_refused_with(&self, status: &str) -> bool {
        self.refusals.lock().unwrap().keys().all(|said| said.starts_with(status))
    }

    pub fn summary(&self) -> String {
        let projects = self.versions.lock().unwrap().len();
        let refusals = self.refusals.lock().unwrap();
        format!(
            "{} writes of {projects} projects acknowledged, 0 lost; refused: {refusals:?}",
            self.acknowledged()
        )
    }
}
