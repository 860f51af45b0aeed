//! What reads requests, with input that nobody thought of: parameters, headers, merge patches. The readers of single values
//! have their properties beside them (`proptest!` in `src`). `GRANTLINE_FUZZ_CASES` makes it as many cases as wanted,
//! other ones in every run.
use crate::both;
use axum::body::Body;
use axum::http::{HeaderValue, Request};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};

/// Cases of a strategy: few and always the same, or as many as asked for.
fn cases<S: Strategy>(few: u32, strategy: &S) -> impl Iterator<Item = S::Value> {
    let asked = std::env::var("GRANTLINE_FUZZ_CASES").ok().and_then(|cases| cases.parse().ok());
    let mut runner = match asked {
        Some(_) => TestRunner::new(Config::default()),
        None => TestRunner::deterministic(),
    };
    (0..asked.unwrap_or(few)).map(move |_| strategy.new_tree(&mut runner).unwrap().current())
}

/// A value as careless clients send it: not all that should be is encoded.
fn careless(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'!' | b'$'..=b';' | b'=' | b'?'..=b'Z' | b'_' | b'a'..=b'z' | b'~' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}

fn parameters() -> impl Strategy<Value = Vec<(String, String)>> {
    let name = prop_oneof![
        4 => prop::sample::select(vec![
            "limit", "cursor", "sort", "q", "fields", "expand", "facets", "as_of", "updated_since", "include_total",
            "format", "columns", "status", "phase", "code", "title", "tags", "country", "identifiers",
            "planned_period.start", "planned_period.end", "funder", "ultimate_funder", "version", "id",
        ]).prop_map(str::to_owned),
        1 => "[a-z_.]{1,12}",
        1 => "\\PC{1,8}",
    ];
    let operator = prop_oneof![
        3 => Just(String::new()),
        2 => prop::sample::select(vec!["eq", "ne", "in", "gt", "gte", "lt", "lte", "contains", "is_null"])
            .prop_map(|op| format!("[{op}]")),
        1 => "\\PC{0,6}",
    ];
    let value = prop_oneof![
        2 => "[0-9]{1,20}",
        2 => "[0-9]{4}-[0-9]{2}-[0-9]{2}",
        2 => "[A-Za-z_.,-]{0,20}",
        1 => prop::sample::select(vec!["true", "false", "csv", "null", "*", "%", "\\", ",", "'", "\"", "-"]).prop_map(str::to_owned),
        2 => "\\PC{0,40}",
        1 => any::<String>(),
    ];
    let pair = (name, operator, value).prop_map(|(name, operator, value)| (name + &operator, value));
    // Most of what is put together at random is refused: some of it is not.
    let right = prop::sample::select(vec![
        ("limit", "3"),
        ("limit", "200"),
        ("sort", "-code"),
        ("q", "Ž"),
        ("include_total", "true"),
        ("as_of", "2020-02-29"),
        ("fields", "id"),
        ("facets", "status"),
        ("planned_period.end[lt]", "2026-12-31"),
        ("acronym[contains]", "%"),
    ]);
    let right = right.prop_map(|(name, value)| (name.to_owned(), value.to_owned()));
    prop::collection::vec(prop_oneof![1 => pair, 2 => right], 1..4)
}

both! {
    /// Each is understood or refused by name; and what is understood keeps to the limit that it names.
    async fn no_parameters_break_a_list(app: App) {
        app.seed("S", 4).await;
        let (mut understood, few) = (0, 250);
        for pairs in cases(few, &parameters()) {
            let query: Vec<String> =
                pairs.iter().map(|(name, value)| format!("{}={}", careless(name), careless(value))).collect();
            let address = format!("/v1/projects?{}", query.join("&"));
            let answer = app.get(&address).await;
            match answer.status.as_u16() {
                200 => understood += 1,
                400 => assert!(answer.problem().contains(':'), "it names none: {address} {}", answer.text()),
                _ => panic!("{address}: {} {}", answer.status, answer.text()),
            }
            let limit = pairs.iter().find(|(name, _)| name == "limit").and_then(|(_, value)| value.parse().ok());
            if let (200, Some(limit), Some(items)) = (answer.status.as_u16(), limit, answer.json()["items"].as_array()) {
                assert!(items.len() <= limit, "{address}");
            }
        }
        assert!(understood > 10, "{understood}: the cases are all alike");
    }
}

/// Bytes that a header may hold.
fn header() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(prop_oneof![0x20..=0x7e_u8, 0x80..=0xff_u8, Just(b'\t')], 0..60),
        "[a-z/*;,=.q0-9 \"W-]{0,40}".prop_map(String::into_bytes),
        "(\"|W/\"|)[0-9]{0,22}(-[0-9a-f]{0,20})?\"?".prop_map(String::into_bytes),
    ]
}

