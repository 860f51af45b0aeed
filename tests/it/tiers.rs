//! Publication tiers: what is read without a role, by everybody and by partners, and that nothing else is.
use crate::both;
use crate::matrix::world;
use crate::scopes::{Other, assert_nothing_of, worlds};
use crate::support::app::Answer;
use crate::support::world::Latbel;
use crate::support::{App, records};
use entity::vocab::{ErasureGround, PrincipalKind, Role, Word};
use grantline::access::{self, Grant};
use grantline::clock::Clock;
use grantline::config::Config;
use grantline::http::contract;
use grantline::store::scope::Root;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// The same server with public access.
fn public(app: &App) -> App {
    let mut state = app.state.clone();
    state.config = Arc::new(Config { public_access: true, ..Config::clone(&state.config) });
    App::beside(state, app)
}

/// Asks without a token, or with another one.
struct Reader<'a> {
    app: &'a App,
    header: Option<String>,
}

impl<'a> Reader<'a> {
    fn nobody(app: &'a App) -> Self {
        Self { app, header: None }
    }

    /// Somebody with these grants, who is the partner of an organisation.
    async fn partner(app: &'a App, name: &str, organisation: &str, grants: &[Grant]) -> Self {
        let token = app.token_with(name, grants).await;
        let (db, now) = (&app.state.db, app.clock.now());
        let organisation = Some(organisation.parse().unwrap());
        access::make_partner(db, name, PrincipalKind::Service, organisation, now).await.unwrap();
        Self { app, header: Some(format!("Bearer {token}")) }
    }

    async fn ask(&self, method: &str, address: &str, tag: &str, body: Option<Value>) -> Answer {
        let mut headers = vec![];
        headers.extend(self.header.as_ref().map(|header| ("authorization", header.as_str())));
        if !tag.is_empty() {
            headers.push(("if-match", tag));
        }
        match self.header {
            Some(_) => self.app.ask(method, address, &headers, body).await,
            None => self.app.without_token(method, address, &headers, body).await,
        }
    }

    async fn get(&self, address: &str) -> Answer {
        self.ask("GET", address, "", None).await
    }

    /// What a list shows of one member of its records.
    async fn all(&self, address: &str, member: &str) -> Vec<Value> {
        let list = self.get(address).await.expect(200);
        list["items"].as_array().unwrap().iter().map(|item| item[member].clone()).collect()
    }
}

async fn publish(app: &App, address: &str, tiers: Value) {
    app.at_version("PATCH", address, "", Some(json!({"publication_tiers": tiers}))).await.expect(200);
}

/// LATBEL with a contact, money lines and notes; published in part.
async fn published(app: &App, tier: &str) -> (Latbel, Other) {
    let (l, other) = worlds(app).await;
    let (project, agreement) =
        (format!("/v1/projects/{}", l.project), format!("/v1/grant-agreements/{}", l.agreement));
    let contact =
        json!({"role": "project_management", "email": "unit@example.org", "unit": {"en": "The unit"}});
    app.part(&project[4..], "contacts", contact).await;
    let participant = json!({"organisation_id": l.vrs, "role": "partner"});
    app.part(&project[4..], "participants", participant).await;
    app.at_version("PATCH", &agreement, "", Some(json!({"notes": {"en": "Wordofnotes"}}))).await.expect(200);
    publish(app, &project, json!({"record": tier, "participants": tier})).await;
    publish(app, &agreement, json!({"record": tier, "parties": tier})).await;
    publish(app, &format!("/v1/organisations/{}", l.vrs), json!({"record": tier})).await;
    publish(app, &format!("/v1/events/{}", l.event), json!({"record": tier})).await;
    (l, other)
}

