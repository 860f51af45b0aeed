//! When who is reminded of what: from facts, rules and two days to reminders. Pure: no database, no clock. What was
//! claimed or sent already is not known here.
mod parse;

use super::key::Key;
use chrono::{Datelike, Days, NaiveDate, Weekday};
use entity::vocab::{ObligationKind, ObligationState, Role, Severity};
use std::collections::BTreeMap;
use std::fmt;
use uuid::Uuid;

/// On which days, counted from the due date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum When {
    /// Once, so many days before it.
    DaysBefore(u32),
    OnTheDay,
    /// Again and again after it, until it is met or enough.
    EveryDaysAfter {
        every: u32,
        at_most: u32,
    },
}

/// One rule: who gets it, for what, when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    pub when: When,
    /// Every principal that has one of these roles where the obligation is.
    pub roles: Vec<Role>,
    /// Of these kinds; of any where none is named.
    pub kinds: Vec<ObligationKind>,
    /// As grave as this; however grave where nothing is named.
    pub severities: Vec<Severity>,
}

/// All rules. [`Rules::parse`] reads them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules(pub Vec<Rule>);

/// What is known of an obligation on the day that counts for today.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    pub id: Uuid,
    pub kind: ObligationKind,
    pub severity: Severity,
    /// As it stands today.
    pub state: ObligationState,
    /// The date that counts.
    pub due: Option<NaiveDate>,
}

/// One reminder, to everybody with one of its roles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reminder {
    pub obligation_id: Uuid,
    pub due: NaiveDate,
    pub when: When,
    /// The day for which it was planned: that of the run, or before where it is caught up.
    pub day: NaiveDate,
    pub roles: Vec<Role>,
}

/// One weekly digest, to everybody who gets one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest {
    /// The day for which it was planned.
    pub day: NaiveDate,
}

impl When {
    /// Its name in keys. How often at most is no part of it: who changes that gets nothing twice.
    pub fn name(self) -> String {
        match self {
            Self::DaysBefore(days) => format!("{days}d-before"),
            Self::OnTheDay => "on-the-day".into(),
            Self::EveryDaysAfter { every, .. } => format!("every-{every}d-after"),
        }
    }

    /// Its last day until today. None where there was none yet, or where the calendar ends.
    fn newest(self, due: NaiveDate, today: NaiveDate) -> Option<NaiveDate> {
        let day = match self {
            Self::DaysBefore(days) => due.checked_sub_days(Days::new(days.into())),
            Self::OnTheDay => Some(due),
            Self::EveryDaysAfter { every, at_most } => {
                let late = u64::try_from(today.signed_duration_since(due).num_days()).ok()?;
                let times = late.checked_div(every.into())?.min(at_most.into());
                let days = (times > 0).then(|| times * u64::from(every))?;
                due.checked_add_days(Days::new(days))
            }
        };
        day.filter(|day| *day <= today)
    }
}

/// As rules are written.
impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DaysBefore(days) => write!(f, "{days}d before"),
            Self::OnTheDay => f.write_str("on the day"),
            Self::EveryDaysAfter { every, at_most } => {
                write!(f, "every {every}d after up to {at_most} times")
            }
        }
    }
}

impl Rule {
    fn fits(&self, facts: &Facts) -> bool {
        let named = |any: bool, one: bool| any || one;
        named(self.kinds.is_empty(), self.kinds.contains(&facts.kind))
            && named(self.severities.is_empty(), self.severities.contains(&facts.severity))
    }
}

impl Facts {
    /// The date of what can still be met, and need be.
    fn open(&self) -> Option<NaiveDate> {
        use ObligationState::{
            DueSoon, InsufficientData, Met, MetLate, Overdue, Passed, Superseded, Upcoming, Waived,
        };
        match self.state {
            Overdue | DueSoon | Upcoming => self.due,
            InsufficientData | Met | MetLate | Passed | Superseded | Waived => None,
        }
    }
}

