//! Scopes: what hangs on what somebody was granted is seen, all else is as if it were not there, in every way of
//! asking; what may be done follows.
use crate::both;
use crate::support::App;
use crate::support::caller::Caller;
use crate::support::world::Latbel;
use entity::vocab::{PrincipalKind, Role};
use grantline::access::{self, Grant};
use grantline::clock::Clock;
use grantline::http::FACES;
use grantline::store::scope::Root;
use serde_json::{Value, json};
use std::sync::atomic::Ordering;
use uuid::Uuid;

/// A second world beside LATBEL's: another funder's project with all that hangs on it.
pub struct Other {
    /// Every id of it.
    pub ids: Vec<String>,
    pub project: String,
    pub agreement: String,
    pub organisation: String,
    /// An event of both worlds.
    shared: String,
    contact: String,
}

pub async fn worlds(app: &App) -> (Latbel, Other) {
    let l = app.latbel().await;
    let organisation =
        app.made("organisations", json!({"name": {"en": "Secret Service"}, "acronym": "HIDE"})).await;
    let funder = app.made("funders", json!({"organisation_id": organisation})).await;
    let programme = json!({"code": "HIDDEN-P", "kind": "facility", "funder_id": funder, "name": {"en": "Secret programme"}});
    let programme = app.made("programmes", programme).await;
    let project = json!({"code": "HIDDEN", "title": {"en": "Secret project"}, "lead_organisation_id": organisation,
        "planned_period": {"start": "2020-01-01", "end": "2022-01-01"}, "countries": [{"country": "EE"}]});
    let project = app.made("projects", project).await;
    let agreement = json!({"reference": "HIDDEN/1", "funder_id": funder, "programme_id": programme});
    let agreement = app.made("grant-agreements", agreement).await;
    let root = format!("grant-agreements/{agreement}");
    app.part(&root, "project-links", json!({"project_id": project})).await;
    app.part(&root, "parties", json!({"organisation_id": organisation, "role": "coordinator"})).await;
    let person = json!({"name": "Secret Person", "purpose": "Contact", "lawful_basis": "public_task"});
    let person = app.made("persons", person).await;
    let contact = app
        .part(
            &format!("projects/{project}"),
            "contacts",
            json!({"person_id": person, "role": "project_management"}),
        )
        .await;
    let event = json!({"title": {"en": "Secret meeting"}, "kind": "seminar", "mode": "online", "state": "held", "starts": "2021-01-01"});
    let event = app.made("events", event).await;
    app.part(&format!("events/{event}"), "links", json!({"project_id": project})).await;
    let publication = json!({"kind": "web_article", "title": {"en": "Secret article"}, "language": "en"});
    let publication = app.made("publications", publication).await;
    app.part(&format!("publications/{publication}"), "links", json!({"project_id": project})).await;
    let claim = json!({"subject_kind": "project", "subject_id": project, "field": "acronym", "value": "X", "source_title": "Secret page"});
    let claim = app.made("claims", claim).await;
    // What both have a part in: an event of both projects, a link between the projects, a common parent.
    let shared = json!({"title": {"en": "Meeting of both"}, "kind": "seminar", "mode": "online", "state": "held", "parent_id": event});
    let shared = app.made("events", shared).await;
    for id in [&l.project, &project] {
        app.part(&format!("events/{shared}"), "links", json!({"project_id": id})).await;
    }
    let kind = json!({"other_project_id": project, "kind": "related"});
    app.part(&format!("projects/{}", l.project), "links", kind).await;
    let ids = [
        organisation.clone(),
        funder,
        programme,
        project.clone(),
        agreement.clone(),
        person,
        event,
        publication,
        claim,
    ];
    let mut ids = ids.to_vec();
    // What is owed under both agreements.
    let regime = app.little_regime().await;
    for agreement in [&l.agreement, &agreement] {
        let address = format!("/v1/grant-agreements/{agreement}");
        app.at_version("PATCH", &address, "", Some(json!({"regime_id": regime}))).await.expect(200);
    }
    ids.extend(app.ids(&format!("/v1/obligations?agreement={agreement}")).await);
    let contact = contact["id"].as_str().unwrap().to_owned();
    (l, Other { ids, project, agreement, organisation, shared, contact })
}

