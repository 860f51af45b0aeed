//! Who may do what: every operation of the document × every role × a record within the scope and one outside, and
//! those who are nobody. An operation without an entry fails.
use crate::both;
use crate::support::caller::Caller;
use crate::support::promise::resolved;
use crate::support::{App, records};
use entity::vocab::{ErasureGround, PrincipalKind, Role, Word};
use grantline::access::{self, AUDIT, Action, Grant, NewToken, PERSONAL_DATA, may};
use grantline::clock::Clock;
use grantline::http::resource::Face;
use grantline::http::{FACES, contract};
use grantline::store::scope::Root;
use serde_json::{Value, json};
use std::collections::HashMap;

const ROLES: [Role; 6] = [
    Role::Admin,
    Role::ProgrammeManager,
    Role::FinanceOfficer,
    Role::Contributor,
    Role::Viewer,
    Role::Auditor,
];

const FEEDS: &str = "/v1/me/calendar-feeds";

/// What an operation needs: an action on a resource, on one record or on the resource as a whole.
#[derive(Debug)]
struct Entry {
    action: Action,
    resource: &'static str,
    one: bool,
    /// It hangs on no record: only a grant for the whole register counts.
    everywhere: bool,
    body: Option<Value>,
}

/// The entry of an operation; none for what everybody with a token may ask.
fn entry(path: &str, method: &str) -> Option<Entry> {
    let own = ["/v1/me", "/v1/me/calendar-feeds/{id}", "/v1/reminders"].contains(&path)
        || (path, method) == (FEEDS, "get");
    if own || ["/v1/code-lists", "/v1/code-lists/{name}"].contains(&path) {
        return None;
    }
    let read = |resource, one| Entry { action: Action::Read, resource, one, everywhere: false, body: None };
    if path == FEEDS {
        return Some(Entry { body: Some(json!({"name": "A phone"})), ..read("obligation", false) });
    }
    if path == "/v1/calendar.ics" {
        return Some(read("obligation", false));
    }
    if path.starts_with("/v1/audit/") {
        return Some(Entry { everywhere: true, ..read(AUDIT, false) });
    }
    if path == "/v1/persons/{id}/personal-data" {
        let action = if method == "delete" { Action::Delete } else { Action::Read };
        return Some(Entry { action, everywhere: true, ..read(PERSONAL_DATA, true) });
    }
    if path.starts_with("/v1/regimes") {
        let body = crate::regimes::child("eu-child", "2026.1");
        return Some(match method {
            "post" => Entry {
                action: Action::Create,
                resource: "regime",
                one: false,
                everywhere: true,
                body: Some(body),
            },
            _ => read("regime", false),
        });
    }
    if path == "/v1/visibility-checks" {
        let body = json!({"text": "A text", "language": "en", "kind": "web_article", "regime_id": uuid::Uuid::nil()});
        return Some(Entry { body: Some(body), ..read("publication", false) });
    }
    if path == "/v1/findings" {
        return Some(read("obligation", false));
    }
    if path == "/v1/changes" {
        return Some(read("history_entry", false));
    }
    let rest = path.strip_prefix("/v1/").unwrap_or_default();
    let (root, below) = rest.split_once('/').map_or((rest, None), |(root, below)| (root, Some(below)));
    let face: &'static Face = FACES
        .iter()
        .copied()
        .find(|face| face.resource.path == root)
        .unwrap_or_else(|| panic!("no entry for {path}"));
    let resource = face.resource.name;
    let part_of = |below: &str| {
        let kind = below.strip_prefix("{id}/")?.split('/').next()?.to_owned();
        face.parts.iter().find(|part| part.part.path == kind)
    };
    let write = |action, one, body| Entry { action, resource, one, everywhere: false, body };
    Some(match (method, below) {
        ("get", None) => read(resource, false),
        ("get", Some(_)) => read(resource, true),
        ("post", None) => write(Action::Create, false, Some((face.example)())),
        ("post", Some("batch")) => write(Action::Create, false, Some(json!({"items": [(face.example)()]}))),
        ("patch", Some("{id}")) => write(Action::Update, true, Some(json!({}))),
        ("delete", Some("{id}")) => write(Action::Delete, true, None),
        ("post", Some("{id}/transitions")) => {
            write(Action::Transition, true, Some(json!({"to": "suspended", "reason": "A test."})))
        }
        ("post", Some("{id}/application")) => write(Action::Transition, true, Some(json!({}))),
        ("post", Some("{id}/preview")) => write(Action::Update, true, Some(json!({}))),
        ("post", Some("{id}/adoption")) => write(Action::Update, true, Some(json!({"reason": "A test."}))),
        ("post", Some("{id}/files")) => write(Action::Update, true, Some(json!({}))),
        (method, Some(below)) => {
            let part = part_of(below).unwrap_or_else(|| panic!("no entry for {method} {path}"));
            let body = match method {
                "post" => Some((part.example)()),
                "patch" => Some(json!({})),
                _ => None,
            };
            write(Action::Update, true, body)
        }
        _ => panic!("no entry for {method} {path}"),
    })
}

