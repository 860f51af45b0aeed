//! Parts below their roots: the same operations for each kind, and what must hold between parts.
use crate::both;
use crate::support::{App, records};
use serde_json::{Value, json};

/// A change that each kind of part takes.
fn change(part: &str) -> Value {
    match part {
        "participant" => json!({"role": "supplier", "from": "2020-01-01"}),
        "contact" => json!({"email": "unit@example.org", "phone": null}),
        "project_link" => json!({"kind": "related", "from": "2020-01-01"}),
        "agreement_project" => json!({"share": "0.25"}),
        "party" => json!({"role": "auditor", "signed_on": "2019-10-21"}),
        "funding_hop" => json!({"reference": "A/1", "amount": {"amount": "10.50", "currency": "EUR"}}),
        "funding_line" => json!({"stage": "spent", "stated_on": "2020-01-01"}),
        "session" => json!({"place": {"lv": "Rīga"}, "country": null}),
        "event_organisation" => json!({"women": 3, "men": 4}),
        "document_link" => json!({"subject_kind": "programme", "subject_id": "P"}),
        "event_link" | "publication_link" => json!({"project_id": null, "programme_id": "P"}),
        "agreement_override" | "programme_override" => json!({"value": 9, "document": "Annex I"}),
        other => panic!("{other} is not in this table"),
    }
}

