//! The past: every state that the register has had is read again through a view, as it was then, with the same
//! filters, orders, pages, parts and neighbours. What interrupted writes leave behind.
use crate::both;
use crate::support::App;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use grantline::REGISTER;
use grantline::store::aggregate::STATUS_CHANGES;
use grantline::store::listing::{self, Filter, Order, Query};
use grantline::store::position_at;
use grantline::store::read::{Reader, id_in};
use grantline::store::view::{Scope, View};
use grantline::store::{Resource, Row};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::task::Poll;
use uuid::Uuid;

fn day() -> NaiveDate {
    "2026-11-22".parse().unwrap()
}

/// All that a view shows, looked at from all sides.
async fn look(app: &App, view: View) -> Value {
    let conn = app.state.db.begin_read().await.unwrap();
    let reader =
        Reader { view: &view, conn: &conn, engine: app.state.db.engine, register: &REGISTER, as_of: day() };
    let mut seen = BTreeMap::new();
    for resource in REGISTER.resources {
        let all = pages(&reader, resource, Vec::new(), &[]).await;
        let ids: Vec<Uuid> = all.iter().filter_map(|row| id_in(row, "id")).collect();
        let mut of = json!({"rows": all});
        for (n, field) in resource.list_fields().filter(|f| f.sortable).enumerate() {
            let order = Order { field, descending: n % 2 == 0 };
            let sorted = pages(&reader, resource, vec![], &[order]).await;
            let ids: Vec<&Value> = sorted.iter().map(|row| &row["id"]).collect();
            of[format!("by {}", field.path)] = json!(ids);
        }
        for part in resource.parts {
            let found: BTreeMap<_, _> = reader.parts(part, &ids).await.unwrap().into_iter().collect();
            of[part.path] = json!(found);
        }
        for neighbour in resource.neighbours {
            let found = reader.neighbours(neighbour, &all).await.unwrap();
            let found: BTreeMap<_, _> = found.into_iter().map(|(id, n)| (id, n.ids)).collect();
            of[format!("next to {}", neighbour.name)] = json!(found);
        }
        for relation in resource.relations {
            let target = REGISTER.find(relation.resource).unwrap();
            // The oldest that there is; deleted and made anew as time goes on.
            for row in pages(&reader, target, Vec::new(), &[]).await.into_iter().take(1) {
                let ids = vec![id_in(&row, "id").unwrap()];
                let found =
                    pages(&reader, resource, vec![Filter::Related { relation, ids, codes: vec![] }], &[])
                        .await;
                let found: Vec<&Value> = found.iter().map(|row| &row["id"]).collect();
                of[format!("{}={}", relation.name, row["id"])] = json!(found);
            }
        }
        let search = pages(&reader, resource, vec![Filter::Search("latbel".into())], &[]).await;
        of["search"] = json!(search.len());
        let facets = resource.list_fields().filter(|f| f.facet).collect();
        let query = Query { filters: vec![], orders: vec![], after: None, limit: 1, total: true, facets };
        let page = listing::list(&reader, resource, &query).await.unwrap();
        of["total"] = json!(page.total);
        for facet in page.facets {
            let mut buckets: Vec<(String, i64)> =
                facet.buckets.iter().map(|b| (b.value.to_string(), b.count)).collect();
            buckets.sort();
            of[format!("facet {}", facet.path)] = json!(buckets);
        }
        let records: Vec<_> = all.iter().map(|row| resource.table.record(row)).collect();
        for (n, derivation) in
            REGISTER.derivations.iter().enumerate().filter(|(_, d)| d.of.contains(&resource.name))
        {
            let derived = (derivation.derive)(&reader, &records).await.unwrap();
            of[format!("derived {n}")] = json!(derived);
        }
        seen.insert(resource.name, of);
    }
    let mut steps: Vec<Row> = reader.rows(&STATUS_CHANGES, &view.select(&STATUS_CHANGES)).await.unwrap();
    steps.sort_by_key(|row| row["id"].to_string());
    json!({"of": seen, "steps": steps})
}

