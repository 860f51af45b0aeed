//! Several new records at once: all or nothing, with every fault at its item.
use crate::both;
use crate::support::records;
use serde_json::{Value, json};

both! {
    async fn every_resource_takes_a_batch(app: App) {
        for face in records::all() {
            let (path, name) = (format!("/v1/{}/batch", face.resource.path), face.resource.name);
            let mut items = Vec::new();
            for _ in 0..3 {
                items.push(app.body_of(face.resource).await);
            }
            let before = app.counts().await;
            let tried = app.post(&format!("{path}?dry_run=true"), json!({"items": items})).await.expect(200);
            assert_eq!(tried["items"].as_array().unwrap().len(), 3, "{name}");
            assert_eq!(app.counts().await, before, "{name}");

            let made = app.post(&path, json!({"items": items})).await.expect(201);
            let made = made["items"].as_array().unwrap();
            let after = app.counts().await;
            assert_eq!(after[face.resource.table.name], before[face.resource.table.name] + 3, "{name}");
            let kept = after["obligation"] - before["obligation"];
            assert_eq!(after["history_entry"], before["history_entry"] + 3 + kept, "an entry each");
            for (item, made) in items.iter().zip(made) {
                let address = format!("/v1/{}/{}", face.resource.path, made["id"].as_str().unwrap());
                assert_eq!(&app.get(&address).await.json(), made, "{name}");
                for member in ["code", "organisation_id", "subject_id"] {
                    let sent = item.get(member).unwrap_or(&Value::Null);
                    assert!(sent.is_null() || &made[member] == sent, "{name}: in the order of the request");
                }
            }

            if !["project", "programme", "funder"].contains(&name) {
                let short = app.ask("POST", &path, &[("prefer", "return=minimal")], Some(json!({"items": [items[0]]}))).await;
                assert_eq!((short.status.as_u16(), short.bytes.len()), (201, 0), "{name}");
                assert_eq!(short.header("preference-applied"), "return=minimal");
            }
            let after = app.counts().await;
            let refused = app.post(&path, json!({"items": []})).await;
            assert_eq!(refused.problem(), "invalid /items:too_few", "{name}");
            let refused = app.post(&path, json!({"items": [items[0], {"nonsense": 1}]})).await;
            assert!(refused.problem().contains("/items/1/nonsense:unknown_member"), "{}", refused.problem());
            assert_eq!(app.counts().await, after, "{name}");
        }
        app.audit().await;
    }
}

both! {
    async fn all_or_nothing_with_every_fault_at_its_item(app: App) {
        app.project("TAKEN").await;
        let project = |code: &str| json!({"code": code, "title": {"en": code}});
        let before = app.counts().await;
        let mut late = project("LATE");
        late["planned_period"] = json!({"start": "2021-01-02", "end": "2021-01-01"});
        let mut lost = project("LOST");
        lost["lead_organisation_id"] = json!("01932c07-6b80-7000-8000-0000000000ff");
        let mut opened = project("OPENED");
        opened["opening"] = json!({"status": "nonsense"});
        let items = [project("NEW"), project("TAKEN"), late, project("NEW"), lost, opened, project("LAST")];
        let refused = app.post("/v1/projects/batch", json!({"items": items})).await;
        assert_eq!(
            refused.problem(),
            "invalid /items/1/code:already_taken /items/2/planned_period/end:before_start \
             /items/3/code:already_taken /items/4/lead_organisation_id:unknown_reference \
             /items/5/opening/status:not_in_list"
        );
        assert_eq!(app.counts().await, before);
        app.audit().await;
    }
}

both! {
    async fn two_hundred_at_most(app: App) {
        let items = |n: usize| -> Value {
            (0..n).map(|i| json!({"name": {"en": format!("Organisation {i}")}})).collect::<Vec<_>>().into()
        };
        let refused = app.post("/v1/organisations/batch", json!({"items": items(201)})).await;
        assert_eq!(refused.problem(), "invalid /items:too_many");
        let headers = [("grantline-reason", "A new register"), ("x-request-id", "batch-1")];
        let made = app.ask("POST", "/v1/organisations/batch", &headers, Some(json!({"items": items(200)}))).await;
        let made = made.expect(201);
        assert_eq!(made["items"][199]["name"], json!({"en": "Organisation 199"}));
        let entries = app.entries().await;
        assert_eq!(entries.len(), 200);
        for entry in entries {
            assert_eq!(entry.reason.as_deref(), Some("A new register"));
            assert_eq!(entry.request_id.as_deref(), Some("batch-1"));
        }
        app.audit().await;
    }
}
