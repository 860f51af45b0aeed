//! Tampering in the database, of every kind: the verification finds it and says where.
use crate::audit_trail::{found, key, nine, report, tamper};
use crate::support::{App, Content, Engine};
use grantline::history::audit::Outside;

/// Changes, and what must be among the findings for each.
const TAMPERINGS: &[(&str, &[&str])] = &[
    ("UPDATE history_entry SET reason = 'Nothing' WHERE position = 4", &["EntryChanged@4 project_past"]),
    ("UPDATE history_entry SET request_id = NULL WHERE position = 9", &["EntryChanged@9 project_past"]),
    ("UPDATE history_entry SET token_id = NULL WHERE position = 7", &["EntryChanged@7"]),
    ("UPDATE history_entry SET action = 'created' WHERE position = 7", &["EntryChanged@7 organisation_past"]),
    (
        "UPDATE history_entry SET version = 7 WHERE position = 9",
        &["EntryChanged@9 project_past", "EntryOutOfOrder@9"],
    ),
    (
        "UPDATE history_entry SET at = '2020-01-01 00:00:00+00:00' WHERE position = 1",
        &["EntryChanged@1 organisation_past"],
    ),
    (
        "UPDATE history_entry SET sequenced_at = '2020-01-01 00:00:00+00:00' WHERE position = 4",
        &["LinkBroken@4", "EntryOutOfOrder@4", "CheckpointMismatch@1"],
    ),
    ("UPDATE history_entry SET sequenced_at = NULL WHERE position = 9", &["LinkBroken@9"]),
    ("UPDATE history_entry SET link = NULL WHERE position = 8", &["LinkBroken@8", "LinkBroken@9"]),
    (
        "UPDATE history_entry SET digest = (SELECT digest FROM history_entry WHERE position = 3) WHERE position = 4",
        &["LinkBroken@4", "EntryChanged@4 project_past", "EntryChanged@5", "CheckpointMismatch@1"],
    ),
    ("UPDATE history_entry SET previous_seq = NULL WHERE position = 5", &["EntryMissing@5"]),
    // Removed, and removed with the gap closed.
    (
        "DELETE FROM history_entry WHERE position = 4",
        &["EntryMissing@4", "EntryMissing@5", "StateWithoutEntry project_past"],
    ),
    (
        "DELETE FROM history_entry WHERE position = 4; UPDATE history_entry SET position = -position WHERE position > 4; \
         UPDATE history_entry SET position = -position - 1 WHERE position < 0",
        &["LinkBroken@4", "EntryMissing@4", "CheckpointMismatch@1"],
    ),
    // The newest of all, with what it wrote, as if it had never been.
    (
        "DELETE FROM history_entry WHERE position = 9; DELETE FROM project_past WHERE acronym = 'TWO'; \
         UPDATE project_past SET seq_to = NULL WHERE code = 'P2'",
        &["LiveDiffers project"],
    ),
    // Two entries change places.
    (
        "UPDATE history_entry SET position = -1 WHERE position = 1; UPDATE history_entry SET position = 1 WHERE position = 6; \
         UPDATE history_entry SET position = 6 WHERE position = -1",
        &["LinkBroken@1", "LinkBroken@6", "CheckpointMismatch@1"],
    ),
    (
        "UPDATE history_entry SET position = -1 WHERE position = 3; UPDATE history_entry SET position = 3 WHERE position = 4; \
         UPDATE history_entry SET position = 4 WHERE position = -1",
        &["LinkBroken@3", "LinkBroken@4", "EntryOutOfOrder@3"],
    ),
    // One is slipped in: at the end, and where another one was.
    (
        "INSERT INTO history_entry (seq, position, sequenced_at, aggregate, aggregate_id, action, version, principal_id, at, digest, previous_seq, link) \
         SELECT seq + 1, 10, sequenced_at, aggregate, aggregate_id, action, 3, principal_id, at, digest, seq, link FROM history_entry WHERE position = 9",
        &["LinkBroken@10", "EntryChanged@10 project_past"],
    ),
    (
        "UPDATE history_entry SET position = -position WHERE position > 7; UPDATE history_entry SET position = -position + 1 WHERE position < 0; \
         INSERT INTO history_entry (seq, position, sequenced_at, aggregate, aggregate_id, action, version, principal_id, at, digest) \
         SELECT 1000, 8, sequenced_at, aggregate, principal_id, 'created', 1, principal_id, at, digest FROM history_entry WHERE position = 7",
        &["LinkBroken@8", "LinkBroken@9", "EntryChanged@8 organisation_past"],
    ),
    // Live rows.
    ("UPDATE project SET acronym = 'ELSE' WHERE code = 'P1'", &["LiveDiffers project"]),
    ("UPDATE project SET updated_at = created_at, version = 1 WHERE code = 'P2'", &["LiveDiffers project"]),
    ("DELETE FROM project_participant", &["LiveMissing project_participant"]),
    (
        "INSERT INTO project_participant SELECT * FROM project_participant_copy",
        &["LiveInserted project_participant"],
    ),
    // Past states.
    ("UPDATE project_past SET acronym = 'ELSE' WHERE acronym IS NULL AND code = 'P1'", &["EntryChanged@3"]),
    (
        "UPDATE organisation_past SET country = 'LV' WHERE seq_to IS NOT NULL",
        &["EntryChanged@6 organisation_past"],
    ),
    ("DELETE FROM project_past WHERE acronym IS NULL AND code = 'P1'", &["EntryChanged@3 project_past"]),
    (
        "DELETE FROM status_change_past",
        &["EntryChanged@3 project_past", "EntryChanged@8 project_past", "LiveInserted status_change"],
    ),
    ("UPDATE organisation_past SET seq_to = NULL", &["EntryChanged@7", "LiveMissing organisation"]),
    (
        "UPDATE project_past SET seq_to = (SELECT seq FROM history_entry WHERE position = 5) WHERE acronym IS NULL AND code = 'P1'",
        &["StatesBroken project_past"],
    ),
    (
        "INSERT INTO organisation_past SELECT * FROM organisation_copy",
        &["EntryChanged@1", "LiveMissing organisation"],
    ),
    // Personal data.
    (
        "UPDATE person_past SET name = 'Jill Example'",
        &["PersonalDataChanged@2 person_past", "LiveDiffers person"],
    ),
    ("UPDATE person_past SET salt = 'ab'", &["PersonalDataChanged@2 person_past", "LiveDiffers person"]),
    (
        "UPDATE person_past SET commitment = salt",
        &["EntryChanged@2 person_past", "PersonalDataChanged@2 person_past"],
    ),
    (
        "UPDATE person_past SET name = NULL, name_key = NULL, email = NULL, search_text = NULL, salt = NULL; \
         UPDATE person SET name = NULL, name_key = NULL, email = NULL, search_text = NULL, salt = NULL",
        &["PersonalDataChanged@2 person_past"],
    ),
    // Checkpoints.
    ("UPDATE audit_checkpoint SET tree_size = 5", &["CheckpointForged audit_checkpoint"]),
    ("UPDATE audit_checkpoint SET note = replace(note, '6', '5')", &["CheckpointForged audit_checkpoint"]),
    ("DELETE FROM history_entry WHERE position > 5", &["HistoryCut@6"]),
];

