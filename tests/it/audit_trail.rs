//! Checkpoints, proofs, verifications that are asked for, what can be seen from outside only, and the same checked by a
//! program that is not ours. Every kind of tampering has a file of its own.
use crate::both;
use crate::support::cluster::required;
use crate::support::{App, Content, Engine};
use entity::vocab::Role;
use grantline::clock::Clock;
use grantline::history::audit::note::{PublicKey, SecretKey};
use grantline::history::audit::proof::{Proof, Unproven, check};
use grantline::history::audit::report::Report;
use grantline::history::audit::{Outside, make, verify};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use std::process::Command;

pub fn key() -> SecretKey {
    SecretKey::new("grants.example.org", &[7; 32]).unwrap()
}

/// Signs the history of an app.
pub async fn signed(app: &App) -> String {
    make(&app.state.db, app.clock.as_ref(), &key()).await.unwrap().checkpoint.note
}

pub async fn report(app: &App, outside: &Outside) -> Report {
    verify(&app.state.db, outside, &|| ()).await.unwrap()
}

/// Nine entries, signed after the sixth: an organisation, a person, a project that is changed twice, an organisation
/// that goes again, and another project that is changed once.
pub async fn nine(app: &App) -> String {
    let lead = app.organisation("VRS").await;
    let person = json!({"name": "Jane Example", "email": "jane@example.org", "purpose": "A contact", "lawful_basis": "consent"});
    app.made("persons", person).await;
    app.project("P1").await;
    app.at_version("PATCH", "/v1/projects/P1", "", Some(json!({"acronym": "ONE"}))).await.expect(200);
    let participant = json!({"organisation_id": lead, "role": "lead"});
    app.at_version("POST", "/v1/projects/P1", "/participants", Some(participant)).await.expect(201);
    let other = app.organisation("Other").await;
    let note = signed(app).await;
    app.at_version("DELETE", &format!("/v1/organisations/{other}"), "", None).await.expect(204);
    app.project("P2").await;
    app.at_version("PATCH", "/v1/projects/P2", "", Some(json!({"acronym": "TWO"}))).await.expect(200);
    note
}

