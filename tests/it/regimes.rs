//! Funders' rules as data: what is published, what is refused and why, what is inherited, and that nothing changes.
use crate::both;
use crate::support::app::Answer;
use crate::support::{App, Content, Engine};
use axum::body::Body;
use axum::http::Request;
use entity::vocab::Role;
use grantline::access::Grant;
use grantline::regimes::ship;
use grantline::store::scope::Root;
use serde_json::{Value, json};

const YAML: &str = "application/yaml";
const PROFILES: [&str; 3] = ["eu-mga-2021-27:2024.1", "eu-prag-icmpd-mpf:2019.1", "us-2cfr200:2024.1"];

/// A document that extends a profile, the least that there can be.
pub fn child(id: &str, version: &str) -> Value {
    json!({"schema": "funder-regime/1", "id": id, "version": version, "extends": "eu-mga-2021-27", "label": {"en": "A child"},
        "budget": {"indirect": {"rate": "0.07"}}, "rules": [{"rule": "E04", "with": {"threshold": "325000"}}]})
}

impl App {
    async fn yaml(&self, query: &str, text: &str) -> Answer {
        let request = Request::builder()
            .method("POST")
            .uri(format!("/v1/regimes{query}"))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", YAML);
        self.send(request.body(Body::from(text.to_owned())).unwrap()).await
    }

    async fn shipped(&self) {
        assert_eq!(ship(&self.state).await.unwrap(), 3);
    }

    /// What is published, as `id:version`.
    async fn published(&self) -> Vec<String> {
        let list = self.get("/v1/regimes?limit=200").await.expect(200);
        let name =
            |item: &Value| format!("{}:{}", item["id"].as_str().unwrap(), item["version"].as_str().unwrap());
        list["items"].as_array().unwrap().iter().map(name).collect()
    }

    /// A profile's document, to be spoilt.
    async fn profile(&self, id: &str) -> Value {
        self.get(&format!("/v1/regimes/{id}")).await.expect(200)["document"].clone()
    }
}

/// A well-answered call of each operation.
pub async fn every_operation(app: &App) {
    ship(&app.state).await.unwrap();
    let made = app.post("/v1/regimes", child("eu-child-of-all", "2026.1")).await.expect(201);
    app.get("/v1/regimes").await.expect(200);
    app.get("/v1/regimes/schema").await.expect(200);
    app.get("/v1/regimes/eu-child-of-all").await.expect(200);
    app.get(&format!("/v1/regimes/{}/history", made["record_id"].as_str().unwrap())).await.expect(200);
    app.get("/v1/regimes/eu-child-of-all/versions").await.expect(200);
    let one = "/v1/regimes/eu-child-of-all/versions/2026.1";
    app.get(one).await.expect(200);
    app.get(&format!("{one}/differences?with=eu-mga-2021-27:2024.1")).await.expect(200);
}

both! {
    async fn the_profiles_are_there_once_and_who_published_them_is_told(app: App) {
        assert_eq!(app.published().await, Vec::<String>::new());
        let (one, two) = tokio::join!(ship(&app.state), ship(&app.state));
        assert_eq!(one.unwrap() + two.unwrap(), 3, "two servers that start at once");
        assert_eq!((ship(&app.state).await.unwrap(), app.published().await), (0, PROFILES.map(str::to_owned).to_vec()));
        for profile in PROFILES {
            let (id, version) = profile.split_once(':').unwrap();
            let found = app.get(&format!("/v1/regimes/{id}?resolved=true")).await.expect(200);
            assert_eq!((&found["version"], &found["document"]["id"]), (&json!(version), &json!(id)));
            assert_eq!(found["origins"], json!([{"pointer": "", "regime": {"id": id, "version": version}}]));
            assert!(found["unconfirmed"].as_array().unwrap().contains(&json!("/evidence/0")) || id == "us-2cfr200");
            let history = app.get(&format!("/v1/regimes/{}/history", found["record_id"].as_str().unwrap())).await.expect(200);
            let (entry, more) = (&history["items"][0], history["items"].as_array().unwrap().len());
            assert_eq!((&entry["principal"]["name"], &entry["action"], more), (&json!("regimes of the program"), &json!("created"), 1));
        }
        let feed = app.get("/v1/changes?resource=regime").await.expect(200);
        let href = feed["items"][2]["href"].as_str().unwrap();
        assert!(feed["items"].as_array().unwrap().len() == 3 && app.get(href).await.status == 200, "{feed}");
    }
}