both! {
    /// Every answer is one that the document has, and none says that we failed.
    async fn no_header_breaks_an_operation(app: App) {
        let names = [
            "accept", "accept-encoding", "accept-language", "authorization", "content-encoding", "content-type",
            "expect", "grantline-reason", "if-match", "if-none-match", "idempotency-key", "origin", "prefer", "range",
            "te", "x-request-id",
        ];
        let project = app.create("/v1/projects", json!({"code": "P1", "title": {"en": "T"}})).await;
        let strategy = (prop::sample::select(names.to_vec()), header(), prop::sample::select(vec!["GET", "PATCH", "POST"]));
        for (name, value, method) in cases(300, &strategy) {
            let address = if method == "POST" { "/v1/projects?dry_run=true" } else { &project };
            let mut request = Request::builder()
                .method(method)
                .uri(address)
                .header("authorization", format!("Bearer {}", app.token))
                .header("if-match", "\"1\"")
                .header("content-type", if method == "PATCH" { "application/merge-patch+json" } else { "application/json" })
                .body(Body::from(r#"{"code": "P1"}"#))
                .unwrap();
            request.headers_mut().insert(name, HeaderValue::from_bytes(&value).unwrap());
            let answer = app.send(request).await;
            let shown = String::from_utf8_lossy(&value);
            assert!(answer.status.as_u16() < 500, "{method} {name}: {shown}: {}", answer.text());
        }
        assert_eq!(app.get(&project).await.json()["version"], 1);
    }
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[a-z_]{1,6}", inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// A patch of a project: mostly of members that it has, mostly with values that they take.
fn patch() -> impl Strategy<Value = Value> {
    fn text() -> BoxedStrategy<Value> {
        prop_oneof![3 => "[A-Za-zĀ-ž ]{0,12}".prop_map(Value::from), 1 => Just(Value::Null)].boxed()
    }
    fn date() -> BoxedStrategy<Value> {
        let day = (2015..2030, 1..13, 1..31).prop_map(|(y, m, d)| json!(format!("{y}-{m:02}-{d:02}")));
        prop_oneof![3 => day, 2 => Just(Value::Null)].boxed()
    }
    fn texts() -> BoxedStrategy<Value> {
        prop::collection::vec((prop::sample::select(vec!["lv", "en", "ru"]), text()), 0..3)
            .prop_map(|texts| {
                Value::Object(texts.into_iter().map(|(tag, text)| (tag.to_owned(), text)).collect())
            })
            .boxed()
    }
    let period = prop::collection::vec(
        prop_oneof![
            date().prop_map(|date| ("start", date)),
            date().prop_map(|date| ("end", date)),
            (0..40_u32).prop_map(|months| ("duration_months", json!(months))),
            Just(("duration_months", Value::Null)),
        ],
        0..3,
    )
    .prop_map(|members| Value::Object(members.into_iter().map(|(n, v)| (n.to_owned(), v)).collect()));
    let member = prop_oneof![
        3 => text().prop_map(|v| ("acronym".to_owned(), v)),
        3 => texts().prop_map(|v| ("title".to_owned(), v)),
        2 => texts().prop_map(|v| ("summary".to_owned(), v)),
        3 => period.prop_map(|v| ("planned_period".to_owned(), v)),
        2 => prop::collection::vec(text(), 0..3).prop_map(|v| ("tags".to_owned(), v.into())),
        1 => (prop::sample::select(vec!["code", "title", "countries", "version", "id", "planned_period"]), json_value())
            .prop_map(|(name, v)| (name.to_owned(), v)),
        1 => ("[a-z_]{1,10}", json_value()),
    ];
    prop::collection::vec(member, 0..4).prop_map(|members| Value::Object(members.into_iter().collect()))
}

/// What a caller may write of a project.
fn writable(record: &Value) -> Map<String, Value> {
    let names = [
        "code",
        "acronym",
        "title",
        "summary",
        "planned_period",
        "tags",
        "countries",
        "sectors",
        "identifiers",
    ];
    names.iter().map(|name| ((*name).to_owned(), record[*name].clone())).collect()
}

both! {
    /// RFC 7396: what is not named stays, the same patch again changes nothing, and a refusal leaves nothing behind.
    async fn a_merge_patch_does_what_it_says_and_no_more(app: App) {
        let project = app.create("/v1/projects", json!({"code": "P1", "title": {"en": "T"}})).await;
        let mut taken = 0;
        for patch in cases(120, &patch()) {
            let before = app.get(&project).await;
            let tag = before.header("etag").to_owned();
            let answer = app.ask("PATCH", &project, &[("if-match", &tag)], Some(patch.clone())).await;
            let after = app.get(&project).await;
            if answer.status != 200 {
                assert_eq!(answer.status, 422, "{patch}: {}", answer.text());
                assert_eq!((after.header("etag"), after.json()), (tag.as_str(), before.json()), "{patch}");
                continue;
            }
            taken += 1;
            assert_eq!(after.json(), answer.json(), "{patch}");
            let (was, is) = (writable(&before.json()), writable(&after.json()));
            for (name, value) in &was {
                assert!(patch.get(name).is_some() || is[name] == *value, "{name} was not named: {patch}");
            }
            // Of two texts one is named: the other stays.
            for member in ["title", "summary"] {
                for (tag, text) in was[member].as_object().into_iter().flatten() {
                    let named = patch.get(member).is_some_and(|texts| !texts.is_object() || texts.get(tag).is_some());
                    assert!(named || is[member][tag] == *text, "{member}/{tag} was not named: {patch}");
                }
            }
            let tag = after.header("etag").to_owned();
            let again = app.ask("PATCH", &project, &[("if-match", &tag)], Some(patch.clone())).await;
            assert_eq!((again.status.as_u16(), again.header("etag")), (200, tag.as_str()), "{patch}: {}", again.text());
        }
        assert!(taken > 20, "{taken}: the cases are all refused");
        app.audit().await;
    }
}
