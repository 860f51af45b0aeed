//! Pages of lists: every order of every resource walks to its end and loses nothing, whatever happens meanwhile;
//! cursors are good for their own list only; a list costs the same statements whatever its length.
use crate::both;
use crate::support::{App, Content};
use grantline::http::FACES;
use grantline::http::resource::Face;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::sync::atomic::Ordering;

fn path(face: &Face) -> String {
    format!("/v1/{}", face.resource.path)
}

/// Compares as lists do: values ascending or descending, null last.
fn in_order(values: &[Value], descending: bool) -> bool {
    let key = |v: &Value| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
    values.windows(2).all(|pair| match (pair[0].is_null(), pair[1].is_null()) {
        (_, true) => true,
        (true, false) => false,
        _ if descending => key(&pair[0]) >= key(&pair[1]),
        _ => key(&pair[0]) <= key(&pair[1]),
    })
}

both! {
    async fn every_order_walks_every_record_once(app: App) {
        app.seed("S", 13).await;
        for face in FACES {
            let all: HashSet<String> = app.ids(&format!("{}?limit=200", path(face))).await.into_iter().collect();
            assert_eq!(all.len(), 13, "{}", face.resource.name);
            for field in face.resource.list_fields().filter(|f| f.sortable) {
                for sign in ["", "-"] {
                    let address = format!("{}?limit=3&sort={sign}{}", path(face), field.path);
                    let (mut seen, mut values, mut next) = (Vec::new(), Vec::new(), Some(address.clone()));
                    while let Some(address) = next {
                        let page = app.get(&address).await.expect(200);
                        for item in page["items"].as_array().unwrap() {
                            seen.push(item["id"].as_str().unwrap().to_owned());
                            values.push(field.path.split('.').fold(item.clone(), |v, step| v[step].clone()));
                        }
                        next = page["next"].as_str().map(str::to_owned);
                        assert!(seen.len() <= 13, "{address}: pages without end");
                    }
                    assert_eq!(seen.len(), 13, "{address}");
                    assert_eq!(seen.into_iter().collect::<HashSet<_>>(), all, "{address}");
                    // Texts in several languages and references are sorted by their matching form.
                    if field.column == field.path.replace('.', "_") {
                        assert!(in_order(&values, sign == "-"), "{address}: {values:?}");
                    }
                }
            }
        }
    }
}

both! {
    async fn orders_are_those_of_the_folded_text_and_ties_go_by_the_next_member(app: App) {
        for (code, title) in [("P1", "Žanis"), ("P2", "āda"), ("P3", "Zane"), ("P4", "Ada"), ("P5", "Ёлка")] {
            app.made("projects", json!({"code": code, "title": {"lv": title}})).await;
        }
        assert_eq!(app.column("/v1/projects?sort=title,-code&limit=2", "code").await, ["P4", "P2", "P3", "P1", "P5"]);
        assert_eq!(app.column("/v1/projects?sort=-title,code&limit=2", "code").await, ["P5", "P1", "P3", "P2", "P4"]);
    }
}

both! {
    async fn a_walk_meets_each_record_once_while_others_come_and_go(app: App) {
        for n in 0..9 {
            app.made("projects", json!({"code": format!("B{n}"), "title": {"en": "T"}, "acronym": "x"})).await;
        }
        for sort in ["code", "-code", "acronym,-code", "-updated_at", "title"] {
            let mut seen = Vec::new();
            let mut next = Some(format!("/v1/projects?limit=2&sort={sort}&acronym=x"));
            let mut round = 0;
            while let Some(address) = next {
                let page = app.get(&address).await.expect(200);
                seen.extend(page["items"].as_array().unwrap().iter().map(|i| i["code"].as_str().unwrap().to_owned()));
                next = page["next"].as_str().map(str::to_owned);
                // One before and one after the place of the cursor; one more goes.
                for code in [format!("A{round}"), format!("C{round}")] {
                    let body = json!({"code": code, "title": {"en": "T"}, "acronym": "y"});
                    let made = app.create("/v1/projects", body).await;
                    if round > 0 {
                        app.at_version("DELETE", &made, "", None).await.expect(204);
                    }
                }
                round += 1;
            }
            seen.sort();
            let wanted: Vec<String> = (0..9).map(|n| format!("B{n}")).collect();
            assert_eq!(seen, wanted, "{sort}");
            for code in ["A0", "C0"] {
                app.at_version("DELETE", &format!("/v1/projects/{code}"), "", None).await.expect(204);
            }
        }
    }
}

both! {
    async fn pages_have_a_length_a_next_a_link_and_a_total(app: App) {
        let items: Vec<Value> =
            (0..60).map(|n| json!({"code": format!("P{n:02}"), "title": {"en": "T"}, "acronym": "a b&c"})).collect();
        app.post("/v1/projects/batch", json!({"items": items})).await.expect(201);
        let usual = app.get("/v1/projects").await.expect(200);
        assert_eq!(usual["items"].as_array().unwrap().len(), 50);
        assert!(usual["next"].is_string() && usual.get("total").is_none());

        let first = app.get("/v1/projects?acronym=a%20b%26c&limit=40&sort=code&include_total=true&facets=status").await;
        let next = first.json()["next"].as_str().unwrap().to_owned();
        assert_eq!(first.header("link"), format!("<{next}>; rel=\"next\""));
        assert_eq!(first.json()["total"], 60);
        let second = app.get(&next).await;
        assert_eq!(second.header("link"), "");
        let body = second.expect(200);
        assert_eq!((body["items"].as_array().unwrap().len(), &body["total"]), (20, &json!(60)));
        assert!(body.get("next").is_none(), "{body}");
        // A cursor goes with another length of page and other members, but not with a date of its own.
        let shorter = next.replace("limit=40", "limit=1") + "&fields=code";
        assert_eq!(app.get(&shorter).await.expect(200)["items"], json!([{"code": "P40"}]));

        assert_eq!(app.get("/v1/projects?limit=200").await.expect(200)["items"].as_array().unwrap().len(), 60);
        for limit in ["0", "201", "-1", "+5", "1.0", "", "x", "99999999999999999999"] {
            let answer = app.get(&format!("/v1/projects?limit={}", limit.replace('+', "%2B"))).await;
            assert_eq!(answer.problem(), "bad_parameters limit:invalid_value", "{limit}");
        }
    }
}