both! {
    async fn a_child_is_published_as_yaml_and_resolved(app: App) {
        app.shipped().await;
        let text = "schema: funder-regime/1\nid: eu-amif\nversion: \"2024.1\" # in quotes\nextends: eu-mga-2021-27\nlabel: {en: AMIF, lv: PMIF}\n\
            applies_to: {signed_from: 2022-01-01}\nbudget:\n  indirect: {rate: \"0.07\", base_includes: [A.1]}\n\
            reporting:\n  obligations: [{id: periodic, offset: P90D}]\nrules: [{rule: E04, with: {threshold: \"325000\"}}]\n";
        let dry = app.yaml("?dry_run=true", text).await.expect(200);
        assert_eq!((&dry["extends"], app.published().await.len()), (&json!({"id": "eu-mga-2021-27", "version": "2024.1"}), 3));
        let made = app.yaml("", text).await;
        assert_eq!(made.header("location"), "/v1/regimes/eu-amif/versions/2024.1");
        let made = made.expect(201);
        assert_eq!(made["document"]["budget"], json!({"indirect": {"rate": "0.07", "base_includes": ["A.1"]}}));
        let found = app.get("/v1/regimes/eu-amif/versions/2024.1?resolved=true").await.expect(200);
        let document = &found["document"];
        assert_eq!(document["budget"]["indirect"], json!({"method": "flat_rate", "rate": "0.07", "base_includes": ["A.1"]}));
        assert_eq!((&document["applies_to"]["signed_from"], &document["money"]["currency"]), (&json!("2022-01-01"), &json!("EUR")));
        let of = |list: &str, name: &str, id: &str| {
            let entries = document.pointer(list).unwrap().as_array().unwrap().clone();
            entries.into_iter().find(|entry| entry[name] == id).unwrap_or_else(|| panic!("{id}"))
        };
        let periodic = of("/reporting/obligations", "id", "periodic");
        assert_eq!((&periodic["offset"], &periodic["anchor"]), (&json!("P90D"), &json!("reporting_period.end")));
        let rule = of("/rules", "rule", "E04");
        assert_eq!((&rule["with"], &rule["severity"]), (&json!({"op": "gte", "threshold": "325000"}), &json!("violation")));
        assert_eq!(document["rules"].as_array().unwrap().len(), 14);
        let origins = found["origins"].as_array().unwrap();
        for (pointer, id) in [("/budget/indirect/rate", "eu-amif"), ("/budget/indirect/method", "eu-mga-2021-27"),
            ("/calendar", "eu-mga-2021-27"), ("/label", "eu-amif")] {
            assert!(origins.iter().any(|o| o["pointer"] == pointer && o["regime"]["id"] == id), "{pointer}: {origins:?}");
        }
        // A newer parent changes nothing of it.
        let mut newer = app.profile("eu-mga-2021-27").await;
        (newer["version"], newer["money"]["currency"]) = (json!("2025.1"), json!("USD"));
        app.post("/v1/regimes", newer).await.expect(201);
        assert_eq!(app.get("/v1/regimes/eu-amif?resolved=true").await.expect(200)["document"], *document);
        assert_eq!(app.yaml("", text).await.expect(200)["extends"]["version"], "2024.1", "the same again is the same");
    }
}