/// A whole list, a few records a page.
async fn pages(
    reader: &Reader<'_>,
    resource: &Resource,
    filters: Vec<Filter<'_>>,
    orders: &[Order<'_>],
) -> Vec<Row> {
    let orders = orders.iter().map(|o| Order { field: o.field, descending: o.descending }).collect();
    let mut query = Query { filters, orders, after: None, limit: 4, total: false, facets: vec![] };
    let mut rows = Vec::new();
    loop {
        let page = listing::list(reader, resource, &query).await.unwrap();
        rows.extend(page.rows);
        query.after = page.next;
        if query.after.is_none() {
            return rows;
        }
    }
}

async fn position(app: &App) -> i64 {
    app.entries().await.iter().filter_map(|e| e.position).max().unwrap_or(0)
}

/// Writes, and keeps what there was to be seen after every other write, and after each deletion.
struct Diary<'a> {
    app: &'a App,
    writes: usize,
    seen: Vec<(i64, Value)>,
}

impl Diary<'_> {
    async fn note(&mut self) {
        self.seen.push((position(self.app).await, look(self.app, View::now(Scope::Register)).await));
    }

    async fn wrote(&mut self, gone: bool) {
        self.writes += 1;
        if gone || self.writes.is_multiple_of(2) {
            self.note().await;
        }
    }

    async fn create(&mut self, path: &str, body: Value) -> String {
        let address = self.app.create(path, body).await;
        self.wrote(false).await;
        address.rsplit('/').next().unwrap().to_owned()
    }

    async fn write(&mut self, method: &str, root: &str, below: &str, body: Value) -> Value {
        let body = (method != "DELETE").then_some(body);
        let answer = self.app.at_version(method, root, below, body).await;
        assert!(answer.status.is_success(), "{method} {root}{below}: {}", answer.text());
        self.wrote(method == "DELETE").await;
        answer.json()
    }
}

