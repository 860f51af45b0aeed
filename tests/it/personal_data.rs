//! Personal data: erased and restricted everywhere, the past included, without a digest breaking; who read it; and
//! erasures that survive a restored back-up.
use crate::both;
use crate::support::app::Answer;
use crate::support::database::dump;
use crate::support::{App, Engine};
use chrono::TimeDelta;
use entity::vocab::Role;
use grantline::access::{Act, Kept, keep_up};
use grantline::clock::Clock;
use migration::{Migrator, MigratorTrait};
use sea_orm::sea_query::{Alias, Expr, Order, Query};
use sea_orm::{ConnectionTrait, EntityTrait};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const NAME: &str = "Zaiga Unikāle-Paraugs";
const FOLDED: &str = "unikale";
const MAIL: &str = "zaiga.unikale@example.org";
const PHONE: &str = "+371 20000123";
const EARLIER: &str = "Zaiga Senāk-Cita";

/// A person with two states behind it, and its address.
async fn jane(app: &App) -> String {
    let organisation = app.organisation("VRS").await;
    let body = json!({"name": EARLIER, "email": "senak@example.org", "phone": PHONE, "organisation_id": organisation,
        "position": {"lv": "Vecākā unikālā speciāliste"}, "purpose": "A contact", "lawful_basis": "public_task"});
    let address = app.create("/v1/persons", body).await;
    app.at_version("PATCH", &address, "", Some(json!({"name": NAME, "email": MAIL}))).await.expect(200);
    app.at_version("PATCH", &address, "", Some(json!({"retention_class": "project"}))).await.expect(200);
    address
}

async fn removed(app: &App, address: &str, query: &str) -> Answer {
    app.at_version("DELETE", address, &format!("/personal-data?{query}"), None).await
}

/// Of the words that name her, those that the whole database still holds.
async fn left(app: &App) -> Vec<&'static str> {
    let dump = dump(&app.state.db).await.to_lowercase();
    let words = ["unikāl", FOLDED, "unik\\u0101", "zaiga", "senāk", "senak", "20000123"];
    words.into_iter().filter(|word| dump.contains(word)).collect()
}

both! {
    async fn what_is_erased_is_nowhere_and_every_digest_holds(app: App) {
        let address = jane(app).await;
        let project = app.create("/v1/projects", json!({"code": "P1", "title": {"en": "T"}})).await;
        let id = address.rsplit('/').next().unwrap();
        let contact = json!({"person_id": id, "role": "project_management"});
        app.at_version("POST", &project, "/contacts", Some(contact)).await.expect(201);
        assert!(left(app).await.len() > 4, "it is there: {:?}", left(app).await);
        app.audit().await;

        let dry = removed(app, &address, "ground=consent_withdrawn&dry_run=true").await.expect(200);
        assert_eq!(dry["name"], Value::Null);
        assert_eq!(app.get(&address).await.json()["name"], NAME, "a dry run leaves it");

        let gone = removed(app, &address, "ground=consent_withdrawn").await.expect(200);
        let shown = app.get(&address).await;
        let tag = shown.header("etag").to_owned();
        let shown = shown.expect(200);
        assert_eq!(shown, gone);
        for name in ["name", "position", "email", "phone"] {
            assert_eq!(shown[name], Value::Null, "{name}");
        }
        assert_eq!((&shown["removal_ground"], &shown["retention_class"]), (&json!("consent_withdrawn"), &json!("project")));
        assert_eq!(shown["erased_at"], json!(app.clock.now()));
        let newest = app.entries_of(id).await.pop().unwrap();
        assert_eq!((newest.action.as_str(), json!(newest.principal_id)), ("personal_data_erased", shown["removed_by"].clone()));
        assert_eq!(left(app).await, [""; 0], "nothing is left");
        app.audit().await;

        // References stay; erasing again changes nothing; what is gone does not come back by a change.
        let contacts = app.get(&format!("{project}/contacts")).await.expect(200);
        assert_eq!(contacts["items"][0]["person_id"], json!(id));
        let again = removed(app, &address, "ground=objection").await;
        assert_eq!(again.header("etag"), tag);
        assert_eq!(again.expect(200), shown);
        let name = json!({"name": "Somebody Else"});
        assert_eq!(app.at_version("PATCH", &address, "", Some(name)).await.problem(), "invalid :removed");
        assert_eq!(removed(app, &address, "ground=objection&restrict_until=2030-01-01").await.problem(), "transition_refused :removed");
        assert_eq!(app.get("/v1/persons?q=unikale&include_total=true").await.expect(200)["total"], 0);
        assert_eq!(app.get("/v1/persons?sort=name").await.expect(200)["items"].as_array().unwrap().len(), 1);
        let data = app.get(&format!("{address}/personal-data")).await.expect(200);
        assert_eq!((&data["state"], &data["name"]), (&json!("erased"), &Value::Null));
    }
}

