//! Records for tests of lists: a chain of funders that everyone knows, and any number of records of every resource,
//! with values missing and values alike.
use super::App;
use entity::vocab::{
    AgreementStatus, AmendmentKind, AmendmentStatus, ContractSide, EventKind, EventMode, EventState,
    LawfulBasis, OrganisationKind, ProgrammeKind, ProjectStatus, PublicationKind, ReportStatus,
    SuspensionScope, SuspensionStatus, TerminationStatus, Word,
};
use grantline::regimes::ship;
use serde_json::{Value, json};

/// The n-th word of a list, round and round.
fn word<W: Word>(n: usize) -> &'static str {
    W::LIST.terms[n % W::LIST.terms.len()].code
}

/// Nothing is owed under an agreement that never came about.
fn unless_lapsed(status: &str) -> &str {
    if status == AgreementStatus::Lapsed.code() { AgreementStatus::Draft.code() } else { status }
}

fn unless(missing: bool, value: Value) -> Value {
    if missing { Value::Null } else { value }
}

/// EU → ICMPD → VRS: who pays for LATBEL.
pub struct Latbel {
    pub eu: String,
    pub vrs: String,
    pub eu_funder: String,
    pub icmpd_funder: String,
    pub programme: String,
    pub project: String,
    pub agreement: String,
    pub event: String,
    pub publication: String,
}

impl App {
    /// Creates a record and answers its id.
    pub async fn made(&self, path: &str, body: Value) -> String {
        let made = self.post(&format!("/v1/{path}"), body).await.expect(201);
        made["id"].as_str().unwrap().to_owned()
    }

    /// Adds a part to a root.
    pub async fn part(&self, root: &str, below: &str, body: Value) -> Value {
        self.at_version("POST", &format!("/v1/{root}"), &format!("/{below}"), Some(body)).await.expect(201)
    }

    /// The ids that a list answers, in its order; all pages of it.
    pub async fn ids(&self, address: &str) -> Vec<String> {
        self.column(address, "id").await
    }

    /// A member of all records of a list, through all its pages.
    pub async fn column(&self, address: &str, member: &str) -> Vec<String> {
        let (mut found, mut next) = (Vec::new(), Some(address.to_owned()));
        while let Some(address) = next {
            let page = self.get(&address).await.expect(200);
            for item in page["items"].as_array().unwrap() {
                found.push(item[member].as_str().map_or_else(|| item[member].to_string(), str::to_owned));
            }
            assert!(found.len() < 2000, "pages without end: {address}");
            next = page["next"].as_str().map(str::to_owned);
        }
        found
    }

    pub async fn latbel(&self) -> Latbel {
        let organisation = async |name: Value, acronym: &str| {
            self.made("organisations", json!({"name": name, "acronym": acronym, "country": "LV"})).await
        };
        let eu = organisation(json!({"en": "European Union", "lv": "Eiropas Savienība"}), "EU").await;
        let icmpd = organisation(json!({"en": "ICMPD"}), "ICMPD").await;
        let vrs =
            organisation(json!({"lv": "Valsts robežsardze", "ru": "Государственная погранохрана"}), "VRS")
                .await;
        let eu_funder = self.made("funders", json!({"organisation_id": eu})).await;
        let icmpd_funder = self.made("funders", json!({"organisation_id": icmpd})).await;
        let programme = self
            .made(
                "programmes",
                json!({"code": "MPF", "kind": "facility", "funder_id": eu_funder,
                "name": {"en": "Migration Partnership Facility"}}),
            )
            .await;
        let project = self
            .made("projects", json!({"code": "LATBEL", "acronym": "LatBel", "lead_organisation_id": vrs,
                "title": {"lv": "Robežšķērsošanas incidentu izmeklēšana", "en": "Joint investigation 100%_real", "ru": "Ёлки и Йод"},
                "planned_period": {"start": "2019-11-01", "end": "2021-05-31"},
                "countries": [{"country": "LV"}, {"country": "BY"}], "tags": ["Robeža", "Ēnas [1]*?"],
                "identifiers": [{"scheme": "icmpd-grant", "value": "ICMPD/2019/MPF-295-005"}]}))
            .await;
        let agreement = self
            .made(
                "grant-agreements",
                json!({"reference": "ICMPD/2019/MPF–295–005", "programme_id": programme,
                "funder_id": icmpd_funder, "currency": "EUR", "form": "actual_costs",
                "maximum_grant": {"amount": "494813.32", "currency": "EUR"},
                "implementation_period": {"start": "2019-11-01", "duration_months": 19}}),
            )
            .await;
        let root = format!("grant-agreements/{agreement}");
        self.part(&root, "project-links", json!({"project_id": project})).await;
        self.part(&root, "parties", json!({"organisation_id": vrs, "role": "coordinator"})).await;
        for (position, payer, recipient) in [(1, &eu, &icmpd), (2, &icmpd, &vrs)] {
            let hop = json!({"position": position, "payer_id": payer, "recipient_id": recipient});
            self.part(&root, "funding-chain", hop).await;
        }
        let event = self
            .made(
                "events",
                json!({"title": {"en": "Online meeting"}, "kind": word::<EventKind>(0), "mode": "online",
                "state": word::<EventState>(0), "starts": "2021-02-19"}),
            )
            .await;
        self.part(&format!("events/{event}"), "links", json!({"project_id": project})).await;
        self.part(
            &format!("events/{event}"),
            "organisations",
            json!({"organisation_id": vrs, "role": "organiser"}),
        )
        .await;
        let publication = self
            .made(
                "publications",
                json!({"kind": "web_article", "title": {"lv": "Tiešsaistes sanāksme"}, "language": "lv"}),
            )
            .await;
        self.part(&format!("publications/{publication}"), "links", json!({"event_id": event})).await;
        self.part(&format!("publications/{publication}"), "links", json!({"project_id": project})).await;
        Latbel { eu, vrs, eu_funder, icmpd_funder, programme, project, agreement, event, publication }
    }

