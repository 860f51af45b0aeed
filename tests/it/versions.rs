//! A record as it was when it had a version, and what differs between two.
use crate::both;
use entity::vocab::Role;
use grantline::access::Grant;
use grantline::store::scope::Root;
use serde_json::{Value, json};

both! {
    async fn every_version_can_be_read_and_compared(app: App) {
        let office = app.organisation("Office").await;
        let agreement = app.create("/v1/grant-agreements", json!({"reference": "A-1", "currency": "EUR"})).await;
        let party = app.part(&agreement[4..], "parties", json!({"organisation_id": office, "role": "coordinator"})).await;
        app.at_version("PATCH", &agreement, "", Some(json!({"reference": "A-2"}))).await.expect(200);
        app.at_version("DELETE", &agreement, &format!("/parties/{}", party["id"].as_str().unwrap()), None).await.expect(204);
        app.at_version("PATCH", &agreement, "", Some(json!({"currency": null}))).await.expect(200);
        let now = app.get(&agreement).await.expect(200);
        assert_eq!(now["version"], 5);
        let told = async |version: i64| {
            let then = app.get(&format!("{agreement}/versions/{version}")).await.expect(200);
            json!([then["version"], then["reference"], then["parties"].as_array().unwrap().len(), then["currency"]])
        };
        for (version, expected) in [(1, json!([1, "A-1", 0, "EUR"])), (2, json!([2, "A-1", 1, "EUR"])), (3, json!([3, "A-2", 1, "EUR"])),
            (4, json!([4, "A-2", 0, "EUR"])), (5, json!([5, "A-2", 0, null]))] {
            assert_eq!(told(version).await, expected);
        }
        let then = app.get(&format!("{agreement}/versions/3")).await;
        assert!(then.header("etag").starts_with("\"3-"), "{}", then.header("etag"));
        assert_eq!(then.json()["available_actions"], json!(["read"]), "nobody acts on the past");
        for version in ["0", "6", "-1", "01", "x", "99999999999999999999"] {
            assert_eq!(app.get(&format!("{agreement}/versions/{version}")).await.problem(), "not_found", "{version}");
        }

        // What differs between any two: both ways, parts included.
        let differing = async |from: i64, to: i64| {
            let found = app.get(&format!("{agreement}/versions/{from}/differences?with={to}")).await.expect(200);
            let each = found["changes"].as_array().unwrap().iter();
            each.map(|one| json!([one["part"], one["field"], one["from"], one["to"]])).collect::<Vec<Value>>()
        };
        assert_eq!(differing(1, 5).await, [json!([null, "reference", "A-1", "A-2"]), json!([null, "currency", "EUR", null])]);
        assert_eq!(differing(5, 1).await, [json!([null, "reference", "A-2", "A-1"]), json!([null, "currency", null, "EUR"])]);
        assert_eq!(differing(1, 2).await, [json!(["parties", "organisation_id", null, office]), json!(["parties", "role", null, "coordinator"])]);
        assert_eq!(differing(2, 4).await.len(), 3, "the part is gone, and the reference is another one");
        assert_eq!(differing(3, 3).await, [] as [Value; 0]);
        for with in ["", "?with=x", "?with=0"] {
            let refused = app.get(&format!("{agreement}/versions/1/differences{with}")).await;
            assert!(refused.problem().starts_with("bad_parameters with:"), "{with}: {}", refused.text());
        }
        assert_eq!(app.get(&format!("{agreement}/versions/1/differences?with=9")).await.problem(), "not_found");
        app.audit().await;
    }
}

both! {
    async fn versions_keep_to_the_scope_and_to_codes(app: App) {
        let (mine, other) = (app.project("MINE").await, app.project("OTHER").await);
        app.at_version("PATCH", "/v1/projects/MINE", "", Some(json!({"code": "MINE-2"}))).await.expect(200);
        let first = app.get("/v1/projects/MINE-2/versions/1").await.expect(200);
        assert_eq!((&first["id"], &first["code"]), (&json!(mine), &json!("MINE")));
        let root = Some(Root::Project(mine.parse().unwrap()));
        let header = format!("Bearer {}", app.token_with("narrow", &[Grant { role: Role::Auditor, root }]).await);
        let ask = async |address: String| app.ask("GET", &address, &[("authorization", &header)], None).await;
        ask(format!("/v1/projects/{mine}/versions/1")).await.expect(200);
        for below in ["/versions/1", "/versions/1/differences?with=1"] {
            assert_eq!(ask(format!("/v1/projects/{other}{below}")).await.problem(), "not_found");
        }
    }
}
