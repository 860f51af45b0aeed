//! The lives of projects and agreements through the API: every step with its guards, attestations, what is kept.
use crate::both;
use crate::support::App;
use entity::vocab::{AgreementStatus, ProjectStatus, Role, Word};
use serde_json::{Value, json};

/// Every step of a project's life, with what stands in its way where nothing else is known of the project
/// (rules.md 1.5). A reason is asked for by those with `reason_given`.
const PROJECT: &[(&str, &str, &str)] = &[
    ("preparation", "contracting", "award_document"),
    ("preparation", "cancelled", "reason_given no_accepted_expenditure no_payment_kept"),
    ("contracting", "implementation", "agreement_in_force implementation_started"),
    ("contracting", "cancelled", "reason_given no_accepted_expenditure no_payment_kept"),
    ("implementation", "suspended", "reason_given agreement_suspended effective_within_period"),
    ("implementation", "finalisation", "implementation_ended"),
    ("implementation", "terminated", "reason_given termination_in_effect"),
    ("suspended", "implementation", ""),
    ("suspended", "terminated", "reason_given termination_in_effect"),
    ("finalisation", "implementation", "extension_received_in_time end_not_passed"),
    ("finalisation", "closed", "final_report_accepted balance_settled assets_have_end_use no_open_violation"),
    ("terminated", "closed", "final_report_accepted balance_settled assets_have_end_use no_open_violation"),
    ("closed", "finalisation", "reason_given reopening_document"),
];

/// The same of an agreement. The guards of its draft are matters of its own members: they can't be attested.
const AGREEMENT: &[(&str, &str, &str)] = &[
    (
        "draft",
        "awaiting_signature",
        "regime_pinned parties_present amount_present period_complete reference_present",
    ),
    ("awaiting_signature", "in_force", "all_parties_signed entry_into_force_reached"),
    ("awaiting_signature", "lapsed", "reason_given offer_lapsed"),
    ("in_force", "suspended", "reason_given suspension_notified"),
    ("in_force", "implementation_ended", "implementation_ended"),
    ("in_force", "terminated", "reason_given termination_in_effect"),
    ("suspended", "in_force", "suspension_lifted"),
    ("suspended", "terminated", "reason_given termination_in_effect"),
    ("implementation_ended", "in_force", "extension_received_in_time end_not_passed"),
    ("implementation_ended", "final_report_submitted", "final_report_complete"),
    ("implementation_ended", "terminated", "reason_given termination_in_effect"),
    ("final_report_submitted", "implementation_ended", "reason_given report_rejected"),
    ("final_report_submitted", "balance_settled", "final_amount_decided balance_paid_or_recovered"),
    ("balance_settled", "archived", "retention_passed no_hold"),
    ("terminated", "final_report_submitted", "final_report_complete"),
];

const OWN_FACTS: [&str; 4] = ["parties_present", "amount_present", "period_complete", "reference_present"];

/// A new record that is found in this status.
pub async fn opened(app: &App, path: &str, status: Value) -> String {
    static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let next = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let opening = json!({"status": status, "effective_on": "2020-03-01", "source": "A page"});
    let body = match path {
        "/v1/projects" => {
            json!({"code": format!("LIFE-{next}"), "title": {"en": "Life"}, "opening": opening})
        }
        _ => json!({"opening": opening}),
    };
    app.create(path, body).await
}

pub async fn step(app: &App, address: &str, body: Value) -> crate::support::app::Answer {
    app.at_version("POST", address, "/transitions", Some(body)).await
}

/// `transition_refused /to:a /to:b`.
pub fn refusal(guards: &[&str]) -> String {
    guards.iter().fold("transition_refused".to_owned(), |all, guard| format!("{all} /to:{guard}"))
}

