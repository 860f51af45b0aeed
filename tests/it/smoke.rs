//! The shortest walk through a resource.
use crate::both;
use serde_json::json;

both! {
    async fn a_project_lives(app: App) {
        let address = app.create("/v1/projects", json!({"code": "LATBEL", "title": {"lv": "Sadarbība"}})).await;
        let found = app.get("/v1/projects/LATBEL").await.expect(200);
        assert_eq!(found["title"], json!({"lv": "Sadarbība"}));
        let changed = app.at_version("PATCH", &address, "", Some(json!({"acronym": "LATBEL"}))).await.expect(200);
        assert_eq!((&changed["version"], &changed["acronym"]), (&json!(2), &json!("LATBEL")));
        app.at_version("DELETE", &address, "", None).await.expect(204);
        assert_eq!(app.get(&address).await.problem(), "not_found");
    }
}
