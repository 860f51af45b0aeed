//! Waivers of duties and findings, four eyes, and what is still missing of an event.
use crate::both;
use crate::support::App;
use crate::support::caller::Caller;
use crate::support::world::Latbel;
use entity::vocab::Role;
use grantline::regimes::ship;
use serde_json::{Value, json};

/// LATBEL pinned to its regime.
pub async fn pinned(app: &App, l: &Latbel) {
    ship(&app.state).await.unwrap();
    let regime = app.get("/v1/regimes/eu-prag-icmpd-mpf").await.expect(200)["record_id"].clone();
    let address = format!("/v1/grant-agreements/{}", l.agreement);
    app.at_version("PATCH", &address, "", Some(json!({"regime_id": regime}))).await.expect(200);
}

/// Brings a waiver into force from a day, by somebody else.
async fn grant(app: &App, waiver: &str, on: &str) {
    let step = json!({"to": "in_force", "effective_on": on});
    let own = app.at_version("POST", waiver, "/transitions", Some(step.clone())).await;
    assert_eq!(own.problem(), "transition_refused /to:another_person");
    let other = Caller::new(app, &[(Role::ProgrammeManager, None)]).await;
    let tag = other.get(waiver).await.header("etag").to_owned();
    other.send("POST", &format!("{waiver}/transitions"), &tag, Some(step)).await.expect(201);
}

async fn interim(app: &App, as_of: &str) -> Value {
    let list = app.get(&format!("/v1/obligations?entry=interim&as_of={as_of}")).await.expect(200);
    json!([list["items"][0]["state"], list["items"][0]["days_late"]])
}

both! {
    async fn a_duty_is_waived_from_day_to_day(app: App) {
        let l = app.latbel().await;
        pinned(app, &l).await;
        let duty = app.ids("/v1/obligations?entry=interim").await.remove(0);
        let body = json!({"grant_agreement_id": l.agreement, "obligation_id": duty, "reason": {"en": "Agreed by letter"}, "until": "2021-03-31"});
        let other = app.made("grant-agreements", json!({"reference": "OTHER/1"})).await;
        let mut wrong = body.clone();
        wrong["grant_agreement_id"] = json!(other);
        assert_eq!(app.post("/v1/waivers", wrong).await.problem(), "invalid /obligation_id:of_another_agreement");
        let mut both = body.clone();
        both["finding"] = json!("B01:obligation:1");
        assert_eq!(app.post("/v1/waivers", both).await.problem(), "invalid :exactly_one");
        let mut opened = body.clone();
        opened["opening"] = json!({"status": "in_force"});
        assert_eq!(app.post("/v1/waivers", opened).await.problem(), "invalid /opening/status:another_person");
        // Nor by way of a status that is not known.
        let mut unknown = body.clone();
        unknown["opening"] = json!({"status": null});
        let unknown = app.create("/v1/waivers", unknown).await;
        let step = json!({"to": "in_force", "reason": "It is so"});
        let alone = app.at_version("POST", &unknown, "/transitions", Some(step)).await;
        assert_eq!(alone.problem(), "transition_refused /to:another_person");
        let waiver = app.create("/v1/waivers", body).await;
        assert_eq!(interim(app, "2021-01-15").await, json!(["overdue", 16]), "asking changes nothing");
        grant(app, &waiver, "2021-01-10").await;
        assert_eq!(interim(app, "2021-01-09").await, json!(["overdue", 10]));
        assert_eq!(interim(app, "2021-01-10").await, json!(["waived", 0]));
        assert_eq!(interim(app, "2021-04-01").await, json!(["overdue", 92]));
        let waived = app.get("/v1/obligations?state=waived&as_of=2021-02-01&facets=state").await.expect(200);
        assert_eq!(waived["items"][0]["id"], json!(duty));
        let of_duty = |list: Value| list["items"].as_array().unwrap().iter().find(|one| one["rule"] == "B01").unwrap()["result"].clone();
        assert_ne!(of_duty(app.get("/v1/findings?as_of=2021-02-01").await.expect(200)), "fail");
        assert_eq!(of_duty(app.get("/v1/findings?as_of=2021-04-01").await.expect(200)), "fail");
        let kept = app.at_version("PATCH", &waiver, "", Some(json!({"until": "2099-01-01"}))).await;
        assert_eq!(kept.problem(), "transition_refused :frozen");
        // Planned anew, it stays waived; withdrawn, it is owed again.
        let end = json!({"implementation_period": {"start": "2019-11-01", "end": "2021-06-30", "duration_months": null}});
        app.at_version("PATCH", &format!("/v1/grant-agreements/{}", l.agreement), "", Some(end)).await.expect(200);
        assert_eq!(interim(app, "2021-01-10").await, json!(["waived", 0]));
        // A paper about the duty keeps the duty's agreement.
        let document = app.address("document").await;
        let link = json!({"subject_kind": "obligation", "subject_id": duty});
        app.at_version("POST", &document, "/links", Some(link)).await.expect(201);
        let step = json!({"to": "withdrawn", "effective_on": "2021-01-20", "reason": "The funder changed its mind"});
        app.at_version("POST", &waiver, "/transitions", Some(step)).await.expect(201);
        assert_eq!(interim(app, "2021-01-15").await, json!(["overdue", 16]));
        app.audit().await;
    }
}

