//! Agreements with everything on them, by design and by chance.
use super::{agreement, day, terms};
use crate::compliance::rules::evaluate;
use crate::compliance::rules::facts::*;
use crate::compliance::rules::parameters::Parameters;
use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use rust_decimal::Decimal;
use std::sync::LazyLock;

const WORDS: [&str; 12] = [
    "final_report",
    "interim_report",
    "audit",
    "seminar",
    "online",
    "web_article",
    "en",
    "lv",
    "implementation",
    "agenda",
    "finansē Eiropas Savienība. Par saturu atbild Piemēra iestāde",
    "",
];

/// A source of values that is exhausted slowly and then repeats itself.
struct Chance<'a> {
    seeds: &'a [u64],
    at: usize,
}

impl Chance<'_> {
    fn next(&mut self) -> u64 {
        self.at += 1;
        self.seeds[self.at % self.seeds.len()].wrapping_mul(self.at as u64 | 1)
    }

    fn flag(&mut self) -> bool {
        self.next().is_multiple_of(2)
    }

    fn maybe<T>(&mut self, value: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (!self.next().is_multiple_of(5)).then(|| value(self))
    }

    /// Mostly a day around the agreement's, sometimes one at the ends of what a calendar knows.
    fn date(&mut self) -> NaiveDate {
        match self.next() % 24 {
            0 => NaiveDate::MIN,
            1 => NaiveDate::MAX,
            2 => day("9999-12-31"),
            3 => day("1900-01-01"),
            4 => day("2199-12-31"),
            5 => day("2024-02-29"),
            _ => day("2019-01-01") + Days::new(self.next() % 1500),
        }
    }

    fn amount(&mut self) -> Decimal {
        match self.next() % 6 {
            0 => Decimal::MAX,
            1 => Decimal::MIN,
            2 => Decimal::ZERO,
            _ => Decimal::new((self.next() % 10_000_000) as i64, 2),
        }
    }

    fn word(&mut self) -> String {
        WORDS[(self.next() % WORDS.len() as u64) as usize].to_owned()
    }

    fn day(&mut self) -> Option<NaiveDate> {
        self.maybe(Self::date)
    }

    fn some<T>(&mut self, mut value: impl FnMut(&mut Self, String) -> T) -> Vec<T> {
        (0..self.next() % 4).map(|n| value(self, format!("r{n}"))).collect()
    }
}

fn agreement_by(c: &mut Chance) -> AgreementFacts {
    AgreementFacts {
        reference: c.maybe(Chance::word),
        start: c.day(),
        end: c.day(),
        max_grant: c.maybe(Chance::amount),
        balance_settled_on: c.day(),
        records_destroyed_on: c.day(),
        own_schedule: c.flag(),
        holds: c.some(|c, id| Hold { id, kind: "audit".into(), closed_on: c.day() }),
        suspensions: c.some(|c, id| Suspension {
            id,
            from: c.day(),
            to: c.day(),
            total: c.maybe(Chance::flag),
            extends_end: c.maybe(Chance::flag),
            applied: c.maybe(Chance::flag),
        }),
        amendments: c.some(|c, id| Amendment {
            id,
            kind: if c.flag() { AmendmentKind::Addendum } else { AmendmentKind::Notification },
            status: if c.flag() { AmendmentStatus::InForce } else { AmendmentStatus::Pending },
            changes: vec![c.word()],
            requested_on: c.day(),
            received_on: c.day(),
            effective_on: c.day(),
            last_signed_on: c.day(),
            end: c.maybe(|c| Change { old: c.date(), new: c.date() }),
            max_grant: c.maybe(|c| Change { old: c.amount(), new: c.amount() }),
        }),
        projects: c.some(|c, id| Project { id, code: None, status: c.maybe(Chance::word) }),
        periods: c.some(|c, id| ReportingPeriod { id, start: c.day(), end: c.day() }),
        obligations: c.some(|c, id| Obligation {
            id,
            entry: Some(if c.flag() { "interim".into() } else { "final".into() }),
            kind: c.word(),
            anchor_on: c.day(),
            due_on: c.day(),
            met_on: c.day(),
            waived: c.flag(),
            superseded: c.flag(),
        }),
        reports: c.some(|c, id| Report {
            id,
            kind: c.word(),
            submitted_on: c.day(),
            narrative_period: c.maybe(|c| (c.date(), c.date())),
            financial_period: c.maybe(|c| (c.date(), c.date())),
            lines: c.some(|c, code| ReportLine {
                code,
                units: c.maybe(Chance::amount),
                unit_value: c.maybe(Chance::amount),
                total: c.maybe(Chance::amount),
                declared: c.maybe(Chance::amount),
                cumulative_before: c.maybe(Chance::amount),
                cumulative: c.maybe(Chance::amount),
            }),
            total: c.maybe(Chance::amount),
            ledger_total: c.maybe(Chance::amount),
            reconciled: c.maybe(Chance::amount),
        }),
        partner_reports: c.some(|c, id| PartnerReport {
            id,
            period_end: c.day(),
            submitted_on: c.day(),
            controlled_on: c.day(),
            project_report_on: c.day(),
        }),
        information_requests: c.some(|c, id| InformationRequest {
            id,
            received_on: c.day(),
            answered_on: c.day(),
        }),
        deliverables: c.some(|c, id| Deliverable {
            id,
            due_month: c.maybe(|c| c.next() as u32),
            due_on: c.day(),
            done_on: c.day(),
        }),
        expenditures: c.some(|c, id| Expenditure {
            id,
            kind: c.maybe(Chance::word),
            incurred_from: c.day(),
            incurred_to: c.day(),
            paid_on: c.day(),
            amount: c.maybe(Chance::amount),
            listed_as_pending: c.maybe(Chance::flag),
        }),
        events: c.some(event_by),
        publications: c.some(publication_by),
        erasure_requests: c.some(|c, id| ErasureRequest {
            id,
            received_on: c.day(),
            answered_on: c.day(),
            items: c.some(|c, name| ErasureItem {
                name,
                class: if c.flag() { DataClass::AuditEvidence } else { DataClass::ConsentBased },
                carried_out: c.maybe(Chance::flag),
            }),
        }),
        assets: c.some(|c, id| Asset {
            id,
            unit_price: c.maybe(Chance::amount),
            transfer_proof: c.maybe(Chance::flag),
        }),
        ..agreement()
    }
}

