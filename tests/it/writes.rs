//! Writing whole records, the same for every resource: create, read, patch, delete, with their tags and dry runs.
use crate::both;
use crate::support::records;
use grantline::http::resource::writable;
use serde_json::{Map, Value, json};

/// A change that each resource takes.
fn change(resource: &str) -> Value {
    match resource {
        "organisation" => json!({"name": {"en": "Border Guard"}, "kind": null}),
        "funder" => json!({"notes": {"lv": "Piezīme"}}),
        "programme" => json!({"name": {"lv": "Fonds"}, "period": {"end": "2027-12-31"}}),
        "person" => json!({"position": {"en": "Coordinator"}}),
        "project" => json!({"summary": {"en": "About"}, "planned_period": {"duration_months": null}}),
        "grant_agreement" => json!({"title": {"en": "Agreement"}, "maximum_grant": null}),
        "amendment" => json!({"summary": {"en": "Five more months"}, "number": null}),
        "suspension" => json!({"to": "2020-05-31", "notified_on": null}),
        "termination" => json!({"ground": {"lv": "Cits"}, "effective_on": null}),
        "waiver" => json!({"until": null, "document": "Another letter"}),
        "report" => json!({"summary": {"en": "About"}, "document": null}),
        "document" => json!({"kind": "minutes", "dated_on": null}),
        "event" => json!({"state": "cancelled", "ends": null}),
        "publication" => json!({"summary": {"en": "About"}, "url": null}),
        "claim" => json!({"as_printed": "otherwise", "value": null}),
        other => panic!("{other} is not in this table"),
    }
}

fn members(body: &Value) -> &Map<String, Value> {
    body.as_object().expect("an object")
}

both! {
    async fn every_resource_is_created_and_read(app: App) {
        for face in records::all() {
            let (root, name) = (format!("/v1/{}", face.resource.path), face.resource.name);
            let body = app.body_of(face.resource).await;
            let before = app.counts().await;
            let tried = app.ask("POST", &format!("{root}?dry_run=true"), &[], Some(body.clone())).await;
            assert_eq!((tried.header("etag"), tried.header("location")), ("", ""), "{name}");
            let tried = tried.expect(200);
            assert_eq!(tried["version"], 1, "{name}");
            assert_eq!(app.counts().await, before, "{name}");

            let made = app.post(&root, body.clone()).await;
            let (address, tag) = (made.header("location").to_owned(), made.header("etag").to_owned());
            let made = made.expect(201);
            assert_eq!(address, format!("{root}/{}", made["id"].as_str().unwrap()));
            let read = app.get(&address).await;
            assert_eq!(read.header("etag"), tag, "{name}");
            assert!(tag.starts_with("\"1-"), "{tag}");
            assert_eq!(read.json(), made, "{name}");
            for (member, value) in members(&body) {
                if member != "opening" {
                    assert!(holds(&made[member], value), "{name}.{member}: {} {value}", made[member]);
                }
            }
            for member in tried.as_object().unwrap().keys() {
                assert!(made.get(member).is_some(), "{name}.{member}");
            }
            assert_eq!(app.ask("GET", &address, &[("if-none-match", &tag)], None).await.status, 304);

            if !["project", "programme", "funder"].contains(&name) {
                let short = app.ask("POST", &root, &[("prefer", "return=minimal")], Some(body)).await;
                assert_eq!((short.status.as_u16(), short.bytes.len()), (201, 0), "{name}");
                assert_eq!(short.header("preference-applied"), "return=minimal");
                let found = app.get(short.header("location")).await;
                assert_eq!(found.header("etag"), short.header("etag"), "{name}");
            }
        }
        app.audit().await;
    }
}

