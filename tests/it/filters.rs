//! Filters of lists: every operator of every kind of member, relations, search, phases, facets; and what is refused.
use crate::both;
use crate::support::App;
use grantline::http::FACES;
use grantline::store::listing::{Kind, Op};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Codes of the projects that a filter finds, sorted.
async fn codes(app: &App, filter: &str) -> String {
    let sort = if filter.contains("sort=") { "" } else { "sort=code&" };
    app.column(&format!("/v1/projects?{sort}{filter}"), "code").await.join(" ")
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// A value of a field in a record as the list shows it: lists as their members.
fn values(record: &Value, path: &str, kind: Kind, column: &str) -> Vec<Value> {
    let at = |path: &str| path.split('.').fold(record.clone(), |v, step| v[step].clone());
    match kind {
        Kind::Listed(member) => {
            let list = record[column].as_array().cloned().unwrap_or_default();
            list.into_iter().map(|item| member.map_or(item.clone(), |m| item[m].clone())).collect()
        }
        _ => vec![at(path)].into_iter().filter(|v| !v.is_null()).collect(),
    }
}

both! {
    /// What each operator finds is what a reader of the whole list would pick by hand.
    async fn every_operator_of_every_member_finds_what_it_says(app: App) {
        app.seed("S", 12).await;
        let mut asked = 0;
        for face in FACES {
            let path = format!("/v1/{}", face.resource.path);
            let all = app.get(&format!("{path}?limit=200")).await.expect(200)["items"].as_array().unwrap().clone();
            for field in face.resource.list_fields() {
                let of = |record: &Value| values(record, field.path, field.kind, field.column);
                // Shown as starts and ends, which these are worked out from; identifiers have a test of their own.
                if matches!(field.kind, Kind::Folded(_) | Kind::Identifiers | Kind::Money)
                    || ["starts_on", "ends_on"].contains(&field.path)
                {
                    continue;
                }
                let known: BTreeSet<String> =
                    all.iter().flat_map(of).map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned)).collect();
                let text = |v: &Value| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
                let Some(pivot) = known.iter().nth(known.len() / 2).cloned() else {
                    assert!(!matches!(field.kind, Kind::Judged(_)) || all.is_empty(), "every record is judged");
                    if all.is_empty() {
                        continue;
                    }
                    assert_eq!(app.ids(&format!("{path}?{}[is_null]=true", field.path)).await.len(), all.len(), "{}", field.path);
                    continue;
                };
                for op in field.kind.operators() {
                    let few: Vec<String> = known.iter().take(2).cloned().collect();
                    let (given, name) = match op {
                        Op::Eq => (pivot.clone(), field.path.to_owned()),
                        Op::In => (few.join(","), format!("{}[in]", field.path)),
                        Op::IsNull => ("true".into(), format!("{}[is_null]", field.path)),
                        Op::Contains => (pivot.chars().skip(1).collect::<String>().to_uppercase(), format!("{}[contains]", field.path)),
                        op => (pivot.clone(), format!("{}[{}]", field.path, op.code())),
                    };
                    let fits = |record: &&Value| {
                        let values: Vec<String> = of(record).iter().map(text).collect();
                        match op {
                            Op::Eq => values.contains(&pivot),
                            Op::Ne => !values.contains(&pivot),
                            Op::In => values.iter().any(|v| few.contains(v)),
                            Op::Gt => values.iter().any(|v| *v > pivot),
                            Op::Gte => values.iter().any(|v| *v >= pivot),
                            Op::Lt => values.iter().any(|v| *v < pivot),
                            Op::Lte => values.iter().any(|v| *v <= pivot),
                            Op::Contains => values.iter().any(|v| v.to_uppercase().contains(&given)),
                            Op::IsNull => values.is_empty(),
                        }
                    };
                    if given.is_empty() {
                        continue;
                    }
                    let mut wanted: Vec<String> =
                        all.iter().filter(fits).map(|r| r["id"].as_str().unwrap().to_owned()).collect();
                    let mut found = app.ids(&format!("{path}?limit=200&{name}={}", encoded(&given))).await;
                    wanted.sort();
                    found.sort();
                    assert_eq!(found, wanted, "{path}?{name}={given}");
                    asked += 1;
                }
            }
        }
        assert!(asked > 200, "{asked}");
    }
}

