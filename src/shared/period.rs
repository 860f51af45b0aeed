//! Periods of calendar days, both ends inclusive, any part of which may be unknown; and the arithmetic of
//! months. Not reporting schedules or deadlines (those are rules of an agreement), and "today" is an
//! argument.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::{check::Faults, dates};

/// The longest duration, in months.
const MAX_MONTHS: u32 = 600;

/// A period of calendar days, both ends inclusive. Any part may be unknown: a start and a number of months,
/// or only an end, is what some sources say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(description = "A period of calendar days, both ends inclusive. Any part may be null: unknown.",
         examples(json!({"start": "2019-11-01", "end": "2021-05-31", "duration_months": 19})))]
pub struct Period {
    /// The first day.
    #[serde(with = "dates::strict_option")]
    #[schema(min_length = 10, max_length = 10, examples("2019-11-01"))]
    pub start: Option<NaiveDate>,
    /// The last day, itself part of the period.
    #[serde(with = "dates::strict_option")]
    #[schema(min_length = 10, max_length = 10, examples("2021-05-31"))]
    pub end: Option<NaiveDate>,
    /// The length in whole months, as a source gives it.
    #[serde(deserialize_with = "duration")]
    #[schema(minimum = 1, maximum = 600, examples(19))]
    pub duration_months: Option<u32>,
}

/// The days of a period, one of them perhaps worked out from the duration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// The first day, if known or derivable.
    pub start: Option<NaiveDate>,
    /// The last day, if known or derivable.
    pub end: Option<NaiveDate>,
    /// Whether one of the two was worked out from the duration.
    pub derived: bool,
}

/// Where a day stands to a period, by its dates alone (the administrative status is another thing).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(examples("ended"))]
pub enum Phase {
    /// Before the first day.
    NotStarted,
    /// Between the first and the last day, both included.
    Running,
    /// After the last day.
    Ended,
    /// The dates known do not tell.
    Unknown,
}

impl Phase {
    /// In the order of time, the unknown one last.
    pub const ALL: [Self; 4] = [Self::NotStarted, Self::Running, Self::Ended, Self::Unknown];

    /// As it is spelled in JSON and in filters.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NotStarted => "not_started",
            Self::Running => "running",
            Self::Ended => "ended",
            Self::Unknown => "unknown",
        }
    }
}

impl Period {
    /// Notes what contradicts itself, at the pointer `at` of this period:
    ///
    /// * `before_start` at `/end`, with `start` and `end`;
    /// * `duration_mismatch` at `/duration_months`, with `months`: the whole months from start to end, or
    ///   null when they are not whole;
    /// * `out_of_range` at `/duration_months` when the day it leads to leaves the years of [`dates::YEARS`].
    pub fn check(&self, at: &str, faults: &mut Faults) {
        if let (Some(start), Some(end)) = (self.start, self.end) {
            if end < start {
                faults.add(format!("{at}/end"), "before_start", json!({"start": start, "end": end}));
            } else if let Some(duration) = self.duration_months {
                let months = months::whole(start, end);
                if months != Some(duration) {
                    faults.add(
                        format!("{at}/duration_months"),
                        "duration_mismatch",
                        json!({"months": months}),
                    );
                }
            }
        } else {
            let Resolved { start, end, derived } = self.resolve();
            let outside = |date: NaiveDate| !dates::is_business_date(&date.to_string());
            if derived && [start, end].into_iter().flatten().any(outside) {
                let years = json!({"first_year": dates::YEARS.start(), "last_year": dates::YEARS.end()});
                faults.add(format!("{at}/duration_months"), "out_of_range", years);
            }
        }
    }

