//! Many writers at once, through the router: none is lost, none is let through twice, none sees a lock.
use crate::both;
use futures_util::future::join_all;
use serde_json::{Value, json};
use std::collections::HashMap;

/// How often each status, with its problem, was answered.
fn tally(answers: &[crate::support::app::Answer]) -> HashMap<String, usize> {
    let mut tally = HashMap::new();
    for answer in answers {
        let said = match answer.status.is_success() {
            true => answer.status.as_u16().to_string(),
            false => answer.problem(),
        };
        *tally.entry(said).or_default() += 1;
    }
    tally
}

fn counted<const N: usize>(of: [(&str, usize); N]) -> HashMap<String, usize> {
    of.into_iter().map(|(said, times)| (said.to_owned(), times)).collect()
}

both! {
    async fn fifty_writers_of_different_records_all_succeed(app: App) {
        let made = join_all((0..50).map(|n| {
            app.post("/v1/projects", json!({"code": format!("P-{n}"), "title": {"en": "Project"}}))
        })).await;
        assert_eq!(tally(&made), counted([("201", 50)]));
        let addresses: Vec<&str> = made.iter().map(|a| a.header("location")).collect();
        let changed = join_all(addresses.iter().map(|a| app.at_version("PATCH", a, "", Some(json!({"acronym": "X"}))))).await;
        assert_eq!(tally(&changed), counted([("200", 50)]));
        // Readers are not in their way, nor they in the readers'.
        let (changed, read) = tokio::join!(
            join_all(addresses.iter().map(|a| app.at_version("PATCH", a, "", Some(json!({"acronym": "Y"}))))),
            join_all((0..20).map(|_| app.get("/v1/projects?limit=2&include_total=true"))),
        );
        assert_eq!(tally(&changed), counted([("200", 50)]));
        assert_eq!(tally(&read), counted([("200", 20)]));
        assert!(read.iter().all(|page| page.json()["total"] == 50));
        let found = app.get("/v1/projects?acronym=Y&include_total=true").await.json();
        assert_eq!(found["total"], 50);
        app.audit().await;
    }
}

both! {
    async fn of_eight_with_one_tag_one_wins(app: App) {
        let address = app.address("project").await;
        for round in 0..20 {
            let tag = app.tag(&address).await;
            let headers = [("if-match", tag.as_str())];
            let answers = join_all((0..8).map(|writer| {
                let patch = json!({"acronym": format!("{round}-{writer}")});
                app.ask("PATCH", &address, &headers, Some(patch))
            })).await;
            assert_eq!(tally(&answers), counted([("200", 1), ("stale_version", 7)]), "round {round}");
            let winner = answers.iter().find(|a| a.status == 200).unwrap();
            let now = app.get(&address).await;
            assert_eq!(now.json(), winner.json(), "what was answered is what is there");
            assert_eq!(now.json()["version"], round + 2);
            for loser in answers.iter().filter(|a| a.status != 200) {
                assert_eq!(loser.header("etag"), now.header("etag"), "round {round}");
            }
        }
        assert_eq!(app.entries_of(address.rsplit('/').next().unwrap()).await.len(), 21);
        app.audit().await;
    }
}

both! {
    async fn of_many_with_one_code_one_is_made(app: App) {
        let organisation = app.organisation("EU").await;
        for (path, body, member) in [
            ("/v1/projects", json!({"code": "ONE", "title": {"en": "One"}}), "code"),
            ("/v1/programmes", json!({"code": "ONE", "name": {"en": "One"}, "kind": "fund"}), "code"),
            ("/v1/funders", json!({"organisation_id": organisation}), "organisation_id"),
        ] {
            let answers = join_all((0..12).map(|_| app.post(path, body.clone()))).await;
            let taken = format!("invalid /{member}:already_taken");
            assert_eq!(tally(&answers), counted([("201", 1), (&taken, 11)]), "{path}");
        }
        // Two records that want the same code by a patch.
        let (a, b) = (app.address("project").await, app.address("project").await);
        let answers = join_all([&a, &b].map(|p| app.at_version("PATCH", p, "", Some(json!({"code": "TWO"}))))).await;
        assert_eq!(tally(&answers), counted([("200", 1), ("invalid /code:already_taken", 1)]));
        app.audit().await;
    }
}