impl Rules {
    /// The last day from which on nothing is told yet: what is due later is left alone.
    pub fn horizon(&self, today: NaiveDate) -> NaiveDate {
        let most = self.0.iter().map(|rule| match rule.when {
            When::DaysBefore(days) => days,
            When::OnTheDay | When::EveryDaysAfter { .. } => 0,
        });
        today.checked_add_days(Days::new(most.max().unwrap_or(0).into())).unwrap_or(NaiveDate::MAX)
    }

    /// Whether a role is told of anything.
    pub fn tell(&self, role: Role) -> bool {
        self.0.iter().any(|rule| rule.roles.contains(&role))
    }
}

impl Reminder {
    pub fn key(&self) -> Key {
        Key::of_reminder(self.obligation_id, self.due, &self.when.name(), self.day)
    }
}

impl Digest {
    pub fn key(&self) -> Key {
        Key::of_digest(self.day)
    }
}

/// The reminders whose day is after `from`, the day of the last run, and not after `today`; none that is older than
/// `oldest` days. Of each rule and obligation the newest only: after an outage nobody gets a heap. The rules of several
/// roles that fall together are one reminder. Ordered by due date.
///
/// Runs whose spans don't overlap never give a key twice. Where the keys are claimed, `from` may as well always lie
/// `oldest` days back: then what was entered or planned anew since is caught up too.
pub fn due_reminders(
    obligations: &[Facts],
    rules: &Rules,
    from: NaiveDate,
    today: NaiveDate,
    oldest: u32,
) -> Vec<Reminder> {
    let first = today.checked_sub_days(Days::new(oldest.into())).unwrap_or(NaiveDate::MIN);
    let mut found: BTreeMap<(NaiveDate, Key), Reminder> = BTreeMap::new();
    for facts in obligations {
        let Some(due) = facts.open() else { continue };
        for rule in rules.0.iter().filter(|rule| rule.fits(facts)) {
            let day = rule.when.newest(due, today).filter(|day| *day > from && *day >= first);
            let Some(day) = day else { continue };
            let one = Reminder { obligation_id: facts.id, due, when: rule.when, day, roles: vec![] };
            let roles = &mut found.entry((due, one.key())).or_insert(one).roles;
            for role in &rule.roles {
                if !roles.contains(role) {
                    roles.push(*role);
                }
            }
        }
    }
    found.into_values().collect()
}

/// Of several reminders of one obligation, a role keeps the one with the latest day: who was away for a month, or has
/// two rules on one day, is told once.
pub fn one_for_each_role(mut reminders: Vec<Reminder>) -> Vec<Reminder> {
    let mut best: BTreeMap<Uuid, Vec<(Role, NaiveDate, When)>> = BTreeMap::new();
    for reminder in &reminders {
        let list = best.entry(reminder.obligation_id).or_default();
        for role in &reminder.roles {
            match list.iter_mut().find(|(known, ..)| known == role) {
                Some(entry) if (entry.1, entry.2) < (reminder.day, reminder.when) => {
                    (entry.1, entry.2) = (reminder.day, reminder.when);
                }
                Some(_) => {}
                None => list.push((*role, reminder.day, reminder.when)),
            }
        }
    }
    for reminder in &mut reminders {
        let (day, when) = (reminder.day, reminder.when);
        let list = best.get(&reminder.obligation_id);
        reminder.roles.retain(|role| list.is_some_and(|list| list.contains(&(*role, day, when))));
    }
    reminders.retain(|reminder| !reminder.roles.is_empty());
    reminders
}

/// The newest weekly digest whose day is after `from` and not after `today`.
pub fn due_digest(weekday: Weekday, from: NaiveDate, today: NaiveDate) -> Option<Digest> {
    let back = today.weekday().days_since(weekday);
    let day = today.checked_sub_days(Days::new(back.into()))?;
    (day > from).then_some(Digest { day })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests;
