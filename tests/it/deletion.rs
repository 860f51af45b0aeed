//! Deleting: refused while others refer to the record, with who does; else it takes the parts along and history
//! keeps all of it.
use crate::both;
use crate::support::{App, records};
use grantline::REGISTER;
use grantline::store::{Reference, Target};
use serde_json::{Value, json};

/// What can be referred to by this reference.
fn targets(reference: &Reference) -> Vec<&'static str> {
    match reference.to {
        Target::Resource(name) => vec![name],
        Target::NamedBy(_) => {
            vec!["organisation", "funder", "programme", "project", "grant_agreement", "event", "publication"]
        }
    }
}

/// A body with nothing but this reference, and what is needed beside it.
fn only(mut body: Value, all: &[Reference], one: &Reference, id: &str, kind: &str) -> Value {
    let links = ["event_link", "publication_link"];
    for other in all.iter().filter(|o| o.column != one.column) {
        if links.contains(&kind) {
            body.as_object_mut().unwrap().shift_remove(other.column);
        }
    }
    body[one.column] = json!(id);
    body
}

both! {
    async fn every_reference_holds_its_record(app: App) {
        // What the program keeps goes by itself, and versions of regimes never go.
        for other in REGISTER.resources.iter().filter(|resource| resource.kept_for.is_none()) {
            for reference in other.references {
                for target in targets(reference).into_iter().filter(|target| !["regime", "obligation"].contains(target)) {
                    let held = app.address(target).await;
                    let mut body = app.body_of(other).await;
                    body[reference.column] = json!(id(&held));
                    if let Target::NamedBy(column) = reference.to {
                        body[column] = json!(target);
                        body["field"] = json!(records::of(target).resource.members()[0]);
                    }
                    let referrer = app.create(&format!("/v1/{}", other.path), body).await;
                    held_then_free(app, &held, other.name, &referrer, &referrer).await;
                }
            }
            for part in other.parts {
                for reference in part.references {
                    for target in targets(reference) {
                        let (held, root) = (app.address(target).await, app.address(other.name).await);
                        let body = app.body_of_part(other, part).await;
                        let mut body = only(body, part.references, reference, id(&held), part.name);
                        if let Target::NamedBy(column) = reference.to {
                            body[column] = json!(target);
                        }
                        let made = app.at_version("POST", &root, &format!("/{}", part.path), Some(body)).await;
                        let below = made.header("location").to_owned();
                        made.expect(201);
                        held_then_free(app, &held, other.name, &root, &below).await;
                    }
                }
            }
        }
        app.audit().await;
    }
}

/// The record can't go while the referrer stands, whose root is named; it can go after it.
async fn held_then_free(app: &App, held: &str, resource: &str, root: &str, referrer: &str) {
    let before = app.counts().await;
    let refused = app.at_version("DELETE", held, "", None).await;
    assert_eq!(refused.status, 409, "{referrer} refers to {held}");
    let (problem, refused_text) = (refused.json(), refused.text());
    assert_eq!(problem["code"], "referenced");
    let named = json!({"resource": resource, "id": id(root)});
    let errors = problem["errors"].as_array().unwrap().iter().map(|e| &e["params"]);
    let errors: Vec<&Value> = errors.filter(|error| error["resource"] != "obligation").collect();
    assert_eq!(errors, [&named], "{held}");
    assert!(refused_text.contains(id(root)));
    let dry = app.at_version("DELETE", held, "?dry_run=true", None).await;
    assert!(dry.problem().starts_with("referenced :referenced_by"), "{}", dry.text());
    assert_eq!(app.counts().await, before);
    if root == referrer {
        app.at_version("DELETE", referrer, "", None).await.expect(204);
    } else {
        let below = referrer.strip_prefix(root).unwrap().to_owned();
        app.at_version("DELETE", root, &below, None).await.expect(204);
    }
    app.at_version("DELETE", held, "", None).await.expect(204);
}

fn id(address: &str) -> &str {
    address.rsplit('/').next().unwrap_or_default()
}

both! {
    async fn parts_go_along_and_history_keeps_them(app: App) {
        for face in records::all() {
            let root = app.address(face.resource.name).await;
            for part in face.parts.iter().filter(|part| !part.part.kept) {
                for _ in 0..2 {
                    let mut body = app.body_of_part(face.resource, part.part).await;
                    if part.part.name == "funding_hop" {
                        body["position"] = json!(1);
                    }
                    if body.get("share").is_some() {
                        body["share"] = json!("0.1");
                    }
                    app.at_version("POST", &root, &format!("/{}", part.part.path), Some(body)).await.expect(201);
                }
            }
            let before = app.counts().await;
            let tag = app.tag(&root).await;
            let headers = [("if-match", tag.as_str()), ("grantline-reason", "Entered twice")];
            app.ask("DELETE", &root, &headers, None).await.expect(204);
            let after = app.counts().await;
            for part in face.parts.iter().filter(|part| !part.part.kept) {
                let table = part.part.table.name;
                assert_eq!(after[table], before[table] - 2, "{table}");
                let past = format!("{table}_past");
                assert_eq!(after[&past], before[&past], "{past} keeps what there was");
            }
            if face.resource.life.is_some() {
                assert_eq!(after["status_change"], before["status_change"] - 1);
            }
            let entries = app.entries_of(id(&root)).await;
            let last = entries.last().unwrap();
            assert_eq!((last.action.as_str(), last.reason.as_deref()), ("deleted", Some("Entered twice")));
            let kept = before["obligation"] - after["obligation"];
            assert_eq!(after["history_entry"], before["history_entry"] + 1 + kept, "one entry for all of it, and for what was kept");
        }
        app.audit().await;
    }
}

both! {
    async fn a_few_of_many_referrers_are_named(app: App) {
        let held = app.organisation("Ministry").await;
        for n in 0..25 {
            app.create("/v1/organisations", json!({"name": {"en": format!("Unit {n}")}, "parent_id": held})).await;
        }
        let refused = app.at_version("DELETE", &format!("/v1/organisations/{held}"), "", None).await;
        assert_eq!(refused.json()["errors"].as_array().unwrap().len(), 20);
    }
}