both! {
    async fn everybody_reads_what_is_public_and_nothing_else(app: App) {
        let (l, other) = published(app, "public").await;
        let open = public(app);
        let nobody = Reader::nobody(&open);
        for (path, expected) in [("projects", vec![&l.project]), ("grant-agreements", vec![&l.agreement]), ("events", vec![&l.event]),
            ("organisations", vec![&l.vrs]), ("publications", vec![]), ("funders", vec![]), ("programmes", vec![])] {
            let list = nobody.get(&format!("/v1/{path}?include_total=true&facets=publication_tiers.record")).await;
            assert_eq!(list.problem(), "bad_parameters facets:withheld", "{path}");
            let list = nobody.get(&format!("/v1/{path}?include_total=true")).await.expect(200);
            let ids: Vec<&str> = list["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect();
            assert_eq!((ids, &list["total"]), (expected.iter().map(|id| id.as_str()).collect(), &json!(expected.len())), "{path}");
        }
        let project = nobody.get("/v1/projects/LATBEL?expand=lead_organisation,agreements,events,publications").await.expect(200);
        assert_eq!(project["withheld"], json!(["contacts", "workings"]));
        for member in ["contacts", "publication_tiers", "sources", "conflicts", "printed_statuses", "warnings", "available_transitions"] {
            assert_eq!(project[member], Value::Null, "{member}");
        }
        assert_eq!((&project["lead_organisation"]["id"], &project["participants"][0]["organisation_id"]), (&json!(l.vrs), &json!(l.vrs)));
        assert_eq!((&project["agreement_ids"], &project["event_ids"], &project["publication_ids"]), (&json!([l.agreement]), &json!([l.event]), &json!([])));
        assert_eq!(project["available_actions"], json!(["read"]));
        let agreement = project["agreements"]["items"][0].clone();
        assert_eq!(agreement["withheld"], json!(["money", "funding_chain", "notes", "workings"]));
        for member in ["maximum_grant", "funding_lines", "funding_chain", "notes", "funder_id", "programme_id"] {
            assert_eq!(agreement[member], Value::Null, "{member}");
        }
        assert_eq!((&agreement["reference"], &agreement["parties"][0]["organisation_id"]), (&json!("ICMPD/2019/MPF–295–005"), &json!(l.vrs)));
        let event = nobody.get(&format!("/v1/events/{}", l.event)).await.expect(200);
        assert_eq!((&event["organisations"], &event["project_ids"]), (&Value::Null, &json!([l.project])));

        // Parts go with their group.
        nobody.get("/v1/projects/LATBEL/participants").await.expect(200);
        let contacts = app.get("/v1/projects/LATBEL/contacts").await.expect(200);
        for below in [String::new(), format!("/{}", contacts["items"][0]["id"].as_str().unwrap())] {
            let refused = nobody.get(&format!("/v1/projects/LATBEL/contacts{below}")).await;
            assert_eq!((refused.status.as_u16(), refused.problem()), (403, "withheld".to_owned()));
        }

        // What may be withheld is not asked by, not even where it is not.
        for (query, told) in [("facets=lead_organisation_id", "facets"), ("organisation=", "organisation"), ("lead_organisation_id[is_null]=true", "lead_organisation_id[is_null]"),
            ("publication_tiers.record=public", "publication_tiers.record"), ("known_at=2026-11-22T10:00:00Z", "known_at")] {
            let address = format!("/v1/projects?{}", query.replace("organisation=", &format!("organisation={}", l.vrs)));
            assert_eq!(nobody.get(&address).await.problem(), format!("bad_parameters {told}:withheld"), "{query}");
        }
        let money = "/v1/grant-agreements?maximum_grant.currency=EUR&maximum_grant.amount[gte]=1";
        assert_eq!(nobody.get(money).await.problem(), "bad_parameters maximum_grant.currency:withheld maximum_grant.amount[gte]:withheld");
        // Search finds by what was published only.
        let found = async |reader: &Reader<'_>, word: &str| reader.all(&format!("/v1/grant-agreements?q={word}"), "id").await.len();
        let admin = Reader { app, header: Some(format!("Bearer {}", app.token)) };
        assert_eq!((found(&admin, "wordofnotes").await, found(&nobody, "wordofnotes").await), (1, 0));
        assert_eq!((found(&admin, "295-005").await, found(&nobody, "295-005").await), (1, 1));

        // Nothing else is told, in any way of asking.
        for face in records::all().filter(|face| face.resource.publishing.is_some()) {
            let expand: Vec<&str> = face.resource.neighbours.iter().map(|neighbour| neighbour.name).collect();
            let expand = if expand.is_empty() { String::new() } else { format!("&expand={}", expand.join(",")) };
            for query in [format!("include_total=true{expand}"), "format=csv".into(), "q=Secret".into(), "q=unit".into()] {
                let answer = nobody.get(&format!("/v1/{}?{query}", face.resource.path)).await;
                assert_eq!(answer.status, 200, "{}", answer.text());
                assert_nothing_of(&other, &answer.text(), &query);
                for secret in ["494813", "unit@example.org", "Wordofnotes", &l.eu, &l.icmpd_funder, &l.programme, &l.publication] {
                    assert!(!answer.text().contains(secret), "{} {query} tells {secret}: {}", face.resource.path, answer.text());
                }
            }
        }
        // Hidden and absent alike, with the same statements.
        let count = async |key: &str| {
            let before = app.statements.load(Ordering::Relaxed);
            assert_eq!(nobody.get(&format!("/v1/projects/{key}")).await.problem(), "not_found");
            app.statements.load(Ordering::Relaxed) - before
        };
        assert_eq!(count(&other.project).await, count("01932c07-6b80-7000-8000-0000000000ff").await);
        assert_eq!(count("HIDDEN").await, count("ABSENT").await);

        // A funder is an organisation: it is not shown without it, nor is what it is called.
        publish(app, &format!("/v1/funders/{}", l.eu_funder), json!({"record": "public"})).await;
        publish(app, &format!("/v1/programmes/{}", l.programme), json!({"record": "public"})).await;
        assert_eq!(nobody.get(&format!("/v1/funders/{}", l.eu_funder)).await.problem(), "not_found");
        assert_eq!(nobody.all("/v1/programmes", "funder_id").await, [Value::Null]);
        publish(app, &format!("/v1/organisations/{}", l.eu), json!({"record": "public"})).await;
        let funder = nobody.get(&format!("/v1/funders/{}", l.eu_funder)).await.expect(200);
        assert_eq!((&funder["name"]["en"], &funder["ultimate"], &funder["withheld"]), (&json!("European Union"), &json!([]), &json!(["notes", "workings"])));
        assert_eq!(nobody.all("/v1/programmes", "funder_id").await, [json!(l.eu_funder)]);

        // Nor does another list tell of what was withheld.
        assert_eq!(nobody.all("/v1/organisations?project=LATBEL", "id").await, [json!(l.vrs)]);
        publish(app, "/v1/projects/LATBEL", json!({"participants": "internal"})).await;
        assert_eq!(nobody.all("/v1/organisations?project=LATBEL", "id").await, [] as [Value; 0]);
        let project = nobody.get("/v1/projects/LATBEL?expand=lead_organisation").await.expect(200);
        assert_eq!((&project["lead_organisation_id"], &project["lead_organisation"]), (&Value::Null, &Value::Null));
        assert_eq!(project["withheld"], json!(["participants", "contacts", "workings"]));

        // Withdrawn, it is gone at once; its past is nobody's either.
        publish(app, "/v1/projects/LATBEL", json!({"record": "internal"})).await;
        assert_eq!(nobody.get("/v1/projects/LATBEL").await.problem(), "not_found");
        assert_eq!(nobody.all("/v1/events", "project_ids").await, [json!([])]);
        let history = app.get("/v1/projects/LATBEL/history?limit=1").await.expect(200);
        assert_eq!(history["items"][0]["changes"][0]["field"], "publication_tiers");
        // Without public access nobody is let in.
        assert_eq!(Reader::nobody(app).get("/v1/projects").await.problem(), "unauthenticated");
        app.audit().await;
    }
}

both! {
    async fn partners_read_where_their_organisation_is_a_party(app: App) {
        let (l, other) = published(app, "partners").await;
        let icmpd = app.get(&format!("/v1/funders/{}", l.icmpd_funder)).await.expect(200)["organisation_id"].as_str().unwrap().to_owned();
        for (name, organisation) in [("coordinator", &l.vrs), ("grantor", &icmpd), ("ultimate payer", &l.eu)] {
            let partner = Reader::partner(app, name, organisation, &[]).await;
            assert_eq!(partner.all("/v1/projects", "code").await, [json!("LATBEL")], "{name}");
            assert_eq!(partner.all("/v1/grant-agreements", "id").await, [json!(l.agreement)], "{name}");
            assert_eq!(partner.all("/v1/events", "id").await, [json!(l.event)], "{name}");
            let agreement = partner.get(&format!("/v1/grant-agreements/{}", l.agreement)).await.expect(200);
            assert_eq!(agreement["withheld"], json!(["money", "funding_chain", "notes", "workings"]));
            assert_eq!(agreement["parties"][0]["organisation_id"], json!(l.vrs), "a party's name is published with it");
            let me = partner.get("/v1/me").await.expect(200);
            assert_eq!((&me["principal"]["organisation_id"], &me["grants"]), (&json!(organisation), &json!([])));
        }
        // A funder is a party to its own record and to its programmes.
        let (bank, manager) = (app.organisation("A bank").await, app.organisation("A manager").await);
        publish(app, &format!("/v1/organisations/{bank}"), json!({"record": "partners"})).await;
        let tiers = json!({"record": "partners"});
        let funder = app.create("/v1/funders", json!({"organisation_id": bank, "publication_tiers": tiers})).await;
        let funder = funder.rsplit('/').next().unwrap();
        let programme = json!({"code": "OF-A-BANK", "kind": "facility", "name": {"en": "Of a bank"}, "funder_id": funder, "managing_organisation_id": manager,
            "publication_tiers": tiers});
        app.create("/v1/programmes", programme).await;
        for (name, organisation) in [("bank", &bank), ("manager", &manager)] {
            let partner = Reader::partner(app, name, organisation, &[]).await;
            assert_eq!(partner.all("/v1/funders", "id").await, [json!(funder)], "{name}");
            assert_eq!(partner.all("/v1/programmes", "code").await, [json!("OF-A-BANK")], "{name}");
        }
        let payer = Reader::partner(app, "ultimate payer", &l.eu, &[]).await;
        // A page costs the same statements whatever it holds.
        let cost = async |address: &str| {
            let before = app.statements.load(Ordering::Relaxed);
            let length = payer.all(address, "id").await.len();
            (app.statements.load(Ordering::Relaxed) - before, length)
        };
        let expand = "expand=lead_organisation,agreements,events,publications";
        let (one, one_length) = cost(&format!("/v1/projects?{expand}&limit=2")).await;
        for code in ["PUBLISHED-2", "PUBLISHED-3", "PUBLISHED-4"] {
            let project = app.project(code).await;
            app.part(&format!("projects/{project}"), "participants", json!({"organisation_id": l.eu, "role": "partner"})).await;
            publish(app, &format!("/v1/projects/{project}"), json!({"record": "partners", "participants": "partners"})).await;
        }
        let (many, many_length) = cost(&format!("/v1/projects?{expand}&limit=200")).await;
        assert_eq!((one_length, many_length), (1, 4));
        assert_eq!(one, many, "a list costs the same however long it is");

        let coordinator = Reader::partner(app, "coordinator", &l.vrs, &[]).await;
        publish(app, &format!("/v1/grant-agreements/{}", l.agreement), json!({"money": "partners"})).await;
        let agreement = coordinator.get(&format!("/v1/grant-agreements/{}", l.agreement)).await.expect(200);
        assert_eq!(agreement["maximum_grant"]["amount"], "494813.32");
        // What is only for partners is not for those who are none, nor for everybody.
        let stranger = Reader::partner(app, "stranger", &other.organisation, &[]).await;
        assert_eq!(stranger.all("/v1/projects", "id").await, [] as [Value; 0]);
        assert_eq!(stranger.get("/v1/projects/LATBEL").await.problem(), "not_found");
        let open = public(app);
        assert_eq!(Reader::nobody(&open).all("/v1/projects", "id").await, [] as [Value; 0]);
        assert_eq!(coordinator.get("/v1/projects/LATBEL/history").await.problem(), "forbidden");
        assert_eq!(coordinator.get("/v1/projects?known_at=2026-11-22T10:00:00Z").await.problem(), "bad_parameters known_at:withheld");

        // With a role for something else: that wholly, the other as a partner; nothing of a partner's can be changed.
        let root = Some(Root::Project(other.project.parse().unwrap()));
        let both = Reader::partner(app, "both", &l.vrs, &[Grant { role: Role::ProgrammeManager, root }]).await;
        let seen: Vec<Value> = both.get("/v1/projects?sort=code").await.expect(200)["items"].as_array().unwrap().iter()
            .map(|p| json!([p["code"], p["withheld"], p["available_actions"], p["contacts"].is_null()])).collect();
        assert_eq!(json!(seen), json!([["HIDDEN", [], ["read", "update", "delete", "transition"], false], ["LATBEL", ["contacts", "workings"], ["read"], true]]));
        let tag = both.get("/v1/projects/LATBEL").await.header("etag").to_owned();
        let refused = both.ask("PATCH", "/v1/projects/LATBEL", &tag, Some(json!({"acronym": "X"}))).await;
        assert_eq!(refused.problem(), "forbidden");
        let tag = both.get("/v1/projects/HIDDEN").await.header("etag").to_owned();
        both.ask("PATCH", "/v1/projects/HIDDEN", &tag, Some(json!({"acronym": "X"}))).await.expect(200);
        let changes = both.get("/v1/changes?limit=200").await.text();
        assert!(changes.contains(&other.project) && !changes.contains(&l.project), "the feed is for roles");
        assert_eq!(both.all("/v1/projects?known_at=2026-11-22T10:00:00Z", "code").await, [json!("HIDDEN")], "so is the past");
        assert_eq!(both.all("/v1/claims", "subject_id").await, [json!(other.project)]);
    }
}

both! {
    async fn every_operation_without_a_role(app: App) {
        let world = world(app).await;
        let open = public(app);
        let organisation = app.organisation("Nobody's").await;
        let readers = [Reader::nobody(&open), Reader::partner(&open, "partner", &organisation, &[]).await];
        for is_published in [false, true] {
            for (path, methods) in contract().document["paths"].as_object().unwrap() {
                let (mut address, _) = world.get(path).cloned().unwrap_or_else(|| (path.replace("{name}", "roles").replace("{entry}", "1"), String::new()));
                let steps: Vec<&str> = path.split('/').collect();
                let face = records::all().find(|face| face.resource.path == steps[2] && face.resource.publishing.is_some());
                let is_part = |name: &str| face.is_some_and(|face| face.parts.iter().any(|part| part.part.path == name));
                let can_be = face.is_some() && (steps.len() < 5 || is_part(steps[4]));
                for method in methods.as_object().unwrap().keys() {
                    let upper = method.to_uppercase();
                    if upper != "GET" && !path.starts_with("/v1/audit") && path != "/v1/visibility-checks" && !path.ends_with("/preview") {
                        address = format!("{}?dry_run=true", address.split('?').next().unwrap());
                        if path == "/v1/documents/{id}/files" {
                            address += "&file_name=a.txt";
                        }
                        if path.ends_with("/personal-data") {
                            address += &format!("&ground={}", ErasureGround::LIST.terms[0].code);
                        }
                    }
                    for reader in &readers {
                        let body = (upper != "GET").then(|| json!({}));
                        let answer = reader.ask(&upper, &address, "\"1\"", body).await;
                        let at = format!("{:?} {upper} {address}: {}", reader.header.is_some(), answer.text());
                        let expected: &[u16] = match (upper.as_str(), reader.header.is_some()) {
                            ("GET", _) if path.starts_with("/v1/code-lists") => &[200],
                            ("GET", true) if ["/v1/me", "/v1/me/calendar-feeds"].contains(&path.as_str()) => &[200],
                            // Nobody needs a role to take back what is their own.
                            ("DELETE", true) if path == "/v1/me/calendar-feeds/{id}" => &[404],
                            ("GET", _) if can_be && (is_published || steps.len() == 3) => &[200],
                            ("GET", _) if can_be => &[404],
                            (_, false) => &[401],
                            (_, true) => &[403],
                        };
                        assert!(expected.contains(&answer.status.as_u16()), "{expected:?} {at}");
                        if !is_published && steps.len() == 3 && can_be && upper == "GET" {
                            assert_eq!(answer.json()["items"], json!([]), "{at}");
                        }
                    }
                }
            }
            for face in records::all().filter(|face| face.resource.publishing.is_some()) {
                for id in app.ids(&format!("/v1/{}?limit=200", face.resource.path)).await {
                    let shown = app.get(&format!("/v1/{}/{id}", face.resource.path)).await.expect(200);
                    let tiers = shown["publication_tiers"].as_object().unwrap().keys().map(|group| (group.clone(), json!("public")));
                    publish(app, &format!("/v1/{}/{id}", face.resource.path), tiers.collect()).await;
                }
            }
        }
        // With everything public, all members but the workings are what they are.
        let (nobody, admin) = (&readers[0], Reader { app, header: Some(format!("Bearer {}", app.token)) });
        for face in records::all().filter(|face| face.resource.publishing.is_some()) {
            let address = format!("/v1/{}?limit=200", face.resource.path);
            for (shown, whole) in nobody.all(&address, "withheld").await.iter().zip(admin.all(&address, "withheld").await) {
                assert_eq!((shown, whole), (&json!(["workings"]), json!([])), "{}", face.resource.path);
            }
        }
    }
}

both! {
    async fn tiers_are_held_against_their_list(app: App) {
        let project = app.project("TIERS").await;
        let address = format!("/v1/projects/{project}");
        let shown = app.get(&address).await.expect(200);
        assert_eq!(shown["publication_tiers"], json!({"record": "internal", "participants": "internal", "contacts": "internal"}));
        assert_eq!(shown["withheld"], json!([]));
        for (tiers, problem) in [
            (json!({"record": "secret"}), "invalid /publication_tiers/record:not_in_list"),
            (json!({"money": "public"}), "invalid /publication_tiers/money:unknown_member"),
        ] {
            let answer = app.at_version("PATCH", &address, "", Some(json!({"publication_tiers": tiers}))).await;
            assert_eq!(answer.problem(), problem);
        }
        publish(app, &address, json!({"participants": "public"})).await;
        let listed = app.ids("/v1/projects?publication_tiers.record=internal").await;
        assert_eq!(listed, [project], "the record itself stays internal");
        publish(app, &address, json!({"participants": null})).await;
        assert_eq!(app.get(&address).await.json()["publication_tiers"]["participants"], "internal");
    }
}
