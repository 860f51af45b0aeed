//! The issuer's keys: asked for with discovery (OpenID Connect Discovery 1.0, section 4), kept, and asked for anew, so that
//! a rotation is seen without a restart and an issuer that is away stops nobody for a day. What is signed with them is
//! judged in `check.rs`.
use super::crypto::Key;
use super::fetch::{Fault, fetch};
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Client;
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::Mutex;
use url::Url;

/// Keys older than this are asked for anew, whatever the issuer would allow: a key that it takes back stops working.
pub const FRESH: TimeDelta = TimeDelta::minutes(5);
/// How long keys are good where the issuer can't be asked.
const GOOD: TimeDelta = TimeDelta::hours(24);
/// The issuer is asked no more often than that: tokens with made-up keys must not turn into requests to it.
const PAUSE: TimeDelta = TimeDelta::seconds(10);
/// Requests that wait for each other have their own times, a little apart. What is further in the future than this was
/// noted before the clock was set back.
const APART: TimeDelta = TimeDelta::seconds(60);

/// What an issuer published at a moment.
pub struct Set {
    pub keys: Vec<Key>,
    fetched_at: DateTime<Utc>,
}

/// Why no keys can be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Away {
    /// When the issuer will be asked again.
    pub seconds: u32,
}

/// What is known of the issuer's keys.
#[derive(Default)]
struct Known {
    set: Option<Arc<Set>>,
    tried_at: Option<DateTime<Utc>>,
    /// Whether the newest try brought nothing.
    failed: bool,
}

/// What to do for a token.
enum Next {
    Use(Arc<Set>),
    Ask,
    Away(Away),
}

impl Known {
    fn may_ask(&self, now: DateTime<Utc>) -> bool {
        self.tried_at.is_none_or(|at| is_past(at, PAUSE, now))
    }

    /// What to do for a token whose key is `kid`.
    fn next(&self, kid: &str, now: DateTime<Utc>) -> Next {
        let may_ask = self.may_ask(now);
        let set = self.set.as_ref().filter(|set| now - set.fetched_at < GOOD);
        let away = || {
            let until = self.tried_at.map_or(now, |at| at + PAUSE);
            // Between one and ten seconds.
            Away { seconds: u32::try_from((until - now).num_seconds()).unwrap_or(0).clamp(1, 10) }
        };
        match set {
            None if may_ask => Next::Ask,
            None => Next::Away(away()),
            Some(set) => {
                let there = set.keys.iter().any(|key| key.kid == kid);
                match () {
                    () if there && !is_past(set.fetched_at, FRESH, now) => Next::Use(set.clone()),
                    () if may_ask => Next::Ask,
                    // It may be a new key that the issuer could not be asked for.
                    () if !there && self.failed => Next::Away(away()),
                    () => Next::Use(set.clone()),
                }
            }
        }
    }
}

/// Whether something that was done at a moment is older than it may be. A clock that was set back makes it old, not
/// young.
fn is_past(at: DateTime<Utc>, life: TimeDelta, now: DateTime<Utc>) -> bool {
    now - at >= life || at - now > APART
}

/// The keys of one issuer.
pub struct Keys {
    issuer: String,
    discovery: Url,
    client: Client,
    known: RwLock<Known>,
    /// Held while the issuer is asked.
    asking: Arc<Mutex<()>>,
}

impl Keys {
    pub fn new(issuer: String, discovery: Url, client: Client) -> Self {
        Self { issuer, discovery, client, known: RwLock::default(), asking: Arc::default() }
    }

