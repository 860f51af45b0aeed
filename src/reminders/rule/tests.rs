//! The days of reminders, and who gets which.
use super::*;
use proptest::prelude::*;
use std::collections::HashSet;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn facts(due: &str) -> Facts {
    Facts {
        id: Uuid::from_u128(1),
        kind: ObligationKind::Duty,
        severity: Severity::Violation,
        state: ObligationState::Upcoming,
        due: Some(day(due)),
    }
}

fn usual() -> Rules {
    Rules::parse("30d before, 7d before, on the day, every 7d after up to 3 times").unwrap()
}

/// The days and rules of the reminders of one obligation.
fn told(facts: &Facts, rules: &Rules, from: &str, today: &str) -> Vec<String> {
    let found = due_reminders(std::slice::from_ref(facts), rules, day(from), day(today), 14);
    let mut found: Vec<String> = found.iter().map(|one| format!("{} {}", one.day, one.when.name())).collect();
    found.sort();
    found
}

#[test]
fn each_day_has_its_reminder() {
    let (one, rules) = (facts("2026-05-31"), usual());
    for (today, expected) in [
        ("2026-04-30", None),
        ("2026-05-01", Some("30d-before")),
        ("2026-05-02", None),
        ("2026-05-24", Some("7d-before")),
        ("2026-05-31", Some("on-the-day")),
        ("2026-06-01", None),
        ("2026-06-07", Some("every-7d-after")),
        ("2026-06-14", Some("every-7d-after")),
        ("2026-06-21", Some("every-7d-after")),
        ("2026-06-28", None),
    ] {
        let from = day(today).pred_opt().unwrap().to_string();
        let expected: Vec<String> = expected.iter().map(|rule| format!("{today} {rule}")).collect();
        assert_eq!(told(&one, &rules, &from, today), expected, "{today}");
        assert!(told(&one, &rules, today, today).is_empty());
    }
}

#[test]
fn after_an_outage_each_rule_tells_once_and_nothing_old() {
    let (one, rules) = (facts("2026-05-31"), usual());
    assert_eq!(
        told(&one, &rules, "2026-05-20", "2026-06-03"),
        ["2026-05-24 7d-before", "2026-05-31 on-the-day"]
    );
    assert_eq!(
        told(&one, &rules, "2026-05-20", "2026-06-15"),
        ["2026-06-14 every-7d-after"],
        "older than 14 days: gone"
    );
    // Of those, a role needs one.
    let all = due_reminders(std::slice::from_ref(&one), &rules, day("2026-05-20"), day("2026-06-03"), 14);
    let [left] = one_for_each_role(all).try_into().unwrap();
    assert_eq!((left.when, left.roles.len()), (When::OnTheDay, 2));
}

#[test]
fn a_role_has_its_own_newest() {
    let rules = Rules::parse("admin: 7d before; admin, contributor: 9d before").unwrap();
    let all = due_reminders(&[facts("2026-05-31")], &rules, day("2026-05-01"), day("2026-05-25"), 14);
    let left: Vec<(When, Vec<Role>)> =
        one_for_each_role(all).into_iter().map(|one| (one.when, one.roles)).collect();
    assert_eq!(
        left,
        [(When::DaysBefore(7), vec![Role::Admin]), (When::DaysBefore(9), vec![Role::Contributor])]
    );
}

#[test]
fn what_is_settled_is_left_alone() {
    use ObligationState::{DueSoon, InsufficientData, Met, MetLate, Overdue, Passed, Superseded, Upcoming};
    let rules = usual();
    let found = |facts: &Facts| told(facts, &rules, "2026-05-30", "2026-05-31").len();
    for (state, expected) in [
        (Upcoming, 1),
        (DueSoon, 1),
        (Overdue, 1),
        (Met, 0),
        (MetLate, 0),
        (Superseded, 0),
        (Passed, 0),
        (InsufficientData, 0),
    ] {
        let one = Facts { state, ..facts("2026-05-31") };
        assert_eq!(found(&one), expected, "{state:?}");
        assert_eq!(found(&Facts { due: None, ..one }), 0, "{state:?}");
    }
}

