//! Every operation of the document that takes a body, with bodies that are spoilt in one place after another.
use crate::bad_input::{HOSTILE, refused};
use crate::both;
use crate::support::App;
use grantline::http::FACES;
use grantline::store::view::{Scope, View};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

/// A small generator of numbers, the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

/// Values that belong nowhere, or hardly anywhere.
fn strangers() -> Vec<Value> {
    let mut strangers = vec![
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(1e308),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(2_147_483_648_u64),
        json!([]),
        json!({}),
        json!([null]),
        json!([[]]),
        json!({"en": "x"}),
        json!({"EN": "x", "en": "y"}),
        json!(""),
        json!(" "),
        json!("a\u{0}b"),
        json!("\u{1b}[31m"),
        json!("\u{202e}x"),
        json!("\u{fffe}"),
        json!("2021-02-30"),
        json!("0000-00-00"),
        json!("9999-12-31"),
        json!("-0001-01-01"),
        json!("2021-02-28T00:00:00Z"),
        json!("NaN"),
        json!("1e400"),
        json!("-0"),
        json!("99999999999999999999999999"),
        json!("0.00000000000000000001"),
        json!("00000000-0000-0000-0000-000000000000"),
        json!("x".repeat(300_000)),
        json!("💥".repeat(3000)),
        json!(vec![1; 2000]),
        json!({"amount": "1", "currency": "EUR", "x": 1}),
        json!({"amount": "922337203685477580.80", "currency": "EUR"}),
        json!({"start": "2021-01-01", "end": "2020-01-01"}),
    ];
    strangers.extend(HOSTILE.map(|text| json!(text)));
    strangers
}

/// Places in a value: its members and items, and theirs.
fn places(value: &Value, at: String, found: &mut Vec<String>) {
    found.push(at.clone());
    match value {
        Value::Object(map) => map.iter().for_each(|(name, v)| places(v, format!("{at}/{name}"), found)),
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(n, v)| places(v, format!("{at}/{n}"), found))
        }
        _ => {}
    }
}

/// The value with another one at a place, which may be a member that it does not have.
fn spoilt(value: &Value, place: &str, stranger: &Value) -> Value {
    let mut spoilt = value.clone();
    match spoilt.pointer_mut(place) {
        Some(at) => *at = stranger.clone(),
        None => {
            let members = spoilt.as_object_mut().expect("only members of the whole are added");
            members.insert(place.trim_start_matches('/').to_owned(), stranger.clone());
        }
    }
    spoilt
}

/// An operation of the document that takes a body, on records that exist, with a body that it would take.
struct Operation {
    method: &'static str,
    /// As the document has it.
    name: String,
    /// The root whose version counts, and the address of the request.
    root: String,
    address: String,
    body: Value,
    schema: String,
}

async fn operations(app: &App) -> Vec<Operation> {
    let document = app.get("/openapi.json").await.expect(200);
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let face = FACES.iter().find(|f| path.split('/').nth(2) == Some(f.resource.path));
        let (Some(face), true) = (face, item["post"].is_object() || item["patch"].is_object()) else {
            continue;
        };
        let resource = face.resource;
        let root =
            format!("/v1/{}/{}", resource.path, app.record(resource.name).await["id"].as_str().unwrap());
        let part = face.parts.iter().find(|p| path.split('/').nth(4) == Some(p.part.path));
        let mut address = path.replace(&format!("/v1/{}/{{id}}", resource.path), &root);
        if let Some(part) = part
            && path.ends_with("{part_id}")
        {
            let body = app.body_of_part(resource, part.part).await;
            let made =
                app.at_version("POST", &root, &format!("/{}", part.part.path), Some(body)).await.expect(201);
            address = address.replace("{part_id}", made["id"].as_str().unwrap());
        }
        for method in ["post", "patch"] {
            let Some((_, content)) =
                item[method]["requestBody"]["content"].as_object().and_then(|c| c.iter().next())
            else {
                continue;
            };
            // A body of bytes has no places.
            let Some(schema) = content["schema"]["$ref"].as_str() else { continue };
            let body = match (part, path.rsplit('/').next()) {
                (Some(part), _) => app.body_of_part(resource, part.part).await,
                (None, Some("batch")) => json!({"items": [app.body_of(resource).await]}),
                (None, Some("{id}")) => app.body_of(resource).await,
                (None, Some(last)) if last == resource.path => app.body_of(resource).await,
                _ => content["example"].clone(),
            };
            operations.push(Operation {
                method: if method == "post" { "POST" } else { "PATCH" },
                name: format!("{method} {path}"),
                root: root.clone(),
                address: address.clone(),
                body,
                schema: schema.rsplit('/').next().unwrap().to_owned(),
            });
        }
    }
    operations
}

async fn history(app: &App) -> i64 {
    let mut select = View::now(Scope::Register).select_columns("history_entry", "id", &["id"]);
    select.clear_selects().expr_as(sea_orm::sea_query::Expr::cust("COUNT(*)"), "n");
    app.state.db.read.query_one(&select).await.unwrap().unwrap().try_get("", "n").unwrap()
}

both! {
    /// Spoils the body of every operation in one place after another: what is taken can be read again, what is
    /// refused leaves no trace.
    async fn no_body_breaks_any_operation(app: App) {
        let document = app.get("/openapi.json").await.expect(200);
        let (mut dice, strangers) = (Dice(7), strangers());
        let (mut taken, mut named) = (0, 0);
        for operation in operations(app).await {
            let mut all = Vec::new();
            places(&operation.body, String::new(), &mut all);
            let members = document["components"]["schemas"][&operation.schema]["properties"].as_object().unwrap();
            all.extend(members.keys().map(|name| format!("/{name}")));
            for _ in 0..30 {
                let (place, stranger) = (&all[dice.roll(all.len())], &strangers[dice.roll(strangers.len())]);
                let mut body = spoilt(&operation.body, place, stranger);
                let further = if dice.roll(10) == 0 { HOSTILE[dice.roll(HOSTILE.len())] } else { "" };
                if let Some(map) = body.as_object_mut().filter(|_| !further.is_empty()) {
                    map.insert(further.to_owned(), json!(1));
                }
                let said = stranger.to_string().chars().take(80).collect::<String>();
                let what = format!("{} {further} {place} = {said}", operation.name);
                let tag = app.get(&operation.root).await.header("etag").to_owned();
                let before = history(app).await;
                let answer = app.ask(operation.method, &operation.address, &[("if-match", &tag)], Some(body)).await;
                if answer.status.is_success() {
                    taken += 1;
                    app.get(&operation.root).await.expect(200);
                    let list = operation.root.rsplit_once('/').unwrap().0;
                    app.get(&format!("{list}?limit=3&sort=-updated_at")).await.expect(200);
                    continue;
                }
                refused(&answer, &what);
                assert_eq!(history(app).await, before, "{what}");
                if answer.status == 422 {
                    named += 1;
                    let errors = answer.json()["errors"].as_array().unwrap().clone();
                    let vague = errors.iter().any(|e| e["pointer"] == "" && e["code"] == "invalid");
                    assert!(!vague || place.is_empty(), "{what}: names no member: {}", answer.text());
                }
            }
        }
        assert!(taken > 100 && named > 700, "{taken} taken, {named} refused");
    }
}