/// A record of every resource with a part of every kind, by the path's template.
pub async fn world(app: &App) -> HashMap<String, (String, String)> {
    let mut addresses = HashMap::new();
    for face in records::all() {
        let address = app.address(face.resource.name).await;
        let root = format!("/v1/{}/{{id}}", face.resource.path);
        for part in face.parts.iter().filter(|part| !part.part.kept) {
            let body = app.body_of_part(face.resource, part.part).await;
            let below = format!("/{}", part.part.path);
            let made = app.at_version("POST", &address, &below, Some(body)).await;
            let one = made.header("location").to_owned();
            made.expect(201);
            addresses.insert(format!("{root}{below}/{{part_id}}"), (one, address.clone()));
            addresses.insert(format!("{root}{below}"), (format!("{address}{below}"), address.clone()));
        }
        let version = format!("{root}/versions/{{version}}");
        addresses.insert(version.clone(), (format!("{address}/versions/1"), address.clone()));
        addresses
            .insert(version + "/differences", (format!("{address}/versions/1/differences"), address.clone()));
        for below in [
            "/history",
            "/transitions",
            "/adoption",
            "/personal-data",
            "/terms",
            "/reporting-periods",
            "/findings",
            "/application",
            "/preview",
            "",
        ] {
            addresses.insert(format!("{root}{below}"), (format!("{address}{below}"), address.clone()));
        }
    }
    // What was uploaded stands below its document.
    let document = app.address("document").await;
    let made = app.upload(&document, "Agenda.txt", b"1. Welcome").await;
    let file = made.header("location").to_owned();
    let root = "/v1/documents/{id}/files";
    addresses.insert(format!("{root}/{{part_id}}/content"), (format!("{file}/content"), document.clone()));
    addresses.insert(format!("{root}/{{part_id}}"), (file, document.clone()));
    addresses.insert(root.to_owned(), (format!("{document}/files"), document));
    // What was submitted stands below its report.
    let report = app.address("report").await;
    let other = Caller::new(app, &[(Role::Admin, None)]).await;
    let tag = other.get(&report).await.header("etag").to_owned();
    let step = json!({"to": "internally_approved"});
    other.send("POST", &format!("{report}/transitions"), &tag, Some(step)).await.expect(201);
    app.at_version("POST", &report, "/transitions", Some(json!({"to": "submitted"}))).await.expect(201);
    let snapshots = format!("{report}/snapshots");
    let id = app.get(&report).await.expect(200)["snapshots"][0]["id"].as_str().unwrap().to_owned();
    let root = "/v1/reports/{id}/snapshots";
    addresses.insert(format!("{root}/{{part_id}}"), (format!("{snapshots}/{id}"), report.clone()));
    addresses.insert(root.to_owned(), (snapshots, report));
    // What the program keeps follows from the agreement.
    let root = "/v1/obligations/{id}".to_owned();
    let obligation = app.get("/v1/obligations?limit=1").await.expect(200)["items"][0].clone();
    let address = format!("/v1/obligations/{}", obligation["id"].as_str().unwrap());
    let fulfilment = json!({"fulfilled_on": "2021-08-30"});
    let made = app.at_version("POST", &address, "/fulfilments", Some(fulfilment)).await;
    let plan = format!("{address}/plans/{}", obligation["plans"][0]["id"].as_str().unwrap());
    addresses.insert(
        format!("{root}/fulfilments/{{part_id}}"),
        (made.header("location").to_owned(), address.clone()),
    );
    addresses.insert(format!("{root}/plans/{{part_id}}"), (plan, address.clone()));
    for below in ["", "/history", "/plans", "/fulfilments"] {
        addresses.insert(format!("{root}{below}"), (format!("{address}{below}"), address.clone()));
    }
    addresses
}