    /// The two ends, the missing one worked out from the duration: the last day is `start + months - 1 day`,
    /// the first is `end + 1 day - months`.
    ///
    /// Because months clamp, several starts may lead to an end (one month to 27 February: from 28 to 31 January);
    /// the first of them is given. Or none does (three months to 30 May: from 28 February they end on 27 May, from
    /// 1 March on 31 May); the last one that does not overshoot is given then.
    #[must_use]
    pub fn resolve(&self) -> Resolved {
        let months = self.duration_months.map(i64::from);
        match (self.start, self.end, months) {
            (Some(start), None, Some(months)) => {
                let end = months::add_months(start, months).pred_opt().unwrap_or(NaiveDate::MIN);
                Resolved { start: Some(start), end: Some(end), derived: true }
            }
            (None, Some(end), Some(months)) => {
                let start = months::add_months(end.succ_opt().unwrap_or(NaiveDate::MAX), -months);
                Resolved { start: Some(start), end: Some(end), derived: true }
            }
            (start, end, _) => Resolved { start, end, derived: false },
        }
    }

    /// Where the day `as_of` stands to this period.
    #[must_use]
    pub fn phase(&self, as_of: NaiveDate) -> Phase {
        let Resolved { start, end, .. } = self.resolve();
        match (start, end) {
            (Some(start), _) if as_of < start => Phase::NotStarted,
            (_, Some(end)) if as_of > end => Phase::Ended,
            (Some(_), Some(_)) => Phase::Running,
            _ => Phase::Unknown,
        }
    }

    /// How many days it has, both ends included; none unless both ends are known or derivable and in order.
    #[must_use]
    pub fn days(&self) -> Option<i64> {
        let Resolved { start, end, .. } = self.resolve();
        let days = end?.signed_duration_since(start?).num_days() + 1;
        (days > 0).then_some(days)
    }
}

fn duration<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    let months = Option::<u32>::deserialize(deserializer)?;
    if months.is_some_and(|months| !(1..=MAX_MONTHS).contains(&months)) {
        return Err(serde::de::Error::custom(format_args!("not a duration of 1 to {MAX_MONTHS} months")));
    }
    Ok(months)
}

/// Arithmetic of months. It always counts from the original anchor: repeating it one month at a time would
/// turn the 31st into the 28th for good.
pub mod months {
    use chrono::{Datelike, Months, NaiveDate};

    /// The same day `n` months later (earlier when negative), or the last day of that month when it has no
    /// such day. Saturates at the ends of the calendar.
    #[must_use]
    pub fn add_months(anchor: NaiveDate, n: i64) -> NaiveDate {
        let count = Months::new(u32::try_from(n.unsigned_abs()).unwrap_or(u32::MAX));
        if n < 0 {
            anchor.checked_sub_months(count).unwrap_or(NaiveDate::MIN)
        } else {
            anchor.checked_add_months(count).unwrap_or(NaiveDate::MAX)
        }
    }