async fn the_whole_machine(app: &App, path: &str, statuses: &[&str], table: &[(&str, &str, &str)]) {
    for from in statuses {
        let shown = app.get(&opened(app, path, json!(from)).await).await.json();
        let possible: Vec<&str> = shown["available_transitions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|t| t["to"].as_str().unwrap())
            .collect();
        let mut expected: Vec<&str> =
            table.iter().filter(|(f, ..)| f == from).map(|(_, to, _)| *to).collect();
        expected.sort_unstable();
        let mut sorted = possible.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, expected, "{from}");
        for to in statuses.iter().chain(&["nonsense"]) {
            let address = opened(app, path, json!(from)).await;
            let before = app.counts().await;
            let asked = json!({"to": to, "effective_on": "2020-03-02"});
            let Some((.., guards)) = table.iter().find(|(f, t, _)| f == from && t == to) else {
                let refused = step(app, &address, asked).await;
                assert_eq!(refused.problem(), "transition_refused /to:not_a_step", "{from} {to}");
                assert_eq!(refused.json()["errors"][0]["params"]["allowed"], json!(possible));
                assert_eq!(app.counts().await, before);
                continue;
            };
            let guards: Vec<&str> = guards.split_whitespace().collect();
            if !guards.is_empty() {
                // Everything in the way is named at once, and nothing is written.
                let refused = step(app, &address, asked).await;
                assert_eq!(refused.problem(), refusal(&guards), "{from} {to}");
                for error in refused.json()["errors"].as_array().unwrap() {
                    let code = error["code"].as_str().unwrap();
                    let attestable = code != "reason_given" && !OWN_FACTS.contains(&code);
                    assert_eq!(error["params"]["attestable"], attestable, "{code}");
                    assert!(error["message"].as_str().unwrap().len() > 10);
                }
                assert_eq!(app.counts().await, before);
            }
            if guards.contains(&OWN_FACTS[0]) {
                continue;
            }
            // With a reason and a person to vouch for each, the step is taken.
            let attestations: Vec<Value> = guards
                .iter()
                .filter(|g| **g != "reason_given")
                .map(|g| json!({"guard": g, "reason": format!("Seen: {g}"), "document": "D-1", "document_id": null}))
                .collect();
            let asked = json!({"to": to, "effective_on": "2020-03-02", "reason": "Because", "attestations": attestations});
            let taken = step(app, &address, asked).await;
            assert_eq!(taken.status, 201, "{from} {to}: {}", taken.text());
            let taken = taken.json();
            assert_eq!((&taken["from_status"], &taken["to_status"]), (&json!(from), &json!(to)));
            assert_eq!((&taken["attestations"], &taken["opened_as"]), (&json!(attestations), &json!(false)));
            let now = app.get(&address).await.json();
            assert_eq!((&now["status"], &now["status_since"]), (&json!(to), &json!("2020-03-02")));
            assert_eq!(now["version"], 2);
        }
    }
    app.audit().await;
}

both! {
    async fn every_step_of_a_project(app: App) {
        let statuses: Vec<&str> = ProjectStatus::all().iter().map(|s| s.code()).collect();
        the_whole_machine(app, "/v1/projects", &statuses, PROJECT).await;
    }
}

both! {
    async fn every_step_of_an_agreement(app: App) {
        let statuses: Vec<&str> = AgreementStatus::all().iter().map(|s| s.code()).collect();
        the_whole_machine(app, "/v1/grant-agreements", &statuses, AGREEMENT).await;
    }
}