both! {
    async fn every_part_lives_under_its_root(app: App) {
        for face in records::all() {
            for part in face.parts.iter().filter(|part| !part.part.kept) {
                let name = part.part.name;
                let root = app.address(face.resource.name).await;
                let all = format!("{root}/{}", part.part.path);
                let member = part.part.path.replace('-', "_");
                let body = app.body_of_part(face.resource, part.part).await;
                let mut change = change(name);
                for member in ["programme_id", "subject_id"] {
                    if change[member] == json!("P") {
                        change[member] = app.record("programme").await["id"].clone();
                    }
                }
                assert_eq!(app.get(&all).await.expect(200), json!({"items": []}), "{name}");
                assert_eq!(app.get(&root).await.json()[&member], json!([]), "{name}");

                // Adding needs the root's version and raises it.
                let one = app.tag(&root).await;
                let counts = app.counts().await;
                assert_eq!(app.post(&all, body.clone()).await.problem(), "precondition_required");
                let tried = app.ask("POST", &format!("{all}?dry_run=true"), &[("if-match", &one)], Some(body.clone())).await;
                assert_eq!((tried.header("etag"), tried.header("location")), ("", ""));
                tried.expect(200);
                assert_eq!(app.counts().await, counts, "{name}");
                let made = app.ask("POST", &all, &[("if-match", &one)], Some(body.clone())).await;
                let (below, tag) = (made.header("location").to_owned(), made.header("etag").to_owned());
                let made = made.expect(201);
                assert_eq!(below, format!("{all}/{}", made["id"].as_str().unwrap()));
                assert!(tag.starts_with("\"2-"), "{name} {tag}");
                let read = app.get(&below).await;
                assert_eq!((read.header("etag"), &read.json()), (tag.as_str(), &made), "{name}");
                let whole = app.get(&root).await;
                assert!(whole.header("etag").starts_with("\"2-"));
                assert_eq!(whole.json()[&member], json!([made]), "{name}");
                assert_eq!(app.get(&all).await.json(), json!({"items": [made]}));
                assert_eq!(app.ask("GET", &below, &[("if-none-match", &tag)], None).await.status, 304);

                // The old version is stale for every write below; the refusal has the root's tag.
                let current = whole.header("etag");
                for (method, address, body) in [
                    ("POST", &all, Some(body.clone())),
                    ("PATCH", &below, Some(change.clone())),
                    ("DELETE", &below, None),
                ] {
                    let stale = app.ask(method, address, &[("if-match", &one)], body).await;
                    assert_eq!((stale.problem().as_str(), stale.header("etag")), ("stale_version", current), "{method}");
                }

                // No change, no version; members of the server are its own.
                for same in [json!({}), made.clone()] {
                    let answer = app.ask("PATCH", &below, &[("if-match", &tag)], Some(same)).await;
                    assert_eq!((answer.header("etag"), &answer.json()), (tag.as_str(), &made), "{name}");
                }
                let wrong = json!({"id": "01932c07-6b80-7000-8000-0000000000ff", "nonsense": 1});
                let refused = app.ask("PATCH", &below, &[("if-match", &tag)], Some(wrong)).await;
                assert_eq!(refused.problem(), "invalid /id:read_only /nonsense:unknown_member", "{name}");

                let dry = format!("{below}?dry_run=true");
                let counts = app.counts().await;
                let tried = app.ask("PATCH", &dry, &[("if-match", &tag)], Some(change.clone())).await.expect(200);
                assert_eq!(app.ask("DELETE", &dry, &[("if-match", &tag)], None).await.expect(200), made);
                assert_eq!(app.counts().await, counts, "{name}");
                let changed = app.ask("PATCH", &below, &[("if-match", &tag)], Some(change.clone())).await;
                let tag = changed.header("etag").to_owned();
                assert!(tag.starts_with("\"3-"), "{name} {tag}");
                let changed = changed.expect(200);
                assert_eq!(changed, tried, "{name}");
                for (member, value) in change.as_object().unwrap() {
                    assert_eq!(&changed[member], value, "{name}.{member}");
                }

                // References are looked up.
                for reference in part.part.references {
                    let mut body = app.body_of_part(face.resource, part.part).await;
                    if name.ends_with("_link") {
                        body = json!({"kind": body["kind"], "subject_kind": body["subject_kind"]});
                        body.as_object_mut().unwrap().retain(|_, v| !v.is_null());
                    }
                    body[reference.column] = json!("01932c07-6b80-7000-8000-0000000000ff");
                    let refused = app.at_version("POST", &root, &format!("/{}", part.part.path), Some(body)).await;
                    assert_eq!(refused.problem(), format!("invalid /{}:unknown_reference", reference.column), "{name}");
                }

                // A part of another root is not found here.
                let other = app.address(face.resource.name).await;
                let elsewhere = format!("{other}/{}/{}", part.part.path, made["id"].as_str().unwrap());
                for method in ["GET", "PATCH", "DELETE"] {
                    let body = (method == "PATCH").then(|| json!({}));
                    let answer = app.ask(method, &elsewhere, &[("if-match", "\"1\"")], body).await;
                    assert_eq!(answer.problem(), "not_found", "{name} {method}");
                }

                let gone = app.ask("DELETE", &below, &[("if-match", &tag)], None).await;
                assert!(gone.header("etag").starts_with("\"4-"), "{name} {}", gone.header("etag"));
                gone.expect(204);
                assert_eq!(app.get(&below).await.problem(), "not_found");
                let whole = app.get(&root).await.json();
                assert_eq!((&whole["version"], &whole[&member]), (&json!(4), &json!([])), "{name}");
            }
        }
        app.audit().await;
    }
}

both! {
    async fn the_steps_of_a_chain_join_on(app: App) {
        let [eu, icmpd, vrs, other] = organisations(app).await;
        let root = app.address("grant_agreement").await;
        let hop = |position: i32, payer: &str, recipient: &str| {
            json!({"position": position, "payer_id": payer, "recipient_id": recipient})
        };
        let post = async |body: Value| app.at_version("POST", &root, "/funding-chain", Some(body)).await;
        let first = post(hop(1, &eu, &icmpd)).await.expect(201);
        assert_eq!(post(hop(2, &other, &vrs)).await.problem(), "invalid /payer_id:broken_chain");
        assert_eq!(post(hop(2, &vrs, &vrs)).await.problem(), "invalid /recipient_id:refers_to_itself");
        let second = post(hop(2, &icmpd, &vrs)).await.expect(201);
        // Nor may a change or a removal break it.
        let below = format!("/funding-chain/{}", second["id"].as_str().unwrap());
        let refused = app.at_version("PATCH", &root, &below, Some(json!({"payer_id": other}))).await;
        assert_eq!(refused.problem(), "invalid /payer_id:broken_chain");
        let below = format!("/funding-chain/{}", first["id"].as_str().unwrap());
        let refused = app.at_version("PATCH", &root, &below, Some(json!({"recipient_id": other}))).await;
        assert_eq!(refused.problem(), "invalid /payer_id:broken_chain");
        // They are shown in their order, whatever the order of writing.
        let chain = app.get(&root).await.json()["funding_chain"].clone();
        assert_eq!((&chain[0]["payer_id"], &chain[1]["payer_id"]), (&json!(eu), &json!(icmpd)));
        assert_eq!(app.get(&root).await.json()["version"], 3, "what was refused changed nothing");
        app.audit().await;
    }
}