both! {
    async fn parts_steps_and_deletions_of_one_record_take_turns(app: App) {
        let vrs = app.organisation("VRS").await;
        for round in 0..6 {
            let address = app.address("project").await;
            let tag = app.tag(&address).await;
            let headers = [("if-match", tag.as_str())];
            let award = json!({"to": "contracting", "attestations": [{"guard": "award_document", "reason": "Seen"}]});
            let (part, step) = (format!("{address}/participants"), format!("{address}/transitions"));
            let answers = join_all([
                app.ask("POST", &part, &headers, Some(json!({"organisation_id": vrs, "role": "lead"}))),
                app.ask("POST", &step, &headers, Some(award)),
                app.ask("PATCH", &address, &headers, Some(json!({"acronym": "X"}))),
                app.ask("DELETE", &address, &headers, None),
            ]).await;
            let won = answers.iter().filter(|a| a.status.is_success()).count();
            assert_eq!(won, 1, "round {round}: {:?}", tally(&answers));
            assert!(answers.iter().all(|a| a.status.is_success() || [404, 412].contains(&a.status.as_u16())), "{:?}", tally(&answers));
        }
        app.audit().await;
    }
}

both! {
    async fn nobody_comes_to_refer_to_what_is_being_deleted(app: App) {
        for _ in 0..10 {
            let (held, tag) = {
                let address = app.address("project").await;
                let tag = app.tag(&address).await;
                (address, tag)
            };
            let id = held.rsplit('/').next().unwrap();
            let claim = |n: usize| json!({"subject_kind": "project", "subject_id": id, "field": "acronym", "value": format!("{n}"), "source_title": "A page"});
            let headers = [("if-match", tag.as_str())];
            let (gone, claims) = tokio::join!(
                app.ask("DELETE", &held, &headers, None),
                join_all((0..4).map(|n| app.post("/v1/claims", claim(n)))),
            );
            let made = claims.iter().filter(|a| a.status == 201).count();
            match gone.status.as_u16() {
                204 => assert_eq!(made, 0, "{:?}", tally(&claims)),
                409 => assert!(made > 0),
                other => panic!("{other}: {}", gone.text()),
            }
            assert!(claims.iter().all(|a| a.status == 201 || a.problem() == "invalid /subject_id:unknown_reference"), "{:?}", tally(&claims));
        }
        app.audit().await;
    }
}

both! {
    async fn two_moves_at_once_make_no_circle(app: App) {
        for round in 0..10 {
            let (a, b) = (app.organisation("A").await, app.organisation("B").await);
            let under = async |child: &str, parent: &str| {
                let patch = Some(json!({"parent_id": parent}));
                app.at_version("PATCH", &format!("/v1/organisations/{child}"), "", patch).await
            };
            let (one, two) = tokio::join!(under(&a, &b), under(&b, &a));
            let answers = [one, two];
            assert_eq!(answers.iter().filter(|a| a.status == 200).count(), 1, "round {round}: {:?}", tally(&answers));
            let refused = answers.iter().find(|a| a.status != 200).unwrap().problem();
            assert!(["invalid /parent_id:circular", "conflict"].contains(&refused.as_str()), "{refused}");
        }
        app.audit().await;
    }
}

both! {
    async fn rivals_adopted_at_once_leave_one_adopted(app: App) {
        for _ in 0..6 {
            let project = app.record("project").await["id"].clone();
            let mut claims = Vec::new();
            for n in 0..3 {
                let body = json!({"subject_kind": "project", "subject_id": project, "field": "acronym", "value": format!("A{n}"), "source_title": "A page"});
                claims.push(app.create("/v1/claims", body).await);
            }
            let because = json!({"reason": "Because"});
            let answers = join_all(
                claims.iter().map(|claim| app.at_version("POST", claim, "/adoption", Some(because.clone()))),
            )
            .await;
            assert!(answers.iter().all(|a| [200, 409, 412].contains(&a.status.as_u16())), "{:?}", tally(&answers));
            assert!(answers.iter().any(|a| a.status == 200));
            let mut adopted: Vec<Value> = Vec::new();
            for claim in &claims {
                let claim = app.get(claim).await.json();
                if claim["adopted"] == true {
                    adopted.push(claim["value"].clone());
                }
            }
            let held = app.get(&format!("/v1/projects/{}", project.as_str().unwrap())).await.json();
            assert_eq!(adopted, [held["acronym"].clone()]);
        }
        app.audit().await;
    }
}

both! {
    async fn sixteen_writers_leave_a_trail_without_gaps(app: App) {
        let address = app.address("organisation").await;
        join_all((0..16).map(|writer| {
            let address = &address;
            async move {
                for n in 0..5 {
                    app.organisation(&format!("{writer}-{n}")).await;
                    // Some of these are stale, some are refused: neither leaves a hole.
                    app.at_version("PATCH", address, "", Some(json!({"acronym": format!("{writer}-{n}")}))).await;
                    app.post("/v1/organisations", json!({"name": {"en": "X"}, "parent_id": "01932c07-6b80-7000-8000-0000000000ff"})).await.expect(422);
                }
            }
        })).await;
        assert!(app.entries().await.len() >= 16 * 5 + 2);
        app.audit().await;
    }
}