/// What somebody does who may write to the database, past all of its rules.
pub async fn tamper(app: &App, sql: &str) {
    let (before, after) = match app.state.db.engine {
        Engine::Sqlite => ("PRAGMA foreign_keys = OFF", "PRAGMA foreign_keys = ON"),
        Engine::Postgres => ("SET session_replication_role = replica", "RESET session_replication_role"),
    };
    let all = format!("{before}; {sql}; {after}");
    app.state.db.write.execute_unprepared(&all).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// The kinds of faults, each with its position and table.
pub fn found(report: &Report) -> Vec<String> {
    let shown = |fault: &grantline::history::audit::report::Fault| {
        let mut text = format!("{:?}", fault.kind);
        if let Some(position) = fault.position {
            text += &format!("@{position}");
        }
        if let Some(table) = &fault.table {
            text += &format!(" {table}");
            assert!(fault.row_id.is_some(), "{fault:?}");
        }
        text
    };
    report.faults.iter().map(shown).collect()
}

/// Takes the last two entries with all that they wrote, so that nothing in the database tells of them.
const CUT: &str = "DELETE FROM status_change WHERE project_id = (SELECT id FROM project WHERE code = 'P2'); \
    DELETE FROM status_change_past WHERE project_id = (SELECT id FROM project WHERE code = 'P2'); \
    DELETE FROM project WHERE code = 'P2'; DELETE FROM project_past WHERE code = 'P2'; \
    DELETE FROM history_entry WHERE position > 7";

both! {
    async fn a_cut_tail_is_seen_from_outside_only(app: App) {
        nine(app).await;
        let late = key().public().open(&signed(app).await).unwrap();
        assert_eq!(late.tree_size, 9);
        tamper(app, CUT).await;
        let here = report(app, &Outside::default()).await;
        assert_eq!(found(&here), ["HistoryCut@8"], "the checkpoint in the database tells");
        tamper(app, "DELETE FROM audit_checkpoint WHERE tree_size = 9").await;
        let here = report(app, &Outside { key: Some(key().public()), checkpoints: vec![] }).await;
        assert!(here.clean, "nothing here tells of it: {:?}", here.faults);
        assert_eq!(here.proven_up_to, Some(6));
        assert!(here.unseen.iter().any(|line| line.contains("cut off the end")));
        let outside = Outside { key: Some(key().public()), checkpoints: vec![late] };
        let report = report(app, &outside).await;
        assert_eq!(found(&report), ["HistoryCut@8"]);
        assert!(report.faults[0].detail.contains("tells of 9 entries; there are 7"), "{:?}", report.faults);
    }
}

both! {
    async fn a_history_rewritten_whole_is_seen_from_outside_only(app: App) {
        nine(app).await;
        // Another history of as many entries, signed with the same key at another time.
        let mut other = key().public().open(&signed(app).await).unwrap();
        other.root = [1; 32];
        let outside = Outside { key: Some(key().public()), checkpoints: vec![other] };
        let report = report(app, &outside).await;
        assert_eq!(found(&report), ["CheckpointMismatch@7"]);
        // A checkpoint in the database by a key of one's own proves nothing to who knows the right one.
        tamper(app, "DELETE FROM audit_checkpoint").await;
        let forger = SecretKey::new("grants.example.org", &[9; 32]).unwrap();
        make(&app.state.db, app.clock.as_ref(), &forger).await.unwrap();
        let outside = Outside { key: Some(key().public()), checkpoints: vec![] };
        assert_eq!(found(&self::report(app, &outside).await), ["CheckpointForged audit_checkpoint"]);
        let fooled = self::report(app, &Outside::default()).await;
        assert_eq!((fooled.clean, fooled.proven_up_to), (true, None), "and without that key nothing is proven");
    }
}

both! {
    async fn nothing_is_signed_over_a_changed_history(app: App) {
        nine(app).await;
        let first = signed(app).await;
        assert_eq!(signed(app).await, first, "nothing new, nothing to sign");
        tamper(app, "UPDATE history_entry SET digest = link WHERE position = 2").await;
        let refused = make(&app.state.db, app.clock.as_ref(), &key()).await.err().unwrap().to_string();
        assert!(refused.contains("position 2"), "{refused}");
    }
}

both! {
    async fn erased_and_restricted_persons_verify(app: App) {
        nine(app).await;
        let person = app.ids("/v1/persons").await.pop().unwrap();
        let address = format!("/v1/persons/{person}");
        let restrict = "/personal-data?ground=objection&restrict_until=2030-01-01";
        app.at_version("DELETE", &address, restrict, None).await.expect(200);
        assert_eq!(found(&report(app, &Outside::default()).await), [""; 0]);
        let keep = "CREATE TABLE kept AS SELECT * FROM restricted_personal_data";
        for (sql, undo) in [
            ("UPDATE restricted_personal_data SET salt = 'ab'", "UPDATE restricted_personal_data SET salt = (SELECT salt FROM kept)"),
            ("DELETE FROM restricted_personal_data", "INSERT INTO restricted_personal_data SELECT * FROM kept"),
        ] {
            tamper(app, &format!("DROP TABLE IF EXISTS kept; {keep}; {sql}")).await;
            assert_eq!(found(&report(app, &Outside::default()).await), ["PersonalDataChanged@2 person_past"], "{sql}");
            tamper(app, undo).await;
            assert!(report(app, &Outside::default()).await.clean);
        }
        app.clock.set("2031-01-01T00:00:00Z".parse().unwrap());
        app.at_version("DELETE", &address, "/personal-data?ground=objection", None).await.expect(200);
        assert_eq!(found(&report(app, &Outside::default()).await), [""; 0]);
        // A value put back where it was erased.
        tamper(app, "UPDATE person_past SET name = 'Jane Example' WHERE version = 1").await;
        assert_eq!(found(&report(app, &Outside::default()).await), ["PersonalDataChanged@2 person_past"]);
    }
}

both! {
    async fn a_verification_is_asked_for_and_polled(app: App) {
        nine(app).await;
        let auditor = format!("Bearer {}", app.token_for(Role::Auditor).await);
        let finished = async || {
            for _ in 0..200 {
                let run = app.ask("GET", "/v1/audit/verification", &[("authorization", &auditor)], None).await.expect(200);
                match run["state"].as_str() {
                    Some("running") => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
                    _ => return run,
                }
            }
            panic!("it does not end");
        };
        let first = finished().await;
        assert_eq!((&first["state"], &first["report"]["clean"]), (&json!("finished"), &json!(true)), "{first}");
        assert_eq!(first["report"]["entries"], 9);
        assert_eq!(finished().await, first, "the result is kept");
        tamper(app, "UPDATE project SET acronym = 'ELSE' WHERE code = 'P1'").await;
        let begun = app.ask("POST", "/v1/audit/verification", &[("authorization", &auditor)], None).await.expect(202);
        assert_ne!(begun["id"], first["id"]);
        let second = finished().await;
        assert_eq!((&second["id"], &second["report"]["clean"]), (&begun["id"], &json!(false)));
        assert_eq!(second["report"]["faults"][0]["table"], "project");
        // One whose server died is not waited for.
        tamper(app, "UPDATE audit_verification SET state = 'running', finished_at = NULL, report = NULL, alive_at = '2020-01-01 00:00:00+00:00'").await;
        assert_ne!(finished().await["id"], second["id"]);
        for role in [Role::ProgrammeManager, Role::FinanceOfficer, Role::Contributor, Role::Viewer] {
            let bearer = format!("Bearer {}", app.token_for(role).await);
            for (method, path) in [("GET", "verification"), ("POST", "verification"), ("GET", "checkpoints"), ("GET", "proofs/1")] {
                let answer = app.ask(method, &format!("/v1/audit/{path}"), &[("authorization", &bearer)], None).await;
                assert_eq!(answer.problem(), "forbidden", "{role:?} {method} {path}");
            }
        }
    }
}

both! {
    async fn every_entry_can_be_proven_and_nothing_else(app: App) {
        nine(app).await;
        assert_eq!(app.get("/v1/audit/proofs/7").await.problem(), "not_found", "signed up to the sixth");
        let note = signed(app).await;
        let key = key().public();
        for position in 1..=9 {
            let answer = app.get(&format!("/v1/audit/proofs/{position}")).await.expect(200);
            let proof: Proof = serde_json::from_value(answer).unwrap();
            assert_eq!(check(&proof, &key).unwrap().tree_size, 9, "{position}");
            assert_eq!((&proof.checkpoint, &proof.key), (&note, &key.to_string()));
            assert!(!proof.content.contains("Jane"), "no personal values: {}", proof.content);
        }
        for position in ["0", "10", "x", "-1", "99999999999999999999"] {
            assert_eq!(app.get(&format!("/v1/audit/proofs/{position}")).await.problem(), "not_found", "{position}");
        }
        let text = app.get("/v1/audit/proofs/4").await.text();
        let (mut refused, mut same) = (0, 0);
        for at in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1;
            // What is no proof any more proves nothing; `key` is what the installation says of itself, and not believed.
            let Ok(changed) = serde_json::from_slice::<Proof>(&bytes) else { refused += 1; continue };
            let original: Proof = serde_json::from_str(&text).unwrap();
            match check(&changed, &key) {
                Ok(_) if (Proof { key: original.key.clone(), ..changed.clone() }) == original => same += 1,
                Ok(_) => panic!("byte {at} can be changed: {changed:?}"),
                Err(_) => refused += 1,
            }
        }
        assert!(refused > 1000 && same < 100, "{refused} {same}");
        let proof: Proof = serde_json::from_str(&text).unwrap();
        let elsewhere = Proof { position: 5, ..proof.clone() };
        assert_eq!(check(&elsewhere, &key), Err(Unproven::Leaf));
        let other = SecretKey::new("grants.example.org", &[8; 32]).unwrap().public();
        assert!(matches!(check(&proof, &other), Err(Unproven::Note(_))));
    }
}

