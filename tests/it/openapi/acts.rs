//! One successful call of every operation that is no resource's.
use super::lists as list_in_every_form;
use crate::support::App;
use crate::support::caller::Caller;
use crate::transitions::opened;
use entity::vocab::Role;
use serde_json::{Value, json};

/// What is no resource of its own.
pub async fn acts(app: &App) {
    app.get("/v1/changes").await.expect(200);
    app.get("/v1/me").await.expect(200);
    let feed = app.post("/v1/me/calendar-feeds", json!({"name": "A phone"})).await.expect(201);
    app.get("/v1/me/calendar-feeds").await.expect(200);
    app.get("/v1/reminders").await.expect(200);
    assert_eq!(app.get("/v1/calendar.ics").await.status, 200);
    let feed = format!("/v1/me/calendar-feeds/{}", feed["feed"]["id"].as_str().unwrap());
    app.ask("DELETE", &feed, &[], None).await.expect(204);
    let lists = app.get("/v1/code-lists").await.expect(200);
    for list in lists["items"].as_array().unwrap() {
        app.get(&format!("/v1/code-lists/{}", list["name"].as_str().unwrap())).await.expect(200);
    }
    for (path, status) in [("/v1/projects", "preparation"), ("/v1/grant-agreements", "in_force")] {
        let address = opened(app, path, json!(status)).await;
        let shown = app.get(&address).await.json();
        let attestable = |guard: &&Value| guard["attestable"] == true;
        // A step that a person can vouch for.
        let next = shown["available_transitions"]
            .as_array()
            .unwrap()
            .iter()
            .find(|step| {
                let mut guards = step["unmet"].as_array().unwrap().iter();
                guards.all(|guard| attestable(&guard) || guard["guard"] == "reason_given")
            })
            .unwrap_or_else(|| panic!("{address} has no open step"));
        let attestations: Vec<Value> = next["unmet"]
            .as_array()
            .unwrap()
            .iter()
            .filter(attestable)
            .map(|guard| json!({"guard": guard["guard"], "reason": "Seen on paper."}))
            .collect();
        let step = json!({"to": next["to"], "reason": "A test.", "attestations": attestations});
        let body = app.at_version("POST", &address, "/transitions", Some(step)).await.expect(201);
        let steps = app.get(&format!("{address}/transitions")).await.expect(200);
        assert!(steps["items"].as_array().unwrap().contains(&body));
    }
    crate::regimes::every_operation(app).await;
    crate::audit_trail::signed(app).await;
    for path in ["verification", "checkpoints", "proofs/1"] {
        app.get(&format!("/v1/audit/{path}")).await.expect(200);
    }
    app.ask("POST", "/v1/audit/verification", &[], None).await.expect(202);
    let person = app.address("person").await;
    app.get(&format!("{person}/personal-data")).await.expect(200);
    let erase = "/personal-data?ground=consent_withdrawn";
    app.at_version("DELETE", &person, erase, None).await.expect(200);
    let project = app.record("project").await;
    let claim = json!({"subject_kind": "project", "subject_id": project["id"], "field": "acronym",
        "value": "LATBEL", "source_title": "A page"});
    let claim = app.create("/v1/claims", claim).await;
    let agreement = app.address("grant_agreement").await;
    let regime = app.little_regime().await;
    let check = json!({"text": "It was held.", "language": "en", "kind": "web_article", "regime_id": regime});
    app.post("/v1/visibility-checks", check).await.expect(200);
    let project = app.address("project").await;
    app.get(&format!("{project}/findings")).await.expect(200);
    let mut lives = vec![project.clone(), agreement.clone()];
    for resource in ["amendment", "suspension", "termination", "report", "waiver"] {
        lives.push(app.address(resource).await);
    }
    for record in &lives {
        app.get(&format!("{record}/versions/1")).await.expect(200);
        app.get(&format!("{record}/versions/1/differences?with=1")).await.expect(200);
    }
    for below in ["terms", "reporting-periods", "findings"] {
        app.get(&format!("{agreement}/{below}")).await.expect(200);
    }
    list_in_every_form(app, "/v1/obligations").await;
    let obligation = app.get("/v1/obligations?limit=1").await.expect(200)["items"][0].clone();
    let address = format!("/v1/obligations/{}", obligation["id"].as_str().unwrap());
    let made =
        app.at_version("POST", &address, "/fulfilments", Some(json!({"fulfilled_on": "2021-08-30"}))).await;
    let one = made.header("location").trim_start_matches(&address).to_owned();
    let plan = format!("/plans/{}", obligation["plans"][0]["id"].as_str().unwrap());
    for below in ["", "/history", "/plans", "/fulfilments", &plan, &one] {
        app.get(&format!("{address}{below}")).await.expect(200);
    }
    app.at_version("PATCH", &address, &one, Some(json!({"fulfilled_on": "2021-08-31"}))).await.expect(200);
    app.at_version("DELETE", &address, &one, None).await.expect(204);
    let reason = json!({"reason": "It is nearer to the contract."});
    app.at_version("POST", &claim, "/adoption", Some(reason)).await.expect(200);
    app.get("/v1/findings").await.expect(200);
    for (resource, to) in [
        ("amendment", "requested"),
        ("suspension", "in_effect"),
        ("termination", "in_effect"),
        ("waiver", "acknowledged"),
    ] {
        let address = app.address(resource).await;
        let step = json!({"to": to, "reason": "A test."});
        app.at_version("POST", &address, "/transitions", Some(step)).await.expect(201);
        app.get(&format!("{address}/transitions")).await.expect(200);
    }
    let agreement = app.address("grant_agreement").await;
    let trial = json!({"changes": {"implementation_period": {"end": "2021-09-30", "duration_months": null}}});
    app.at_version("POST", &agreement, "/preview", Some(trial.clone())).await.expect(200);
    let mut correction = trial;
    correction["grant_agreement_id"] = json!(agreement.rsplit('/').next().unwrap());
    correction["kind"] = json!("correction");
    let amendment = app.create("/v1/amendments", correction).await;
    app.at_version("POST", &amendment, "/application", Some(json!({}))).await.expect(200);
    let document = app.address("document").await;
    let made = app.upload(&document, "Agenda.txt", b"1. Welcome").await;
    let file = made.header("location").to_owned();
    made.expect(201);
    for address in [format!("{document}/files"), file.clone()] {
        app.get(&address).await.expect(200);
    }
    assert_eq!(app.get(&format!("{file}/content")).await.status, 200);
    let report = app.address("report").await;
    let other = Caller::new(app, &[(Role::Admin, None)]).await;
    let tag = other.get(&report).await.header("etag").to_owned();
    let step = json!({"to": "internally_approved"});
    other.send("POST", &format!("{report}/transitions"), &tag, Some(step)).await.expect(201);
    app.at_version("POST", &report, "/transitions", Some(json!({"to": "submitted"}))).await.expect(201);
    app.get(&format!("{report}/transitions")).await.expect(200);
    let snapshots = app.get(&format!("{report}/snapshots")).await.expect(200);
    let id = snapshots["items"][0]["id"].as_str().unwrap();
    app.get(&format!("{report}/snapshots/{id}")).await.expect(200);
}