async fn organisations(app: &App) -> [String; 4] {
    let mut ids = Vec::new();
    for name in ["EU", "ICMPD", "VRS", "Other"] {
        ids.push(app.organisation(name).await);
    }
    ids.try_into().expect("four")
}

both! {
    async fn parts_are_checked_by_themselves_and_together(app: App) {
        let (root, a, b) = (app.address("grant_agreement").await, app.project("A1").await, app.project("B1").await);
        let link = |project: &str, share: &str| json!({"project_id": project, "share": share});
        let post = async |body: Value| app.at_version("POST", &root, "/project-links", Some(body)).await;
        let made = post(link(&a, "0.7")).await.expect(201);
        assert_eq!(post(link(&b, "0.300001")).await.problem(), "invalid /share:sum_above");
        post(link(&b, "0.3")).await.expect(201);
        let below = format!("/project-links/{}", made["id"].as_str().unwrap());
        let refused = app.at_version("PATCH", &root, &below, Some(json!({"share": "0.71"}))).await;
        assert_eq!(refused.problem(), "invalid /share:sum_above");
        let refused = app.at_version("PATCH", &root, &below, Some(json!({"from": "2021-01-02", "to": "2021-01-01"}))).await;
        assert_eq!(refused.problem(), "invalid /to:before_start");
        assert_eq!(app.get("/v1/projects/A1").await.json()["agreement_ids"].as_array().unwrap().len(), 1);

        // Exactly one thing that an event or publication belongs to.
        let event = app.address("event").await;
        let programme = app.record("programme").await["id"].clone();
        for body in [json!({}), json!({"project_id": a, "programme_id": programme})] {
            let refused = app.at_version("POST", &event, "/links", Some(body)).await;
            assert_eq!(refused.problem(), "invalid :exactly_one");
        }
        let made = app.at_version("POST", &event, "/links", Some(json!({"project_id": a}))).await.expect(201);
        let below = format!("/links/{}", made["id"].as_str().unwrap());
        let refused = app.at_version("PATCH", &event, &below, Some(json!({"programme_id": programme}))).await;
        assert_eq!(refused.problem(), "invalid :exactly_one");

        // A record does not stand in a relation to itself.
        let this = json!({"kind": "phase_of", "other_project_id": a});
        let refused = app.at_version("POST", "/v1/projects/A1", "/links", Some(this)).await;
        assert_eq!(refused.problem(), "invalid /other_project_id:refers_to_itself");
        let other = json!({"kind": "phase_of", "other_project_id": b});
        let made = app.at_version("POST", "/v1/projects/A1", "/links", Some(other)).await.expect(201);
        let below = format!("/links/{}", made["id"].as_str().unwrap());
        let refused = app.at_version("PATCH", "/v1/projects/A1", &below, Some(json!({"other_project_id": a}))).await;
        assert_eq!(refused.problem(), "invalid /other_project_id:refers_to_itself");

        let refused = app.at_version("POST", "/v1/projects/A1", "/contacts", Some(json!({"role": "general"}))).await;
        assert!(refused.problem().contains("at_least_one") || refused.problem().contains("/role"), "{}", refused.problem());
        app.audit().await;
    }
}
