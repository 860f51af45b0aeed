//! Keys that change, and an issuer that is away.
use super::{EVERYBODY, me, refused, server};
use crate::both;
use crate::oidc::issuer::Issuer;
use crate::support::app::Answer;
use chrono::TimeDelta;
use serde_json::json;
use std::time::{Duration, Instant};

both! {
    async fn keys_are_rotated_while_requests_go_on(app: App) {
        let Some(issuer) = Issuer::start() else { return };
        let server = server(app, &issuer, EVERYBODY).await;
        let old = [issuer.client("RS256"), issuer.person("anna", json!({}))];
        me(app, &server, &old[0]).await.expect(200);
        assert_eq!(issuer.asked(), 1);
        app.clock.advance(TimeDelta::seconds(20));
        // Requests with old tokens all the while; the new ones begin as soon as there are new keys.
        let going_on = async {
            for n in 0..200 {
                me(app, &server, &old[n % 2]).await.expect(200);
                tokio::task::yield_now().await;
            }
        };
        let rotation = async {
            tokio::task::yield_now().await;
            issuer.publish(&["second", "first"]);
            let new = [issuer.client("ES256"), issuer.client("RS256")];
            let published = Instant::now();
            me(app, &server, &new[0]).await.expect(200);
            (published.elapsed(), new)
        };
        let ((), (seen, new)) = tokio::join!(going_on, rotation);
        assert!(seen < Duration::from_secs(5), "at once, and not when the keys are old: {seen:?}");
        me(app, &server, &new[1]).await.expect(200);
        assert_eq!(issuer.asked(), 2, "once for all that is unknown");

        // The issuer takes the old key back: it works no longer than keys are kept.
        issuer.publish(&["second"]);
        me(app, &server, &old[0]).await.expect(200);
        app.clock.advance(TimeDelta::minutes(5));
        refused(&me(app, &server, &old[0]).await, "taken back");
        me(app, &server, &new[0]).await.expect(200);
        assert_eq!(issuer.asked(), 3);

        // Made-up keys do not become requests to the issuer.
        let header = |n: u32| json!({"alg": "RS256", "typ": "at+jwt", "kid": format!("made up {n}")}).to_string();
        let made_up: Vec<String> = (0..100).map(|n| issuer.signed(&header(n), "{}")).collect();
        for seconds in [9, 11] {
            app.clock.advance(TimeDelta::seconds(seconds));
            let all = made_up.iter().map(|token| me(app, &server, token));
            futures_util::future::join_all(all).await.iter().for_each(|answer| refused(answer, "made up"));
        }
        assert_eq!(issuer.asked(), 4);
    }
}

both! {
    async fn an_issuer_that_is_away_stops_nobody_for_a_day(app: App) {
        let Some(issuer) = Issuer::start() else { return };
        let known = server(app, &issuer, EVERYBODY).await;
        // A server that started when the issuer was away already.
        let blank = server(app, &issuer, EVERYBODY).await;
        let token = issuer.person_with("anna", json!({}), "RS256", 3 * 24 * 60 * 60);
        let unknown = json!({"alg": "RS256", "typ": "at+jwt", "kid": "second-RS256"}).to_string();
        let unknown = issuer.signed(&unknown, "{}");
        me(app, &known, &token).await.expect(200);
        let port = issuer.port();
        drop(issuer);
        let away = |answer: &Answer, case: &str| {
            assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (503, "identity_provider_unavailable"), "{case}");
            assert!((1..=10).contains(&answer.header("retry-after").parse::<u32>().unwrap()), "{case}");
            assert_eq!(answer.header("www-authenticate"), "", "{case}");
        };
        for _ in 0..2 {
            away(&me(app, &blank, &token).await, "no keys yet");
        }
        // What is wrong in itself is wrong all the same; API tokens have nothing to do with it.
        refused(&me(app, &blank, &format!("{token}.")).await, "four parts");
        refused(&me(app, &blank, "a.b.c").await, "no token");
        me(app, &blank, &app.token).await.expect(200);
        for hours in [1, 22] {
            app.clock.advance(TimeDelta::hours(hours));
            me(app, &known, &token).await.expect(200);
            away(&me(app, &known, &unknown).await, "a key that may be new");
        }
        app.clock.advance(TimeDelta::minutes(59));
        me(app, &known, &token).await.expect(200);
        app.clock.advance(TimeDelta::minutes(1));
        away(&me(app, &known, &token).await, "a day after");
        // It comes back, with the keys of another run: what it signs now is taken without a restart.
        let issuer = Issuer::start_at(port).unwrap();
        let anew = issuer.person_with("anna", json!({}), "RS256", 3 * 24 * 60 * 60);
        app.clock.advance(TimeDelta::seconds(10));
        for server in [&known, &blank] {
            me(app, server, &anew).await.expect(200);
            refused(&me(app, server, &token).await, "of a key that is gone");
        }
    }
}