both! {
    async fn texts_are_found_however_they_are_written(app: App) {
        app.latbel().await;
        app.made("projects", json!({"code": "OTHER", "title": {"en": "Another"}, "tags": ["Ēna1", "robežas_x"]})).await;
        for (filter, found) in [
            ("q=robezskersosanas", "LATBEL"), ("q=ROBEŽŠĶĒRSOŠANAS", "LATBEL"), ("q=елки", "LATBEL"), ("q=ЙОД", "LATBEL"),
            ("q=joint+INVESTIGATION", "LATBEL"), ("q=joint+absent", ""), ("q=100%25_real", "LATBEL"),
            ("q=%25", "LATBEL"), ("q=_", "LATBEL OTHER"), ("q=\\", ""), ("q=100__real", ""), ("q=j%25t", ""), ("q=-", "LATBEL"), ("q=--", ""), ("q=MPF/295/005", "LATBEL"), ("q=icmpd", "LATBEL"), ("q=LATBEL+-", "LATBEL"),
            ("title=joint investigation 100%25_real", ""), ("title[contains]=INVESTIGATION", "LATBEL"),
            ("title[contains]=skersosanas", "LATBEL"), ("title[contains]=%25_R", "LATBEL"), ("title[contains]=n%25n", ""),
            ("title=another", "OTHER"), ("title=ÁNOTHER,x", "OTHER"),
            ("acronym[contains]=TBE", "LATBEL"), ("acronym=latbel", ""), ("acronym=LatBel", "LATBEL"), ("acronym[contains]=%25", ""),
            ("tags[contains]=ROBEŽ", "LATBEL OTHER"), ("tags[contains]=ēna", "LATBEL OTHER"), ("tags[contains]=[1]*?", "LATBEL"),
            ("tags[contains]=ena", ""), ("tags[contains]=_X", "OTHER"), ("tags[contains]=a*s", ""), ("tags=Robeža", "LATBEL"),
            ("tags=robeža", ""), ("tags=Robeža,Ēna1", "LATBEL OTHER"), ("tags[ne]=Robeža", "OTHER"), ("tags[is_null]=true", ""),
            ("country=BY,EE", "LATBEL"), ("country[ne]=BY", "OTHER"), ("country[is_null]=true", "OTHER"),
            ("identifiers=ICMPD-2019-mpf–295–005", "LATBEL"), ("identifiers=MPF-295-005", ""), ("identifiers[contains]=mpf/295", "LATBEL"),
            ("identifiers[ne]=ICMPD/2019/MPF-295-005", "OTHER"), ("identifiers[is_null]=true", "OTHER"), ("identifiers[is_null]=false", "LATBEL"),
            ("code=LATBEL,OTHER", "LATBEL OTHER"), ("code[in]=LATBEL", "LATBEL"), ("code[ne]=LATBEL", "OTHER"), ("code[contains]=the", "OTHER"),
        ] {
            let filter: String = filter.chars().map(|c| if c == ' ' { '+' } else { c }).collect();
            let filter = filter.split_once('=').map(|(n, v)| match v.is_ascii() {
                true => format!("{n}={}", v.replace('[', "%5B").replace('\\', "%5C")),
                false => format!("{n}={}", encoded(v)),
            });
            let filter = filter.unwrap();
            assert_eq!(codes(app, &filter).await, found, "{filter}");
        }
        let agreements = async |filter: &str| app.ids(&format!("/v1/grant-agreements?{filter}")).await.len();
        for reference in ["icmpd-2019-mpf-295-005", "ICMPD/2019/MPF-295-005", "ICMPD 2019", "ICMPD//2019/MPF-295-005"] {
            let expected = usize::from(reference.len() > 12);
            assert_eq!(agreements(&format!("reference={}", encoded(reference))).await, expected, "{reference}");
        }
        assert_eq!(agreements("reference[contains]=mpf-295").await, 1);
        assert_eq!(agreements("q=MPF-295").await, 1);
    }
}

