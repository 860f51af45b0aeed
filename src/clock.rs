//! Time and ids as arguments: the only place that reads the system clock. Not for calendars or deadlines.
use chrono::{DateTime, NaiveDate, SubsecRound, TimeDelta, Utc};
use chrono_tz::Tz;
use std::sync::Mutex;
use uuid::{ContextV7, Timestamp, Uuid};

/// Where the present comes from.
pub trait Clock: Send + Sync {
    /// The time now, cut to whole microseconds: PostgreSQL keeps no more, and a value must come back as it went in.
    fn now(&self) -> DateTime<Utc>;
}

/// The clock of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the time may be read")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(6)
    }
}

/// A clock that stands where it was put: for tests of deadlines and for repeatable data.
#[derive(Debug)]
pub struct FixedClock(Mutex<DateTime<Utc>>);

impl FixedClock {
    /// A clock standing at `at`, cut to microseconds.
    pub fn new(at: DateTime<Utc>) -> Self {
        Self(Mutex::new(at.trunc_subsecs(6)))
    }

    /// Moves the clock to `at`, backwards too.
    pub fn set(&self, at: DateTime<Utc>) {
        *self.hand() = at.trunc_subsecs(6);
    }

    /// Moves the clock on by `by`. A step beyond what a date can hold leaves it where it is.
    pub fn advance(&self, by: TimeDelta) {
        let mut hand = self.hand();
        if let Some(next) = hand.checked_add_signed(by) {
            *hand = next.trunc_subsecs(6);
        }
    }

    fn hand(&self) -> std::sync::MutexGuard<'_, DateTime<Utc>> {
        // A panic elsewhere cannot leave a date half written.
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Clock for FixedClock {
    fn now(&self) -> DateTime<Utc> {
        *self.hand()
    }
}

/// Counts within a millisecond.
static COUNTER: Mutex<ContextV7> = Mutex::new(ContextV7::new());

/// A UUIDv7 (RFC 9562, section 5.7) of that moment. Those of one process sort in the order in which they were made,
/// also within a moment and when the clock goes back: parts and batches keep their order. Moments before 1970 count
/// as 1970.
pub fn new_id(now: DateTime<Utc>) -> Uuid {
    counted_id(now, &COUNTER.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
}

fn counted_id(now: DateTime<Utc>, counter: &ContextV7) -> Uuid {
    let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
    Uuid::new_v7(Timestamp::from_unix(counter, seconds, now.timestamp_subsec_nanos()))
}

/// The calendar day of that moment in `zone`: the day a business rule calls "today".
pub fn today(now: DateTime<Utc>, zone: Tz) -> NaiveDate {
    now.with_timezone(&zone).date_naive()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn clocks_give_whole_microseconds() {
        assert_eq!(SystemClock.now().timestamp_subsec_nanos() % 1000, 0);
        let clock = FixedClock::new(at("2026-03-01T10:00:00.123456789Z"));
        assert_eq!(clock.now(), at("2026-03-01T10:00:00.123456Z"));
        clock.advance(TimeDelta::nanoseconds(1500));
        assert_eq!(clock.now(), at("2026-03-01T10:00:00.123457Z"));
        clock.set(at("2020-02-29T00:00:00Z"));
        assert_eq!(clock.now(), at("2020-02-29T00:00:00Z"));
        clock.advance(TimeDelta::MAX);
        assert_eq!(clock.now(), at("2020-02-29T00:00:00Z"), "a date cannot run off the calendar");
    }

    #[test]
    fn ids_sort_by_creation_and_differ() {
        let counter = ContextV7::new();
        assert_eq!(counted_id(at("1950-01-01T00:00:00Z"), &counter).get_timestamp().unwrap().to_unix().0, 0);
        let first = counted_id(at("2026-03-01T10:00:00.001Z"), &counter);
        assert_eq!(first.get_version_num(), 7);
        assert_eq!(first.get_timestamp().unwrap().to_unix(), (1_772_359_200, 1_000_000));
        let moments = ["10:00:00.001", "10:00:00.001", "10:00:00.002", "10:00:00.001", "10:00:00.003"];
        let mut last = first;
        for moment in moments {
            let next = counted_id(at(&format!("2026-03-01T{moment}Z")), &counter);
            assert!(last < next, "{last} {next}");
            last = next;
        }
    }

    #[test]
    fn today_depends_on_the_zone() {
        let moment = at("2026-06-30T21:30:00Z");
        assert_eq!(today(moment, chrono_tz::Europe::Riga).to_string(), "2026-07-01");
        assert_eq!(today(moment, Tz::UTC).to_string(), "2026-06-30");
    }
}
