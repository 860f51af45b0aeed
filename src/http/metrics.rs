//! Numbers for Prometheus: requests, connections, build. Not logs, and nothing about the register's content.
use crate::store::db::PoolUsage;
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use metrics::{counter, gauge, histogram, with_local_recorder};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusRecorder};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

/// Upper bounds of the latency buckets, in seconds: around what a request should take, and up to its time limit.
const BUCKETS: &[f64] =
    &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0];

/// The media type of Prometheus' text format, version 0.0.4.
const TEXT_FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

const REQUESTS: &str = "http_requests_total";
const SECONDS: &str = "http_request_duration_seconds";
const RUNNING: &str = "http_requests_in_flight";
const CONNECTIONS: &str = "db_pool_connections";
const BUILD: &str = "grantline_build_info";

/// One set of numbers. Cheap to clone; all clones count together, and two sets in one process (as in tests) do not
/// mix: nothing global is installed.
#[derive(Clone)]
pub struct Metrics(Arc<PrometheusRecorder>);

impl Metrics {
    /// An empty set that names the program's version.
    pub fn new() -> Self {
        let bounds = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Full(SECONDS.to_owned()), BUCKETS)
            .expect("there are buckets");
        let metrics = Self(Arc::new(bounds.build_recorder()));
        metrics.count(|| {
            metrics::describe_counter!(REQUESTS, "Requests answered, by method, route and status");
            metrics::describe_histogram!(SECONDS, "Seconds until the answer began, by method and route");
            metrics::describe_gauge!(RUNNING, "Requests being answered now");
            metrics::describe_gauge!(CONNECTIONS, "Connections to the database, by pool and state");
            metrics::describe_gauge!(BUILD, "Always 1; the label tells the version that runs");
            gauge!(BUILD, "version" => env!("CARGO_PKG_VERSION")).set(1.0);
            gauge!(RUNNING).set(0.0);
        });
        metrics
    }

    /// Runs `work` with this set behind the macros of the crate `metrics`, for counting other things.
    pub fn count<T>(&self, work: impl FnOnce() -> T) -> T {
        with_local_recorder(&*self.0, work)
    }

    /// All numbers in Prometheus' text format, with the pools as they are now.
    pub fn render(&self, pools: &[PoolUsage]) -> String {
        self.count(|| {
            for one in pools {
                gauge!(CONNECTIONS, "pool" => one.pool, "state" => "in_use").set(one.in_use);
                gauge!(CONNECTIONS, "pool" => one.pool, "state" => "idle").set(one.idle);
            }
        });
        let handle = self.0.handle();
        // Folds the latest latencies into the buckets; without it they pile up until the next reading.
        handle.run_upkeep();
        handle.render()
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

/// Counts a request and its latency. As a layer of the router that has the routes
/// (`.layer(from_fn_with_state(metrics, track))`): outside of it the route is not known.
pub async fn track(State(metrics): State<Metrics>, request: Request, next: Next) -> Response {
    // Never the path itself: it is chosen by the caller, and each value is kept for ever.
    let route =
        request.extensions().get::<MatchedPath>().map_or("unmatched".into(), |path| path.as_str().to_owned());
    let mut running = Running::begin(metrics, method(request.method()), route);
    let response = next.run(request).await;
    running.status = response.status().as_str().to_owned();
    response
}

/// Counts when it goes: also when the caller hangs up and the work is dropped half way.
struct Running {
    metrics: Metrics,
    method: &'static str,
    route: String,
    status: String,
    begun: Instant,
}

impl Running {
    fn begin(metrics: Metrics, method: &'static str, route: String) -> Self {
        metrics.count(|| gauge!(RUNNING).increment(1.0));
        Self { metrics, method, route, status: "aborted".into(), begun: Instant::now() }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let (method, route, status) = (self.method, self.route.clone(), self.status.clone());
        self.metrics.count(|| {
            gauge!(RUNNING).decrement(1.0);
            histogram!(SECONDS, "method" => method, "route" => route.clone()).record(self.begun.elapsed());
            counter!(REQUESTS, "method" => method, "route" => route, "status" => status).increment(1);
        });
    }
}

/// The known methods: a caller may invent any number of others.
fn method(method: &Method) -> &'static str {
    ["GET", "POST", "PATCH", "PUT", "DELETE", "HEAD", "OPTIONS"]
        .into_iter()
        .find(|known| method.as_str() == *known)
        .unwrap_or("other")
}