both! {
    async fn sums_are_compared_within_a_currency(app: App) {
        app.seed("S", 4).await;
        app.latbel().await;
        let references = async |filter: &str| {
            let mut found = app.column(&format!("/v1/grant-agreements?{filter}"), "reference").await;
            found.sort();
            found.join(" ")
        };
        let amount = "maximum_grant.amount";
        assert_eq!(references(&format!("{amount}[gt]=2000.49&maximum_grant.currency=EUR")).await, "ICMPD/2019/MPF–295–005 null");
        assert_eq!(references(&format!("{amount}=494813.32&maximum_grant.currency=EUR")).await, "ICMPD/2019/MPF–295–005");
        assert_eq!(references(&format!("{amount}[lte]=0.5&maximum_grant.currency=EUR")).await, "S/0");
        assert_eq!(references(&format!("{amount}[lt]=0.50&maximum_grant.currency=EUR")).await, "");
        assert_eq!(references(&format!("{amount}[is_null]=true")).await, "S/1");
        let refused = async |filter: &str| app.get(&format!("/v1/grant-agreements?{filter}")).await.problem();
        assert_eq!(refused(&format!("{amount}[gt]=1")).await, format!("bad_parameters {amount}[gt]:needs_currency"));
        for bad in ["1,5", "1e3", "x", "0.001", "99999999999999999999", "1 000", ""] {
            let problem = refused(&format!("{amount}={}&maximum_grant.currency=EUR", encoded(bad))).await;
            assert!(problem.starts_with(&format!("bad_parameters {amount}:invalid_value")), "{bad}: {problem}");
        }
        for (currency, also) in [("EUR,USD", ""), ("ZZZ", " maximum_grant.currency:invalid_value")] {
            let problem = refused(&format!("{amount}=1&maximum_grant.currency={currency}")).await;
            let said: BTreeSet<&str> = problem.split(' ').collect();
            let expected = format!("bad_parameters {amount}:invalid_value{also}");
            assert_eq!(said, expected.split(' ').collect(), "{currency}");
        }
        // A code in another spelling would find nothing: it is told instead.
        for (list, filter) in [
            ("projects", "country=lv"), ("projects", "country[ne]=Latvia"), ("organisations", "country=LV,xx"),
            ("grant-agreements", "currency=eur"), ("publications", "language=Latvian!"),
        ] {
            let name = filter.split_once('=').unwrap().0;
            let answer = app.get(&format!("/v1/{list}?{filter}")).await;
            assert_eq!(answer.problem(), format!("bad_parameters {name}:invalid_value"), "{list}?{filter}");
        }
    }
}

both! {
    async fn relations_reach_through_the_chain(app: App) {
        app.seed("S", 2).await;
        let l = app.latbel().await;
        let found = async |resource: &str, filter: String| app.ids(&format!("/v1/{resource}?{filter}")).await;
        for (name, key, yes) in [
            ("ultimate_funder", &l.eu_funder, true), ("ultimate_funder", &l.icmpd_funder, false),
            ("funder", &l.icmpd_funder, true), ("funder", &l.eu_funder, false),
        ] {
            let none: [&str; 0] = [];
            for (resource, id) in [("projects", &l.project), ("grant-agreements", &l.agreement), ("events", &l.event)] {
                let ids = found(resource, format!("{name}={key}")).await;
                if yes { assert_eq!(ids, [id.as_str()], "{resource} {name}") } else { assert_eq!(ids, none, "{resource} {name}") }
            }
        }
        for (resource, filter, id) in [
            ("projects", format!("programme={}", l.programme), &l.project), ("projects", "programme=MPF".into(), &l.project),
            ("projects", format!("agreement={}", l.agreement), &l.project), ("projects", format!("organisation={}", l.vrs), &l.project),
            ("projects", format!("event={}", l.event), &l.project), ("projects", format!("publication={}", l.publication), &l.project),
            ("grant-agreements", "project=LATBEL".into(), &l.agreement), ("grant-agreements", format!("project={}", l.project), &l.agreement),
            ("grant-agreements", "programme=MPF".into(), &l.agreement), ("grant-agreements", format!("organisation={}", l.vrs), &l.agreement),
            ("events", "project=LATBEL".into(), &l.event), ("events", format!("organisation={}", l.vrs), &l.event),
            ("events", format!("publication={}", l.publication), &l.event),
            ("publications", "project=LATBEL".into(), &l.publication), ("publications", format!("event={}", l.event), &l.publication),
            ("organisations", "project=LATBEL".into(), &l.vrs), ("funders", format!("organisation={}", l.eu), &l.eu_funder),
            ("programmes", format!("funder={}", l.eu_funder), &l.programme),
        ] {
            assert_eq!(found(resource, filter.clone()).await, [id.as_str()], "{resource}?{filter}");
        }
        // Where no chain is known, the grantor is all that is known of where the money comes from.
        let grant = json!({"reference": "LONE-1", "funder_id": l.icmpd_funder, "maximum_grant": {"amount": "100.00", "currency": "EUR"}});
        let lone = app.made("grant-agreements", grant).await;
        assert_eq!(found("grant-agreements", format!("ultimate_funder={}", l.icmpd_funder)).await, [lone.as_str()]);
        let totals = app.get(&format!("/v1/funders/{}", l.icmpd_funder)).await.expect(200);
        assert_eq!(totals["ultimate"], json!([{"currency": "EUR", "agreements": 1, "maximum_grant": "100.00"}]));
        assert_eq!(totals["direct"][0]["agreements"], 2);
        assert_eq!(codes(app, "programme=MPF,S-1").await, "LATBEL S-1");
        assert_eq!(codes(app, "programme=NONE").await, "");
        let other = format!("ultimate_funder={}&status[is_null]=false&country=BY&planned_period.end[lt]=2026-12-31", l.eu_funder);
        assert_eq!(codes(app, &other).await, "LATBEL");
        let refused = app.get("/v1/projects?funder=EU").await;
        assert_eq!(refused.problem(), "bad_parameters funder:invalid_value");
        assert_eq!(app.get("/v1/projects?programme=").await.problem(), "bad_parameters programme:invalid_value");
        let keys: Vec<String> = (0..201).map(|n| format!("P{n}")).collect();
        assert_eq!(app.get(&format!("/v1/projects?programme={}", keys.join(","))).await.problem(), "bad_parameters programme:too_many");
    }
}