both! {
    async fn what_differs_is_told_value_by_value(app: App) {
        app.shipped().await;
        let edited = json!({"schema": "funder-regime/1", "id": "eu-prag-edited", "version": "2026.1", "extends": "eu-prag-icmpd-mpf:2019.1",
            "label": {"en": "Edited"}, "retention": {"years": 7}, "reporting": {"obligations": [{"id": "final", "offset": "P6M"}]},
            "rules": [{"rule": "A03", "severity": "info"}, {"rule": "A10", "enabled": false}]});
        app.post("/v1/regimes", edited).await.expect(201);
        let one = "/v1/regimes/eu-prag-icmpd-mpf/versions/2019.1/differences";
        let told = app.get(&format!("{one}?with=eu-prag-edited:2026.1")).await.expect(200);
        let found: Vec<(&str, &str, &Value, &Value)> = told["differences"].as_array().unwrap().iter()
            .map(|d| (d["path"].as_str().unwrap(), d["change"].as_str().unwrap(), &d["from"], &d["to"])).collect();
        let sorted = |mut found: Vec<(&'static str, &'static str, Value, Value)>| { found.sort_by_key(|d| d.0); found };
        let expected = sorted(vec![
            ("label.en", "changed", json!("EU external-action grant awarded by ICMPD under the Mobility/Migration Partnership Facility"), json!("Edited")),
            ("label.lv", "removed", json!("ES ārējās darbības granta līgums ar ICMPD (Mobilitātes partnerības fonds)"), json!(null)),
            ("reporting.obligations[final].offset", "changed", json!("P3M"), json!("P6M")),
            ("retention.years", "changed", json!(5), json!(7)),
            ("rules[A03]", "added", json!(null), json!({"rule": "A03", "severity": "info"})),
            ("rules[A10].enabled", "added", json!(null), json!(false)),
        ]);
        let mut found = found;
        found.sort_by_key(|d| d.0);
        assert_eq!(found, expected.iter().map(|(p, c, f, t)| (*p, *c, f, t)).collect::<Vec<_>>());
        assert_eq!(app.get(&format!("{one}?with=2019.1")).await.expect(200)["differences"], json!([]));
        assert_eq!(app.get(&format!("{one}?with=2031.1")).await.problem(), "not_found");
        for with in ["", "?with=", "?with=x", "?with=a:b"] {
            assert_eq!(app.get(&format!("{one}{with}")).await.problem(), "bad_parameters with:invalid_value", "{with}");
        }
    }
}

both! {
    async fn a_published_version_never_changes(app: App) {
        app.shipped().await;
        let document = app.profile("eu-prag-icmpd-mpf").await;
        let before = app.get("/v1/regimes/eu-prag-icmpd-mpf").await.text();
        assert_eq!(app.post("/v1/regimes", document.clone()).await.expect(200)["document"], document);
        let mut other = document.clone();
        other["retention"]["years"] = json!(7);
        let refused = app.post("/v1/regimes", other.clone()).await;
        assert_eq!((refused.status.as_u16(), refused.problem()), (409, "version_published".to_owned()));
        for method in ["PUT", "PATCH", "DELETE"] {
            for path in ["/v1/regimes/eu-prag-icmpd-mpf", "/v1/regimes/eu-prag-icmpd-mpf/versions/2019.1"] {
                assert_eq!(app.ask(method, path, &[], None).await.problem(), "method_not_allowed", "{method} {path}");
            }
        }
        assert_eq!(app.get("/v1/regimes/eu-prag-icmpd-mpf").await.text(), before);
        // A new version stands beside the old one; the tenth comes after the ninth.
        for version in ["2019.9", "2019.10"] {
            other["version"] = json!(version);
            app.post("/v1/regimes", other.clone()).await.expect(201);
        }
        let versions = app.get("/v1/regimes/eu-prag-icmpd-mpf/versions").await.expect(200);
        let named: Vec<&Value> = versions["items"].as_array().unwrap().iter().map(|item| &item["version"]).collect();
        assert_eq!(named, ["2019.10", "2019.9", "2019.1"]);
        assert_eq!(app.get("/v1/regimes/eu-prag-icmpd-mpf").await.expect(200)["version"], "2019.10");
        let (mut walked, mut next) = (Vec::new(), Some("/v1/regimes?limit=2".to_owned()));
        while let Some(page) = next {
            let page = app.get(&page).await.expect(200);
            walked.extend(page["items"].as_array().unwrap().iter().map(|i| format!("{}:{}", i["id"].as_str().unwrap(), i["version"].as_str().unwrap())));
            next = page["next"].as_str().map(str::to_owned);
        }
        assert_eq!((walked.len(), walked), (5, app.published().await));
        let only = app.get("/v1/regimes?id=us-2cfr200,nothing").await.expect(200);
        assert_eq!(only["items"].as_array().unwrap().len(), 1);
        // Two at once: one is published, and the other one is told.
        let (mut a, mut b) = (child("eu-race", "2026.1"), child("eu-race", "2026.1"));
        (a["retention"], b["retention"]) = (json!({"years": 6}), json!({"years": 7}));
        let (a, b) = tokio::join!(app.post("/v1/regimes", a), app.post("/v1/regimes", b));
        let mut statuses = [a.status.as_u16(), b.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409], "{} {}", a.text(), b.text());
        // A key brings the first answer back.
        let key = [("idempotency-key", "k1")];
        let first = app.ask("POST", "/v1/regimes", &key, Some(child("eu-key", "2026.1"))).await;
        let again = app.ask("POST", "/v1/regimes", &key, Some(child("eu-key", "2026.1"))).await;
        assert_eq!((first.status.as_u16(), again.status.as_u16(), again.header("idempotency-replayed")), (201, 201, "true"));
    }
}