    /// The keys by which to judge a token that names `kid`. That key need not be among them.
    ///
    /// # Errors
    /// Where nobody can say whether the token is good.
    pub async fn of(self: &Arc<Self>, kid: &str, now: DateTime<Utc>) -> Result<Arc<Set>, Away> {
        match self.next(kid, now) {
            Next::Use(set) if set.keys.iter().any(|key| key.kid == kid) => return Ok(set),
            Next::Ask => self.ask(now, |known| matches!(known.next(kid, now), Next::Ask)).await,
            // Somebody may be asking right now.
            Next::Use(_) | Next::Away(_) => drop(self.asking.lock().await),
        }
        match self.next(kid, now) {
            Next::Use(set) => Ok(set),
            Next::Away(away) => Err(away),
            // Only where the clock was moved meanwhile.
            Next::Ask => Err(Away { seconds: 1 }),
        }
    }

    /// Asks the issuer, unless somebody just did: called from time to time, so that no request waits for it.
    pub async fn refresh(self: &Arc<Self>, now: DateTime<Utc>) {
        self.ask(now, |known| known.may_ask(now)).await;
    }

    fn next(&self, kid: &str, now: DateTime<Utc>) -> Next {
        self.known.read().unwrap_or_else(PoisonError::into_inner).next(kid, now)
    }

    /// One asks at a time; who waited for the lock looks again whether it still must.
    async fn ask(self: &Arc<Self>, now: DateTime<Utc>, still: impl Fn(&Known) -> bool) {
        let asking = self.asking.clone().lock_owned().await;
        {
            let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
            if !still(&known) {
                return;
            }
            (known.tried_at, known.failed) = (Some(now), true);
        }
        let own = self.clone();
        // On its own: callers who hang up would otherwise keep the keys old for all.
        let done = tokio::spawn(async move {
            own.keep(fetch(&own.client, &own.issuer, &own.discovery).await, now);
            drop(asking);
        });
        if let Err(error) = done.await {
            tracing::error!(%error, "asking the identity provider ended badly");
        }
    }

