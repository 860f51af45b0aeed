//! Documents: files come back byte for byte, are never run by a browser, and stay while something needs them.
use crate::both;
use crate::personal_data::readings;
use crate::support::App;
use crate::support::app::Answer;
use crate::support::caller::Caller;
use axum::body::Body;
use axum::http::Request;
use chrono::TimeDelta;
use entity::vocab::Role;
use futures_util::stream;
use grantline::clock::{Clock, SystemClock};
use grantline::documents::files::Place;
use grantline::documents::swept;
use grantline::store::digest::hex_digest;
use grantline::store::scope::Root;
use serde_json::{Value, json};
use std::io;
use tower::ServiceExt;
use uuid::Uuid;

const HTML: &[u8] = b"<!DOCTYPE html><script>alert(1)</script>";

/// A request with a body of bytes.
fn request(app: &App, method: &str, address: &str, headers: &[(&str, &str)], body: Body) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(address);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.header("authorization", format!("Bearer {}", app.token)).body(body).unwrap()
}

async fn part(app: &App, file: &str, range: &str) -> Answer {
    app.ask("GET", &format!("{file}/content"), &[("range", range)], None).await
}

/// The last step of an address.
fn id(address: &str) -> &str {
    address.rsplit('/').next().unwrap()
}

/// The names of what is on the disk.
fn kept(app: &App) -> Vec<String> {
    let Some(Place::Folder(folder)) = app.state.config.files.clone() else { panic!("no folder") };
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    entries.map(|one| one.unwrap().file_name().into_string().unwrap()).collect()
}

both! {
    async fn a_file_comes_back_byte_for_byte(app: App) {
        let document = app.address("document").await;
        let made = app.upload(&document, "L%C4%ABgums.pdf", b"%PDF-1.7 and more").await;
        let (file, tag) = (made.header("location").to_owned(), made.header("etag").to_owned());
        let made = made.expect(201);
        assert!(tag.starts_with("\"2-"), "{tag}");
        assert_eq!(made["file_name"], "Līgums.pdf");
        assert_eq!((&made["media_type"], &made["size"]), (&json!("application/pdf"), &json!(17)));
        assert_eq!(made["sha256"], json!(hex_digest("%PDF-1.7 and more")));
        assert_eq!(app.get(&document).await.json()["files"], json!([made]));
        let content = format!("{file}/content");
        let answer = app.get(&content).await;
        assert_eq!((answer.status.as_u16(), &answer.bytes[..]), (200, &b"%PDF-1.7 and more"[..]));
        let named = "attachment; filename=\"Ligums.pdf\"; filename*=UTF-8''L%C4%ABgums.pdf";
        assert_eq!(answer.header("content-disposition"), named);
        assert_eq!((answer.header("content-type"), answer.header("content-length")), ("application/pdf", "17"));
        let tag = answer.header("etag").to_owned();
        assert_eq!(app.ask("GET", &content, &[("if-none-match", &tag)], None).await.status, 304);
        let head = app.ask("HEAD", &content, &[], None).await;
        assert_eq!((head.header("content-length"), head.bytes.len()), ("17", 0));
        // Parts of it.
        let some = part(app, &file, "bytes=5-7").await;
        assert_eq!((some.status.as_u16(), some.text().as_str(), some.header("content-range")), (206, "1.7", "bytes 5-7/17"));
        assert_eq!(part(app, &file, "bytes=-4").await.text(), "more");
        let beyond = part(app, &file, "bytes=17-").await;
        assert_eq!((beyond.problem().as_str(), beyond.header("content-range")), ("range_not_satisfiable", "bytes */17"));
        assert_eq!(part(app, &file, "lines=1-2").await.status, 200);
        let stale = [("range", "bytes=5-7"), ("if-range", "\"0a\"")];
        assert_eq!(app.ask("GET", &content, &stale, None).await.status, 200);
        let same = [("range", "bytes=5-7"), ("if-range", tag.as_str())];
        assert_eq!(app.ask("GET", &content, &same, None).await.status, 206);
        assert_eq!(app.get(&format!("{content}?inline=maybe")).await.problem(), "bad_parameters inline:invalid_value");
        // A later content stands beside it.
        let second = app.upload(&document, "signed.pdf", b"%PDF-1.7 signed").await.expect(201);
        assert_eq!(app.get(&document).await.json()["files"], json!([made, second]));
        assert_eq!(app.get(&content).await.bytes, b"%PDF-1.7 and more");
    }
}