/// Whether a record holds what was written, defaults filled in.
fn holds(held: &Value, written: &Value) -> bool {
    match (held, written) {
        (Value::Object(held), Value::Object(written)) => {
            written.iter().all(|(name, value)| holds(held.get(name).unwrap_or(&Value::Null), value))
        }
        (Value::Array(held), Value::Array(written)) => {
            held.len() == written.len() && held.iter().zip(written).all(|(h, w)| holds(h, w))
        }
        (held, written) => held == written,
    }
}

both! {
    async fn every_resource_is_patched_and_deleted(app: App) {
        for face in records::all() {
            let name = face.resource.name;
            let address = app.address(name).await;
            let read = app.get(&address).await;
            let (tag, before) = (read.header("etag").to_owned(), read.json());
            let at = [("if-match", tag.as_str())];

            // What changes nothing keeps the version: nothing, all that is writable, all that was read.
            let writable = writable(face);
            let own: Map<String, Value> =
                writable.iter().filter_map(|m| Some((m.clone(), before.get(m)?.clone()))).collect();
            assert_eq!(own.len(), writable.len(), "{name} shows what can be written");
            for same in [json!({}), Value::Object(own), before.clone()] {
                let answer = app.ask("PATCH", &address, &at, Some(same)).await;
                assert_eq!(answer.json(), before, "{name}");
                assert_eq!(answer.header("etag"), tag, "{name}");
            }
            let trail = app.entries_of(before["id"].as_str().unwrap()).await.len();
            assert_eq!(trail, 1, "{name}: no entry for no change");

            // What the server sets can't be changed; each such member is named.
            let set: Map<String, Value> = members(&before)
                .keys()
                .filter(|m| !writable.contains(m))
                .map(|m| (m.clone(), json!({"changed": m})))
                .collect();
            assert!(set.len() >= 5, "{name}");
            let refused = app.ask("PATCH", &address, &at, Some(json!(set))).await;
            let expected: Vec<String> = set.keys().map(|m| format!("/{m}:read_only")).collect();
            assert_eq!(refused.problem(), format!("invalid {}", expected.join(" ")));
            let refused = app.ask("PATCH", &address, &at, Some(json!({"nonsense": 1, "id": null}))).await;
            assert_eq!(refused.problem(), "invalid /nonsense:unknown_member /id:read_only", "{name}");

            // A dry run answers with what would be, and leaves what is.
            let counts = app.counts().await;
            let dry = format!("{address}?dry_run=true");
            let tried = app.ask("PATCH", &dry, &at, Some(change(name))).await;
            assert_eq!(tried.header("etag"), "", "{name}: nothing has this version");
            let tried = tried.expect(200);
            assert_eq!(tried["version"], 2, "{name}");
            let gone = app.ask("DELETE", &dry, &at, None).await.expect(200);
            assert_eq!(gone["id"], before["id"]);
            assert_eq!(app.counts().await, counts, "{name}");
            assert_eq!(app.get(&address).await.header("etag"), tag);

            // A change raises the version by one and is what the dry run said.
            let changed = app.ask("PATCH", &address, &at, Some(change(name))).await;
            let new_tag = changed.header("etag").to_owned();
            assert!(new_tag.starts_with("\"2-"), "{new_tag}");
            let changed = changed.expect(200);
            assert_eq!(changed, tried, "{name}");
            assert_eq!(app.get(&address).await.json(), changed, "{name}");
            for (member, value) in members(&change(name)) {
                assert!(holds(&changed[member], value), "{name}.{member}: {}", changed[member]);
            }

            // The old tag is stale for every write, and the refusal carries the current one.
            for (method, body) in [("PATCH", Some(change(name))), ("PATCH", Some(json!({}))), ("DELETE", None)] {
                let stale = app.ask(method, &address, &at, body).await;
                assert_eq!(stale.header("etag"), new_tag, "{name} {method}");
                assert_eq!(stale.status, 412);
                assert_eq!(stale.problem(), "stale_version");
            }
            for method in ["PATCH", "DELETE"] {
                let body = (method == "PATCH").then(|| json!({}));
                assert_eq!(app.ask(method, &address, &[], body).await.problem(), "precondition_required");
            }

            app.ask("DELETE", &address, &[("if-match", &new_tag)], None).await.expect(204);
            for method in ["GET", "DELETE", "PATCH"] {
                let body = (method == "PATCH").then(|| json!({}));
                let answer = app.ask(method, &address, &[("if-match", &new_tag)], body).await;
                assert_eq!(answer.problem(), "not_found", "{name} {method}");
            }
        }
        app.audit().await;
    }
}