both! {
    async fn phases_are_judged_at_the_date_asked_for(app: App) {
        let periods = [
            ("FULL", json!({"start": "2019-11-01", "end": "2021-05-31"}), json!({})),
            ("DERIVED", json!({"start": "2019-11-01", "duration_months": 19}), json!({})),
            ("BACKWARDS", json!({"end": "2021-05-31", "duration_months": 19}), json!({})),
            ("OPEN", json!({"start": "2019-11-01"}), json!({})),
            ("ENDONLY", json!({"end": "2021-05-31"}), json!({})),
            ("NONE", json!({}), json!({})),
            ("ACTUAL", json!({"start": "2019-11-01", "end": "2030-01-01"}), json!({"end": "2021-05-31"})),
            // Stopped before it was to begin.
            ("CROSSED", json!({"start": "2022-01-01"}), json!({"end": "2021-05-31"})),
        ];
        for (code, planned, actual) in periods {
            app.made("projects", json!({"code": code, "title": {"en": code}, "planned_period": planned, "actual_period": actual})).await;
        }
        let dates = ["2019-10-31", "2019-11-01", "2020-06-01", "2021-05-31", "2021-06-01", "2021-12-31", "2022-01-01"];
        for date in dates {
            let mut shown = Vec::new();
            for item in app.get(&format!("/v1/projects?as_of={date}&sort=code")).await.expect(200)["items"].as_array().unwrap() {
                shown.push((item["code"].as_str().unwrap().to_owned(), item["phase"].as_str().unwrap().to_owned()));
            }
            for phase in ["not_started", "running", "ended", "unknown"] {
                let of = |yes: bool| {
                    shown.iter().filter(|(_, p)| (p == phase) == yes).map(|(c, _)| c.as_str()).collect::<Vec<_>>().join(" ")
                };
                assert_eq!(codes(app, &format!("phase={phase}&as_of={date}")).await, of(true), "{phase} at {date}");
                assert_eq!(codes(app, &format!("phase[ne]={phase}&as_of={date}")).await, of(false), "not {phase} at {date}");
            }
        }
        assert_eq!(codes(app, "phase=running&as_of=2021-05-31").await, "ACTUAL BACKWARDS DERIVED FULL");
        assert_eq!(codes(app, "phase=ended&as_of=2021-06-01").await, "ACTUAL BACKWARDS DERIVED ENDONLY FULL");
        assert_eq!(codes(app, "phase=ended").await, "ACTUAL BACKWARDS CROSSED DERIVED ENDONLY FULL", "today is in 2026");
        assert_eq!(codes(app, "phase=unknown,not_started&as_of=2019-10-31").await.split(' ').count(), 8);
    }
}

