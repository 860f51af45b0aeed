//! The demo portfolio through the API: what a manager would ask of LATBEL and of the ten awkward cases that real
//! data holds (demo/README.md).
use crate::both;
use crate::support::App;
use grantline::imports::demo::load_demo;
use serde_json::{Value, json};

/// The items of a list.
async fn items(app: &App, path: &str) -> Vec<Value> {
    app.get(path).await.expect(200)["items"].as_array().unwrap().clone()
}

/// One member of each item.
async fn each(app: &App, path: &str, member: &str) -> Vec<Value> {
    items(app, path).await.iter().map(|item| item[member].clone()).collect()
}

fn codes(warnings: &Value) -> Vec<&str> {
    warnings.as_array().unwrap().iter().map(|w| w["code"].as_str().unwrap()).collect()
}

async fn agreement_of(app: &App, project: &str) -> Value {
    let found = items(app, &format!("/v1/grant-agreements?project={project}")).await;
    assert_eq!(found.len(), 1, "{project}");
    found[0].clone()
}

/// The values, or the words, that sources claim of a member.
async fn claimed(app: &App, filter: &str) -> Vec<Value> {
    let said = |c: &Value| if c["value"].is_null() { c["as_printed"].clone() } else { c["value"].clone() };
    items(app, &format!("/v1/claims?{filter}&sort=field&limit=200")).await.iter().map(said).collect()
}

both! { demo:
    async fn it_is_loaded_once(app: App) {
        let page = app.get("/v1/projects?include_total=true&limit=1").await.expect(200);
        assert_eq!(page["total"], 34);
        assert_eq!(load_demo(&app.state).await.expect("no error"), None);
        assert_eq!(app.get("/v1/projects?include_total=true&limit=1").await.expect(200)["total"], 34);
    }
}

both! { demo:
    async fn latbel_with_its_agreement_chain_event_and_article(app: App) {
        let latbel = app.get("/v1/projects/LATBEL?expand=lead_organisation,agreements,events,publications").await.expect(200);
        assert_eq!(latbel["planned_period"], json!({"start": "2019-11-01", "end": "2021-05-31", "duration_months": null}));
        assert_eq!(latbel["lead_organisation"]["acronym"], "VRS");
        assert_eq!((&latbel["status"], &latbel["phase"]), (&json!("implementation"), &json!("ended")));
        assert_eq!(latbel["printed_statuses"][0]["as_printed"], "Īstenošanā");
        assert_eq!(codes(&latbel["warnings"]), ["status_behind_dates", "printed_status_outdated"]);

        let agreement = &latbel["agreements"]["items"][0];
        assert_eq!(agreement["reference"], "ICMPD/2019/MPF-295-005");
        assert_eq!(agreement["total_eligible_cost"], json!({"amount": "494813.32", "currency": "EUR"}));
        assert_eq!(agreement["eu_rate"], "0.9499");
        let chain = agreement["funding_chain"].as_array().unwrap();
        let mut names = Vec::new();
        for id in chain.iter().map(|hop| &hop["payer_id"]).chain([&chain[1]["recipient_id"]]) {
            let organisation = app.get(&format!("/v1/organisations/{}", id.as_str().unwrap())).await.expect(200);
            names.push(organisation["acronym"].as_str().unwrap().to_owned());
        }
        assert_eq!(names, ["EU", "ICMPD", "VRS"]);

        let event = &latbel["events"]["items"][0];
        assert_eq!((&event["starts"], &event["mode"]), (&json!("2021-02-19"), &json!("online")));
        let places: Vec<&Value> = event["sessions"].as_array().unwrap().iter().map(|s| &s["place"]["lv"]).collect();
        assert_eq!(places, ["Daugavpils", "Polocka"]);
        let article = &latbel["publications"]["items"][0];
        assert_eq!((&article["language"], &article["text"]), (&json!("lv"), &Value::Null));
    }
}

both! { demo:
    async fn the_seminar_in_nur_sultan(app: App) {
        let events = items(app, "/v1/events?project=BOMCA-10&starts=2022-07-26&expand=publications").await;
        assert_eq!(events.len(), 1);
        let seminar = &events[0];
        assert_eq!((&seminar["ends"], &seminar["kind"]), (&json!("2022-07-28"), &json!("seminar")));
        assert_eq!(seminar["sessions"][0]["country"], "KZ");
        assert_eq!(seminar["publications"]["items"].as_array().unwrap().len(), 1);
        let mut roles = Vec::new();
        for at in seminar["organisations"].as_array().unwrap() {
            let id = at["organisation_id"].as_str().unwrap();
            let organisation = app.get(&format!("/v1/organisations/{id}")).await.expect(200);
            roles.push((organisation["acronym"].as_str().unwrap_or("-").to_owned(), at["role"].as_str().unwrap().to_owned()));
        }
        for expected in [("UNHCR", "co_organiser"), ("IOM", "co_organiser"), ("VRS", "expert"), ("VSAT", "expert")] {
            assert!(roles.iter().any(|(a, r)| (a.as_str(), r.as_str()) == expected), "{expected:?} {roles:?}");
        }
    }
}