fn id(text: &str) -> Uuid {
    text.parse().unwrap()
}

/// Every scope in which LATBEL lies and the other world does not.
fn scopes(l: &Latbel) -> [(&'static str, Root); 5] {
    [
        ("ultimate funder", Root::Funder(id(&l.eu_funder))),
        ("direct funder", Root::Funder(id(&l.icmpd_funder))),
        ("programme", Root::Programme(id(&l.programme))),
        ("project", Root::Project(id(&l.project))),
        ("agreement", Root::GrantAgreement(id(&l.agreement))),
    ]
}

pub fn assert_nothing_of(other: &Other, text: &str, at: &str) {
    for hidden in other.ids.iter().map(String::as_str).chain(["HIDDEN", "Secret", "HIDE"]) {
        assert!(!text.contains(hidden), "{at} tells of {hidden}: {text}");
    }
}

both! {
    /// What follows from a change lies where what it follows for lies, whoever made the change.
    async fn what_the_program_makes_is_not_the_callers(app: App) {
        let (l, other) = worlds(app).await;
        // The coordinator of both: who may change it for the one makes the other one's obligations be planned anew.
        let hidden = format!("/v1/grant-agreements/{}", other.agreement);
        app.at_version("POST", &hidden, "/parties", Some(json!({"organisation_id": l.vrs, "role": "coordinator"}))).await.expect(201);
        let period = json!({"implementation_period": {"start": "2020-01-01", "end": "2021-12-31", "duration_months": null}});
        app.at_version("PATCH", &hidden, "", Some(period)).await.expect(200);
        let regime = app.get("/v1/regimes/eu-prag-icmpd-mpf").await.expect(200)["record_id"].clone();
        app.at_version("PATCH", &hidden, "", Some(json!({"regime_id": regime}))).await.expect(200);
        app.at_version("PATCH", &format!("/v1/projects/{}", other.project), "", Some(json!({"countries": [{"country": "LV"}]}))).await.expect(200);
        let before = app.ids(&format!("/v1/obligations?agreement={}", other.agreement)).await;
        let caller = Caller::new(app, &[(Role::ProgrammeManager, Some(Root::Project(id(&l.project))))]).await;
        let own = caller.get("/v1/obligations?include_total=true").await.expect(200)["total"].clone();
        let coordinator = format!("/v1/organisations/{}", l.vrs);
        let parties = app.get(&hidden).await.json()["parties"].clone();
        let first = parties[0]["id"].as_str().unwrap().to_owned();
        app.at_version("DELETE", &hidden, &format!("/parties/{first}"), None).await.expect(204);
        let tag = caller.get(&coordinator).await.header("etag").to_owned();
        caller.send("PATCH", &coordinator, &tag, Some(json!({"country": "FI"}))).await.expect(200);
        let after = app.ids(&format!("/v1/obligations?agreement={}", other.agreement)).await;
        let made: Vec<&String> = after.iter().filter(|id| !before.contains(id)).collect();
        assert!(!made.is_empty(), "six months instead of three are another obligation");
        for id in made {
            assert_eq!(caller.get(&format!("/v1/obligations/{id}")).await.problem(), "not_found");
            assert!(!caller.get("/v1/changes?limit=200").await.text().contains(id.as_str()), "nor does the feed tell of it");
        }
        assert_eq!(caller.get("/v1/obligations?include_total=true").await.expect(200)["total"], own);
        assert_eq!(caller.get(&hidden).await.problem(), "not_found");
    }
}

both! {
    async fn what_lies_outside_is_not_there_in_any_way_of_asking(app: App) {
        let (l, other) = worlds(app).await;
        let then = "2026-11-22T10:00:00Z";
        let owed = app.ids(&format!("/v1/obligations?agreement={}", l.agreement)).await.remove(0);
        for (name, root) in scopes(&l) {
            let caller = Caller::new(app, &[(Role::Auditor, Some(root))]).await;
            for (path, ids) in [("projects", vec![&l.project]), ("grant-agreements", vec![&l.agreement]),
                ("events", vec![&l.event, &other.shared]), ("publications", vec![&l.publication]), ("claims", vec![]), ("persons", vec![]),
                ("programmes", vec![&l.programme]), ("obligations", vec![&owed])] {
                for address in [format!("/v1/{path}?include_total=true"), format!("/v1/{path}?include_total=true&known_at={then}")] {
                    let list = caller.get(&address).await.expect(200);
                    let mut found: Vec<&str> = list["items"].as_array().unwrap().iter().map(|i| i["id"].as_str().unwrap()).collect();
                    let mut expected: Vec<&str> = ids.iter().map(|id| id.as_str()).collect();
                    found.sort_unstable();
                    expected.sort_unstable();
                    assert_eq!(found, expected, "{name}: {address}");
                    assert_eq!(list["total"], ids.len(), "{name}: {address}");
                }
            }
            // Lists in every form, in the widest scope and in the narrowest.
            let every_form = ["ultimate funder", "project"].contains(&name);
            for face in FACES.iter().filter(|_| every_form) {
                let path = face.resource.path;
                let all = |f: fn(&grantline::store::listing::Field) -> bool| -> String {
                    face.resource.list_fields().filter(|field| f(field)).map(|field| field.path).collect::<Vec<_>>().join(",")
                };
                let (counted, sorted) = (all(|f| f.facet), all(|f| f.sortable));
                let neighbours: Vec<&str> = face.resource.neighbours.iter().map(|n| n.name).collect();
                let mut forms = vec![format!("/v1/{path}?format=csv"), format!("/v1/{path}?q=secret"), format!("/v1/{path}?sort=-{sorted}")];
                if !counted.is_empty() {
                    forms.push(format!("/v1/{path}?facets={counted}"));
                }
                for neighbour in neighbours {
                    forms.push(format!("/v1/{path}?expand={neighbour}"));
                }
                for form in forms {
                    let answer = caller.get(&form).await;
                    assert_eq!(answer.status, 200, "{form}: {}", answer.text());
                    assert_nothing_of(&other, &answer.text(), &format!("{name}: {form}"));
                }
            }
            // By id, by code, and all that hangs below.
            let absent = "01932c07-6b80-7000-8000-0000000000ff";
            for (path, key) in [("organisations", 0), ("funders", 1), ("programmes", 2), ("projects", 3), ("grant-agreements", 4), ("persons", 5), ("events", 6), ("publications", 7), ("claims", 8), ("obligations", 9)] {
                let asked = |key: &str, below: &str| format!("/v1/{path}/{key}{below}");
                for below in ["", "/history", &format!("?known_at={then}")] {
                    let count = async |key: &str| {
                        let before = app.statements.load(Ordering::Relaxed);
                        let answer = caller.get(&asked(key, below)).await;
                        assert_eq!(answer.problem(), "not_found", "{name}: {}", asked(key, below));
                        app.statements.load(Ordering::Relaxed) - before
                    };
                    let hidden = count(&other.ids[key]).await;
                    assert_eq!(hidden, count(absent).await, "{name}: {path}{below} runs the same statements");
                }
            }
            for code in ["projects/HIDDEN", "projects/HIDDEN/history", "projects/HIDDEN/contacts", "projects/HIDDEN/transitions", "programmes/HIDDEN-P"] {
                assert_eq!(caller.get(&format!("/v1/{code}")).await.problem(), "not_found", "{name}: {code}");
            }
            let contact = format!("/v1/projects/{}/contacts/{}", l.project, other.contact);
            assert_eq!(caller.get(&contact).await.problem(), "not_found");
            // Filters that name it.
            for filter in ["projects?programme=HIDDEN-P".into(), format!("projects?funder={}", other.ids[1]), format!("projects?organisation={}", other.organisation),
                "events?project=HIDDEN".into(), format!("events?parent_id={}", other.ids[6]), "publications?project=HIDDEN".into(), "claims?project=HIDDEN".into(),
                format!("claims?subject_id={}", other.project), "obligations?project=HIDDEN".into(), "grant-agreements?project=HIDDEN".into(), "organisations?project=HIDDEN".into()] {
                let found = caller.get(&format!("/v1/{filter}&include_total=true")).await.expect(200);
                assert_eq!((&found["items"], &found["total"]), (&json!([]), &json!(0)), "{name}: {filter}");
            }
            // What tells of it from this side: links, parents, histories, the feed.
            for address in [format!("/v1/events/{}", other.shared), format!("/v1/events/{}/links", other.shared), format!("/v1/events/{}/history", other.shared),
                format!("/v1/projects/{}", l.project), format!("/v1/projects/{}/links", l.project), format!("/v1/projects/{}/history", l.project),
                format!("/v1/projects/{}?expand=agreements,events", l.project), "/v1/changes?limit=200".into()] {
                let answer = caller.get(&address).await;
                assert_eq!(answer.status, 200, "{name}: {address} {}", answer.text());
                assert_nothing_of(&other, &answer.text(), &format!("{name}: {address}"));
            }
            let event = caller.get(&format!("/v1/events/{}", other.shared)).await.json();
            assert_eq!((&event["parent_id"], event["links"].as_array().unwrap().len()), (&Value::Null, 1), "{name}");
            let told = caller.get("/v1/changes?limit=200").await.json();
            assert!(told["items"].as_array().unwrap().iter().any(|c| c["id"] == json!(l.project)), "{name}");
            assert_eq!(caller.get(&format!("/v1/projects/{}", l.project)).await.json()["available_actions"], json!(["read"]));
        }
        // Nobody was granted anything: nothing is seen.
        let nobody = Caller::new(app, &[]).await;
        assert_eq!(nobody.get("/v1/projects").await.problem(), "forbidden");
    }
}

both! {
    async fn what_is_gone_is_told_to_those_who_saw_it(app: App) {
        let (l, other) = worlds(app).await;
        for address in [format!("/v1/publications/{}", l.publication), format!("/v1/publications/{}", other.ids[7])] {
            app.at_version("DELETE", &address, "", None).await.expect(204);
        }
        for (name, root) in scopes(&l) {
            let caller = Caller::new(app, &[(Role::Viewer, Some(root))]).await;
            let feed = caller.get("/v1/changes?limit=200&resource=publication").await.expect(200);
            let gone: Vec<&Value> = feed["items"].as_array().unwrap().iter().filter(|c| c["action"] == "deleted").map(|c| &c["id"]).collect();
            assert_eq!(gone, [&json!(l.publication)], "{name}");
            caller.get(&format!("/v1/publications/{}/history", l.publication)).await.expect(200);
            let hidden = format!("/v1/publications/{}/history", other.ids[7]);
            assert_eq!(caller.get(&hidden).await.problem(), "not_found", "{name}");
        }
    }
}

both! {
    async fn writing_keeps_to_the_scope_and_loses_nothing_outside(app: App) {
        let (l, other) = worlds(app).await;
        let manager = Caller::new(app, &[(Role::ProgrammeManager, Some(Root::Funder(id(&l.eu_funder))))]).await;
        let latbel = format!("/v1/projects/{}", l.project);
        // What is hidden can't be referred to, changed or deleted, like what is absent.
        for key in [other.project.as_str(), "01932c07-6b80-7000-8000-0000000000ff"] {
            let link = json!({"other_project_id": key, "kind": "related"});
            let tag = manager.get(&latbel).await.header("etag").to_owned();
            let refused = manager.send("POST", &format!("{latbel}/links"), &tag, Some(link)).await;
            assert_eq!(refused.problem(), "invalid /other_project_id:unknown_reference");
            let hidden = format!("/v1/projects/{key}");
            for (method, body) in [("PATCH", Some(json!({"acronym": "X"}))), ("DELETE", None)] {
                assert_eq!(manager.send(method, &hidden, "\"1\"", body).await.problem(), "not_found", "{method}");
            }
            let step = json!({"to": "cancelled", "reason": "x"});
            assert_eq!(manager.send("POST", &format!("{hidden}/transitions"), "\"1\"", Some(step)).await.problem(), "not_found");
        }
        // A change of what is seen keeps what is not: the hidden parent and the hidden links.
        let shared = format!("/v1/events/{}", other.shared);
        let tag = manager.get(&shared).await.header("etag").to_owned();
        let mut sent = manager.get(&shared).await.json();
        sent["title"] = json!({"en": "Renamed"});
        let changed = manager.send("PATCH", &shared, &tag, Some(sent)).await;
        assert_eq!(changed.status, 200, "{}", changed.text());
        assert_nothing_of(&other, &changed.text(), "the answer to a change");
        let whole = app.get(&shared).await.json();
        assert_eq!((&whole["parent_id"], &whole["title"]["en"]), (&json!(other.ids[6]), &json!("Renamed")));
        assert_eq!(whole["links"].as_array().unwrap().len(), 2);
        // A deletion that something hidden stands in the way of is refused without a name.
        let programme = json!({"code": "EMPTY", "kind": "facility", "funder_id": l.eu_funder, "name": {"en": "Empty"}});
        let made = manager.send("POST", "/v1/programmes", "", Some(programme)).await;
        let (empty, tag) = (made.header("location").to_owned(), made.header("etag").to_owned());
        let id_of = made.expect(201)["id"].clone();
        let hidden = format!("/v1/grant-agreements/{}", other.agreement);
        app.at_version("PATCH", &hidden, "", Some(json!({"programme_id": id_of}))).await.expect(200);
        let refused = manager.send("DELETE", &empty, &tag, None).await;
        assert_eq!(refused.problem(), "referenced");
        assert_nothing_of(&other, &refused.text(), "the refusal");

        // What it makes it sees, at once and later; others of the same scope do only when it hangs on the scope.
        let made = manager.send("POST", "/v1/events", "", Some(json!({"title": {"en": "Mine"}, "kind": "seminar", "mode": "online", "state": "held"}))).await;
        let (mine, tag) = (made.header("location").to_owned(), made.header("etag").to_owned());
        assert_eq!(manager.get(&mine).await.header("etag"), tag, "seen as it was answered");
        let viewer = Caller::new(app, &[(Role::Viewer, Some(Root::Project(id(&l.project))))]).await;
        assert_eq!(viewer.get(&mine).await.problem(), "not_found");
        let linked = manager.send("POST", &format!("{mine}/links"), &tag, Some(json!({"project_id": l.project}))).await;
        assert_eq!(linked.status, 201, "{}", linked.text());
        viewer.get(&mine).await.expect(200);
        app.audit().await;
    }
}

both! {
    async fn what_was_made_under_other_grants_is_not_its_own(app: App) {
        let (l, _) = worlds(app).await;
        let narrow = [Grant { role: Role::Contributor, root: Some(Root::Project(id(&l.project))) }];
        let wide = [Grant { role: Role::Contributor, root: None }];
        let event = json!({"title": {"en": "Mine"}, "kind": "seminar", "mode": "online", "state": "held"});
        let with = async |grants: &[Grant]| {
            Caller { app, header: format!("Bearer {}", app.token_with("One and the same", grants).await) }
        };
        let (office, desk, other_desk) = (with(&wide).await, with(&narrow).await, with(&narrow).await);
        let far = office.send("POST", "/v1/events", "", Some(event.clone())).await.header("location").to_owned();
        let near = desk.send("POST", "/v1/events", "", Some(event.clone())).await.header("location").to_owned();
        office.get(&far).await.expect(200);
        desk.get(&near).await.expect(200);
        other_desk.get(&near).await.expect(200);
        let of_desk = desk.get("/v1/events?include_total=true&q=Mine").await.expect(200);
        assert_eq!((&of_desk["total"], &of_desk["items"][0]["id"]), (&json!(1), &json!(near.rsplit('/').next())));
        for caller in [&desk, &other_desk] {
            assert_eq!(caller.get(&far).await.problem(), "not_found");
            assert!(!caller.get("/v1/changes").await.text().contains(&far));
        }
        // A principal whose own grants were narrowed.
        let token = app.token_with("Somebody", &[]).await;
        let caller = Caller { app, header: format!("Bearer {token}") };
        let grant = async |grants: &[Grant]| {
            let (db, now) = (&app.state.db, app.clock.now());
            access::grant_to_principal(db, "Somebody", PrincipalKind::Service, grants, now).await.unwrap();
        };
        assert_eq!(caller.get("/v1/events").await.problem(), "forbidden", "nothing was granted");
        grant(&wide).await;
        let made = caller.send("POST", "/v1/events", "", Some(event)).await.header("location").to_owned();
        caller.get(&made).await.expect(200);
        grant(&narrow).await;
        assert_eq!(caller.get(&made).await.problem(), "not_found");
        caller.get(&format!("/v1/events/{}", l.event)).await.expect(200);
    }
}

both! {
    async fn different_roles_for_different_scopes(app: App) {
        let (l, other) = worlds(app).await;
        let grants = [(Role::Viewer, Some(Root::Project(id(&l.project)))), (Role::ProgrammeManager, Some(Root::Project(id(&other.project))))];
        let caller = Caller::new(app, &grants).await;
        let codes: Vec<Value> = caller.get("/v1/projects?sort=code").await.expect(200)["items"].as_array().unwrap().iter()
            .map(|p| json!([p["code"], p["available_actions"]])).collect();
        assert_eq!(json!(codes), json!([["HIDDEN", ["read", "update", "delete", "transition"]], ["LATBEL", ["read"]]]));
        for (key, status) in [(&l.project, 403), (&other.project, 200)] {
            let address = format!("/v1/projects/{key}");
            let tag = caller.get(&address).await.header("etag").to_owned();
            let answer = caller.send("PATCH", &address, &tag, Some(json!({"acronym": "NEW"}))).await;
            assert_eq!(answer.status, status, "{}", answer.text());
        }
        let me = caller.get("/v1/me").await.expect(200);
        assert_eq!(me["grants"][1], json!({"role": "programme_manager", "scope": {"kind": "project", "id": other.project}}));
        let project = me["actions"].as_array().unwrap().iter().find(|a| a["resource"] == "project").unwrap();
        assert_eq!(project["actions"], json!(["read", "create", "update", "delete", "transition"]));
        // Everything is seen, and a little of it may be changed.
        let mixed = Caller::new(app, &[(Role::Viewer, None), (Role::Contributor, Some(Root::Project(id(&l.project))))]).await;
        for (event, status) in [(&l.event, 200), (&other.ids[6], 403)] {
            let address = format!("/v1/events/{event}");
            let tag = mixed.get(&address).await.header("etag").to_owned();
            let answer = mixed.send("PATCH", &address, &tag, Some(json!({"title": {"en": "New"}}))).await;
            assert_eq!(answer.status, status, "{}", answer.text());
        }
    }
}