/// The answer to `GET /metrics`. Unless `public`, only for callers on this machine that come without a proxy:
/// a proxy on this machine would make the whole world look local.
///
/// # Errors
/// 403 for others, and where the caller's address is not known.
pub fn expose(
    metrics: &Metrics,
    pools: &[PoolUsage],
    public: bool,
    peer: Option<&ConnectInfo<SocketAddr>>,
    headers: &HeaderMap,
) -> Result<Response, StatusCode> {
    let proxied =
        ["forwarded", "x-forwarded-for", "x-real-ip", "via"].iter().any(|name| headers.contains_key(*name));
    let local = peer.is_some_and(|peer| peer.0.ip().to_canonical().is_loopback()) && !proxied;
    if !public && !local {
        return Err(StatusCode::FORBIDDEN);
    }
    let kept = [(header::CONTENT_TYPE, TEXT_FORMAT), (header::CACHE_CONTROL, "no-store")];
    Ok((kept, metrics.render(pools)).into_response())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use axum::body::Body;
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use tower::ServiceExt;

    fn app(metrics: &Metrics) -> axum::Router {
        axum::Router::new()
            .route("/v1/projects/{id}", get(|| async { "one" }))
            .route("/slow", get(std::future::pending::<()>))
            .layer(from_fn_with_state(metrics.clone(), track))
    }

    async fn ask(app: &axum::Router, method: &str, path: &str) {
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        app.clone().oneshot(request).await.unwrap();
    }

    #[tokio::test]
    async fn requests_are_counted_by_route_and_never_by_path() {
        let metrics = Metrics::new();
        let app = app(&metrics);
        for path in ["/v1/projects/LATBEL", "/v1/projects/BOMCA", "/secret/LATBEL"] {
            ask(&app, "GET", path).await;
        }
        ask(&app, "PURGE", "/v1/projects/LATBEL").await;
        let hung_up =
            tokio::time::timeout(std::time::Duration::from_millis(20), ask(&app, "GET", "/slow")).await;
        assert!(hung_up.is_err());
        let text = metrics.render(&[PoolUsage { pool: "read", in_use: 2, idle: 3 }]);
        for line in [
            r#"http_requests_total{method="GET",route="/v1/projects/{id}",status="200"} 2"#,
            r#"http_requests_total{method="GET",route="unmatched",status="404"} 1"#,
            r#"http_requests_total{method="other",route="/v1/projects/{id}",status="405"} 1"#,
            r#"http_requests_total{method="GET",route="/slow",status="aborted"} 1"#,
            r#"http_request_duration_seconds_bucket{method="GET",route="/v1/projects/{id}",le="10"} 2"#,
            r#"http_request_duration_seconds_count{method="GET",route="/v1/projects/{id}"} 2"#,
            "http_requests_in_flight 0",
            r#"db_pool_connections{pool="read",state="in_use"} 2"#,
            r#"db_pool_connections{pool="read",state="idle"} 3"#,
            concat!(r#"grantline_build_info{version=""#, env!("CARGO_PKG_VERSION"), r#""} 1"#),
            "# TYPE http_request_duration_seconds histogram",
        ] {
            assert!(text.lines().any(|one| one == line), "{line} is missing in\n{text}");
        }
        assert!(!text.contains("LATBEL"));
    }

    #[tokio::test]
    async fn two_sets_do_not_mix() {
        let (one, two) = (Metrics::new(), Metrics::new());
        ask(&app(&one), "GET", "/v1/projects/LATBEL").await;
        assert!(one.render(&[]).contains("http_requests_total{"));
        assert!(!two.render(&[]).contains("http_requests_total{"));
    }

    #[test]
    fn only_this_machine_may_look() {
        let metrics = Metrics::new();
        let status = |public, peer: Option<&str>, proxied| {
            let peer = peer.map(|address| ConnectInfo(address.parse::<SocketAddr>().unwrap()));
            let mut headers = HeaderMap::new();
            if proxied {
                headers.insert("x-forwarded-for", "127.0.0.1".parse().unwrap());
            }
            expose(&metrics, &[], public, peer.as_ref(), &headers)
                .map_or_else(|status| status, |it| it.status())
        };
        for peer in ["127.0.0.1:1", "[::1]:1", "[::ffff:127.0.0.1]:1"] {
            assert_eq!(status(false, Some(peer), false), 200, "{peer}");
        }
        assert_eq!(status(false, Some("127.0.0.1:1"), true), 403);
        assert_eq!(status(false, Some("192.0.2.1:1"), false), 403);
        assert_eq!(status(false, None, false), 403);
        assert_eq!(status(true, Some("192.0.2.1:1"), true), 200);
    }
}
