//! Bad input of every kind, to every operation that the document names: a 4xx problem that names the place, never a
//! 5xx, never a word of SQL, nothing written.
use crate::both;
use crate::support::{App, app::Answer};
use axum::body::Body;
use axum::http::Request;
use grantline::http::FACES;
use grantline::store::view::{Scope, View};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

pub const HOSTILE: [&str; 12] = [
    "' OR '1'='1",
    "'; DROP TABLE project; --",
    "1 UNION SELECT NULL",
    "\") OR (\"\"=\"",
    "$1",
    "?",
    "{}",
    "\\",
    "%",
    "_",
    "*[",
    "💥",
];

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// Rows of every table of the register, and of its history.
async fn rows(app: &App) -> Vec<i64> {
    let (view, mut counts) = (View::now(Scope::Register), Vec::new());
    let tables = grantline::REGISTER
        .resources
        .iter()
        .flat_map(|r| std::iter::once(r.table.name).chain(r.parts.iter().map(|p| p.table.name)));
    for table in tables.chain(["history_entry", "status_change"]) {
        let mut select = view.select_columns(table, "id", &["id"]);
        select.clear_selects().expr_as(sea_orm::sea_query::Expr::cust("COUNT(*)"), "n");
        let row = app.state.db.read.query_one(&select).await.unwrap().unwrap();
        counts.push(row.try_get("", "n").unwrap());
    }
    counts
}

/// A problem of the caller's, in our words.
#[track_caller]
pub fn refused(answer: &Answer, what: &str) {
    let (status, text) = (answer.status.as_u16(), answer.text());
    assert!((400..500).contains(&status), "{what}: {status} {text}");
    assert_eq!(answer.header("content-type"), "application/problem+json", "{what}");
    spoken(answer, what);
    if [400, 422].contains(&status)
        && answer.json()["code"] != "malformed_body"
        && answer.json()["code"] != "malformed_header"
    {
        let errors = answer.json()["errors"].as_array().cloned().unwrap_or_default();
        assert!(!errors.is_empty(), "{what}: names no place: {text}");
        for error in errors {
            assert_ne!(error["message"], error["code"], "{what}: a code without words: {error}");
            let message = error["message"].as_str().unwrap();
            let missing =
                message.split('{').skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()));
            assert!(!missing, "{what}: a word is missing: {error}");
        }
    }
}

/// No word of the database or of the program's inside.
#[track_caller]
fn spoken(answer: &Answer, what: &str) {
    assert!(answer.status.as_u16() < 500, "{what}: {}", answer.text());
    let text = answer.text();
    for word in
        ["SELECT ", "sqlx", "sqlite", "postgres", "panicked", ".rs:", "deserialize", "constraint failed"]
    {
        // What was sent may come back as the value that was refused.
        assert!(what.contains(word) || !text.contains(word), "{what}: {word} in {text}");
    }
}

async fn raw(app: &App, method: &str, path: &str, kind: &str, body: Vec<u8>) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", format!("Bearer {}", app.token))
        .header("if-match", "\"1\"")
        .header("content-type", kind);
    app.send(request.body(Body::from(body)).unwrap()).await
}