/// Copies of rows under other ids, to be slipped in.
async fn copies(app: &App) {
    for (copy, from) in
        [("project_participant_copy", "project_participant"), ("organisation_copy", "organisation_past")]
    {
        let only = if from.ends_with("_past") { "WHERE seq_to IS NULL" } else { "" };
        tamper(app, &format!("CREATE TABLE {copy} AS SELECT * FROM {from} {only}")).await;
        tamper(app, &format!("UPDATE {copy} SET id = (SELECT id FROM project WHERE code = 'P2')")).await;
    }
}

async fn every_tampering_is_found(engine: Engine) {
    let outside = Outside { key: Some(key().public()), checkpoints: vec![] };
    let mut missed = Vec::new();
    for (sql, expected) in TAMPERINGS {
        let Some(app) = App::with(engine, Content::Nothing).await else { return };
        nine(&app).await;
        copies(&app).await;
        let before = report(&app, &outside).await;
        assert_eq!(found(&before), [""; 0], "before: {sql}");
        assert_eq!((before.entries, before.checkpoints, before.proven_up_to), (9, 1, Some(6)));
        tamper(&app, sql).await;
        let report = report(&app, &outside).await;
        let found = found(&report);
        if !expected.iter().all(|wanted| found.iter().any(|f| f == wanted)) {
            missed.push(format!("{sql}\n  expected {expected:?}\n  found    {found:?}"));
        }
        assert!(!report.clean && report.fault_count as usize == report.faults.len(), "{sql}");
        for fault in &report.faults {
            let places = [fault.position.is_some(), fault.seq.is_some(), fault.row_id.is_some()];
            assert!(places.contains(&true) && !fault.detail.is_empty(), "{fault:?}");
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[tokio::test]
async fn every_tampering_is_found_on_sqlite() {
    every_tampering_is_found(Engine::Sqlite).await;
}

#[tokio::test]
async fn every_tampering_is_found_on_postgres() {
    every_tampering_is_found(Engine::Postgres).await;
}