both! {
    async fn a_merge_patch_merges(app: App) {
        let body = json!({
            "code": "LATBEL", "title": {"lv": "Sadarbība", "en": "Cooperation"}, "acronym": "LATBEL",
            "planned_period": {"start": "2019-11-01", "end": "2021-05-31"},
            "countries": [{"country": "LV", "percentage": "60"}, {"country": "BY"}],
            "tags": ["border", "training"],
        });
        let address = app.create("/v1/projects", body).await;
        let patch = async |patch: Value| app.at_version("PATCH", &address, "", Some(patch)).await;

        // Objects merge, null removes a member of theirs.
        let found = patch(json!({"title": {"ru": "Сотрудничество", "en": null}})).await.expect(200);
        assert_eq!(found["title"], json!({"lv": "Sadarbība", "ru": "Сотрудничество"}));
        let found = patch(json!({"planned_period": {"end": "2021-08-31"}})).await.expect(200);
        assert_eq!(found["planned_period"]["start"], "2019-11-01");
        assert_eq!(found["planned_period"]["end"], "2021-08-31");
        assert_eq!(found["phase_basis"]["end"], "2021-08-31");

        // Lists are replaced whole.
        let found = patch(json!({"tags": ["training"], "countries": [{"country": "BY"}]})).await.expect(200);
        assert_eq!(found["tags"], json!(["training"]));
        assert_eq!(found["countries"], json!([{"country": "BY", "percentage": null}]));
        let found = patch(json!({"tags": null})).await.expect(200);
        assert_eq!(found["tags"], json!([]), "collections are never null");

        // Null takes a value away; what must have one keeps it.
        let found = patch(json!({"acronym": null, "planned_period": null})).await.expect(200);
        assert_eq!(found["acronym"], Value::Null);
        assert_eq!(found["planned_period"], json!({"start": null, "end": null, "duration_months": null}));
        assert_eq!(found["phase"], "unknown");
        assert_eq!(patch(json!({"title": null})).await.problem(), "invalid /title:required");
        assert_eq!(patch(json!({"title": {"lv": null, "ru": null}})).await.status, 422);

        // Faults of the whole after the change are named where they are.
        patch(json!({"planned_period": {"start": "2020-01-01"}})).await.expect(200);
        let refused = patch(json!({"planned_period": {"end": "2019-12-31"}})).await;
        assert_eq!(refused.problem(), "invalid /planned_period/end:before_start");
        assert_eq!(patch(json!([])).await.problem(), "invalid :wrong_type");
        app.audit().await;
    }
}