fn event_by(c: &mut Chance, id: String) -> Event {
    Event {
        id,
        kind: c.word(),
        mode: c.maybe(Chance::word),
        state: c.maybe(|c| if c.flag() { EventState::Held } else { EventState::Planned }),
        start: c.day(),
        end: c.day(),
        evidence: c.maybe(|c| c.some(|c, _| Evidence { kind: c.word(), captured_on: c.day() })),
        listed_days: c.maybe(|c| c.some(|c, _| c.date())),
        paid: c.some(|c, what| PaidQuantity {
            what,
            paid_for: c.maybe(|c| c.next() as u32),
            registered: c.maybe(|c| c.next() as u32),
            unit: c.maybe(Chance::amount),
        }),
        fields: c
            .maybe(|c| c.some(|c, name| PersonalField { name, purpose: c.maybe(Chance::word), basis: None })),
        reported: c.flag(),
    }
}

fn publication_by(c: &mut Chance, id: String) -> Publication {
    Publication {
        elements: None,
        id,
        channel: c.maybe(Chance::word),
        language: c.maybe(Chance::word),
        text: c.maybe(|c| (0..c.next() % 30).map(|_| c.word() + " ").collect()),
        emblem: c.maybe(Chance::flag),
        derogations: c.some(|_, _| "emblem".into()),
        legal_page: c.maybe(Chance::flag),
    }
}

/// One with 10 periods, 50 events and 20 publications.
pub fn large() -> AgreementFacts {
    let seeds: Vec<u64> =
        (1..4000_u64).map(|n| n.wrapping_mul(6_364_136_223_846_793_005).rotate_left(17)).collect();
    let c = &mut Chance { seeds: &seeds, at: 0 };
    let id = |n: usize| format!("{n:03}");
    let mut facts = agreement_by(c);
    (facts.start, facts.end) = (super::on("2019-11-01"), super::on("2021-05-31"));
    facts.periods = (0..10).map(|n| ReportingPeriod { id: id(n), start: c.day(), end: c.day() }).collect();
    facts.events = (0..50).map(|n| event_by(c, id(n))).collect();
    facts.publications = (0..20).map(|n| publication_by(c, id(n))).collect();
    facts
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn nothing_panics_and_every_pass_has_what_it_needs(
        seeds in proptest::collection::vec(any::<u64>(), 50..400), days in 0..4000_u64,
    ) {
        let facts = agreement_by(&mut Chance { seeds: &seeds, at: 0 });
        static TERMS: LazyLock<Parameters> = LazyLock::new(terms);
        let as_of = day("2018-01-01") + Days::new(days);
        for as_of in [as_of, NaiveDate::MAX, NaiveDate::MIN] {
            for finding in evaluate(&facts, &TERMS, as_of) {
                if finding.result == crate::compliance::rules::Outcome::Pass {
                    prop_assert!(finding.missing.is_empty(), "{} passes without {:?}", finding.about, finding.missing);
                }
                prop_assert!(finding.about.starts_with(finding.rule));
            }
        }
    }
}