    async fn batch(&self, path: &str, items: Vec<Value>) -> Vec<String> {
        let made = self.post(&format!("/v1/{path}/batch"), json!({"items": items})).await.expect(201);
        made["items"].as_array().unwrap().iter().map(|r| r["id"].as_str().unwrap().to_owned()).collect()
    }

    /// A regime that asks for one thing: the id of its record.
    pub async fn little_regime(&self) -> Value {
        ship(&self.state).await.unwrap();
        let mut regime = self.get("/v1/regimes/eu-prag-icmpd-mpf").await.expect(200)["document"].clone();
        regime["id"] = json!("asks-for-one-thing");
        regime["reporting"]["obligations"] = json!([regime["reporting"]["obligations"][1]]);
        regime["rules"] = json!([{"rule": "A01", "severity": "info"}]);
        self.post("/v1/regimes", regime).await.json()["record_id"].clone()
    }

    /// `count` records of every resource, each linked to neighbours of every kind. `series` keeps codes apart.
    pub async fn seed(&self, series: &str, count: usize) {
        let regime = self.little_regime().await;
        let each = |make: &dyn Fn(usize) -> Value| -> Vec<Value> { (0..count).map(make).collect() };
        let date = |n: usize| json!(format!("20{:02}-0{}-15", 15 + n % 4, 1 + n % 3));
        let organisations = self
            .batch("organisations", each(&|n| json!({"name": {"en": format!("Office {}", n / 2)},
                "acronym": unless(n % 3 == 0, json!(format!("A{}", n % 5))), "kind": word::<OrganisationKind>(n),
                "country": unless(n % 4 == 0, json!(["LV", "LT"][n % 2]))})))
            .await;
        let funders = self
            .batch(
                "funders",
                each(&|n| json!({"organisation_id": organisations[n], "notes": {"en": "A note"}})),
            )
            .await;
        let programmes = self
            .batch(
                "programmes",
                each(&|n| {
                    json!({"code": format!("{series}-{n}"), "kind": word::<ProgrammeKind>(n),
                "name": {"en": format!("Programme {}", n % 3)}, "funder_id": funders[n],
                "managing_organisation_id": organisations[n],
                "period": {"start": unless(n % 2 == 0, date(n)), "end": null}})
                }),
            )
            .await;
        let projects = self
            .batch("projects", each(&|n| json!({"code": format!("{series}-{n}"),
                "title": {"lv": (["Āda", "Ada", "Žanis", "zanis"][n % 4]), "en": "Title"},
                "acronym": unless(n % 3 == 1, json!(format!("a{}", n % 2))),
                "lead_organisation_id": organisations[n],
                "planned_period": {"start": unless(n % 3 == 0, date(n)), "end": unless(n % 5 == 0, json!("2024-12-31"))},
                "countries": if n % 4 == 0 { json!([]) } else { json!([{"country": "LV"}, {"country": (["BY", "LT"][n % 2])}]) },
                "tags": if n % 3 == 0 { json!([]) } else { json!(["border", "Visas"]) },
                "sectors": [{"vocabulary": "oecd_dac_5", "code": format!("1513{}", n % 3)}],
                "opening": {"status": word::<ProjectStatus>(n), "effective_on": unless(n % 2 == 0, date(n))}})))
            .await;
        let agreements = self
            .batch("grant-agreements", each(&|n| json!({
                "reference": unless(n % 3 == 2, json!(format!("{series}/{}", n % 4))),
                "programme_id": programmes[n], "funder_id": funders[n], "regime_id": regime,
                "currency": unless(n % 4 == 1, json!(["EUR", "USD"][n % 2])),
                "maximum_grant": unless(n % 4 == 1, json!({"amount": format!("{}.50", 1000 * n), "currency": (["EUR", "USD"][n % 2])})),
                "implementation_period": {"start": unless(n % 3 == 0, date(n)), "duration_months": unless(n % 3 == 0, json!(12))},
                "opening": {"status": unless_lapsed(word::<AgreementStatus>(n))}})))
            .await;
        self.batch(
            "amendments",
            each(&|n| {
                json!({"grant_agreement_id": agreements[n], "number": unless(n % 3 == 0, json!(format!("{}", n % 4))),
            "kind": word::<AmendmentKind>(n), "case": unless(n % 2 == 0, json!("other")), "requested_on": unless(n % 4 == 0, date(n)),
            "opening": {"status": word::<AmendmentStatus>(n)}})
            }),
        )
        .await;
        self.batch(
            "suspensions",
            each(&|n| {
                json!({"grant_agreement_id": agreements[n], "scope": word::<SuspensionScope>(n), "by": word::<ContractSide>(n),
            "from": date(n), "opening": {"status": word::<SuspensionStatus>(n)}})
            }),
        )
        .await;
        self.batch(
            "terminations",
            each(&|n| {
                json!({"grant_agreement_id": agreements[n], "by": word::<ContractSide>(n),
            "notified_on": unless(n % 3 == 0, date(n)), "opening": {"status": word::<TerminationStatus>(n)}})
            }),
        )
        .await;
        self.batch(
            "reports",
            each(&|n| {
                json!({"grant_agreement_id": agreements[n], "kind": (["interim_report", "final_report"][n % 2]),
            "period": {"start": unless(n % 3 == 0, date(n)), "end": null}, "opening": {"status": word::<ReportStatus>(n)}})
            }),
        )
        .await;
        self.batch(
            "waivers",
            each(&|n| {
                json!({"grant_agreement_id": agreements[n], "finding": format!("B01:agreement:{n}"), "reason": {"en": "Agreed"},
            "until": unless(n % 3 == 0, date(n)), "opening": {"status": (["requested", "acknowledged", "refused"][n % 3])}})
            }),
        )
        .await;
        let events = self
            .batch("events", each(&|n| json!({"title": {"en": format!("Meeting {}", n % 3)}, "kind": word::<EventKind>(n),
                "mode": word::<EventMode>(n), "state": word::<EventState>(n), "starts": unless(n % 4 == 0, date(n))})))
            .await;
        let publications = self
            .batch(
                "publications",
                each(&|n| {
                    json!({"kind": word::<PublicationKind>(n),
                "title": {"en": format!("Article {}", n % 3)}, "language": unless(n % 2 == 0, json!("lv")),
                "published_on": unless(n % 3 == 0, date(n))})
                }),
            )
            .await;
        self.batch(
            "documents",
            each(&|n| {
                json!({"title": {"en": format!("Paper {}", n % 3)}, "kind": (["agenda", "minutes"][n % 2]),
            "language": unless(n % 2 == 0, json!("lv")), "dated_on": unless(n % 3 == 0, date(n)),
            "contains_personal_data": n % 4 == 0})
            }),
        )
        .await;
        self.batch(
            "persons",
            each(&|n| {
                json!({"name": format!("Jane Example {}", n % 3), "purpose": "A contact",
            "lawful_basis": word::<LawfulBasis>(n), "organisation_id": organisations[n]})
            }),
        )
        .await;
        self.batch(
            "claims",
            each(&|n| {
                json!({"subject_kind": "project", "subject_id": projects[n],
            "field": (["title", "status"][n % 2]), "as_printed": "As a page has it", "source_title": "A page",
            "source_retrieved_on": unless(n % 3 == 0, date(n))})
            }),
        )
        .await;
        // Roots are new, so that their versions are known without being read.
        let link = async |root: String, version: usize, below: &str, body: Value| {
            let address = format!("/v1/{root}/{below}");
            self.ask("POST", &address, &[("if-match", &format!("\"{version}\""))], Some(body))
                .await
                .expect(201);
        };
        for n in 0..count {
            let to_project = json!({"project_id": projects[n]});
            link(format!("grant-agreements/{}", agreements[n]), 1, "project-links", to_project.clone()).await;
            link(format!("events/{}", events[n]), 1, "links", to_project.clone()).await;
            link(format!("publications/{}", publications[n]), 1, "links", to_project).await;
            link(format!("publications/{}", publications[n]), 2, "links", json!({"event_id": events[n]}))
                .await;
        }
    }
}