both! {
    async fn a_cursor_is_good_for_its_own_list_only(app: App) {
        app.seed("S", 4).await;
        let next_of = async |address: &str| {
            let page = app.get(address).await.expect(200);
            let next = page["next"].as_str().unwrap().to_owned();
            next.split("cursor=").nth(1).unwrap().to_owned()
        };
        let cursor = next_of("/v1/projects?limit=2&sort=code&code[contains]=S&as_of=2021-01-01").await;
        let at = |rest: &str, cursor: &str| format!("/v1/{rest}&cursor={cursor}");
        assert_eq!(app.ids(&at("projects?limit=2&sort=code&code[contains]=S&as_of=2021-01-01", &cursor)).await.len(), 2);
        assert_eq!(app.ids(&at("projects?code[contains]=S&sort=code", &cursor)).await.len(), 2, "the date comes along");
        for other in [
            "events?sort=title", "programmes?sort=code&code[contains]=S", "projects?sort=code", "projects?sort=-code&code[contains]=S",
            "projects?code[contains]=S", "projects?sort=code&code[contains]=T", "projects?sort=code&code[contains]=S&q=x",
            "projects?sort=code&code[contains]=S&as_of=2021-01-02",
        ] {
            assert_eq!(app.get(&at(other, &cursor)).await.problem(), "bad_parameters cursor:invalid_cursor", "{other}");
        }
        let mut flipped = cursor.clone().into_bytes();
        flipped[10] = if flipped[10] == b'A' { b'B' } else { b'A' };
        let longer = format!("{cursor}AAAA");
        for forged in ["", "x", "%00", "AAAA", "'; DROP TABLE project--", &cursor[1..], &longer, std::str::from_utf8(&flipped).unwrap()] {
            let address = at("projects?sort=code&code[contains]=S", &forged.replace(' ', "%20"));
            let problem = app.get(&address).await.problem();
            assert!(problem.starts_with("bad_parameters cursor:invalid_"), "{forged}: {problem}");
        }
        let other = App::with(app.state.db.engine, Content::Nothing).await.unwrap();
        let address = at("projects?sort=code&code[contains]=S", &cursor);
        assert_eq!(other.get(&address).await.problem(), "bad_parameters cursor:invalid_cursor", "of another installation");
    }
}

both! {
    async fn a_list_is_told_apart_by_its_tag_and_answers_head(app: App) {
        app.made("projects", json!({"code": "P1", "title": {"en": "T"}})).await;
        let first = app.get("/v1/projects").await;
        let tag = first.header("etag").to_owned();
        assert!(tag.starts_with("W/\""), "{tag}");
        let opaque = tag.trim_start_matches("W/");
        for sent in [tag.as_str(), opaque, &format!("\"x\", {tag}"), "*"] {
            let again = app.ask("GET", "/v1/projects", &[("if-none-match", sent)], None).await;
            assert_eq!((again.status.as_u16(), again.bytes.len()), (304, 0), "{sent}");
            assert_eq!(again.header("etag"), tag);
        }
        let head = app.ask("HEAD", "/v1/projects", &[], None).await;
        assert_eq!((head.status.as_u16(), head.bytes.len(), head.header("etag")), (200, 0, tag.as_str()));
        app.project("P2").await;
        let changed = app.ask("GET", "/v1/projects", &[("if-none-match", &tag)], None).await;
        assert_eq!(changed.expect(200)["items"].as_array().map(Vec::len), Some(2));
    }
}

/// Statements of one request.
async fn cost(app: &App, address: &str) -> usize {
    let before = app.statements.load(Ordering::Relaxed);
    app.get(address).await.expect(200);
    app.statements.load(Ordering::Relaxed) - before
}

/// All paths of `expand`, as the answer to a wrong one lists them.
async fn expandable(app: &App, face: &Face) -> String {
    let refused = app.get(&format!("{}?expand=nothing", path(face))).await.json();
    let allowed = refused["errors"][0]["params"]["allowed"].as_array().unwrap().clone();
    allowed.iter().map(|p| p.as_str().unwrap()).collect::<Vec<_>>().join(",")
}

both! {
    async fn a_list_costs_the_same_whatever_its_length(app: App) {
        app.seed("ONE", 1).await;
        let mut before = Vec::new();
        for face in FACES {
            let expand = expandable(app, face).await;
            let facets: Vec<&str> = face.resource.list_fields().filter(|f| f.facet).map(|f| f.path).collect();
            let mut addresses = vec![format!("{}?limit=200", path(face))];
            if !expand.is_empty() {
                addresses.push(format!("{}?limit=200&expand={expand}", path(face)));
            }
            if !facets.is_empty() {
                addresses.push(format!("{}?limit=200&include_total=true&facets={}", path(face), facets.join(",")));
            }
            for address in addresses {
                before.push((cost(app, &address).await, address));
            }
        }
        app.seed("MANY", 59).await;
        for (of_one, address) in before {
            let body = app.get(&address).await.expect(200);
            assert_eq!(body["items"].as_array().unwrap().len(), 60, "{address}");
            assert_eq!(cost(app, &address).await, of_one, "{address}");
        }
    }
}