both! {
    async fn tags_of_others_are_refused_and_weak_ones_of_ours_taken(app: App) {
        let address = app.address("organisation").await;
        let tag = app.tag(&address).await;
        let patch = async |tag: &str, acronym: &str| {
            app.ask("PATCH", &address, &[("if-match", tag)], Some(json!({"acronym": acronym}))).await
        };
        for foreign in ["", "1", "\"\"", "\"abc\"", "\"-1\"", "\"+1\"", "*", "\"1-a\", \"2-b\"", "\"1\" x", "\"0\"",
                        "\"1-a\"b\"", "\"99999999999999999999-a\""] {
            assert_eq!(patch(foreign, "A").await.problem(), "malformed_header", "{foreign}");
        }
        let both = [("if-match", tag.as_str()), ("if-match", "\"2-aa\"")];
        assert_eq!(app.ask("PATCH", &address, &both, Some(json!({}))).await.problem(), "malformed_header");
        patch(&format!("W/{tag}"), "A").await.expect(200);
        patch("\"2\"", "B").await.expect(200);
        patch("\"3-0123456789abcdef\"", "C").await.expect(200);
        assert_eq!(patch("\"3-0123456789abcdef\"", "D").await.problem(), "stale_version");

        // If-None-Match is about reading: it does not make a change look as if it had not been.
        let tag = app.tag(&address).await;
        let headers = [("if-match", tag.as_str()), ("if-none-match", "*")];
        assert_eq!(app.ask("PATCH", &address, &headers, Some(json!({"acronym": "E"}))).await.status, 200);
        for (given, status) in [("*", 304), ("\"other\"", 200), ("W/\"x\", *", 400)] {
            assert_eq!(app.ask("GET", &address, &[("if-none-match", given)], None).await.status, status);
        }
        let weak = format!("\"x\", W/{}", app.tag(&address).await);
        assert_eq!(app.ask("GET", &address, &[("if-none-match", &weak)], None).await.status, 304);
    }
}

both! {
    async fn a_project_answers_to_its_code_for_every_write(app: App) {
        let id = app.project("LATBEL").await;
        let root = "/v1/projects/LATBEL";
        app.at_version("PATCH", root, "", Some(json!({"acronym": "A"}))).await.expect(200);
        let party = json!({"organisation_id": app.organisation("VRS").await, "role": "lead"});
        let made = app.at_version("POST", root, "/participants", Some(party)).await;
        let below = made.header("location").to_owned();
        made.expect(201);
        assert!(below.starts_with(&format!("/v1/projects/{id}/participants/")), "{below}");
        let step = json!({"to": "cancelled", "reason": "Given up", "attestations": [
            {"guard": "no_accepted_expenditure", "reason": "none"}, {"guard": "no_payment_kept", "reason": "none"}]});
        app.at_version("POST", root, "/transitions", Some(step)).await.expect(201);
        // The code may change; the id stays.
        app.at_version("PATCH", root, "", Some(json!({"code": "LATBEL-2"}))).await.expect(200);
        assert_eq!(app.get(root).await.problem(), "not_found");
        assert_eq!(app.get("/v1/projects/LATBEL-2").await.expect(200)["id"], json!(id));
        assert_eq!(app.get("/v1/projects/latbel-2").await.problem(), "not_found");
        app.at_version("DELETE", "/v1/projects/LATBEL-2", "", None).await.expect(204);
        app.audit().await;
    }
}