both! {
    async fn a_project_and_its_agreement_live_by_their_facts(app: App) {
        let [eu, vrs] = [app.organisation("ICMPD").await, app.organisation("VRS").await];
        let agreement = app.create("/v1/grant-agreements", json!({"currency": "EUR"})).await;
        let period = json!({"start": "2019-11-01", "end": "2021-05-31"});
        let project = json!({"code": "LATBEL", "title": {"lv": "Sadarbība"}, "planned_period": period});
        let project = app.create("/v1/projects", project).await;
        let id = project.rsplit('/').next().unwrap();
        app.at_version("POST", &agreement, "/project-links", Some(json!({"project_id": id}))).await.expect(201);

        // The draft: facts of its own stand in the way until they are there; the regime is vouched for.
        let regime = json!([{"guard": "regime_pinned", "reason": "PRAG 2019"}]);
        let leave = json!({"to": "awaiting_signature", "attestations": regime});
        let own = ["parties_present", "amount_present", "period_complete", "reference_present"];
        assert_eq!(step(app, &agreement, leave.clone()).await.problem(), refusal(&own));
        let facts = json!({"reference": "ICMPD/2019/MPF-295-005", "implementation_period": {"start": "2019-11-01"},
            "maximum_grant": {"amount": "494813.32", "currency": "EUR"}});
        app.at_version("PATCH", &agreement, "", Some(facts)).await.expect(200);
        assert_eq!(step(app, &agreement, leave.clone()).await.problem(), refusal(&own[..3][..1].iter().chain(&own[2..3]).copied().collect::<Vec<_>>()));
        app.at_version("PATCH", &agreement, "", Some(json!({"implementation_period": period}))).await.expect(200);
        let party = |id: &str, role: &str| json!({"organisation_id": id, "role": role});
        let giver = app.at_version("POST", &agreement, "/parties", Some(party(&eu, "contracting_authority"))).await.expect(201);
        assert_eq!(step(app, &agreement, leave.clone()).await.problem(), refusal(&["parties_present"]));
        let taker = app.at_version("POST", &agreement, "/parties", Some(party(&vrs, "coordinator"))).await.expect(201);
        let seen = app.get(&agreement).await.json();
        assert_eq!(seen["available_transitions"][0]["unmet"][0]["guard"], "regime_pinned");
        assert_eq!(seen["available_transitions"][0]["unmet"][0]["attestable"], true);
        step(app, &agreement, leave).await.expect(201);

        // Signatures, and the day on which the last one is made.
        let force = |on: &str| json!({"to": "in_force", "effective_on": on});
        assert_eq!(step(app, &agreement, force("2019-10-21")).await.problem(), refusal(&["all_parties_signed", "entry_into_force_reached"]));
        for (part, on) in [(&giver, "2019-10-18"), (&taker, "2019-10-21")] {
            let below = format!("/parties/{}", part["id"].as_str().unwrap());
            app.at_version("PATCH", &agreement, &below, Some(json!({"signed_on": on}))).await.expect(200);
        }
        assert_eq!(step(app, &agreement, force("2019-10-20")).await.problem(), refusal(&["entry_into_force_reached"]));
        app.at_version("PATCH", &agreement, "", Some(json!({"enters_into_force_on": "2019-10-25"}))).await.expect(200);
        assert_eq!(step(app, &agreement, force("2019-10-24")).await.problem(), refusal(&["entry_into_force_reached"]));
        // While the agreement is not in force, nobody can vouch that it is: the register knows better.
        let award = json!([{"guard": "award_document", "reason": "Decision of 2019-09-01"}]);
        step(app, &project, json!({"to": "contracting", "attestations": award})).await.expect(201);
        let start = |on: &str, attestations: Value| json!({"to": "implementation", "effective_on": on, "attestations": attestations});
        let vouched = json!([{"guard": "agreement_in_force", "reason": "I say so"}]);
        assert_eq!(step(app, &project, start("2019-11-01", vouched)).await.problem(), "invalid /attestations/0/guard:not_attestable");
        assert_eq!(step(app, &project, start("2019-10-31", json!([]))).await.problem(), refusal(&["agreement_in_force", "implementation_started"]));
        step(app, &agreement, force("2019-10-25")).await.expect(201);

        // The first day of the period, and the day after its last.
        assert_eq!(step(app, &project, start("2019-10-31", json!([]))).await.problem(), refusal(&["implementation_started"]));
        step(app, &project, start("2019-11-01", json!([]))).await.expect(201);
        for (path, to) in [(&project, "finalisation"), (&agreement, "implementation_ended")] {
            let end = |on: &str| json!({"to": to, "effective_on": on});
            assert_eq!(step(app, path, end("2021-05-31")).await.problem(), refusal(&["implementation_ended"]), "{to}");
            // The business date is the effective one where none is given, and moves what is shown.
            let there = |as_of: &str| format!("{path}?as_of={as_of}");
            for (as_of, phase, unmet) in [
                ("2019-10-31", "not_started", json!(["implementation_ended"])),
                ("2021-05-31", "running", json!(["implementation_ended"])),
                ("2021-06-01", "ended", json!([])),
            ] {
                let seen = app.get(&there(as_of)).await.json();
                assert_eq!(seen["phase"], phase, "{to} {as_of}");
                let ways = seen["available_transitions"].as_array().unwrap();
                let way = ways.iter().find(|t| t["to"] == to).unwrap();
                let guards: Vec<&Value> = way["unmet"].as_array().unwrap().iter().map(|u| &u["guard"]).collect();
                assert_eq!(json!(guards), unmet, "{to} {as_of}");
            }
            let tag = app.tag(path).await;
            let post = |as_of: &str| format!("{path}/transitions?as_of={as_of}");
            let headers = [("if-match", tag.as_str())];
            let refused = app.ask("POST", &post("2021-05-31"), &headers, Some(json!({"to": to}))).await;
            assert_eq!(refused.problem(), refusal(&["implementation_ended"]));
            let taken = app.ask("POST", &post("2021-06-01"), &headers, Some(json!({"to": to}))).await.expect(201);
            assert_eq!(taken["effective_on"], "2021-06-01");
        }
        // The project closes when its agreement is settled; that can't be vouched for while it is not.
        let vouched = json!([{"guard": "final_report_accepted", "reason": "Letter"}, {"guard": "assets_have_end_use", "reason": "List"},
            {"guard": "no_open_violation", "reason": "None"}]);
        let close = json!({"to": "closed", "attestations": vouched});
        assert_eq!(step(app, &project, close.clone()).await.problem(), refusal(&["balance_settled"]));
        for (to, guards) in [("final_report_submitted", &["final_report_complete"][..]), ("balance_settled", &["final_amount_decided", "balance_paid_or_recovered"])] {
            let attestations: Vec<Value> = guards.iter().map(|g| json!({"guard": g, "reason": "Seen"})).collect();
            step(app, &agreement, json!({"to": to, "attestations": attestations})).await.expect(201);
        }
        step(app, &project, close).await.expect(201);

        // The whole life is told, oldest first, with who, when, from which day and why.
        let life = app.get(&format!("{project}/transitions")).await.expect(200);
        let steps: Vec<String> = life["items"].as_array().unwrap().iter()
            .map(|s| format!("{} {} {}", s["from_status"].as_str().unwrap_or("-"), s["to_status"].as_str().unwrap(), s["effective_on"].as_str().unwrap()))
            .collect();
        assert_eq!(steps, [
            "- preparation 2026-11-22",
            "preparation contracting 2026-11-22",
            "contracting implementation 2019-11-01",
            "implementation finalisation 2021-06-01",
            "finalisation closed 2026-11-22",
        ]);
        for step in life["items"].as_array().unwrap() {
            assert!(step["actor_id"].is_string());
            assert_eq!(step["recorded_at"], "2026-11-22T10:00:00Z");
        }
        app.audit().await;
    }
}