both! {
    async fn each_fault_is_named_and_nothing_is_written(app: App) {
        app.shipped().await;
        let before = app.published().await;
        for (place, value, expected) in [
            ("/rules/0/rule", json!("A11"), "/rules/0/rule:unknown_rule"),
            ("/rules/0/rule", json!("Z99"), "/rules/0/rule:wrong_pattern"),
            ("/rules/1/rule", json!("A01"), "/rules/1/rule:not_unique"),
            ("/reporting/obligations/1/offset", json!("P-3M"), "/reporting/obligations/1/offset:wrong_pattern"),
            ("/reporting/obligations/1/offset", json!("P1M3D"), "/reporting/obligations/1/offset:not_a_term"),
            ("/payments/payer_term/default", json!("P-3M"), "/payments/payer_term/default:not_a_term"),
            ("/reference_pattern", json!("^(a+)+$"), "/reference_pattern:endless_pattern"),
            ("/reference_pattern", json!("(?<=a)b"), "/reference_pattern:unusable_pattern"),
            ("/reporting/obligations/0/anchor", json!("moon.full"), "/reporting/obligations/0/anchor:not_in_list"),
            ("/budget/indirect/rate", json!("1.07"), "/budget/indirect/rate:wrong_pattern"),
            ("/budget/indirect/rate", json!(0.07), "/budget/indirect/rate:wrong_type"),
            ("/payments/late_interest_points", json!(3.5), "/payments/late_interest_points:not_exact"),
            ("/colour", json!("red"), "/colour:unknown_member"),
            ("/rules", json!([]), "/rules:too_few"),
            ("/extends", json!("nobody"), "/extends:unknown_regime"),
            ("/extends", json!("eu-mga-2021-27:1999.1"), "/extends:unknown_regime"),
            ("/extends", json!("eu-new"), "/extends:circular_extends"),
        ] {
            let mut document = app.profile("eu-prag-icmpd-mpf").await;
            document["id"] = json!("eu-new");
            match document.pointer_mut(place) {
                Some(at) => *at = value,
                None => document[&place[1..]] = value,
            }
            for query in ["", "?dry_run=true"] {
                let refused = app.post(&format!("/v1/regimes{query}"), document.clone()).await;
                assert_eq!((refused.status.as_u16(), refused.problem()), (422, format!("invalid {expected}")), "{}", refused.text());
                let latvian = app.ask("POST", "/v1/regimes", &[("accept-language", "lv")], Some(document.clone())).await.json();
                assert_ne!(latvian["errors"][0]["message"], refused.json()["errors"][0]["message"]);
            }
        }
        let mut two = app.profile("eu-prag-icmpd-mpf").await;
        (two["version"], two["rules"][0]["rule"], two["reference_pattern"]) = (json!("2030.1"), json!("B99"), json!("("));
        assert_eq!(app.post("/v1/regimes", two).await.problem(), "invalid /reference_pattern:unusable_pattern /rules/0/rule:unknown_rule");
        // What a child lacks with all that it inherits is told where the child says it.
        let mut lacking = child("eu-new", "2026.1");
        lacking["rules"] = json!([{"rule": "A01"}, {"rule": "A02"}]);
        assert_eq!(app.post("/v1/regimes", lacking).await.problem(), "invalid /rules/1/severity:required");
        assert_eq!(app.published().await, before);
    }
}