both! {
    async fn nothing_of_a_file_runs_in_a_browser(app: App) {
        let document = app.address("document").await;
        for name in ["page.html", "page.pdf", "page.txt"] {
            let file = app.upload(&document, name, HTML).await.header("location").to_owned();
            for how in ["", "?inline=true"] {
                let answer = app.get(&format!("{file}/content{how}")).await;
                assert_eq!((answer.bytes.as_slice(), answer.header("content-type")), (HTML, "application/octet-stream"), "{name}");
                assert!(answer.header("content-disposition").starts_with("attachment;"), "{name}");
                assert!(answer.header("content-security-policy").contains("sandbox"), "{name}");
                assert_eq!(answer.header("x-content-type-options"), "nosniff");
            }
        }
        let file = app.upload(&document, "a.txt", b"plain").await.header("location").to_owned();
        let shown = app.get(&format!("{file}/content?inline=true")).await;
        assert!(shown.header("content-disposition").starts_with("inline;"));
        // Bytes that are counted are not compressed on their way.
        let file = app.upload(&document, "b.txt", &[b'a'; 10_000]).await.header("location").to_owned();
        let answer = app.ask("GET", &format!("{file}/content"), &[("accept-encoding", "gzip, br")], None).await;
        assert_eq!((answer.header("content-encoding"), answer.bytes.len()), ("", 10_000));
    }
}

