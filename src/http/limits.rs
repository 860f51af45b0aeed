//! How often a token and an address may ask (`RateLimit` fields of draft-ietf-httpapi-ratelimit-headers, 429), and
//! failed log-ins: logged, and slowed where they pile up. Each server counts for itself.
use super::auth::in_address;
use super::problem::{Problem, RATE_LIMITED};
use crate::config::Config;
use crate::state::AppState;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::hash::Hash;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// Failed log-ins of one address a minute that are answered at once.
const FAILURES: NonZeroU32 = NonZeroU32::new(10).expect("ten is not zero");
/// How long a failed log-in beyond these is kept waiting, at most.
const SLOWEST: Duration = Duration::from_secs(3);
/// After how many requests what is no longer needed is forgotten.
const TIDY: u32 = 1000;

type Counter<K> = RateLimiter<K, DashMapStateStore<K>, DefaultClock, StateInformationMiddleware>;

pub struct Limits {
    tokens: Option<(NonZeroU32, Counter<[u8; 16]>)>,
    addresses: Option<(NonZeroU32, Counter<IpAddr>)>,
    /// None where addresses are not counted: behind a proxy all callers have one.
    failures: Option<Counter<IpAddr>>,
    since_tidy: AtomicU32,
}

/// What is left of a limit after a request.
struct Standing {
    of: &'static str,
    most: NonZeroU32,
    left: u32,
}

impl Limits {
    pub fn new(config: &Config) -> Self {
        Self {
            tokens: NonZeroU32::new(config.rate_limit_per_token).map(|most| (most, counter(most))),
            addresses: NonZeroU32::new(config.rate_limit_per_address).map(|most| (most, counter(most))),
            failures: (config.rate_limit_per_address > 0).then(|| counter(FAILURES)),
            since_tidy: AtomicU32::new(0),
        }
    }

    /// The tightest of the limits that this request counts for.
    fn check(&self, address: Option<IpAddr>, token: Option<[u8; 16]>) -> Result<Option<Standing>, Problem> {
        self.tidy();
        let mut standings = Vec::new();
        if let (Some((most, counter)), Some(address)) = (&self.addresses, address) {
            standings.push(take(counter, &address, "address", *most)?);
        }
        if let (Some((most, counter)), Some(token)) = (&self.tokens, token) {
            standings.push(take(counter, &token, "token", *most)?);
        }
        Ok(standings.into_iter().min_by_key(|standing| standing.left))
    }

    /// How long the answer to a failed log-in of this address waits.
    fn failed(&self, address: IpAddr) -> Duration {
        match self.failures.as_ref().map(|counter| counter.check_key(&address)) {
            None | Some(Ok(_)) => Duration::ZERO,
            Some(Err(until)) => until.wait_time_from(DefaultClock::default().now()).min(SLOWEST),
        }
    }

    fn tidy(&self) {
        if self.since_tidy.fetch_add(1, Ordering::Relaxed) % TIDY == TIDY - 1 {
            self.failures.iter().for_each(RateLimiter::retain_recent);
            self.tokens.iter().for_each(|(_, counter)| counter.retain_recent());
            self.addresses.iter().for_each(|(_, counter)| counter.retain_recent());
        }
    }
}

fn counter<K: Hash + Eq + Clone>(most: NonZeroU32) -> Counter<K> {
    RateLimiter::dashmap(Quota::per_minute(most)).with_middleware()
}

fn take<K: Hash + Eq + Clone>(
    counter: &Counter<K>,
    key: &K,
    of: &'static str,
    most: NonZeroU32,
) -> Result<Standing, Problem> {
    match counter.check_key(key) {
        Ok(snapshot) => Ok(Standing { of, most, left: snapshot.remaining_burst_capacity() }),
        Err(until) => {
            let wait = until.wait_time_from(DefaultClock::default().now());
            let seconds = u32::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(60).max(1);
            let mut problem = Problem::new(RATE_LIMITED)
                .with(json!({"max": most, "of": of, "seconds": seconds}))
                .retry_after(seconds);
            for (name, value) in (Standing { of, most, left: 0 }).headers() {
                problem = problem.header(name, value);
            }
            Err(problem)
        }
    }
}

impl Standing {
    fn headers(&self) -> [(HeaderName, HeaderValue); 2] {
        let Self { of, most, left } = self;
        // Until all of it is there again.
        let seconds = (u64::from(most.get() - left) * 60).div_ceil(u64::from(most.get()));
        let text = |text: String| HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("-"));
        [
            (RATE_LIMIT, text(format!("\"{of}\";r={left};t={seconds}"))),
            (POLICY, text(format!("\"{of}\";q={most};w=60"))),
        ]
    }
}

/// The layer, for everything below `/v1`.
pub async fn limited(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if !request.uri().path().starts_with("/v1/") {
        return next.run(request).await;
    }
    let address = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
    let standing = match state.limits.check(address, token(&request)) {
        Ok(standing) => standing,
        Err(problem) => return problem.into_response(),
    };
    let mut response = next.run(request).await;
    if response.status() == StatusCode::UNAUTHORIZED
        && let Some(address) = address
    {
        let wait = state.limits.failed(address);
        tracing::warn!(%address, waited_milliseconds = wait.as_millis(), "a log-in failed");
        tokio::time::sleep(wait).await;
    }
    if let Some(standing) = standing {
        response.headers_mut().extend(standing.headers());
    }
    response
}

/// What a token is counted by: whether it is good is not known yet.
fn token(request: &Request) -> Option<[u8; 16]> {
    let digest = match in_address(request.headers(), request.uri()) {
        Some(token) => Sha256::digest(token),
        None => Sha256::digest(request.headers().get(header::AUTHORIZATION)?.as_bytes()),
    };
    digest[..16].try_into().ok()
}