both! { demo:
    async fn two_projects_became_one(app: App) {
        let absorbed = app.get("/v1/projects/VRS-PMIF-2019-5").await.expect(200);
        let link = &absorbed["links"][0];
        let into = app.get("/v1/projects/VRS-PMIF-2018-2").await.expect(200);
        assert_eq!((&link["kind"], &link["other_project_id"], &link["from"]), (&json!("merged_into"), &into["id"], &json!("2023-01-01")));
        assert_eq!(into["planned_period"]["end"], "2023-05-31");
        let ends: Vec<Value> = claimed(app, "project=VRS-PMIF-2018-2&field=planned_period").await.iter().map(|v| v["end"].clone()).collect();
        assert!(ends.contains(&json!("2022-11-30")) && ends.contains(&json!("2023-05-31")), "{ends:?}");
        let agreement = agreement_of(app, "VRS-PMIF-2018-2").await;
        assert_eq!(agreement["total_eligible_cost"]["amount"], "1577050.00");
        let sums = claimed(app, &format!("agreement={}&field=total_eligible_cost", agreement["id"].as_str().unwrap())).await;
        assert!(sums.iter().any(|s| s["amount"] == "1087212.00"), "{sums:?}");
    }
}

both! { demo:
    async fn pages_that_say_running_for_ever(app: App) {
        let outdated = each(app, "/v1/projects?phase=ended&status=implementation&sort=code", "code").await;
        assert_eq!(outdated, ["ICMPD-2022-MPF-357-001", "LATBEL", "VRS-PMIF-2018-2"]);
        let bomca = app.get("/v1/projects/BOMCA-9").await.expect(200);
        assert_eq!((&bomca["status"], &bomca["printed_statuses"][0]["status"]), (&json!("closed"), &json!("implementation")));
        assert!(codes(&bomca["warnings"]).contains(&"printed_status_differs"));
        let then = app.get("/v1/projects/LATBEL?as_of=2021-05-31").await.expect(200);
        assert_eq!((&then["phase"], codes(&then["warnings"])), (&json!("running"), vec![]));
    }
}

both! { demo:
    async fn grantor_and_beneficiary_disagree_on_the_period(app: App) {
        let periods = items(app, "/v1/claims?project=LATBEL&field=planned_period").await;
        let of = |adopted: bool| periods.iter().find(|c| c["adopted"] == adopted).unwrap();
        assert_eq!(of(true)["value"]["end"], "2021-05-31");
        assert_eq!((&of(false)["as_printed"], &of(false)["value"]["end"]), (&json!("October 2019 - September 2021"), &json!("2021-09-30")));
        let latbel = app.get("/v1/projects/LATBEL").await.expect(200);
        assert_eq!(latbel["conflicts"][0]["field"], "planned_period");
        assert_eq!(latbel["sources"]["planned_period"]["claim_id"], of(true)["id"]);
        let agreement = agreement_of(app, "LATBEL").await;
        assert_eq!((&agreement["maximum_grant"], &agreement["funding_lines"][0]["share"]), (&Value::Null, &json!("0.9499")));

        // The grantor's period may be adopted instead, with a reason; the other is then a rival.
        let claim = format!("/v1/claims/{}", of(false)["id"].as_str().unwrap());
        let reason = json!({"reason": "The grantor's page is the contract's own."});
        app.at_version("POST", &claim, "/adoption", Some(reason)).await.expect(200);
        let latbel = app.get("/v1/projects/LATBEL").await.expect(200);
        assert_eq!(latbel["planned_period"]["end"], "2021-09-30");
        assert_eq!(latbel["sources"]["planned_period"]["claim_id"], of(false)["id"]);
    }
}

both! { demo:
    async fn no_end_and_no_year(app: App) {
        let bomca = app.get("/v1/projects/BOMCA-10").await.expect(200);
        assert_eq!(bomca["planned_period"], json!({"start": "2021-04-01", "end": null, "duration_months": 54}));
        assert_eq!((&bomca["phase_basis"]["end"], &bomca["phase_basis"]["derived"]), (&json!("2025-09-30"), &json!(true)));
        for (day, phase) in [("2025-09-30", "running"), ("2025-10-01", "ended")] {
            let found = each(app, &format!("/v1/projects?phase={phase}&as_of={day}&q=bomca&sort=code"), "code").await;
            assert!(found.contains(&json!("BOMCA-10")), "{day} {phase}");
        }
        let yearless = items(app, "/v1/events?project=BOMCA-9&starts[contains]=XXXX").await;
        assert!(yearless.len() >= 2 && yearless.iter().all(|e| e["starts"].as_str().unwrap().starts_with("XXXX-")));
        let periods = claimed(app, "project=BOMCA-9&field=planned_period").await;
        assert!(periods.len() > 1, "{periods:?}");
        assert_eq!(each(app, "/v1/projects?planned_period.end[is_null]=true&planned_period.start[is_null]=false&sort=code", "code").await,
            ["BOMCA-10", "IC-RPVP-2023-6", "VRS-PMIF-2025-2"]);
    }
}