both! {
    async fn nobody_descends_from_itself(app: App) {
        app.shipped().await;
        app.post("/v1/regimes", child("eu-one", "2026.1")).await.expect(201);
        let mut two = child("eu-two", "2026.1");
        two["extends"] = json!("eu-one");
        app.post("/v1/regimes", two).await.expect(201);
        let mut back = child("eu-one", "2026.2");
        back["extends"] = json!("eu-two:2026.1");
        let refused = app.post("/v1/regimes", back).await;
        assert_eq!(refused.problem(), "invalid /extends:circular_extends");
        assert_eq!(refused.json()["errors"][0]["params"]["chain"], json!(["eu-one", "eu-two", "eu-one"]));
        for n in 3..9 {
            let mut next = child(&format!("eu-line-{n}"), "2026.1");
            next["extends"] = json!(if n == 3 { "eu-two".to_owned() } else { format!("eu-line-{}", n - 1) });
            let answer = app.post("/v1/regimes", next).await;
            let expected = if n == 8 { "invalid /extends:too_many" } else { "no problem" };
            assert_eq!(answer.problem(), expected, "{n}: {}", answer.text());
        }
    }
}

both! {
    async fn what_yaml_may_mean_otherwise_is_told_by_its_member(app: App) {
        app.shipped().await;
        let yaml = |from: &str, to: &str| {
            let text = "schema: funder-regime/1\nid: eu-new\nversion: \"2026.1\"\nextends: eu-mga-2021-27\nlabel: {en: New}\n\
                rules: [{rule: E04, with: {threshold: \"325000\"}, source: S1}]\n";
            assert!(text.contains(from), "{from}");
            text.replace(from, to)
        };
        for (from, to, expected) in [
            ("\"2026.1\"", "2026.1", "invalid /version:unquoted"),
            ("\"2026.1\"", "2026", "invalid /version:unquoted"),
            ("en: New", "no: Nytt", "invalid /label/no:unquoted"),
            ("en: New", "en: no", "invalid /label/en:unquoted"),
            ("en: New", "en: true", "invalid /label/en:unquoted"),
            ("S1", "012", "invalid /rules/0/source:unquoted"),
            ("\"325000\"", "325000.50", "invalid /rules/0/with/threshold:unquoted"),
            ("id: eu-new\nversion: \"2026.1\"", "id: on\nversion: 2026.1", "invalid /id:unquoted /version:unquoted"),
            ("label: {en: New}", "label: &a {en: New}", "malformed_yaml"),
            ("S1", "*a", "malformed_yaml"),
            ("id: eu-new", "id: eu-new\nid: eu-newer", "malformed_yaml"),
            ("id: eu-new", "id: !!binary eu-new", "malformed_yaml"),
            ("S1", "\"\\0\"", "invalid /rules/0/source:invalid"),
            ("rules: [", "rules: [[", "malformed_yaml"),
        ] {
            let refused = app.yaml("", &yaml(from, to)).await;
            assert_eq!(refused.problem(), expected, "{to}: {}", refused.text());
        }
        let bomb: String = (0..40).map(|n| format!("a{n}: &a{n} [*a{}, *a{}]\n", n - 1, n - 1)).collect();
        for text in [bomb.as_str(), &"[".repeat(100_000), &"- ".repeat(100_000), "", "- 1", "--- a\n--- b", "\u{feff}", "%YAML 3.0\n---\na"] {
            let refused = app.yaml("", text).await;
            assert!([400, 422].contains(&refused.status.as_u16()), "{}: {}", &text[..text.len().min(20)], refused.text());
        }
        let request = Request::builder().method("POST").uri("/v1/regimes").header("content-type", "text/plain")
            .header("authorization", format!("Bearer {}", app.token));
        assert_eq!(app.send(request.body(Body::from("a: 1")).unwrap()).await.problem(), "unsupported_media_type");
        assert_eq!(app.published().await, PROFILES);
        app.yaml("", &yaml("S1", "S1")).await.expect(201);
    }
}