both! {
    async fn facets_count_the_filtered_list(app: App) {
        app.seed("S", 12).await;
        let list = app.get("/v1/projects?limit=1&facets=country,tags,sectors.code,lead_organisation_id,status&include_total=true").await.expect(200);
        assert_eq!(list["total"], 12);
        assert_eq!(list["facets"]["country"], json!([
            {"value": "LV", "count": 9}, {"value": "LT", "count": 6}, {"value": "BY", "count": 3}, {"value": null, "count": 3},
        ]));
        assert_eq!(list["facets"]["tags"], json!([
            {"value": "Visas", "count": 8}, {"value": "border", "count": 8}, {"value": null, "count": 4},
        ]));
        assert_eq!(list["facets"]["sectors.code"].as_array().unwrap().len(), 3);
        let leads = list["facets"]["lead_organisation_id"].as_array().unwrap();
        assert!(leads.len() == 12 && leads.iter().all(|b| b["count"] == 1 && b["value"].as_str().unwrap().len() == 36));
        assert_eq!(list["facets"]["status"].as_array().unwrap().len(), 8);
        let of = app.get("/v1/projects?facets=country&country=BY").await.expect(200);
        assert_eq!(of["facets"]["country"], json!([{"value": "BY", "count": 3}, {"value": "LV", "count": 3}]));
        let agreements = app.get("/v1/grant-agreements?facets=maximum_grant.currency,programme_id").await.expect(200);
        assert_eq!(agreements["facets"]["maximum_grant.currency"], json!([
            {"value": "EUR", "count": 6}, {"value": "USD", "count": 3}, {"value": null, "count": 3},
        ]));
        // Every facet of every resource can be counted.
        for face in FACES {
            let paths: Vec<&str> = face.resource.list_fields().filter(|f| f.facet).map(|f| f.path).collect();
            if !paths.is_empty() {
                let list = app.get(&format!("/v1/{}?facets={}", face.resource.path, paths.join(","))).await.expect(200);
                assert_eq!(list["facets"].as_object().unwrap().len(), paths.len());
            }
        }
    }
}

both! {
    async fn changes_since_an_instant_are_found(app: App) {
        app.project("OLD").await;
        app.clock.advance(chrono::TimeDelta::microseconds(1_500_000));
        app.project("NEW").await;
        for (since, found) in [
            ("2026-11-22T10:00:00Z", "NEW OLD"), ("2026-11-22T10:00:00.000001Z", "NEW"), ("2026-11-22T10:00:01.5Z", "NEW"),
            ("2026-11-22T12:00:01.500000%2B02:00", "NEW"), ("2026-11-22T10:00:01.500001Z", ""), ("2026-11-22T12:00:00%2B02:00", "NEW OLD"),
        ] {
            assert_eq!(codes(app, &format!("updated_since={since}")).await, found, "{since}");
        }
        for bad in ["2026-11-22", "yesterday", "", "2026-11-22T10:00:00", "2026-13-01T00:00:00Z"] {
            assert_eq!(app.get(&format!("/v1/projects?updated_since={bad}")).await.problem(), "bad_parameters updated_since:invalid_value", "{bad}");
        }
        assert_eq!(codes(app, "created_at[lt]=2026-11-22T10:00:01Z").await, "OLD");
        assert_eq!(codes(app, "sort=-created_at").await.len(), 7);
    }
}