both! { demo:
    async fn one_number_two_days_of_signature(app: App) {
        let found = items(app, "/v1/grant-agreements?reference=dci-asie/2015/358-348").await;
        assert_eq!(found.len(), 1);
        let signed: Vec<&Value> = found[0]["parties"].as_array().unwrap().iter().map(|p| &p["signed_on"]).collect();
        assert!(signed.contains(&&json!("2015-06-11")), "{signed:?}");
        let id = found[0]["id"].as_str().unwrap();
        let claims = claimed(app, &format!("agreement={id}&field=parties")).await;
        assert!(claims.len() >= 2, "{claims:?}");
        assert!(found[0]["conflicts"].as_array().unwrap().iter().any(|c| c["field"] == "parties"));
    }
}

both! { demo:
    async fn the_projects_number_is_not_the_agreements(app: App) {
        // En dashes, as one page prints them.
        let project = each(app, "/v1/projects?identifiers=ENI%E2%80%93LLB%E2%80%932%E2%80%93269", "code").await;
        assert_eq!(project, ["ENI-LLB-2-269"]);
        let agreement = items(app, "/v1/grant-agreements?reference=1s-232&expand=projects").await;
        assert_eq!(agreement[0]["projects"]["items"][0]["code"], "ENI-LLB-2-269");
        assert_eq!(agreement[0]["total_eligible_cost"]["amount"], "1103026.96");
        assert!(items(app, "/v1/grant-agreements?reference=ENI-LLB-2-269").await.is_empty());
    }
}

both! { demo:
    async fn broken_sums_stay_as_printed(app: App) {
        let slips = each(app, "/v1/claims?as_printed[contains]=miljonu%20eiro", "as_printed").await;
        assert!(slips.iter().any(|s| s.as_str().unwrap().contains("28 301 887")), "{slips:?}");
        for project in ["VRS-PATRULKUGIS", "PMLP-PMIF-2023-2"] {
            let agreement = agreement_of(app, project).await;
            assert!(!agreement["conflicts"].as_array().unwrap().is_empty(), "{project}");
        }
        assert_eq!(agreement_of(app, "VRS-PATRULKUGIS").await["total_eligible_cost"], Value::Null);
    }
}

both! { demo:
    async fn foreign_figures_in_an_article(app: App) {
        let foreign = items(app, "/v1/claims?source_title[contains]=Prometeus").await;
        assert!(!foreign.is_empty() && foreign.iter().all(|c| c["adopted"] == false));
        let agreement = agreement_of(app, "VP-PRIME-2011").await;
        let lines = agreement["funding_lines"].as_array().unwrap();
        assert_eq!(lines.len(), 5, "five payers");
        let lats = claimed(app, &format!("agreement={}&adopted=false", agreement["id"].as_str().unwrap())).await;
        assert!(lats.iter().any(|v| v["currency"] == "LVL" || v.as_str().is_some_and(|t| t.contains("216 823"))), "{lats:?}");
        let boats = agreement_of(app, "IEM-MD-BOATS-2007").await;
        assert_eq!(boats["total_eligible_cost"], json!({"amount": "31600.00", "currency": "LVL"}));
    }
}

both! { demo:
    async fn broken_and_missing_numbers(app: App) {
        let misprint = items(app, "/v1/claims?field=identifiers&as_printed[contains]=NPHE-2021110194").await;
        assert_eq!(misprint.len(), 1);
        assert_eq!(each(app, "/v1/projects?identifiers=NPHE-2021/10194", "code").await, ["NPHE-2021-10194"]);
        let numberless = app.get("/v1/projects/VRS-MOBILITATE").await.expect(200);
        assert_eq!(numberless["identifiers"], json!([]));
        // A number with a letter outside ASCII, asked for in lower case.
        assert_eq!(each(app, "/v1/projects?identifiers=%C4%81m/rpvp/2024/3", "code").await, ["AM-RPVP-2024-3"]);
    }
}

both! { demo:
    async fn texts_against_themselves(app: App) {
        let synergy = app.get("/v1/projects/LATLIT-SYNERGY").await.expect(200);
        assert_eq!(synergy["planned_period"], json!({"start": "2017-05-17", "end": "2019-11-16", "duration_months": null}));
        let periods = items(app, "/v1/claims?project=LATLIT-SYNERGY").await;
        assert!(periods.iter().any(|c| c["as_printed"].as_str().is_some_and(|t| t.contains("24 MONTHS"))));
        let opening = items(app, "/v1/events?project=ELRI-VIENTULI").await;
        let days = claimed(app, &format!("event={}&field=starts", opening[0]["id"].as_str().unwrap())).await;
        assert!(!days.is_empty());
        let countries = claimed(app, "project=BOMCA-10&field=countries").await;
        assert!(countries.len() > 1, "Afghanistan comes and goes: {countries:?}");
    }
}