both! {
    async fn every_operation_for_every_role_within_and_outside(app: App) {
        let world = world(app).await;
        grantline::regimes::ship(&app.state).await.unwrap();
        let record = app.get("/v1/regimes").await.json()["items"][0]["record_id"].as_str().unwrap().to_owned();
        let elsewhere = app.project("ELSEWHERE").await.parse().unwrap();
        let mut callers = Vec::new();
        for role in ROLES {
            for root in [None, Some(Root::Project(elsewhere))] {
                let token = app.token_with(&format!("{role:?} {root:?}"), &[Grant { role, root }]).await;
                callers.push((role, root, format!("Bearer {token}")));
            }
        }
        let mut tags: HashMap<&str, String> = HashMap::new();
        for (_, address) in world.values() {
            tags.insert(address, app.tag(address).await);
        }
        let mut cells = 0;
        for (path, methods) in contract().document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                let entry = entry(path, method);
                let (mut address, root) = world.get(path).cloned().unwrap_or_else(|| (path.replace("{name}", "roles").replace("{entry}", "1")
                    .replace("regimes/{id}/history", &format!("regimes/{record}/history"))
                    .replace("{id}", "eu-prag-icmpd-mpf").replace("{version}", "2019.1"), String::new()));
                let takes_dry_run = operation["parameters"].as_array().unwrap().iter().map(resolved)
                    .any(|p| p["name"] == "dry_run");
                // A verification changes nothing but its own result.
                let changes = !["/v1/audit/verification", "/v1/visibility-checks", "/v1/grant-agreements/{id}/preview"].contains(&path.as_str());
                assert_eq!(takes_dry_run, method != "get" && changes, "{method} {path}");
                if takes_dry_run {
                    address += "?dry_run=true";
                }
                if address.ends_with("/differences") {
                    address += if address.contains("regimes") { "?with=eu-mga-2021-27:2024.1" } else { "?with=1" };
                }
                if path == "/v1/documents/{id}/files" && method == "post" {
                    address += "&file_name=a.txt";
                }
                if address.ends_with("/personal-data?dry_run=true") {
                    address += &format!("&ground={}", ErasureGround::LIST.terms[0].code);
                }
                let upper = method.to_uppercase();
                for (role, scope, header) in &callers {
                    let tag = tags.get(root.as_str()).cloned().unwrap_or_default();
                    let headers = [("authorization", header.as_str()), ("if-match", tag.as_str())];
                    let headers = &headers[..if method == "get" || tag.is_empty() { 1 } else { 2 }];
                    let body = entry.as_ref().and_then(|entry| entry.body.clone());
                    let answer = app.ask(&upper, &address, headers, body).await;
                    let at = format!("{role:?} {scope:?} {upper} {address}: {}", answer.text());
                    let status = answer.status.as_u16();
                    match &entry {
                        // Another's feed is nobody else's.
                        None if method == "delete" => assert_eq!(status, 404, "{at}"),
                        None => assert_eq!(status, 200, "{at}"),
                        Some(entry) if !may(*role, entry.action, entry.resource) => assert_eq!(status, 403, "{at}"),
                        Some(entry) if entry.everywhere && scope.is_some() => assert_eq!(status, 403, "{at}"),
                        // Nothing was signed yet that could prove it.
                        Some(_) if path == "/v1/audit/proofs/{entry}" => assert_eq!(status, 404, "{at}"),
                        Some(_) if path == "/v1/audit/verification" && method == "post" => assert_eq!(status, 202, "{at}"),
                        Some(entry) if entry.one && scope.is_some() => assert_eq!(status, 404, "{at}"),
                        // The example's references lead nowhere, and steps have guards: it got as far as the content.
                        Some(entry) if entry.body.is_some() => assert!([200, 409, 422].contains(&status), "{at}"),
                        // What others refer to is not deleted.
                        Some(entry) if entry.action == Action::Delete => assert!([200, 409].contains(&status), "{at}"),
                        Some(_) => assert_eq!(status, 200, "{at}"),
                    }
                    cells += 1;
                }
            }
        }
        assert!(cells > 1000, "{cells}");
    }
}

both! {
    async fn nobody_is_let_in_anywhere(app: App) {
        let (now, db) = (app.clock.now(), &app.state.db);
        let new = |name: &str, expires_at| NewToken {
            principal: "nobody".into(),
            kind: PrincipalKind::Service,
            name: name.into(),
            grants: vec![Grant { role: Role::Admin, root: None }],
            expires_at,
        };
        let revoked = access::issue(db, new("revoked", None), now).await.unwrap();
        access::revoke(db, revoked.id, now).await.unwrap();
        let soon = now + chrono::TimeDelta::seconds(1);
        let expired = access::issue(db, new("expired", Some(soon)), now).await.unwrap();
        app.clock.advance(chrono::TimeDelta::seconds(1));
        for (path, methods) in contract().document["paths"].as_object().unwrap() {
            for method in methods.as_object().unwrap().keys() {
                let address = path.replace("{id}", "LATBEL").replace("{part_id}", "x").replace("{name}", "roles").replace("{entry}", "1");
                for token in ["nonsense", &revoked.text, &expired.text] {
                    let header = format!("Bearer {token}");
                    let answer = app.ask(&method.to_uppercase(), &address, &[("authorization", &header)], Some(json!({}))).await;
                    assert_eq!(answer.problem(), "unauthenticated", "{method} {address}");
                    assert_eq!(answer.header("www-authenticate"), "Bearer error=\"invalid_token\"");
                }
            }
        }
    }
}