#[test]
fn rules_are_for_kinds_severities_and_roles() {
    let rules = Rules::parse(
        "admin for window: on the day; finance_officer for violation, warning: on the day; contributor for duty, info: on the day",
    )
    .unwrap();
    let roles = |kind, severity| {
        let one = Facts { kind, severity, ..facts("2026-05-31") };
        let found = due_reminders(&[one], &rules, day("2026-05-30"), day("2026-05-31"), 14);
        // Rules that fall together are one reminder.
        assert!(found.len() <= 1);
        found.into_iter().flat_map(|one| one.roles).collect::<Vec<_>>()
    };
    use ObligationKind::{Duty, Window};
    assert_eq!(roles(Window, Severity::Warning), [Role::Admin, Role::FinanceOfficer]);
    assert_eq!(roles(Window, Severity::Info), [Role::Admin]);
    assert_eq!(roles(Duty, Severity::Violation), [Role::FinanceOfficer]);
    assert_eq!(roles(Duty, Severity::Info), [Role::Contributor]);
}

#[test]
fn another_date_is_another_reminder() {
    let rules = usual();
    let keys = |due| -> Vec<Key> {
        let found = due_reminders(&[facts(due)], &rules, day("2026-05-30"), day("2026-06-07"), 14);
        found.iter().map(Reminder::key).collect()
    };
    let (before, after) = (keys("2026-05-31"), keys("2026-06-07"));
    assert_eq!((before.len(), after.len()), (2, 2));
    assert!(before.iter().all(|key| !after.contains(key)));
}

#[test]
fn a_digest_comes_once_a_week() {
    let due = |from, today| due_digest(Weekday::Mon, day(from), day(today)).map(|one| one.day.to_string());
    assert_eq!(due("2026-11-22", "2026-11-23").as_deref(), Some("2026-11-23"));
    assert_eq!(due("2026-11-23", "2026-11-29"), None);
    // On Monday nothing ran; then once, however long it was.
    assert_eq!(due("2026-11-20", "2026-11-26").as_deref(), Some("2026-11-23"));
    assert_eq!(due("2026-09-01", "2026-11-26").as_deref(), Some("2026-11-23"));
    assert_eq!(due_digest(Weekday::Mon, NaiveDate::MIN, NaiveDate::MIN), None);
}

fn any_day() -> impl Strategy<Value = NaiveDate> {
    let extreme = prop_oneof![Just(NaiveDate::MIN), Just(NaiveDate::MAX)];
    let usual = (-200i64..200).prop_map(|days| day("2026-05-31") + chrono::TimeDelta::days(days));
    prop_oneof![1 => extreme, 6 => usual]
}

fn any_when() -> impl Strategy<Value = When> {
    let days = prop_oneof![0u32..60, Just(u32::MAX)];
    prop_oneof![
        days.clone().prop_map(When::DaysBefore),
        Just(When::OnTheDay),
        (days.clone(), days).prop_map(|(every, at_most)| When::EveryDaysAfter { every, at_most }),
    ]
}

fn any_rules() -> impl Strategy<Value = Rules> {
    let roles = prop_oneof![Just(vec![Role::Admin]), Just(vec![Role::Admin, Role::Contributor])];
    let rule =
        (any_when(), roles).prop_map(|(when, roles)| Rule { when, roles, kinds: vec![], severities: vec![] });
    prop::collection::vec(rule, 1..6).prop_map(Rules)
}

/// Every day of a rule, one after the other: the slow way.
fn days_of(when: When, due: NaiveDate, first: NaiveDate, last: NaiveDate) -> Vec<NaiveDate> {
    let all = first.iter_days().take_while(|day| *day <= last);
    all.filter(|day| {
        let after = day.signed_duration_since(due).num_days();
        match when {
            When::DaysBefore(days) => after == -i64::from(days),
            When::OnTheDay => after == 0,
            When::EveryDaysAfter { every, at_most } => {
                let every = i64::from(every);
                every > 0 && after > 0 && after % every == 0 && after / every <= i64::from(at_most)
            }
        }
    })
    .collect()
}