both! {
    async fn a_deleted_person_leaves_no_personal_data_in_the_past(app: App) {
        let address = jane(app).await;
        app.at_version("DELETE", &address, "", None).await.expect(204);
        assert_eq!(left(app).await, [""; 0]);
        app.audit().await;
        if let Some(words) = words(app) {
            assert_eq!(words, [Act::Deleted]);
        }
    }
}

both! {
    async fn what_is_restricted_is_read_by_administrators_only_and_ends_by_itself(app: App) {
        let address = jane(app).await;
        let shown = removed(app, &address, "ground=objection&restrict_until=2026-12-31").await.expect(200);
        assert_eq!((&shown["name"], &shown["restricted_until"]), (&Value::Null, &json!("2026-12-31")));
        assert_eq!(shown["erased_at"], Value::Null);
        app.audit().await;
        // The register and its past know nothing of her; only the place apart does.
        for table in ["person", "person_past"] {
            let mut select = Query::select();
            select.columns(["name", "email", "salt"].map(Alias::new)).from(Alias::new(table));
            for row in app.state.db.read.query_all(&select).await.unwrap() {
                for column in ["name", "email", "salt"] {
                    assert_eq!(row.try_get::<Option<String>>("", column).unwrap(), None, "{table}.{column}");
                }
            }
        }
        let data = app.get(&format!("{address}/personal-data")).await.expect(200);
        assert_eq!((&data["state"], &data["name"], &data["email"]), (&json!("restricted"), &json!(NAME), &json!(MAIL)));
        for role in [Role::ProgrammeManager, Role::FinanceOfficer, Role::Contributor, Role::Viewer, Role::Auditor] {
            let bearer = format!("Bearer {}", app.token_for(role).await);
            let headers = [("authorization", bearer.as_str()), ("if-match", "\"9\"")];
            let data = format!("{address}/personal-data");
            assert_eq!(app.ask("GET", &data, &headers[..1], None).await.problem(), "forbidden", "{role:?}");
            let erase = format!("{data}?ground=objection");
            assert_eq!(app.ask("DELETE", &erase, &headers, None).await.problem(), "forbidden", "{role:?}");
        }
        // It is kept for the day that was given; that day may be moved.
        assert_eq!(removed(app, &address, "ground=objection").await.problem(), "transition_refused :kept_until");
        assert_eq!(app.at_version("DELETE", &address, "", None).await.problem(), "transition_refused :kept_until");
        let past = removed(app, &address, "ground=objection&restrict_until=2026-11-21").await;
        assert_eq!(past.problem(), "bad_parameters restrict_until:in_the_past");
        removed(app, &address, "ground=objection&restrict_until=2026-12-01").await.expect(200);
        assert_eq!(keep_up(&app.state).await.unwrap(), Kept::default());
        app.clock.advance(TimeDelta::days(10));
        assert_eq!(keep_up(&app.state).await.unwrap().ended, 1);
        let shown = app.get(&address).await.expect(200);
        assert!(shown["erased_at"].is_string() && shown["removal_ground"] == "objection", "{shown}");
        assert_eq!(left(app).await, [""; 0]);
        app.audit().await;
        assert_eq!(keep_up(&app.state).await.unwrap(), Kept::default());
    }
}

both! {
    async fn bad_requests_to_erase_are_refused(app: App) {
        let address = jane(app).await;
        for (query, problem) in [
            ("", "bad_parameters ground:required"),
            ("ground=whim", "bad_parameters ground:not_in_list"),
            ("ground=objection&restrict_until=tomorrow", "bad_parameters restrict_until:invalid_value"),
            ("ground=objection&colour=red", "bad_parameters colour:unknown_parameter"),
        ] {
            assert_eq!(removed(app, &address, query).await.problem(), problem);
        }
        let below = format!("{address}/personal-data?ground=objection");
        assert_eq!(app.ask("DELETE", &below, &[], None).await.problem(), "precondition_required");
        let stale = app.ask("DELETE", &below, &[("if-match", "\"1\"")], None).await;
        assert_eq!((stale.problem(), stale.header("etag").is_empty()), ("stale_version".into(), false));
        let nobody = "/v1/persons/01932c07-6b80-7000-8000-0000000000ff/personal-data";
        assert_eq!(app.get(nobody).await.problem(), "not_found");
        assert_eq!(app.get(&address).await.json()["name"], NAME);
    }
}