both! {
    async fn everybody_with_a_role_reads_them_and_few_publish(app: App) {
        app.shipped().await;
        let project = app.project("ELSEWHERE").await.parse().unwrap();
        for role in [Role::Admin, Role::ProgrammeManager, Role::FinanceOfficer, Role::Contributor, Role::Viewer, Role::Auditor] {
            for root in [None, Some(Root::Project(project))] {
                let token = app.token_with(&format!("{role:?} {root:?}"), &[Grant { role, root }]).await;
                let bearer = format!("Bearer {token}");
                let headers = [("authorization", bearer.as_str())];
                let at = format!("{role:?} {root:?}");
                let list = app.ask("GET", "/v1/regimes", &headers, None).await.expect(200);
                assert_eq!(list["items"].as_array().unwrap().len(), 3, "{at}");
                let changes = app.ask("GET", "/v1/changes?resource=regime", &headers, None).await.expect(200);
                assert_eq!(changes["items"].as_array().unwrap().len(), 3, "{at}");
                let publishes = root.is_none() && matches!(role, Role::Admin | Role::ProgrammeManager);
                let body = child("eu-by-role", "2026.1");
                let answer = app.ask("POST", "/v1/regimes?dry_run=true", &headers, Some(body)).await;
                assert_eq!(answer.status.as_u16(), if publishes { 200 } else { 403 }, "{at}");
            }
        }
        let nobody = format!("Bearer {}", app.token_with("no role", &[]).await);
        for path in ["/v1/regimes", "/v1/regimes/schema", "/v1/regimes/us-2cfr200", "/v1/regimes/us-2cfr200/versions/2024.1"] {
            assert_eq!(app.ask("GET", path, &[("authorization", &nobody)], None).await.status, 403, "{path}");
            assert_eq!(app.without_token("GET", path, &[], None).await.status, 401, "{path}");
        }
        for path in ["/v1/regimes/nobody", "/v1/regimes/nobody/versions", "/v1/regimes/us-2cfr200/versions/1.x"] {
            assert_eq!(app.get(path).await.problem(), "not_found", "{path}");
        }
        // The served schema takes what is published, and the one for children takes a child.
        let schema = app.get("/v1/regimes/schema").await;
        assert_eq!(schema.header("content-type"), "application/schema+json");
        let whole = jsonschema::draft202012::new(&schema.json()).unwrap();
        let extending = jsonschema::draft202012::new(&app.get("/v1/regimes/schema?extending=true").await.json()).unwrap();
        let (profile, child) = (app.profile("us-2cfr200").await, child("eu-new", "2026.1"));
        assert_eq!([whole.is_valid(&profile), whole.is_valid(&child), extending.is_valid(&child)], [true, false, true]);
    }
}

/// A regime is part of the history that is verified: changed behind the program's back, it is named.
#[tokio::test]
async fn a_regime_that_was_rewritten_is_found() {
    let app = App::with(Engine::Sqlite, Content::Nothing).await.unwrap();
    app.shipped().await;
    crate::audit_trail::tamper(&app, "UPDATE regime SET checksum = 'else' WHERE code = 'us-2cfr200'").await;
    let report = crate::audit_trail::report(&app, &Default::default()).await;
    assert!(format!("{report:?}").contains("regime"), "{report:?}");
}