    /// How many months a period has, both ends inclusive, when it has whole ones: `n` such that
    /// `start + n months - 1 day = end`.
    #[must_use]
    pub fn whole(start: NaiveDate, end: NaiveDate) -> Option<u32> {
        let after = end.succ_opt()?;
        let month = |date: NaiveDate| i64::from(date.year()) * 12 + i64::from(date.month0());
        let n = month(after) - month(start);
        (n > 0 && add_months(start, n) == after).then(|| u32::try_from(n).ok()).flatten()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn day(s: &str) -> NaiveDate {
        dates::parse_business_date(s).unwrap()
    }

    fn period(start: &str, end: &str, duration_months: u32) -> Period {
        let date = |s: &str| (!s.is_empty()).then(|| day(s));
        Period {
            start: date(start),
            end: date(end),
            duration_months: Some(duration_months).filter(|n| *n > 0),
        }
    }

    fn faults(period: Period) -> Vec<(String, &'static str, Value)> {
        let mut faults = Faults::default();
        period.check("/planned_period", &mut faults);
        faults.into_vec().into_iter().map(|f| (f.pointer, f.code, Value::from(f.params))).collect()
    }

    #[test]
    fn latbel_is_nineteen_months() {
        let latbel = period("2019-11-01", "2021-05-31", 19);
        assert_eq!(faults(latbel), []);
        assert_eq!(months::whole(day("2019-11-01"), day("2021-05-31")), Some(19));
        assert_eq!(latbel.days(), Some(578));
    }

    #[test]
    fn a_start_and_a_duration_give_the_end() {
        let bomca = period("2021-04-01", "", 54);
        let resolved =
            Resolved { start: Some(day("2021-04-01")), end: Some(day("2025-09-30")), derived: true };
        assert_eq!(bomca.resolve(), resolved);
        assert_eq!(faults(bomca), []);
        assert_eq!(bomca.phase(day("2025-09-30")), Phase::Running);
        assert_eq!(bomca.phase(day("2025-10-01")), Phase::Ended);
        assert_eq!(period("2021-01-31", "", 1).resolve().end, Some(day("2021-02-27")));
    }

    #[test]
    fn an_end_and_a_duration_give_the_start() {
        assert_eq!(period("", "2021-05-31", 19).resolve().start, Some(day("2019-11-01")));
        assert_eq!(period("", "2020-02-29", 1).resolve().start, Some(day("2020-02-01")));
        assert_eq!(
            period("", "2021-05-30", 3).resolve().start,
            Some(day("2021-02-28")),
            "the last that does not overshoot"
        );
        assert!(period("", "2021-05-31", 19).resolve().derived);
        assert!(!period("2019-11-01", "2021-05-31", 19).resolve().derived);
        assert_eq!(period("", "", 19).resolve(), Resolved { start: None, end: None, derived: false });
    }

    #[test]
    fn months_clamp_and_count_from_the_anchor() {
        use months::add_months;
        for (anchor, n, expected) in [
            ("2021-01-31", 1, "2021-02-28"),
            ("2020-01-31", 1, "2020-02-29"),
            ("2021-01-31", 2, "2021-03-31"),
            ("2021-03-31", -1, "2021-02-28"),
            ("2020-02-29", 12, "2021-02-28"),
            ("2020-02-29", 48, "2024-02-29"),
            ("2021-12-15", 1, "2022-01-15"),
            ("2021-06-01", 0, "2021-06-01"),
        ] {
            assert_eq!(add_months(day(anchor), n), day(expected), "{anchor} + {n}");
        }
        assert_eq!(add_months(day("2021-01-01"), i64::MAX), NaiveDate::MAX);
        assert_eq!(add_months(day("2021-01-01"), i64::MIN), NaiveDate::MIN);
    }

    #[test]
    fn an_end_before_the_start_is_one_fault() {
        let params = json!({"start": "2021-01-02", "end": "2021-01-01"});
        let expected = vec![("/planned_period/end".to_owned(), "before_start", params)];
        assert_eq!(faults(period("2021-01-02", "2021-01-01", 0)), expected);
        assert_eq!(faults(period("2021-01-02", "2021-01-01", 3)), expected, "and not a mismatch as well");
        assert_eq!(faults(period("2021-01-01", "2021-01-01", 0)), []);
        assert_eq!(period("2021-01-01", "2021-01-01", 0).days(), Some(1));
        assert_eq!(period("2021-01-02", "2021-01-01", 0).days(), None);
    }

    #[test]
    fn a_duration_that_disagrees_is_a_fault() {
        let mismatch = |months: Value| {
            vec![(
                "/planned_period/duration_months".to_owned(),
                "duration_mismatch",
                json!({"months": months}),
            )]
        };
        assert_eq!(faults(period("2019-11-01", "2021-05-31", 18)), mismatch(json!(19)));
        assert_eq!(faults(period("2019-11-01", "2021-05-30", 19)), mismatch(json!(null)));
        assert_eq!(faults(period("2019-11-01", "2019-11-01", 1)), mismatch(json!(null)));
        assert_eq!(faults(period("2019-11-15", "2021-06-14", 19)), []);
    }

    #[test]
    fn a_duration_may_not_lead_out_of_the_years() {
        let params = json!({"first_year": 1900, "last_year": 2199});
        let expected = vec![("/planned_period/duration_months".to_owned(), "out_of_range", params)];
        assert_eq!(faults(period("2199-12-01", "", 2)), expected);
        assert_eq!(faults(period("", "1900-01-31", 2)), expected);
        assert_eq!(faults(period("2199-12-01", "", 1)), []);
    }

    #[test]
    fn phases_include_both_ends() {
        let latbel = period("2019-11-01", "2021-05-31", 0);
        for (as_of, phase) in [
            ("2019-10-31", Phase::NotStarted),
            ("2019-11-01", Phase::Running),
            ("2021-05-31", Phase::Running),
            ("2021-06-01", Phase::Ended),
        ] {
            assert_eq!(latbel.phase(day(as_of)), phase, "{as_of}");
        }
    }

    #[test]
    fn phases_say_what_the_dates_tell() {
        let at = |period: Period| ["2021-01-01", "2021-06-01", "2021-12-31"].map(|s| period.phase(day(s)));
        use Phase::{Ended, NotStarted, Unknown};
        assert_eq!(at(period("2021-06-01", "", 0)), [NotStarted, Unknown, Unknown]);
        assert_eq!(at(period("", "2021-06-01", 0)), [Unknown, Unknown, Ended]);
        assert_eq!(at(period("", "", 12)), [Unknown; 3]);
        assert_eq!(serde_json::to_value(NotStarted).unwrap(), "not_started");
        assert_eq!(serde_json::from_value::<Phase>(json!("running")).unwrap(), Phase::Running);
        let schema = serde_json::to_value(<Phase as utoipa::PartialSchema>::schema()).unwrap();
        let words: Vec<Phase> = serde_json::from_value(schema["enum"].clone()).unwrap();
        assert_eq!(words, [NotStarted, Phase::Running, Ended, Unknown]);
        assert!(serde_json::from_value::<Phase>(schema["examples"][0].clone()).is_ok());
    }

    #[test]
    fn json_always_has_all_three() {
        for (given, all) in [
            (json!({}), json!({"start": null, "end": null, "duration_months": null})),
            (
                json!({"end": "2021-05-31"}),
                json!({"start": null, "end": "2021-05-31", "duration_months": null}),
            ),
        ] {
            let period: Period = serde_json::from_value(given).unwrap();
            assert_eq!(serde_json::to_value(period).unwrap(), all);
            assert_eq!(serde_json::from_value::<Period>(all).unwrap(), period);
        }
        for no in [
            json!({"start": "2021-02-29"}),
            json!({"start": "2021-2-3"}),
            json!({"start": 1}),
            json!({"duration_months": 0}),
            json!({"duration_months": 601}),
            json!({"duration_months": -1}),
            json!({"duration_months": 1.5}),
            json!({"from": null}),
        ] {
            assert!(serde_json::from_value::<Period>(no.clone()).is_err(), "{no}");
        }
    }

    fn any_day() -> impl Strategy<Value = NaiveDate> {
        (0..90_000i64).prop_map(|n| day("1920-01-01") + chrono::Duration::days(n))
    }

    proptest! {
        #[test]
        fn the_derived_end_agrees_with_the_duration(start in any_day(), n in 1u32..=600) {
            let end = Period { start: Some(start), end: None, duration_months: Some(n) }.resolve().end;
            let whole = Period { start: Some(start), end, duration_months: Some(n) };
            prop_assert_eq!(faults(whole), []);
        }

        #[test]
        fn the_derived_start_is_the_first_that_fits_else_the_last_that_does_not_overshoot(end in any_day(), n in 1u32..=600) {
            let period = Period { start: None, end: Some(end), duration_months: Some(n) };
            let start = period.resolve().start.unwrap();
            let end_from = |start| months::add_months(start, i64::from(n)).pred_opt().unwrap();
            prop_assert!(end_from(start.pred_opt().unwrap()) < end);
            prop_assert!(end_from(start) == end || end_from(start) < end && end < end_from(start.succ_opt().unwrap()));
        }

        #[test]
        fn phases_only_move_forward(start in any_day(), days in 0..20_000i64, as_of in any_day()) {
            let end = Some(start + chrono::Duration::days(days));
            let period = Period { start: Some(start), end, duration_months: None };
            let phases = [Phase::NotStarted, Phase::Running, Phase::Ended];
            let order = |phase| phases.iter().position(|p| *p == phase).unwrap();
            prop_assert!(order(period.phase(as_of)) <= order(period.phase(as_of.succ_opt().unwrap())));
        }
    }
}