both! {
    async fn what_is_not_known_is_refused_with_what_is(app: App) {
        let errors = async |query: &str| app.get(&format!("/v1/projects?{query}")).await;
        for (query, problem) in [
            ("colour=red", "colour:unknown_parameter"), ("Status=closed", "Status:unknown_parameter"),
            ("status=open", "status:invalid_value"), ("status=closed,open", "status:invalid_value"), ("status=", "status:invalid_value"),
            ("status[gt]=closed", "status[gt]:unknown_operator"), ("status[]=closed", "status[]:unknown_operator"),
            ("status[[eq]]=closed", "status[[eq]]:unknown_operator"), ("status[eq=closed", "status[eq:unknown_operator"),
            ("status[EQ]=closed", "status[EQ]:unknown_operator"), ("title[gt]=a", "title[gt]:unknown_operator"),
            ("status=closed&status=closed", "status:duplicate_parameter"), ("limit=1&limit=2", "limit:duplicate_parameter"),
            ("planned_period.end[lt]=2021-02-30", "planned_period.end[lt]:invalid_value"),
            ("planned_period.end=2021-2-3", "planned_period.end:invalid_value"), ("planned_period.end=0000-01-01", "planned_period.end:invalid_value"),
            ("planned_period.end=9999-12-31", "planned_period.end:invalid_value"), ("planned_period.end[is_null]=maybe", "planned_period.end[is_null]:invalid_value"),
            ("planned_period.end[lt]=2021-01-01,2022-01-01", "planned_period.end[lt]:invalid_value"),
            ("as_of=2021-02-30", "as_of:invalid_value"), ("as_of=", "as_of:invalid_value"),
            ("lead_organisation_id=7", "lead_organisation_id:invalid_value"), ("version=1.5", "version:invalid_value"),
            ("version=9223372036854775808", "version:invalid_value"), ("phase=over", "phase:invalid_value"), ("phase[is_null]=true", "phase[is_null]:unknown_operator"),
            ("sort=summary", "sort:unknown_path"), ("sort=", "sort:unknown_path"), ("sort=code,code", ""), ("sort=code,-code", "sort:duplicate_parameter"), ("sort=--code", "sort:unknown_path"),
            ("facets=title", "facets:unknown_path"), ("expand=nothing", "expand:unknown_path"), ("fields=nothing", "fields:unknown_path"),
            ("include_total=yes", "include_total:invalid_value"), ("q=", "q:invalid_value"), ("q=%CC%81", "q:invalid_value"),
            ("format=xlsx", "format:unacceptable"), ("columns=code", "columns:other_format"), ("title=%CC%81", "title:invalid_value"),
            ("identifiers[contains]=-", "identifiers[contains]:invalid_value"), ("tags=", "tags:invalid_value"), ("known_at=2021-01-01", "known_at:invalid_value"),
            ("dry_run=true", "dry_run:unknown_parameter"), ("code=%FF", "code:invalid_value"), ("code=a%00", "code:invalid_value"), ("%FF=1", "\u{fffd}:invalid_value"),
        ] {
            let answer = errors(query).await;
            if problem.is_empty() {
                answer.expect(200);
            } else {
                assert_eq!(answer.problem(), format!("bad_parameters {problem}"), "{query}: {}", answer.text());
                assert_eq!(answer.status, 400);
            }
        }
        let all = errors("colour=red&status=open&limit=0&sort=x").await.json();
        assert_eq!(all["errors"].as_array().unwrap().len(), 4, "every fault at once: {all}");
        let allowed = errors("colour=red").await.json()["errors"][0]["params"]["allowed"].clone();
        for name in ["status", "planned_period.end", "ultimate_funder", "q", "limit", "expand", "updated_since", "format"] {
            assert!(allowed.as_array().unwrap().contains(&json!(name)), "{name}: {allowed}");
        }
        let said = app.ask("GET", "/v1/projects?limit=0", &[("accept-language", "lv")], None).await;
        assert!(said.json()["errors"][0]["message"].as_str().unwrap().contains("nav derīgs"), "{}", said.text());
        let long = "x".repeat(1001);
        assert_eq!(errors(&format!("title[contains]={long}")).await.problem(), "bad_parameters title[contains]:too_long");
        let long = encoded(&"Ž".repeat(1000));
        assert_eq!(codes(app, &format!("tags[contains]={long}&title[contains]={long}&acronym[contains]={long}")).await, "");
        let many: Vec<String> = (0..201).map(|n| n.to_string()).collect();
        assert_eq!(errors(&format!("tags={}", many.join(","))).await.problem(), "bad_parameters tags:too_many");
        let flood: Vec<String> = (0..8_000).map(|n| format!("p{n}=")).collect();
        let answer = errors(&flood.join("&")).await;
        assert_eq!(answer.status, 400);
        assert!(answer.bytes.len() < 5_000_000, "{}", answer.bytes.len());
    }
}