both! {
    async fn a_suspension_ends_after_its_first_day(app: App) {
        let address = opened(app, "/v1/projects", json!("suspended")).await;
        let resume = |on: &str| json!({"to": "implementation", "effective_on": on});
        assert_eq!(step(app, &address, resume("2020-03-01")).await.problem(), refusal(&["effective_after_suspension"]));
        step(app, &address, resume("2020-03-02")).await.expect(201);
    }
}

both! {
    async fn what_is_vouched_for_must_be_asked_for(app: App) {
        let address = opened(app, "/v1/projects", json!("preparation")).await;
        let with = |guard: &str| json!({"to": "contracting", "attestations": [
            {"guard": "award_document", "reason": "Seen"}, {"guard": guard, "reason": "Seen"}]});
        for (guard, fault) in [("nonsense", "unknown_guard"), ("no_hold", "unknown_guard")] {
            let refused = step(app, &address, with(guard)).await;
            assert_eq!(refused.problem(), format!("invalid /attestations/1/guard:{fault}"), "{guard}");
            assert_eq!(refused.json()["errors"][0]["params"]["allowed"], json!(["award_document"]));
        }
        let reason = json!({"to": "cancelled", "attestations": [{"guard": "reason_given", "reason": "Seen"}]});
        assert_eq!(step(app, &address, reason).await.problem(), "invalid /attestations/0/guard:not_attestable");
        let empty = json!({"to": "contracting", "attestations": [{"guard": "award_document", "reason": ""}]});
        assert_eq!(step(app, &address, empty).await.problem(), "invalid /attestations/0/reason:wrong_format");
        // Nothing takes effect after the business date.
        let future = json!({"to": "contracting", "effective_on": "2026-11-23", "attestations": [{"guard": "award_document", "reason": "Seen"}]});
        assert_eq!(step(app, &address, future.clone()).await.problem(), "invalid /effective_on:in_the_future");
        let tag = app.tag(&address).await;
        let later = format!("{address}/transitions?as_of=2026-11-23");
        app.ask("POST", &later, &[("if-match", &tag)], Some(future)).await.expect(201);
    }
}