both! {
    async fn bodies_that_are_no_json_of_ours_are_refused(app: App) {
        let project = app.create("/v1/projects", json!({"code": "P1", "title": {"en": "T"}})).await;
        let before = rows(app).await;
        let deep = |n: usize| format!("{}1{}", "[".repeat(n), "]".repeat(n));
        let bodies: Vec<(Vec<u8>, u16)> = vec![
            (b"".to_vec(), 400), (b"{".to_vec(), 400), (b"nul".to_vec(), 400), (b"{\"code\":\"P2\",}".to_vec(), 400),
            (b"{'code':'P2'}".to_vec(), 400), (b"\xff\xfe{}".to_vec(), 400), (b"{\"code\":\"\xff\"}".to_vec(), 400),
            (b"\xef\xbb\xbf{}".to_vec(), 400), (b"{} {}".to_vec(), 400), (b"{\"code\":NaN}".to_vec(), 400),
            (br#"{"code":"\ud800","title":{"en":"x"}}"#.to_vec(), 400), (br#"{"code":"P2","code":"P3","title":{"en":"x"}}"#.to_vec(), 400),
            (br#"{"title":{"en":"x","en":"y"}}"#.to_vec(), 400), (b"{\"code\":1e999}".to_vec(), 400), (b"{\"code\":\"a\nb\"}".to_vec(), 400),
            (br#"{"code":"P\u0000","title":{"en":"x"}}"#.to_vec(), 422), (br#"{"code":"P2","title":{"en":"x\u0000"}}"#.to_vec(), 422),
            (br#"{"a\u0000":1}"#.to_vec(), 422), (b"[]".to_vec(), 422), (b"null".to_vec(), 422), (b"\"x\"".to_vec(), 422), (b"12".to_vec(), 422),
            (deep(100).into_bytes(), 400), (deep(100_000).into_bytes(), 400), (format!("{{\"title\":{}}}", deep(63)).into_bytes(), 422),
            (br#"{"code":"P2","title":{"LV":"x","lv":"y"}}"#.to_vec(), 422), (br#"{"code":"P2","title":{"en":"x"},"Code":"P3"}"#.to_vec(), 422),
        ];
        for (body, status) in bodies {
            let shown = String::from_utf8_lossy(&body).chars().take(60).collect::<String>();
            for (method, path, kind) in
                [("POST", "/v1/projects", "application/json"), ("PATCH", project.as_str(), "application/merge-patch+json")]
            {
                let answer = raw(app, method, path, kind, body.clone()).await;
                refused(&answer, &format!("{method} {shown}"));
                assert_eq!(answer.status, status, "{method} {shown}: {}", answer.text());
            }
        }
        let name = raw(app, "POST", "/v1/projects", "application/json", br#"{"code":"P2","title":{"en":"x","lv":"a\u0000b"}}"#.to_vec()).await;
        assert_eq!(name.problem(), "invalid /title/lv:invalid");
        let twice = raw(app, "POST", "/v1/projects", "application/json", br#"{"code":"P2","title":{"lv":"x","LV":"y"}}"#.to_vec()).await;
        assert_eq!(twice.problem(), "invalid /title/LV:not_unique");
        let merged = raw(app, "PATCH", &project, "application/merge-patch+json", br#"{"title":{"EN":"y"}}"#.to_vec()).await;
        assert_eq!(merged.problem(), "invalid /title/EN:not_unique");
        for kind in ["", "text/plain", "application/x-www-form-urlencoded", "application/merge-patch+json", "application/jsonx", "multipart/form-data; boundary=x"] {
            let answer = raw(app, "POST", "/v1/projects", kind, b"{}".to_vec()).await;
            assert_eq!(answer.problem(), "unsupported_media_type", "{kind}");
        }
        for kind in ["application/json", "application/json-patch+json"] {
            assert_eq!(raw(app, "PATCH", &project, kind, b"{}".to_vec()).await.problem(), "unsupported_media_type");
        }
        for (method, path, kind) in [("POST", "/v1/projects", "application/json"), ("POST", "/v1/projects/batch", "Application/JSON; charset=utf-8"), ("PATCH", &project, "application/merge-patch+json")] {
            let answer = raw(app, method, path, kind, vec![b' '; 10_000_000]).await;
            assert_eq!((answer.problem().as_str(), answer.status.as_u16()), ("body_too_large", 413));
        }
        assert_eq!(rows(app).await, before);
    }
}

both! {
    async fn the_cases_that_managers_meet(app: App) {
        let project = app.create("/v1/projects", json!({"code": "TAKEN", "title": {"en": "T"}})).await;
        let before = rows(app).await;
        let nobody = "01932c07-6b80-7000-8000-000000000001";
        for (path, body, problem) in [
            ("projects", json!({"code": "TAKEN", "title": {"en": "x"}}), "/code:already_taken"),
            ("projects", json!({"code": "P2", "title": {}}), "/title:too_few"),
            ("projects", json!({"code": "P2", "title": {"english": "x"}}), "/title:invalid"),
            ("projects", json!({"code": "P2", "title": {"en": ""}}), "/title/en:wrong_format"),
            ("projects", json!({"code": "P2", "title": {"en": "x".repeat(10_001)}}), "/title/en:too_long"),
            ("projects", json!({"code": "P2", "title": {"en": "x"}, "planned_period": {"start": "2021-02-30"}}), "/planned_period/start:wrong_format"),
            ("projects", json!({"code": "P2", "title": {"en": "x"}, "planned_period": {"start": "2021-03-02", "end": "2021-03-01"}}), "/planned_period/end:before_start"),
            ("projects", json!({"code": "P2", "title": {"en": "x"}, "planned_period": {"start": "0000-01-01"}}), "/planned_period/start:wrong_format"),
            ("projects", json!({"code": "P2", "title": {"en": "x"}, "planned_period": {"end": "9999-12-31"}}), "/planned_period/end:wrong_format"),
            ("projects", json!({"code": "P2", "title": {"en": "x"}, "planned_period": {"duration_months": 12.5}}), "/planned_period/duration_months:wrong_type"),
            ("projects", json!({"code": "P2", "title": {"en": "x"}, "planned_period": {"duration_months": 3_000_000_000_u64}}), "/planned_period/duration_months:too_large"),
            ("projects", json!({"code": "P2", "title": {"en": "x"}, "planned_period": {"duration_months": 1e30}}), "/planned_period/duration_months:too_large"),
            ("projects", json!({"code": "P2", "title": {"en": "x"}, "planned_period": {"duration_months": -1}}), "/planned_period/duration_months:too_small"),
            ("projects", json!({"code": "P2", "title": {"en": "x"}, "planned_period": {"start": "2199-12-01", "duration_months": 600}}), "/planned_period/duration_months:out_of_range"),
            ("projects", json!({"code": "P2", "title": {"en": "x"}, "lead_organisation_id": nobody}), "/lead_organisation_id:unknown_reference"),
            ("projects", json!({"code": "P2", "title": {"en": "x"}, "lead_organisation_id": "x"}), "/lead_organisation_id:wrong_format"),
            ("projects", json!({"code": "P2", "title": {"en": "x"}, "countries": [{"country": "ZZ"}]}), "/countries/0/country:wrong_format"),
            ("projects", json!({"code": "P2", "title": {"en": "x"}, "countries": {"country": "LV"}}), "/countries:wrong_type"),
            ("projects", json!({"code": "P2", "title": {"en": "x"}, "locations": [{"name": {"en": "x"}, "point": {"latitude": 1e300, "longitude": 0}}]}), "/locations/0/point/latitude:too_large"),
            ("projects", json!({"code": "P2", "title": {"en": "x"}, "colour": "red", "status": "closed"}), "/colour:unknown_member /status:unknown_member"),
            ("projects", json!({}), "/code:required /title:required"),
            ("projects", json!({"code": null, "title": null}), "/code:wrong_type /title:wrong_type"),
            ("grant-agreements", json!({"maximum_grant": {"amount": "1.00", "currency": "ZZZ"}}), "/maximum_grant/currency:wrong_format"),
            ("grant-agreements", json!({"maximum_grant": {"amount": 1, "currency": "EUR"}}), "/maximum_grant/amount:wrong_type"),
            ("grant-agreements", json!({"maximum_grant": {"amount": "1.001", "currency": "EUR"}}), "/maximum_grant/amount:too_many_decimals"),
            ("grant-agreements", json!({"maximum_grant": {"amount": "-1.00", "currency": "EUR"}}), "/maximum_grant/amount:negative"),
            ("grant-agreements", json!({"maximum_grant": {"amount": "99999999999999999999", "currency": "EUR"}}), "/maximum_grant/amount:wrong_format"),
            ("grant-agreements", json!({"currency": "USD", "maximum_grant": {"amount": "1.00", "currency": "EUR"}}), "/maximum_grant/currency:currency_mismatch"),
            ("grant-agreements", json!({"eu_rate": "1.01"}), "/eu_rate:wrong_format"),
            ("funders", json!({"organisation_id": nobody}), "/organisation_id:unknown_reference"),
            ("claims", json!({"subject_kind": "project", "subject_id": nobody, "field": "title", "as_printed": "x", "source_title": "x"}), "/subject_id:unknown_reference"),
            ("events", json!({"title": {"en": "x"}, "kind": "party", "mode": "online", "state": "held"}), "/kind:not_in_list"),
            ("events", json!({"title": {"en": "x"}, "kind": "seminar", "mode": "online", "state": "held", "starts": "2021-13"}), "/starts:wrong_format"),
            ("publications", json!({"title": {"en": "x"}, "kind": "report", "url": "javascript:alert(1)"}), "/url:wrong_format"),
        ] {
            let answer = app.post(&format!("/v1/{path}"), body.clone()).await;
            refused(&answer, &body.to_string());
            assert_eq!(answer.problem(), format!("invalid {problem}"), "{body}: {}", answer.text());
        }
        let batch = json!({"items": [{"code": "NEW", "title": {"en": "x"}}, {"code": "TAKEN", "title": {"en": "x"}}, {"code": "NEW", "title": {"en": "x"}}]});
        assert_eq!(app.post("/v1/projects/batch", batch).await.problem(), "invalid /items/1/code:already_taken /items/2/code:already_taken");
        let null = app.at_version("PATCH", &project, "", Some(json!({"code": null}))).await;
        assert_eq!(null.problem(), "invalid /code:required");
        assert_eq!(rows(app).await, before);
        // A whole number may have a point.
        let body = json!({"code": "P2", "title": {"en": "x"}, "planned_period": {"duration_months": 12.0}});
        assert_eq!(app.post("/v1/projects", body).await.expect(201)["planned_period"]["duration_months"], json!(12));
    }
}

both! {
    /// Every list, every parameter that it knows: the same records as without, or none, or a refusal. Answers are
    /// the same on both databases, since each test has the same records and expects them by name.
    async fn no_parameter_is_a_way_into_the_database(app: App) {
        app.seed("S", 3).await;
        let before = rows(app).await;
        let mut asked = 0;
        for face in FACES {
            let path = format!("/v1/{}", face.resource.path);
            let allowed = app.get(&format!("{path}?colour=red")).await.json()["errors"][0]["params"]["allowed"].clone();
            let mut names: Vec<String> = allowed.as_array().unwrap().iter().map(|n| n.as_str().unwrap().to_owned()).collect();
            for field in face.resource.list_fields() {
                names.extend(field.kind.operators().iter().map(|op| format!("{}[{}]", field.path, op.code())));
            }
            for (index, name) in names.iter().enumerate() {
                for turn in 0..3 {
                    let value = HOSTILE[(index + turn * 5) % HOSTILE.len()];
                    let address = format!("{path}?{}={}", encoded(name), encoded(value));
                    let answer = app.get(&address).await;
                    spoken(&answer, &format!("{name}={value}"));
                    if answer.status == 200 {
                        // What finds some has found the very characters: a code may have an underscore.
                        let has = |item: &Value| {
                            let member = name.strip_suffix("[contains]").and_then(|member| item[member].as_str());
                            member.is_some_and(|text| text.contains(value))
                        };
                        let found = answer.json()["items"].as_array().unwrap().clone();
                        let literal = found.iter().all(has);
                        assert!(literal || name.ends_with("[ne]"), "{name}={value} finds {found:?}");
                    } else {
                        refused(&answer, &format!("{name}={value}"));
                    }
                    asked += 1;
                }
            }
            for value in HOSTILE {
                let part = face.parts.first().map(|p| format!("{path}/{}/{}", encoded(value).replace('+', "%20"), p.part.path));
                for address in [Some(format!("{path}/{}", encoded(value).replace('+', "%20"))), part].into_iter().flatten() {
                    let answer = app.get(&address).await;
                    assert_eq!(answer.problem(), "not_found", "{address}");
                    asked += 1;
                }
                let answer = app.get(&format!("{path}?{}=1", encoded(value))).await;
                assert_eq!(answer.status, 400, "{value}");
            }
        }
        for id in ["%00", "a%00b", "%FF", "%ED%A0%80", "..%2F..", "%2e%2e", "x".repeat(10_000).as_str(), "{01932c07-6b80-7000-8000-000000000001}"] {
            for path in ["projects", "persons"] {
                let id = id.replace('{', "%7B").replace('}', "%7D");
                let answer = app.get(&format!("/v1/{path}/{id}")).await;
                assert_eq!(answer.status, 404, "{id}: {}", answer.text());
                refused(&answer, &id);
            }
        }
        assert!(asked > 1000, "{asked}");
        assert_eq!(rows(app).await, before);
    }
}

both! {
    async fn a_flood_of_faults_is_told_in_part(app: App) {
        let body: Value = (0..60_000).map(|n| (format!("m{n}"), json!(n))).collect::<serde_json::Map<_, _>>().into();
        let project = app.create("/v1/projects", json!({"code": "P1", "title": {"en": "T"}})).await;
        for (method, path) in [("POST", "/v1/projects"), ("PATCH", project.as_str())] {
            let started = std::time::Instant::now();
            let answer = app.ask(method, path, &[("if-match", "\"1\"")], Some(body.clone())).await;
            refused(&answer, method);
            assert_eq!(answer.json()["errors"].as_array().unwrap().len(), 1000, "{method}");
            assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
        }
    }
}