    fn keep(&self, fetched: Result<Vec<Key>, Fault>, now: DateTime<Utc>) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        match fetched {
            Ok(keys) => {
                if known.set.as_ref().is_none_or(|set| set.keys != keys) {
                    let kids: Vec<&str> = keys.iter().map(|key| key.kid.as_str()).collect();
                    tracing::info!(?kids, "the identity provider has these keys now");
                }
                known.set = Some(Arc::new(Set { keys, fetched_at: now }));
                known.failed = false;
            }
            Err(error) => {
                let error: &dyn std::error::Error = &error;
                tracing::warn!(error, "the identity provider gives no keys; those at hand go on for a day");
            }
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::super::crypto::tests::Pair;
    use super::*;
    use futures_util::FutureExt;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    fn known(fetched: Option<i64>, tried: Option<i64>, failed: bool) -> Known {
        let keys = vec![Key::from_jwk(&Pair::ed25519().jwk("a")).unwrap()];
        let set = fetched.map(|seconds| Arc::new(Set { keys, fetched_at: at(seconds) }));
        Known { set, tried_at: tried.map(at), failed }
    }

    fn told(known: &Known, kid: &str, now: i64) -> String {
        match known.next(kid, at(now)) {
            Next::Use(_) => "use".into(),
            Next::Ask => "ask".into(),
            Next::Away(away) => format!("away {}", away.seconds),
        }
    }

    #[test]
    fn keys_are_kept_and_asked_for_anew() {
        const DAY: i64 = 24 * 60 * 60;
        for (fetched, tried, failed, kid, now, expected) in [
            (None, None, false, "a", 0, "ask"),
            (None, Some(0), true, "a", 0, "away 10"),
            (None, Some(0), true, "a", 9, "away 1"),
            (None, Some(0), true, "a", 10, "ask"),
            (Some(0), Some(0), false, "a", 0, "use"),
            (Some(0), Some(0), false, "a", 299, "use"),
            (Some(0), Some(0), false, "a", 300, "ask"),
            // A key that nobody knows: not asked for more than once in ten seconds.
            (Some(0), Some(0), false, "b", 9, "use"),
            (Some(0), Some(0), false, "b", 10, "ask"),
            (Some(0), Some(295), true, "b", 300, "away 5"),
            // The issuer is away.
            (Some(0), Some(300), true, "a", 305, "use"),
            (Some(0), Some(300), true, "a", 310, "ask"),
            (Some(0), Some(DAY - 5), true, "a", DAY - 1, "use"),
            (Some(0), Some(DAY - 5), true, "a", DAY, "away 5"),
            (Some(0), Some(DAY - 5), true, "a", DAY + 5, "ask"),
            // A request that came before the one that asked; and the clock was set back.
            (Some(0), Some(0), false, "a", -1, "use"),
            (Some(0), Some(0), false, "b", -1, "use"),
            (None, Some(0), true, "b", -1, "away 10"),
            (Some(0), Some(0), false, "a", -60, "use"),
            (Some(0), Some(0), false, "a", -61, "ask"),
        ] {
            let case = format!("{fetched:?} {tried:?} {failed} {kid} {now}");
            assert_eq!(told(&known(fetched, tried, failed), kid, now), expected, "{case}");
        }
    }

    #[test]
    fn a_failure_keeps_what_there_is_and_a_new_set_takes_its_place() {
        let client = super::super::fetch::client(true).unwrap();
        let keys = Keys::new("http://127.0.0.1".into(), Url::parse("http://127.0.0.1/x").unwrap(), client);
        let of = |kid: &str| vec![Key::from_jwk(&Pair::ed25519().jwk(kid)).unwrap()];
        let has = |kid: &str, now: i64| match keys.next(kid, at(now)) {
            Next::Use(set) => set.keys.iter().any(|key| key.kid == kid),
            _ => false,
        };
        keys.keep(Ok(of("a")), at(0));
        assert!(has("a", 299));
        keys.known.write().unwrap().tried_at = Some(at(300));
        keys.keep(Err(Fault::NoKeys), at(300));
        assert!(has("a", 301), "kept");
        keys.keep(Ok(of("b")), at(302));
        assert!(has("b", 303) && !has("a", 303), "what the issuer took back is gone");
        keys.keep(Ok(Vec::new()), at(304));
        assert!(!has("b", 305), "an issuer without keys has none");
    }

    #[tokio::test]
    async fn one_asks_for_all() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let counted = Arc::new(std::sync::atomic::AtomicU32::new(0));
        let counter = counted.clone();
        // It takes every connection and hangs up on it.
        let server = tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                counter.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                drop(connection);
            }
        });
        let discovery = Url::parse(&issuer).unwrap().join("/.well-known/openid-configuration").unwrap();
        let keys = Arc::new(Keys::new(issuer, discovery, super::super::fetch::client(true).unwrap()));
        let ask = |second: i64| {
            let askers = (0..50).map(|n| {
                let keys = keys.clone();
                // Their times are not in the order in which they come to ask.
                let now = at(second) - TimeDelta::milliseconds(n * 7 % 50);
                async move { keys.of(&format!("made up {n}"), now).await.map(drop) }
            });
            futures_util::future::join_all(askers)
        };
        assert!(ask(0).await.iter().all(|outcome| matches!(outcome, Err(Away { seconds: 9 | 10 }))));
        let once = counted.load(std::sync::atomic::Ordering::Relaxed);
        assert!((1..=3).contains(&once), "one request, perhaps tried again on another connection: {once}");
        assert!(ask(9).await.iter().all(|outcome| *outcome == Err(Away { seconds: 1 })));
        assert_eq!(counted.load(std::sync::atomic::Ordering::Relaxed), once);
        ask(10).await;
        assert!(counted.load(std::sync::atomic::Ordering::Relaxed) > once);
        // Who hangs up does not end the asking for others.
        let before = counted.load(std::sync::atomic::Ordering::Relaxed);
        assert!(keys.of("a", at(30)).now_or_never().is_none(), "hung up");
        assert_eq!(keys.of("a", at(31)).await.map(drop), Err(Away { seconds: 9 }), "waits for that one");
        assert!(counted.load(std::sync::atomic::Ordering::Relaxed) > before);
        server.abort();
    }
}
