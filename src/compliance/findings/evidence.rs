//! What proves that events took place: documents and publications about them, and which of their days have a list. Pure;
//! the rows come from `gather`.
use crate::compliance::rules::facts::{Event, Evidence, Report};
use chrono::NaiveDate;

/// Kinds of documents that list who was there, on the day that they bear.
const LISTS: [&str; 2] = ["signed_participant_list", "connection_log"];
/// What a publication about an event is, as evidence.
pub const PUBLICATION: &str = "publication_link";

/// Tells an event what proves it, and whether a report that was submitted covers it.
pub fn prove(event: &mut Event, evidence: &[Evidence], reports: &[Report], as_of: NaiveDate) {
    let one_day = event.start.filter(|start| event.end.is_none_or(|end| end == *start));
    let lists = evidence.iter().filter(|one| LISTS.contains(&one.kind.as_str()));
    // A list without a day is of the only day that there is.
    let mut days: Vec<NaiveDate> = lists.filter_map(|one| one.captured_on.or(one_day)).collect();
    days.sort_unstable();
    days.dedup();
    event.listed_days = Some(days);
    event.evidence = Some(evidence.to_vec());
    let covers = |report: &Report| {
        let submitted = report.submitted_on.is_some_and(|on| on <= as_of);
        let period = report.narrative_period.zip(event.start);
        submitted && period.is_some_and(|((from, to), start)| (from..=to).contains(&start))
    };
    event.reported = reports.iter().any(covers);
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn paper(kind: &str, on: Option<&str>) -> Evidence {
        Evidence { kind: kind.into(), captured_on: on.map(day) }
    }

    #[test]
    fn lists_are_of_their_days() {
        let papers = [
            paper("signed_participant_list", None),
            paper("connection_log", Some("2026-03-02")),
            paper("agenda", Some("2026-03-03")),
        ];
        let mut event = Event { start: Some(day("2026-03-01")), ..Event::default() };
        prove(&mut event, &papers, &[], day("2026-04-01"));
        assert_eq!(event.listed_days, Some(vec![day("2026-03-01"), day("2026-03-02")]));
        event.end = Some(day("2026-03-02"));
        prove(&mut event, &papers, &[], day("2026-04-01"));
        assert_eq!(event.listed_days, Some(vec![day("2026-03-02")]), "which day is not known");
        assert_eq!(event.evidence.unwrap().len(), 3);
    }

    #[test]
    fn a_report_covers_the_events_of_its_period_once_it_is_submitted() {
        let report = |submitted: Option<&str>| Report {
            submitted_on: submitted.map(day),
            narrative_period: Some((day("2026-01-01"), day("2026-06-30"))),
            ..Report::default()
        };
        for (start, submitted, expected) in [
            ("2026-01-01", Some("2026-08-01"), true),
            ("2026-06-30", Some("2026-08-01"), true),
            ("2026-07-01", Some("2026-08-01"), false),
            ("2026-03-01", Some("2026-08-02"), false),
            ("2026-03-01", None, false),
        ] {
            let mut event = Event { start: Some(day(start)), ..Event::default() };
            prove(&mut event, &[], &[report(submitted)], day("2026-08-01"));
            assert_eq!(event.reported, expected, "{start} {submitted:?}");
        }
    }
}
