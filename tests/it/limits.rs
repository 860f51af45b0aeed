//! How often a token and an address may ask, and what is said of it.
use crate::both;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use entity::vocab::Role;
use grantline::http::limits::Limits;
use grantline::http::router;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

fn request(token: &str, address: Option<&str>) -> Request<Body> {
    let request = Request::get("/v1/projects").header("authorization", format!("Bearer {token}"));
    let mut request = request.body(Body::empty()).unwrap();
    if let Some(address) = address {
        let address: SocketAddr = address.parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(address));
    }
    request
}

both! {
    async fn who_asks_too_often_is_told_when_to_go_on(app: App) {
        let (mut state, mut config) = (app.state.clone(), (*app.state.config).clone());
        (config.rate_limit_per_token, config.rate_limit_per_address) = (3, 5);
        state.limits = Arc::new(Limits::new(&config));
        let server = router(state);
        let other = app.token_for(Role::Viewer).await;
        let ask = async |token: &str, address: Option<&str>| app.send_to(&server, request(token, address)).await;
        for left in ["2", "1", "0"] {
            let answer = ask(&app.token, None).await;
            assert_eq!(answer.status, 200);
            assert!(answer.header("ratelimit").starts_with(&format!("\"token\";r={left};t=")), "{}", answer.header("ratelimit"));
            assert_eq!(answer.header("ratelimit-policy"), "\"token\";q=3;w=60");
        }
        let refused = ask(&app.token, None).await;
        assert_eq!((refused.status.as_u16(), refused.problem().as_str()), (429, "rate_limited"));
        let seconds: u32 = refused.header("retry-after").parse().unwrap();
        assert!((1..=20).contains(&seconds), "a third of a minute: {seconds}");
        assert!(refused.header("ratelimit").starts_with("\"token\";r=0;t="), "{}", refused.header("ratelimit"));
        // Another token has its own; both share their address, whose tighter limit is told.
        let from = Some("192.0.2.1:1000");
        for left in 0..3 {
            assert_eq!(ask(&other, from).await.status, 200, "{left}");
        }
        assert_eq!(ask(&other, from).await.header("ratelimit-policy"), "\"token\";q=3;w=60");
        assert_eq!(ask("nonsense", from).await.problem(), "unauthenticated");
        let refused = ask("nonsense", Some("192.0.2.1:2000")).await;
        assert_eq!((refused.problem().as_str(), refused.header("ratelimit-policy")), ("rate_limited", "\"address\";q=5;w=60"));
        assert_eq!(ask("nonsense", Some("192.0.2.2:1000")).await.problem(), "unauthenticated");
        // What is open is not counted.
        let page = Request::get("/livez").body(Body::empty()).unwrap();
        assert_eq!(app.send_to(&server, page).await.status, 200);
    }
}

both! {
    async fn failed_log_ins_are_slowed(app: App) {
        let (mut state, mut config) = (app.state.clone(), (*app.state.config).clone());
        config.rate_limit_per_address = 1000;
        state.limits = Arc::new(Limits::new(&config));
        let server = router(state);
        let ask = async |address: &str| app.send_to(&server, request("nonsense", Some(address))).await;
        let start = Instant::now();
        for _ in 0..10 {
            assert_eq!(ask("192.0.2.3:1").await.problem(), "unauthenticated");
        }
        let ten = start.elapsed();
        let start = Instant::now();
        assert_eq!(ask("192.0.2.3:1").await.problem(), "unauthenticated");
        assert!(start.elapsed() > ten && start.elapsed().as_millis() >= 2500, "{:?} after {ten:?}", start.elapsed());
        // Those who have a token, and others, are not kept waiting.
        let start = Instant::now();
        assert_eq!(app.send_to(&server, request(&app.token, Some("192.0.2.3:1"))).await.status, 200);
        ask("192.0.2.4:1").await;
        assert!(start.elapsed().as_millis() < 2500);
    }
}