both! {
    async fn references_and_codes_are_checked(app: App) {
        const NOBODY: &str = "01932c07-6b80-7000-8000-0000000000ff";
        // Every reference of every resource, on creating and on patching.
        for face in records::all() {
            let path = format!("/v1/{}", face.resource.path);
            for reference in face.resource.references {
                let mut body = app.body_of(face.resource).await;
                body[reference.column] = json!(NOBODY);
                // A waiver is of one or the other.
                let other = |column: &str| face.resource.name == "waiver" && column == "obligation_id";
                if other(reference.column) {
                    body["finding"] = Value::Null;
                }
                let before = app.counts().await;
                let refused = app.post(&path, body).await;
                let expected = format!("invalid /{}:unknown_reference", reference.column);
                assert_eq!(refused.problem(), expected, "{path}");
                let address = app.address(face.resource.name).await;
                let mut patch = json!({reference.column: NOBODY});
                if other(reference.column) {
                    patch["finding"] = Value::Null;
                }
                assert_eq!(app.at_version("PATCH", &address, "", Some(patch)).await.problem(), expected);
                assert_ne!(app.counts().await, before);
            }
        }
        // A reference to a record of another kind is one to nothing.
        let person = app.record("person").await["id"].clone();
        let refused = app.post("/v1/organisations", json!({"name": {"en": "X"}, "parent_id": person})).await;
        assert_eq!(refused.problem(), "invalid /parent_id:unknown_reference");

        // All at once: a taken code and two references to nothing.
        app.create("/v1/programmes", json!({"code": "MPF", "name": {"en": "MPF"}, "kind": "facility"})).await;
        let body = json!({"code": "MPF", "name": {"en": "X"}, "kind": "fund", "funder_id": NOBODY, "parent_id": NOBODY});
        let refused = app.post("/v1/programmes", body).await;
        assert_eq!(
            refused.problem(),
            "invalid /funder_id:unknown_reference /parent_id:unknown_reference /code:already_taken"
        );
        // One funder an organisation; a code of another project; one's own code is no clash.
        let organisation = app.organisation("EU").await;
        let funder = app.create("/v1/funders", json!({"organisation_id": organisation})).await;
        let refused = app.post("/v1/funders", json!({"organisation_id": organisation})).await;
        assert_eq!(refused.problem(), "invalid /organisation_id:already_taken");
        app.at_version("PATCH", &funder, "", Some(json!({"organisation_id": organisation, "website": "https://example.org"}))).await.expect(200);
        app.project("ONE").await;
        app.project("TWO").await;
        let refused = app.at_version("PATCH", "/v1/projects/TWO", "", Some(json!({"code": "ONE"}))).await;
        assert_eq!(refused.problem(), "invalid /code:already_taken");
        app.audit().await;
    }
}

both! {
    async fn nothing_is_its_own_ancestor(app: App) {
        for (path, body) in [
            ("/v1/organisations", json!({"name": {"en": "Unit"}})),
            ("/v1/programmes", json!({"name": {"en": "Call"}, "kind": "call", "code": "P"})),
            ("/v1/events", json!({"title": {"en": "Day"}, "kind": "seminar", "mode": "online", "state": "held"})),
        ] {
            let mut addresses: Vec<String> = Vec::new();
            for n in 0..4 {
                let mut body = body.clone();
                if body.get("code").is_some() {
                    body["code"] = json!(format!("P{n}"));
                }
                if let Some(above) = addresses.last() {
                    body["parent_id"] = json!(id(above));
                }
                addresses.push(app.create(path, body).await);
            }
            for below in &addresses {
                let patch = json!({"parent_id": id(below)});
                let refused = app.at_version("PATCH", &addresses[0], "", Some(patch)).await;
                assert_eq!(refused.problem(), "invalid /parent_id:circular", "{path}");
            }
            // Moving sideways is fine.
            let patch = json!({"parent_id": id(&addresses[0])});
            app.at_version("PATCH", &addresses[3], "", Some(patch)).await.expect(200);
        }
        app.audit().await;
    }
}

fn id(address: &str) -> &str {
    address.rsplit('/').next().unwrap_or_default()
}

both! {
    async fn a_reason_is_kept_as_it_was_given(app: App) {
        let address = app.address("organisation").await;
        let tag = app.tag(&address).await;
        for (bad, why) in [("", "empty"), ("a\tb", "a tab"), (&"x".repeat(2001), "too long")] {
            let headers = [("if-match", tag.as_str()), ("grantline-reason", bad)];
            let refused = app.ask("PATCH", &address, &headers, Some(json!({"acronym": "A"}))).await;
            assert_eq!(refused.problem(), "malformed_header", "{why}");
        }
        let headers = [("if-match", tag.as_str()), ("grantline-reason", "Pēc līguma"), ("x-request-id", "req-1")];
        app.ask("PATCH", &address, &headers, Some(json!({"acronym": "A"}))).await.expect(200);
        let entries = app.entries_of(id(&address)).await;
        assert_eq!(entries.len(), 2);
        assert_eq!(entries[1].reason.as_deref(), Some("Pēc līguma"));
        assert_eq!(entries[1].request_id.as_deref(), Some("req-1"));
        assert!(entries[0].reason.is_none() && entries[0].request_id.is_some());
    }
}