both! {
    async fn what_can_not_be_taken_in_leaves_nothing(app: App) {
        let document = app.address("document").await;
        let (tag, address) = (app.tag(&document).await, format!("{document}/files?file_name=a.txt"));
        let matched = ("if-match", tag.as_str());
        let send = async |address: &str, headers: &[(&str, &str)], body: Body| {
            app.send(request(app, "POST", address, headers, body)).await.problem()
        };
        assert_eq!(send(&address, &[matched], Body::empty()).await, "invalid :empty_file");
        assert_eq!(send(&address, &[], Body::from("x")).await, "precondition_required");
        assert_eq!(send(&address, &[("if-match", "\"9\"")], Body::from("x")).await, "stale_version");
        for (query, fault) in [
            ("", "file_name:required"),
            ("?file_name=..", "file_name:invalid_value"),
            ("?file_name=a&size=1", "size:unknown_parameter"),
        ] {
            let address = format!("{document}/files{query}");
            assert_eq!(send(&address, &[matched], Body::from("x")).await, format!("bad_parameters {fault}"));
        }
        for (name, value) in [
            ("content-type", "multipart/form-data; boundary=x"),
            ("content-type", "application/x-www-form-urlencoded"),
            ("content-encoding", "gzip"),
        ] {
            assert_eq!(send(&address, &[matched, (name, value)], Body::from("x")).await, "unsupported_media_type");
        }
        let nowhere = format!("/v1/documents/{}/files?file_name=a.txt", Uuid::nil());
        assert_eq!(send(&nowhere, &[matched], Body::from("x")).await, "not_found");
        let tried = app.send(request(app, "POST", &format!("{address}&dry_run=true"), &[matched], Body::from("x"))).await;
        assert_eq!(tried.expect(200)["size"], 1);
        let broken = stream::iter([Ok("some"), Err(io::Error::other("gone"))]);
        assert_eq!(send(&address, &[matched], Body::from_stream(broken)).await, "malformed_body");
        let large = stream::iter((0..101).map(|_| io::Result::Ok(vec![0u8; 1 << 20])));
        assert_eq!(send(&address, &[matched], Body::from_stream(large)).await, "body_too_large");
        assert_eq!(app.get(&document).await.json()["files"], json!([]));
        // Somebody else changes the document while the body comes.
        let router = app.router.clone();
        let as_patch = [matched, ("content-type", "application/merge-patch+json")];
        let patch = request(app, "PATCH", &document, &as_patch, Body::from(r#"{"kind": "minutes"}"#));
        let late = stream::once(async move {
            assert_eq!(router.oneshot(patch).await.unwrap().status(), 200);
            io::Result::Ok("content")
        });
        assert_eq!(send(&address, &[matched], Body::from_stream(late)).await, "stale_version");
        for _ in 0..100 {
            if kept(app).is_empty() {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("left: {:?}", kept(app));
    }
}

both! {
    async fn a_document_stays_while_something_needs_it(app: App) {
        let (amendment, document) = (app.address("amendment").await, app.address("document").await);
        let delete = async || app.at_version("DELETE", &document, "", None).await.problem();
        app.at_version("PATCH", &amendment, "", Some(json!({"document_id": id(&document)}))).await.expect(200);
        assert_eq!(delete().await, "referenced :referenced_by");
        app.at_version("PATCH", &amendment, "", Some(json!({"document_id": null}))).await.expect(200);
        let terms = |id: &str| json!({"terms": [{"path": "retention.years", "value": 7, "clause": "Article 7", "document_id": id}]});
        let unknown = Uuid::nil().to_string();
        let refused = app.at_version("PATCH", &amendment, "", Some(terms(&unknown))).await;
        assert_eq!(refused.problem(), "invalid /terms/0/document_id:unknown_reference");
        // A clause of an amendment stands in it.
        app.at_version("PATCH", &amendment, "", Some(terms(id(&document)))).await.expect(200);
        assert_eq!(delete().await, "referenced :referenced_by");
        app.at_version("PATCH", &amendment, "", Some(json!({"terms": []}))).await.expect(200);
        // A step rests on it.
        let step = |id: &str| json!({"to": "withdrawn", "document_id": id});
        let refused = app.at_version("POST", &amendment, "/transitions", Some(step(&unknown))).await;
        assert_eq!(refused.problem(), "invalid /document_id:unknown_reference");
        let made = app.at_version("POST", &amendment, "/transitions", Some(step(id(&document)))).await.expect(201);
        assert_eq!(made["document_id"], id(&document));
        assert_eq!(delete().await, "referenced :referenced_by");
        let document = app.address("document").await;
        for (held, expected) in [
            (
                json!({"held_for": "An audit of 2026", "retain_until": "2026-11-22"}),
                "transition_refused /held_for:held /retain_until:kept_until",
            ),
            (json!({"held_for": null}), "transition_refused /retain_until:kept_until"),
        ] {
            app.at_version("PATCH", &document, "", Some(held)).await.expect(200);
            let refused = app.at_version("DELETE", &document, "?as_of=2099-01-01", None).await;
            assert_eq!(refused.problem(), expected);
        }
        app.clock.advance(TimeDelta::days(2));
        app.at_version("DELETE", &document, "", None).await.expect(204);
    }
}

both! {
    async fn what_no_document_has_had_for_a_day_is_swept(app: App) {
        let (gone, stays) = (app.address("document").await, app.address("document").await);
        app.upload(&gone, "a.txt", b"a").await.expect(201);
        let key = app.upload(&stays, "b.txt", b"b").await.expect(201)["id"].as_str().unwrap().to_owned();
        app.at_version("DELETE", &gone, "", None).await.expect(204);
        // The disk dates by the real clock.
        let sweep = async |stored, had| {
            let (disk, clock) = (SystemClock.now(), app.clock.now());
            swept(&app.state, disk + TimeDelta::hours(stored), clock + TimeDelta::hours(had)).await.unwrap()
        };
        assert_eq!(sweep(-24, 1).await, 0, "stored lately");
        assert_eq!(sweep(1, -24).await, 0, "had lately");
        assert_eq!(kept(app).len(), 2);
        assert_eq!(sweep(1, 1).await, 1);
        assert_eq!(kept(app), [key]);
    }
}

both! {
    async fn documents_are_seen_where_what_they_are_about_is_seen(app: App) {
        let l = app.latbel().await;
        let outside = app.address("project").await;
        let link = async |document: &str, kind: &str, id: &str| {
            let body = json!({"subject_kind": kind, "subject_id": id});
            app.at_version("POST", document, "/links", Some(body)).await.expect(201);
        };
        let about = async |kind: &str, id: &str| {
            let document = app.address("document").await;
            link(&document, kind, id).await;
            document
        };
        let of_event = about("event", &l.event).await;
        link(&of_event, "project", id(&outside)).await;
        let elsewhere = about("project", id(&outside)).await;
        let of_organisation = about("organisation", &l.vrs).await;
        let file = app.upload(&of_event, "a.txt", b"a").await.header("location").to_owned();
        let hidden = app.upload(&elsewhere, "a.txt", b"a").await.header("location").to_owned();
        let project = Some(Root::Project(l.project.parse().unwrap()));
        let caller = Caller::new(app, &[(Role::Viewer, project)]).await;
        let seen = caller.get(&of_event).await.expect(200);
        assert_eq!(seen["links"].as_array().unwrap().len(), 1, "what is elsewhere is not named: {seen}");
        assert_eq!(caller.get(&format!("{file}/content")).await.bytes, b"a");
        for address in [&elsewhere, &of_organisation, &format!("{hidden}/content")] {
            assert_eq!(caller.get(address).await.status, 404, "{address}");
        }
        let listed = caller.get(&format!("/v1/documents?event={}", l.event)).await.expect(200);
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
        // One that a record points at is seen with it.
        let amendment = json!({"grant_agreement_id": l.agreement, "kind": "addendum", "document_id": id(&of_organisation)});
        app.post("/v1/amendments", amendment).await.expect(201);
        let named = caller.get("/v1/amendments").await.expect(200)["items"][0]["document_id"].clone();
        assert_eq!(named, Value::Null, "who sees what names a paper sees it by what it is about");
        let clause = json!({"path": "retention.years", "value": 7, "clause": "Article 7", "document_id": id(&of_organisation)});
        crate::waivers::pinned(app, &l).await;
        app.at_version("POST", &format!("/v1/grant-agreements/{}", l.agreement), "/overrides", Some(clause)).await.expect(201);
        let seen = caller.get(&format!("/v1/grant-agreements/{}", l.agreement)).await.expect(200);
        assert_eq!((&seen["overrides"][0]["clause"], &seen["overrides"][0]["document_id"]), (&json!("Article 7"), &Value::Null));
        // With personal data it is not for everybody, and who reads it is logged.
        let public = json!({"contains_personal_data": true, "publication_tiers": {"record": "public"}});
        let refused = app.at_version("PATCH", &of_event, "", Some(public)).await;
        assert_eq!(refused.problem(), "invalid /publication_tiers/record:names_people");
        let personal = json!({"contains_personal_data": true});
        app.at_version("PATCH", &of_event, "", Some(personal)).await.expect(200);
        let before = readings(app).await.len();
        caller.get(&format!("{file}/content")).await;
        assert_eq!(readings(app).await.len(), before + 1);
    }
}