/// What the log says was read: a set of ids a request.
pub async fn readings(app: &App) -> Vec<(String, BTreeSet<String>)> {
    let mut select = Query::select();
    select
        .columns(["request_id", "ids"].map(Alias::new))
        .from(Alias::new("personal_data_access"))
        .order_by(Alias::new("id"), Order::Asc);
    let rows = app.state.db.read.query_all(&select).await.unwrap();
    let read = |row: &sea_orm::QueryResult| {
        let ids: Value = row.try_get("", "ids").unwrap();
        let ids = ids.as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()).collect();
        (row.try_get("", "request_id").unwrap(), ids)
    };
    rows.iter().map(read).collect()
}

both! {
    async fn who_read_personal_data_is_logged(app: App) {
        let mut ids = BTreeSet::new();
        for n in 0..3 {
            let body = json!({"name": format!("Jane Example {n}"), "purpose": "A contact", "lawful_basis": "consent"});
            ids.insert(app.made("persons", body).await);
        }
        assert_eq!(readings(app).await, [], "writing is in the history");
        let one = ids.first().unwrap().clone();
        app.ask("GET", &format!("/v1/persons/{one}"), &[("x-request-id", "single")], None).await.expect(200);
        app.ask("GET", "/v1/persons", &[("x-request-id", "list")], None).await.expect(200);
        app.ask("GET", "/v1/persons?format=csv", &[("x-request-id", "csv")], None).await;
        app.ask("GET", "/v1/persons?q=nobody", &[("x-request-id", "none")], None).await.expect(200);
        app.ask("GET", &format!("/v1/persons/{one}/personal-data"), &[("x-request-id", "data")], None).await.expect(200);
        app.ask("GET", &format!("/v1/persons/{one}/history"), &[("x-request-id", "history")], None).await.expect(200);
        app.ask("GET", "/v1/organisations", &[("x-request-id", "other")], None).await.expect(200);
        let single = BTreeSet::from([one.clone()]);
        let all = ids.clone();
        let expected = [("single", &single), ("list", &all), ("csv", &all), ("data", &single), ("history", &single)];
        let expected: Vec<_> = expected.map(|(request, ids)| (request.to_owned(), ids.clone())).into();
        assert_eq!(readings(app).await, expected);
        // What is gone is not read.
        removed(app, &format!("/v1/persons/{one}"), "ground=objection").await.expect(200);
        let before = readings(app).await.len();
        app.get(&format!("/v1/persons/{one}")).await.expect(200);
        app.get(&format!("/v1/persons/{one}/history")).await.expect(200);
        assert_eq!(readings(app).await.len(), before);
    }
}

/// The acts that the journal tells; none where there is no journal.
fn words(app: &App) -> Option<Vec<Act>> {
    app.state.journal.path()?;
    Some(app.state.journal.last_words().unwrap().into_values().map(|line| line.act).collect())
}

#[tokio::test]
async fn a_restored_back_up_is_erased_again() {
    let app = App::with(Engine::Sqlite, crate::support::Content::Nothing).await.unwrap();
    let (erased, kept, deleted) = (jane(&app).await, jane(&app).await, jane(&app).await);
    // The back-up, as SQLite makes it while the server runs.
    let file = app.state.db.file().unwrap();
    let copy = file.with_extension("copy");
    let sql = format!("VACUUM INTO '{}'", copy.display());
    app.state.db.write.execute_unprepared(&sql).await.unwrap();
    removed(&app, &erased, "ground=consent_withdrawn").await.expect(200);
    removed(&app, &kept, "ground=objection&restrict_until=2030-01-01").await.expect(200);
    app.at_version("DELETE", &deleted, "", None).await.expect(204);
    let mut said = words(&app).unwrap();
    said.sort_by_key(|act| format!("{act:?}"));
    assert_eq!(said, [Act::Deleted, Act::Erased, Act::Restricted]);
    let journal = std::fs::read_to_string(app.state.journal.path().unwrap()).unwrap();
    assert!(!journal.to_lowercase().contains(FOLDED) && !journal.contains("zaiga"), "ids only: {journal}");

    // The same journal, an older database.
    let mut settings = grantline::config::Settings::default();
    settings.set("erasure_journal", app.state.journal.path().unwrap().display().to_string());
    let config = grantline::config::Config::load(settings).unwrap();
    let db = grantline::store::db::Db::connect(&format!("sqlite://{}", copy.display()), 3).await.unwrap();
    let state =
        grantline::state::AppState::new(db, app.clock.clone(), std::sync::Arc::new(config)).await.unwrap();
    let restored = App::beside(state, &app);
    assert_eq!(restored.get(&erased).await.json()["name"], NAME, "the back-up has it");
    let done = keep_up(&restored.state).await.unwrap();
    assert_eq!(done.repeated, 3);
    assert_eq!(keep_up(&restored.state).await.unwrap(), Kept::default(), "once");
    let shown = restored.get(&erased).await.json();
    assert_eq!((&shown["name"], &shown["removal_ground"]), (&Value::Null, &json!("consent_withdrawn")));
    assert_eq!(restored.get(&kept).await.json()["restricted_until"], "2030-01-01");
    assert!(restored.get(&deleted).await.json()["erased_at"].is_string());
    restored.audit().await;
}