proptest! {
    #[test]
    fn no_date_is_too_far(due in any_day(), from in any_day(), today in any_day(), rules in any_rules(), oldest: u32) {
        let one = Facts { due: Some(due), ..facts("2026-05-31") };
        let found = due_reminders(&[one], &rules, from, today, oldest);
        prop_assert!(found.len() <= rules.0.len());
        for reminder in &found {
            prop_assert!(from < reminder.day && reminder.day <= today);
        }
        let one_each = one_for_each_role(found.clone());
        prop_assert!(one_each.iter().map(|one| one.roles.len()).sum::<usize>() <= 2);
        prop_assert_eq!(one_each.is_empty(), found.is_empty());
        let _ = due_digest(Weekday::Sun, from, today);
    }

    /// However the days are split into runs, no key comes twice, every key is one of the rule's days, and the newest of
    /// each rule in every span comes. Daily runs miss nothing.
    #[test]
    fn runs_never_repeat_and_never_miss_the_newest(
        due in -60i64..60, rules in any_rules(), cuts in prop::collection::btree_set(1i64..119, 0..20), oldest in 0u32..130,
    ) {
        let start = day("2026-03-01");
        let at = |days: i64| start + chrono::TimeDelta::days(days);
        let due = at(60 + due);
        let one = [Facts { due: Some(due), ..facts("2026-05-31") }];
        let mut seen = HashSet::new();
        let mut from = 0;
        for until in cuts.into_iter().chain([120]) {
            let found = due_reminders(&one, &rules, at(from), at(until), oldest);
            for rule in &rules.0 {
                let first = at((from + 1).max(until - i64::from(oldest)));
                let newest = days_of(rule.when, due, first, at(until)).pop();
                let here = found.iter().filter(|one| one.when.name() == rule.when.name());
                if let Some(newest) = newest {
                    let there = here.clone().any(|one| one.day == newest && rule.roles.iter().all(|role| one.roles.contains(role)));
                    prop_assert!(there, "{:?} on {newest} is missing", rule.when);
                }
            }
            for reminder in found {
                let right = rules.0.iter().any(|rule| {
                    rule.when.name() == reminder.when.name()
                        && days_of(rule.when, due, at(from + 1), at(until)).contains(&reminder.day)
                });
                prop_assert!(right, "{reminder:?}");
                prop_assert!(seen.insert(reminder.key()), "{reminder:?} twice");
            }
            from = until;
        }
        let mut daily = HashSet::new();
        for until in 1..=120 {
            for reminder in due_reminders(&one, &rules, at(until - 1), at(until), 0) {
                prop_assert!(daily.insert(reminder.key()));
            }
        }
        let expected: HashSet<Key> = rules.0.iter().flat_map(|rule| {
            days_of(rule.when, due, at(1), at(120)).into_iter()
                .map(|day| Key::of_reminder(one[0].id, due, &rule.when.name(), day)).collect::<Vec<_>>()
        }).collect();
        prop_assert!(seen.is_subset(&daily));
        prop_assert_eq!(daily, expected);
    }

    #[test]
    fn digests_never_repeat(cuts in prop::collection::btree_set(1i64..119, 0..20)) {
        let at = |days: i64| day("2026-03-01") + chrono::TimeDelta::days(days);
        let (mut from, mut seen) = (0, HashSet::new());
        for until in cuts.into_iter().chain([120]) {
            if let Some(digest) = due_digest(Weekday::Mon, at(from), at(until)) {
                prop_assert!(seen.insert(digest.day) && digest.day.weekday() == Weekday::Mon);
            }
            from = until;
        }
    }
}
