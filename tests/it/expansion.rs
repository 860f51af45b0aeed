//! What a caller wants to see of a record: neighbours brought in, members left out, CSV instead of JSON.
use crate::both;
use crate::support::App;
use grantline::http::FACES;
use serde_json::{Value, json};

both! {
    async fn neighbours_are_brought_in_one_and_two_steps_away(app: App) {
        let l = app.latbel().await;
        let at = "/v1/projects/LATBEL";
        let record = app.get(&format!("{at}?expand=lead_organisation,agreements.funder,agreements.programme,events,publications.events")).await.expect(200);
        assert_eq!(record["lead_organisation"]["id"], json!(l.vrs));
        assert_eq!(record["agreement_ids"], json!([l.agreement]));
        let agreement = &record["agreements"]["items"][0];
        assert_eq!((&agreement["id"], &agreement["reference"]), (&json!(l.agreement), &json!("ICMPD/2019/MPF–295–005")));
        assert_eq!(agreement["funder"]["id"], json!(l.icmpd_funder));
        assert_eq!(agreement["programme"]["code"], "MPF");
        assert_eq!(record["events"]["items"][0]["id"], json!(l.event));
        assert_eq!(record["publications"]["items"][0]["events"]["items"][0]["id"], json!(l.event));
        assert!(record["events"]["items"][0].get("publications").is_none());
        // The same in a list, and to one that is not there.
        let list = app.get("/v1/programmes?expand=parent,funder.organisation").await.expect(200);
        assert_eq!(list["items"][0]["parent"], Value::Null);
        assert_eq!(list["items"][0]["funder"]["organisation"]["acronym"], "EU");
        // Every path of every resource answers, and every ids' owner can be asked for all of them.
        for face in FACES {
            let refused = app.get(&format!("/v1/{}?expand=nothing", face.resource.path)).await;
            assert_eq!(refused.problem(), "bad_parameters expand:unknown_path");
            for path in refused.json()["errors"][0]["params"]["allowed"].as_array().unwrap() {
                app.get(&format!("/v1/{}?expand={}", face.resource.path, path.as_str().unwrap())).await.expect(200);
            }
        }
        for (path, wrong) in [
            ("expand=agreements.funder.organisation", "expand"), ("expand=agreement", "expand"), ("expand=agreements.", "expand"),
            ("expand=", "expand"), ("expand=.", "expand"), ("expand=agreements.nothing", "expand"), ("expand=title", "expand"),
        ] {
            let answer = app.get(&format!("{at}?{path}")).await;
            assert_eq!(answer.problem(), format!("bad_parameters {wrong}:unknown_path"), "{path}");
            let allowed = answer.json()["errors"][0]["params"]["allowed"].to_string();
            assert!(allowed.contains("agreements.funder"), "{allowed}");
        }
    }
}

/// An event of this many projects, linked to all.
async fn many(app: &App, count: usize) -> (String, Vec<String>) {
    let items: Vec<Value> =
        (0..count).map(|n| json!({"code": format!("P{n:03}"), "title": {"en": "T"}})).collect();
    let made = app.post("/v1/projects/batch", json!({"items": items})).await.expect(201);
    let projects: Vec<String> =
        made["items"].as_array().unwrap().iter().map(|p| p["id"].as_str().unwrap().to_owned()).collect();
    let event = app
        .made(
            "events",
            json!({"title": {"en": "Fair"}, "kind": "conference", "mode": "in_person", "state": "held"}),
        )
        .await;
    for project in &projects {
        app.part(&format!("events/{event}"), "links", json!({"project_id": project})).await;
    }
    (event, projects)
}

both! {
    async fn long_collections_are_capped_and_say_where_the_rest_is(app: App) {
        let (event, projects) = many(app, 105).await;
        let record = app.get(&format!("/v1/events/{event}?expand=projects")).await.expect(200);
        assert_eq!(record["project_ids"].as_array().unwrap().len(), 100);
        assert_eq!(record["projects"]["items"].as_array().unwrap().len(), 20);
        let next = record["projects"]["next"].as_str().unwrap();
        assert_eq!(next, format!("/v1/projects?event={event}"));
        assert_eq!(app.ids(next).await.len(), 105);
        // Two steps away there are fewer of each.
        let project = app.get(&format!("/v1/projects/{}?expand=events.projects", projects[0])).await.expect(200);
        let events = &project["events"];
        assert!(events.get("next").is_none(), "{events}");
        assert_eq!(events["items"][0]["projects"]["items"].as_array().unwrap().len(), 5);
        assert_eq!(events["items"][0]["projects"]["next"], json!(format!("/v1/projects?event={event}")));
    }
}

both! {
    /// The address under `next` of every collection is one that the list understands.
    async fn every_collection_can_be_listed_in_full(app: App) {
        use grantline::store::Link;
        for face in FACES {
            for neighbour in face.resource.neighbours {
                if let Link::Through { .. } = neighbour.link {
                    let target = FACES.iter().find(|f| f.resource.name == neighbour.resource).unwrap().resource.path;
                    let own = face.resource.relation_name();
                    app.get(&format!("/v1/{target}?{own}=01932c07-6b80-7000-8000-000000000001")).await.expect(200);
                }
            }
        }
    }
}