both! {
    async fn checkpoints_are_listed_newest_first(app: App) {
        assert_eq!(app.get("/v1/audit/checkpoints").await.expect(200), json!({"items": []}));
        let mut notes = Vec::new();
        for n in 0..5 {
            app.organisation(&format!("Office {n}")).await;
            app.clock.advance(chrono::TimeDelta::minutes(1));
            notes.insert(0, signed(app).await);
        }
        assert_eq!(app.column("/v1/audit/checkpoints?limit=2", "note").await, notes);
        let first = app.get("/v1/audit/checkpoints?limit=1").await.expect(200)["items"][0].clone();
        assert_eq!((&first["tree_size"], &first["key"]), (&json!(5), &json!(key().public().to_string())));
        let opened = PublicKey::parse(first["key"].as_str().unwrap()).unwrap().open(first["note"].as_str().unwrap()).unwrap();
        assert_eq!((hex(&opened.root), json!(opened.at)), (first["root"].as_str().unwrap().to_owned(), json!(app.clock.now())));
        let page = app.get("/v1/audit/checkpoints?limit=3").await;
        let next = page.json()["next"].as_str().unwrap().to_owned();
        assert_eq!(page.header("link"), format!("<{next}>; rel=\"next\""));
        let foreign = next.replace("limit=3", "limit=2&principal=x");
        assert_eq!(app.get(&foreign).await.problem(), "bad_parameters cursor:invalid_cursor principal:unknown_parameter");
        assert_eq!(app.get("/v1/audit/checkpoints?cursor=x").await.problem(), "bad_parameters cursor:invalid_cursor");
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The program that SECURITY.md gives to auditors accepts what we prove, and nothing that was changed.
#[tokio::test]
async fn the_published_verifier_agrees() {
    let security = include_str!("../../SECURITY.md");
    let program = security.split("```python\n").nth(1).unwrap().split("```").next().unwrap();
    let here = Command::new("python3").args(["-c", "import cryptography"]).output();
    if !here.is_ok_and(|output| output.status.success()) {
        assert!(
            !required("python"),
            "GRANTLINE_TEST_REQUIRE lists python, but python3 with cryptography is not here"
        );
        eprintln!("python3 with the package cryptography is not here: its test is left out");
        return;
    }
    let app = App::with(Engine::Sqlite, Content::Nothing).await.unwrap();
    nine(&app).await;
    signed(&app).await;
    let folder = tempfile::tempdir().unwrap();
    let (script, file) = (folder.path().join("check.py"), folder.path().join("proof.json"));
    std::fs::write(&script, program).unwrap();
    let accepts = |proof: &Value| {
        std::fs::write(&file, proof.to_string()).unwrap();
        let output =
            Command::new("python3").arg(&script).arg(&file).arg(key().public().to_string()).output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    for position in [1, 2, 6, 9] {
        let proof = app.get(&format!("/v1/audit/proofs/{position}")).await.expect(200);
        let (accepted, said) = accepts(&proof);
        assert!(accepted && said.contains(&format!("position {position}")), "{position}: {said}");
        for name in ["content", "leaf", "checkpoint"] {
            let mut changed = proof.clone();
            changed[name] = json!(proof[name].as_str().unwrap().replacen('1', "2", 1));
            assert!(!accepts(&changed).0, "{name} of {position}");
        }
        let mut changed = proof.clone();
        changed["path"][0] = json!("00".repeat(32));
        assert!(!accepts(&changed).0);
    }
}