both! {
    async fn a_finding_is_acknowledged_by_one_and_waived_by_two(app: App) {
        let l = app.latbel().await;
        pinned(app, &l).await;
        let body = json!({"kind": "web_article", "title": {"en": "An article"}, "language": "en", "text": "It was held."});
        let id = app.made("publications", body).await;
        app.part(&format!("publications/{id}"), "links", json!({"project_id": l.project})).await;
        let list = async |query: &str| app.get(&format!("/v1/findings?rule=F02&result=fail&as_of=2021-03-01{query}")).await.expect(200);
        let finding = list("").await["items"][0].clone();
        assert_eq!(finding["waiver"], Value::Null);
        let body = |key: &Value| json!({"grant_agreement_id": l.agreement, "finding": key, "reason": {"en": "The page is gone"}, "until": "2021-06-30"});
        assert_eq!(app.post("/v1/waivers", body(&json!("C01:expenditure:1"))).await.problem(), "invalid /finding:unknown_rule");
        let waiver = app.create("/v1/waivers", body(&finding["key"])).await;
        let step = json!({"to": "acknowledged", "effective_on": "2021-02-01"});
        app.at_version("POST", &waiver, "/transitions", Some(step)).await.expect(201);
        let seen = list("").await["items"][0]["waiver"].clone();
        assert_eq!((&seen["standing"], &seen["until"]), (&json!("acknowledged"), &json!("2021-06-30")));
        assert_eq!(list("&standing=open").await["items"], json!([]));
        grant(app, &waiver, "2021-02-10").await;
        assert_eq!(list("&standing=open,acknowledged").await["items"], json!([]));
        let counted = list("&facets=standing").await;
        assert_eq!(counted["facets"]["standing"], json!([{"value": "waived", "count": 1}]));
        assert_eq!(counted["items"][0]["waiver"]["id"], json!(waiver.rsplit('/').next()));
        let later = app.get("/v1/findings?rule=F02&result=fail&standing=open&as_of=2021-07-01").await.expect(200);
        assert_eq!(later["items"].as_array().unwrap().len(), 1, "its time is over");
    }
}

both! {
    async fn what_is_missing_of_an_event_is_told_and_when_it_is_due(app: App) {
        let l = app.latbel().await;
        pinned(app, &l).await;
        let event = json!({"title": {"en": "A seminar"}, "kind": "seminar", "mode": "in_person", "state": "held", "starts": "2021-03-01", "ends": "2021-03-02"});
        let event = app.made("events", event).await;
        app.part(&format!("events/{event}"), "links", json!({"project_id": l.project})).await;
        let of = async |rule: &str, as_of: &str| {
            let list = app.get(&format!("/v1/findings?rule={rule}&as_of={as_of}")).await.expect(200);
            list["items"].as_array().unwrap().iter().find(|one| one["subject"]["id"] == json!(event)).unwrap().clone()
        };
        let early = of("G01", "2021-03-10").await;
        assert_eq!((&early["result"], &early["values"]["due_on"]), (&json!("pass"), &json!("2021-03-16")));
        assert_eq!(early["values"]["missing"], json!(["agenda", "signed_participant_list"]));
        assert_eq!(of("G01", "2021-03-17").await["result"], "fail");
        let paper = async |kind: &str, on: Option<&str>| {
            let body = json!({"title": {"en": "A paper"}, "kind": kind, "dated_on": on});
            let document = app.create("/v1/documents", body).await;
            app.at_version("POST", &document, "/links", Some(json!({"subject_kind": "event", "subject_id": event}))).await.expect(201);
        };
        paper("agenda", None).await;
        paper("signed_participant_list", Some("2021-03-01")).await;
        let there = of("G01", "2021-03-17").await;
        assert_eq!((&there["result"], &there["values"]["missing"]), (&json!("pass"), &json!([])));
        assert!(there["values"]["recommended"].as_array().unwrap().contains(&json!("publication_link")));
        assert_eq!(of("G02", "2021-03-17").await["values"]["unlisted_days"], json!(["2021-03-02"]));
        paper("signed_participant_list", Some("2021-03-02")).await;
        assert_eq!(of("G02", "2021-03-17").await["result"], "pass");
        let article = app.made("publications", json!({"kind": "web_article", "title": {"en": "It was held"}})).await;
        app.part(&format!("publications/{article}"), "links", json!({"event_id": event})).await;
        assert!(!of("G01", "2021-03-17").await["values"]["recommended"].as_array().unwrap().contains(&json!("publication_link")));
    }
}