both! {
    async fn members_are_chosen_by_path(app: App) {
        let l = app.latbel().await;
        let fields = async |query: &str| app.get(&format!("/v1/projects/LATBEL?{query}")).await;
        assert_eq!(fields("fields=code,planned_period.end,title.lv").await.expect(200), json!({
            "title": {"lv": "Robežšķērsošanas incidentu izmeklēšana"}, "code": "LATBEL", "planned_period": {"end": "2021-05-31"},
        }).as_object().map(|wanted| {
            // In the record's own order.
            ["code", "title", "planned_period"].into_iter().map(|n| (n.to_owned(), wanted[n].clone())).collect::<Value>()
        }).unwrap());
        assert_eq!(fields("fields=countries.country").await.expect(200), json!({"countries": [{"country": "LV"}, {"country": "BY"}]}));
        assert_eq!(
            fields("expand=agreements&fields=agreements.items.id").await.expect(200),
            json!({"agreements": {"items": [{"id": l.agreement}]}})
        );
        assert_eq!(fields("fields=title,title.lv").await.expect(200)["title"].as_object().unwrap().len(), 3);
        let list = app.get("/v1/projects?fields=code&limit=1").await.expect(200);
        assert_eq!(list["items"], json!([{"code": "LATBEL"}]));
        for (query, allowed) in [
            ("fields=planned_period.finish", "duration_months"), ("fields=agreements.id", "planned_period"), ("fields=code.x", ""),
            ("fields=", "code"), ("fields=code,,title", "code"), ("expand=agreements&fields=agreements.id", "items"), ("fields=agreements", "agreement_ids"),
            ("expand=agreements&fields=agreements.items.colour", "reference"), ("fields=countries.name", "percentage"),
        ] {
            let answer = fields(query).await;
            assert_eq!(answer.problem(), "bad_parameters fields:unknown_path", "{query}");
            assert!(answer.json()["errors"][0]["params"]["allowed"].to_string().contains(allowed), "{query}: {}", answer.text());
        }
    }
}

both! {
    async fn a_list_comes_as_csv_by_accept_or_format(app: App) {
        app.latbel().await;
        for code in ["A-1", "B-2"] {
            app.made("projects", json!({"code": code, "title": {"en": "=HYPERLINK(\"http://x\"), \"quoted\"\nsecond"}, "acronym": "+371 5", "tags": ["@x", "b"]})).await;
        }
        let csv = async |query: &str, accept: &str| app.ask("GET", &format!("/v1/projects?{query}"), &[("accept", accept)], None).await;
        let asked = csv("sort=code&columns=code,title,acronym,tags,countries.country,planned_period.end,lead_organisation_id,version", "text/csv").await;
        assert_eq!(asked.status, 200, "{}", asked.text());
        assert_eq!(asked.header("content-type"), "text/csv; charset=utf-8; header=present");
        let text = asked.text();
        assert!(text.starts_with("code,title,acronym,tags,countries.country,planned_period.end,lead_organisation_id,version\n"), "{text}");
        assert!(text.contains("A-1,\"'=HYPERLINK(\"\"http://x\"\"), \"\"quoted\"\"\nsecond\",'+371 5,'@x; b,,,,1\n"), "{text}");
        assert!(text.contains("LATBEL,Joint investigation 100%_real,LatBel,Robeža; Ēnas [1]*?,LV; BY,2021-05-31,"), "{text}");
        let lv = app.ask("GET", "/v1/projects?format=csv&columns=title&code=LATBEL", &[("accept-language", "lv")], None).await;
        assert_eq!(lv.text(), "title\nRobežšķērsošanas incidentu izmeklēšana\n");

        // The same filters, pages and tags.
        let first = csv("sort=code&limit=2&columns=code", "text/csv").await;
        assert_eq!(first.text(), "code\nA-1\nB-2\n");
        let next = first.header("link").trim_start_matches('<').split('>').next().unwrap().to_owned();
        let second = app.ask("GET", &next, &[("accept", "text/csv")], None).await;
        assert_eq!((second.text(), second.header("link")), ("code\nLATBEL\n".to_owned(), ""));
        let again = app.ask("GET", &next, &[("accept", "text/csv"), ("if-none-match", second.header("etag"))], None).await;
        assert_eq!(again.status, 304);
        assert!(app.get("/v1/projects?format=csv&sort=code&limit=1").await.header("link").contains("format=csv"));

        for (accept, media_type) in [
            ("text/csv;q=0.5, application/json", "application/json"), ("text/csv, application/json;q=0.9", "text/csv; charset=utf-8; header=present"),
            ("text/html, */*", "application/json"), ("text/csv;q=0, */*", "application/json"), ("", "application/json"),
        ] {
            assert_eq!(csv("", accept).await.header("content-type"), media_type, "{accept}");
        }
        assert_eq!(csv("", "image/png").await.problem(), "not_acceptable");
        assert_eq!(csv("format=json", "text/csv").await.header("content-type"), "application/json");
        for query in ["expand=agreements", "fields=code", "facets=status", "include_total=true"] {
            let name = query.split('=').next().unwrap();
            assert_eq!(csv(query, "text/csv").await.problem(), format!("bad_parameters {name}:other_format"));
        }
        for columns in ["colour", "code,planned_period.finish", "agreements", ""] {
            assert_eq!(csv(&format!("columns={columns}"), "text/csv").await.problem(), "bad_parameters columns:unknown_path");
        }
        // Every resource has columns of its own, none of them empty of meaning.
        app.seed("S", 2).await;
        for face in FACES {
            let text = app.get(&format!("/v1/{}?format=csv", face.resource.path)).await.text();
            let header = text.lines().next().unwrap().to_owned();
            assert!(header.starts_with("id,version,created_at,updated_at,"), "{header}");
            let records = csv_rows(&text);
            assert!(records.len() >= 3 && records.iter().all(|r| r.len() == records[0].len()), "{text}");
        }
        let header = app.get("/v1/projects?format=csv").await.text().lines().next().unwrap().to_owned();
        assert!(header.contains("countries.country,sectors.code,tags"), "{header}");
    }
}

fn csv_rows(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    reader.records().map(|r| r.unwrap().iter().map(str::to_owned).collect()).collect()
}