both! {
    async fn the_past_is_read_as_it_was(app: App) {
        let mut diary = Diary { app, writes: 0, seen: Vec::new() };
        diary.note().await;
        let eu = diary.create("/v1/organisations", json!({"name": {"en": "European Union"}, "country": "BE"})).await;
        let icmpd = diary.create("/v1/organisations", json!({"name": {"en": "ICMPD"}})).await;
        let vrs = diary.create("/v1/organisations", json!({"name": {"lv": "Valsts robežsardze"}, "country": "LV"})).await;
        let funder = diary.create("/v1/funders", json!({"organisation_id": eu})).await;
        let mpf = diary.create("/v1/programmes", json!({"code": "MPF", "name": {"en": "Facility"}, "kind": "facility", "funder_id": funder})).await;
        let project = diary.create("/v1/projects", json!({"code": "LATBEL", "title": {"lv": "Sadarbība"}, "lead_organisation_id": vrs,
            "tags": ["border"], "planned_period": {"start": "2019-11-01"}})).await;
        let other = diary.create("/v1/projects", json!({"code": "BOMCA", "title": {"en": "BOMCA"}, "countries": [{"country": "KZ"}]})).await;
        let agreement = diary.create("/v1/grant-agreements", json!({"reference": "ICMPD/2019/MPF-295-005", "programme_id": mpf,
            "maximum_grant": {"amount": "494813.32", "currency": "EUR"}})).await;
        let agreement = format!("/v1/grant-agreements/{agreement}");
        let link = diary.write("POST", &agreement, "/project-links", json!({"project_id": project})).await;
        diary.write("POST", &agreement, "/funding-chain", json!({"position": 1, "payer_id": eu, "recipient_id": icmpd})).await;
        diary.write("POST", &agreement, "/funding-chain", json!({"position": 2, "payer_id": icmpd, "recipient_id": vrs})).await;
        let party = diary.write("POST", &agreement, "/parties", json!({"organisation_id": vrs, "role": "coordinator"})).await;
        let event = diary.create("/v1/events", json!({"title": {"en": "Meeting (LATBEL)"}, "kind": "bilateral_meeting", "mode": "online", "state": "held", "starts": "2021-02-19"})).await;
        let event = format!("/v1/events/{event}");
        diary.write("POST", &event, "/links", json!({"project_id": project})).await;
        let claim = diary.create("/v1/claims", json!({"subject_kind": "project", "subject_id": project, "field": "planned_period",
            "value": {"start": "2019-10-01", "end": "2021-09-30"}, "source_title": "A page"})).await;
        diary.write("POST", &format!("/v1/claims/{claim}"), "/adoption", json!({"reason": "Nothing better"})).await;
        let latbel = "/v1/projects/LATBEL";
        diary.write("PATCH", latbel, "", json!({"tags": ["training"], "planned_period": {"end": "2021-05-31"}})).await;
        let lead = diary.write("POST", latbel, "/participants", json!({"organisation_id": vrs, "role": "lead"})).await;
        diary.write("PATCH", latbel, &format!("/participants/{}", lead["id"].as_str().unwrap()), json!({"role": "partner"})).await;
        diary.write("POST", latbel, "/transitions", json!({"to": "contracting", "attestations": [{"guard": "award_document", "reason": "Seen"}]})).await;
        diary.write("DELETE", latbel, &format!("/participants/{}", lead["id"].as_str().unwrap()), json!(null)).await;
        // The agreement moves to the other project, and the first one goes, its claims before it.
        diary.write("PATCH", &agreement, &format!("/project-links/{}", link["id"].as_str().unwrap()), json!({"project_id": other})).await;
        diary.write("PATCH", &agreement, &format!("/parties/{}", party["id"].as_str().unwrap()), json!({"organisation_id": icmpd})).await;
        diary.write("DELETE", &event, "", json!(null)).await;
        diary.write("DELETE", &format!("/v1/claims/{claim}"), "", json!(null)).await;
        diary.write("DELETE", latbel, "", json!(null)).await;
        // The code is free again, and goes to another record.
        diary.create("/v1/projects", json!({"code": "LATBEL", "title": {"en": "Another"}})).await;
        app.post("/v1/organisations/batch", json!({"items": [{"name": {"en": "One"}}, {"name": {"en": "Two"}}]})).await.expect(201);
        diary.note().await;
        app.audit().await;

        let seen = diary.seen;
        assert!(seen.len() > 15);
        for (n, (position, then)) in seen.iter().enumerate() {
            let now = look(app, View::at(Scope::Register, *position)).await;
            assert_eq!(now["steps"], then["steps"], "position {position}");
            for resource in REGISTER.resources {
                let (now, then) = (&now["of"][resource.name], &then["of"][resource.name]);
                for (what, value) in then.as_object().unwrap() {
                    assert_eq!(&now[what], value, "{} {what} at position {position}", resource.name);
                }
            }
            if n > 0 {
                assert_ne!(*then, seen[n - 1].1, "something happened");
            }
        }
        // What was deleted is found by its code and id at its time, and only then.
        let at = |position: i64| View::at(Scope::Register, position);
        let (mut found, id) = (0, json!(project));
        let project: Uuid = project.parse().unwrap();
        for (position, then) in &seen {
            let there = then["of"]["project"]["rows"].as_array().unwrap().iter().find(|row| row["id"] == id);
            let (conn, view) = (app.state.db.begin_read().await.unwrap(), at(*position));
            let reader = Reader {
                view: &view,
                conn: &conn,
                engine: app.state.db.engine,
                register: &REGISTER,
                as_of: day(),
            };
            let resource = REGISTER.find("project").unwrap();
            assert_eq!(reader.row(resource, project).await.ok().map(Value::Object).as_ref(), there, "{position}");
            let by_code = reader.resolve(resource, "LATBEL").await.ok();
            assert_eq!(by_code == Some(project), there.is_some(), "{position}");
            found += usize::from(there.is_some());
        }
        assert!(found > 5 && found + 3 < seen.len(), "{found} of {}", seen.len());
    }
}