/// Not only statements find nothing: the bytes are gone from the file.
#[tokio::test]
async fn what_is_erased_is_not_in_the_file_either() {
    let app = App::with(Engine::Sqlite, crate::support::Content::Nothing).await.unwrap();
    let address = jane(&app).await;
    let holds = || {
        let file = app.state.db.file().unwrap();
        let mut bytes = std::fs::read(&file).unwrap();
        let mut log = file.into_os_string();
        log.push("-wal");
        bytes.extend(std::fs::read(log).unwrap_or_default());
        [NAME.as_bytes(), MAIL.as_bytes(), FOLDED.as_bytes()]
            .map(|word| bytes.windows(word.len()).any(|w| w == word))
    };
    assert_eq!(holds(), [true; 3]);
    removed(&app, &address, "ground=consent_withdrawn").await.expect(200);
    app.state.db.forget_freed().await.unwrap();
    assert_eq!(holds(), [false; 3]);
}

#[tokio::test]
async fn a_journal_that_cannot_be_written_hinders_nobody() {
    let app = App::with(Engine::Sqlite, crate::support::Content::Nothing).await.unwrap();
    let address = jane(&app).await;
    let path = app.state.journal.path().unwrap().to_owned();
    std::fs::create_dir(&path).unwrap();
    removed(&app, &address, "ground=consent_withdrawn").await.expect(200);
    assert!(keep_up(&app.state).await.is_err(), "it is told");
    std::fs::remove_dir(&path).unwrap();
    assert_eq!(keep_up(&app.state).await.unwrap().journaled, 1);
    assert_eq!(words(&app).unwrap(), [Act::Erased]);
}

/// A person of before there were commitments comes through the migration with all it has.
async fn persons_come_through_the_migration(engine: Engine) {
    let Some(database) = crate::support::database::empty(engine).await else { return };
    let db = database.open().await;
    Migrator::up(&db.write, Some(7)).await.unwrap();
    let (id, at) =
        (uuid::Uuid::from_u128(7), "2026-01-02T03:04:05Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap());
    let mut insert = Query::insert();
    insert
        .into_table(Alias::new("person"))
        .columns(
            [
                "id",
                "version",
                "created_at",
                "updated_at",
                "name",
                "purpose",
                "lawful_basis",
                "name_key",
                "search_text",
            ]
            .map(Alias::new),
        )
        .values_panic([
            Expr::value(id),
            Expr::value(1),
            Expr::value(at),
            Expr::value(at),
            Expr::value("Jane"),
            Expr::value("A contact"),
            Expr::value("consent"),
            Expr::value("jane"),
            Expr::value("jane"),
        ]);
    db.write.execute(&insert).await.unwrap();
    assert_eq!(db.migrate().await.unwrap().len(), Migrator::migrations().len() - 7);
    let found = entity::person::Entity::find_by_id(id).one(&db.read).await.unwrap().unwrap();
    assert_eq!(
        (found.name.as_deref(), found.name_key.as_deref(), found.salt),
        (Some("Jane"), Some("jane"), None)
    );
    let mut forget = Query::update();
    forget.table(Alias::new("person")).value(Alias::new("name"), Expr::cust("NULL"));
    db.write.execute(&forget).await.unwrap();
}

#[tokio::test]
async fn persons_come_through_the_migration_on_sqlite() {
    persons_come_through_the_migration(Engine::Sqlite).await;
}

#[tokio::test]
async fn persons_come_through_the_migration_on_postgres() {
    persons_come_through_the_migration(Engine::Postgres).await;
}