both! {
    async fn a_step_is_a_write_like_any_other(app: App) {
        let address = opened(app, "/v1/projects", json!("preparation")).await;
        let path = format!("{address}/transitions");
        let cancel = json!({"to": "cancelled", "attestations": [
            {"guard": "no_accepted_expenditure", "reason": "None"}, {"guard": "no_payment_kept", "reason": "None"}]});
        assert_eq!(app.post(&path, cancel.clone()).await.problem(), "precondition_required");
        let stale = app.ask("POST", &path, &[("if-match", "\"9-0\"")], Some(cancel.clone())).await;
        assert_eq!(stale.header("etag"), app.tag(&address).await);
        assert_eq!(stale.problem(), "stale_version");
        let tag = app.tag(&address).await;
        // The reason of the header is as good as that of the body.
        let headers = [("if-match", tag.as_str()), ("grantline-reason", "Given up")];
        let before = app.counts().await;
        let tried = app.ask("POST", &format!("{path}?dry_run=true"), &headers, Some(cancel.clone())).await;
        assert_eq!((tried.header("etag"), tried.header("location")), ("", ""));
        assert_eq!(tried.expect(200)["to_status"], "cancelled");
        assert_eq!(app.counts().await, before);
        assert_eq!(app.get(&address).await.json()["status"], "preparation");
        let taken = app.ask("POST", &path, &headers, Some(cancel)).await;
        assert!(taken.header("etag").starts_with("\"2-"), "{}", taken.header("etag"));
        let location = taken.header("location").to_owned();
        let taken = taken.expect(201);
        assert_eq!(taken["reason"], "Given up");
        assert_eq!(location, format!("{path}#{}", taken["id"].as_str().unwrap()));
        let entries = app.entries_of(address.rsplit('/').next().unwrap()).await;
        let last = entries.last().unwrap();
        assert_eq!((last.action.as_str(), last.reason.as_deref(), last.version), ("transitioned", Some("Given up"), 2));
        app.audit().await;
    }
}

both! {
    async fn only_an_administrator_reopens(app: App) {
        let address = opened(app, "/v1/projects", json!("closed")).await;
        let manager = format!("Bearer {}", app.token_for(Role::ProgrammeManager).await);
        let reopen = json!({"to": "finalisation", "reason": "Audit", "attestations": [{"guard": "reopening_document", "reason": "Letter"}]});
        let tag = app.tag(&address).await;
        let headers = [("if-match", tag.as_str()), ("authorization", manager.as_str())];
        let path = format!("{address}/transitions");
        assert_eq!(app.ask("POST", &path, &headers, Some(reopen.clone())).await.problem(), "forbidden");
        step(app, &address, reopen).await.expect(201);
        // What else a manager may do, a manager does.
        let other = opened(app, "/v1/projects", json!("preparation")).await;
        let tag = app.tag(&other).await;
        let headers = [("if-match", tag.as_str()), ("authorization", manager.as_str())];
        let award = json!({"to": "contracting", "attestations": [{"guard": "award_document", "reason": "Seen"}]});
        app.ask("POST", &format!("{other}/transitions"), &headers, Some(award)).await.expect(201);
    }
}