both! {
    async fn a_moment_is_a_position_and_stays_so(app: App) {
        let start: DateTime<Utc> = app.state.clock.now();
        let at = |minutes: i64| start + TimeDelta::minutes(minutes);
        let position = async |moment: DateTime<Utc>| {
            let txn = app.state.db.begin_read().await.unwrap();
            position_at(&txn, moment).await.unwrap()
        };
        assert_eq!(position(at(0)).await, 0);
        for minutes in [10, 20, 20, 30] {
            app.clock.set(at(minutes));
            app.organisation("One").await;
        }
        // A clock that goes back does not make an earlier moment show more than it did.
        app.clock.set(at(5));
        app.organisation("Late").await;
        for (minutes, expected) in [(0, 0), (9, 0), (10, 1), (19, 1), (20, 3), (29, 3), (30, 5), (99, 5)] {
            assert_eq!(position(at(minutes)).await, expected, "{minutes}");
        }
        assert_eq!(position(at(10) - TimeDelta::microseconds(1)).await, 0);
        app.audit().await;
    }
}

both! {
    async fn a_slow_request_is_placed_when_it_is_written(app: App) {
        // It began before another one and is written after it: to the past it comes after.
        let start = app.state.clock.now();
        let mut slow = Box::pin(app.organisation("Slow"));
        // Its first step, by which its moment is not yet that of its place.
        poll_fn(|cx| { let _ = slow.as_mut().poll(cx); Poll::Ready(()) }).await;
        app.clock.set(start + TimeDelta::minutes(10));
        slow.await;
        let txn = app.state.db.begin_read().await.unwrap();
        assert_eq!(position_at(&txn, start + TimeDelta::minutes(9)).await.unwrap(), 0);
        assert_eq!(position_at(&txn, start + TimeDelta::minutes(10)).await.unwrap(), 1);
    }
}

/// The answer, unless the caller goes away after waiting so many times.
async fn waiting<T>(work: impl Future<Output = T>, times: usize) -> Option<T> {
    let (mut work, mut left) = (Box::pin(work), times);
    poll_fn(|cx| match work.as_mut().poll(cx) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending if left == 0 => Poll::Ready(None),
        Poll::Pending => {
            left -= 1;
            Poll::Pending
        }
    })
    .await
}

both! {
    async fn a_dropped_request_leaves_all_or_nothing(app: App) {
        let vrs = app.organisation("VRS").await;
        app.project("ROOT").await;
        let mut finished = 0;
        for times in 0..120 {
            let code = format!("P-{times}");
            let create = app.post("/v1/projects", json!({"code": code, "title": {"en": "Dropped"}}));
            let tag = app.tag("/v1/projects/ROOT").await;
            let headers = [("if-match", tag.as_str())];
            let part = json!({"organisation_id": vrs, "role": "partner"});
            let add = app.ask("POST", "/v1/projects/ROOT/participants", &headers, Some(part));
            let (create, add) = (waiting(create, times).await, waiting(add, times).await);
            if create.is_some() && add.is_some() {
                finished += 1;
                if finished > 3 {
                    break;
                }
            }
        }
        assert!(finished > 3, "in the end nobody is too impatient");
        // Whoever was dropped between commit and numbering is numbered with the next write.
        app.organisation("Last").await;
        app.audit().await;
    }
}

both! {
    async fn what_is_refused_late_leaves_nothing(app: App) {
        // The root is written before its parts are held against each other; a batch item by item.
        let agreement = app.address("grant_agreement").await;
        let (a, b) = (app.project("A1").await, app.project("B1").await);
        let link = |project: &str| json!({"project_id": project, "share": "0.6"});
        app.at_version("POST", &agreement, "/project-links", Some(link(&a))).await.expect(201);
        let before = app.counts().await;
        let tag = app.tag(&agreement).await;
        let refused = app.at_version("POST", &agreement, "/project-links", Some(link(&b))).await;
        assert_eq!(refused.problem(), "invalid /share:sum_above");
        assert_eq!(app.counts().await, before);
        assert_eq!(app.tag(&agreement).await, tag);
        app.audit().await;
    }
}
