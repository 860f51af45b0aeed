//! Lists of public holidays by name, as data with its sources (see the heads of the files). Not which list a regime
//! uses, and not weekends.
use chrono::{Datelike, NaiveDate};
use std::sync::LazyLock;

/// The lists there are.
pub const LISTS: [&str; 2] = ["eu-institutions", "latvia"];

static EU_INSTITUTIONS: LazyLock<Holidays> =
    LazyLock::new(|| Holidays::read(LISTS[0], include_str!("holidays/eu-institutions.csv")));
static LATVIA: LazyLock<Holidays> =
    LazyLock::new(|| Holidays::read(LISTS[1], include_str!("holidays/latvia.csv")));

/// A public holiday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holiday {
    pub date: NaiveDate,
    /// Whether it was read in a published list. Otherwise the pattern of other years was carried over.
    pub found: bool,
    pub lv: &'static str,
    pub en: &'static str,
}

/// A list of holidays, whole for each year from the first to the last.
#[derive(Debug)]
pub struct Holidays {
    pub name: &'static str,
    pub first_year: i32,
    pub last_year: i32,
    days: Vec<Holiday>,
}

/// The list of that name.
pub fn list(name: &str) -> Option<&'static Holidays> {
    match name {
        "eu-institutions" => Some(&EU_INSTITUTIONS),
        "latvia" => Some(&LATVIA),
        _ => None,
    }
}

impl Holidays {
    fn read(name: &'static str, text: &'static str) -> Self {
        let mut days: Vec<Holiday> = entries(text).filter_map(holiday).collect();
        days.sort_by_key(|day| day.date);
        let year = |day: Option<&Holiday>| day.map_or(0, |day| day.date.year());
        Self { name, first_year: year(days.first()), last_year: year(days.last()), days }
    }

    /// The holiday on a day, if it is one.
    pub fn on(&self, date: NaiveDate) -> Option<Holiday> {
        self.days.binary_search_by_key(&date, |day| day.date).ok().map(|at| self.days[at])
    }

    /// Whether the list says anything about the year of a day.
    pub fn reaches(&self, date: NaiveDate) -> bool {
        (self.first_year..=self.last_year).contains(&date.year())
    }

    /// All of them, in order.
    pub fn days(&self) -> &[Holiday] {
        &self.days
    }
}

fn entries(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// `2024-05-01;found;Darba svētki;Labour Day`.
fn holiday(line: &'static str) -> Option<Holiday> {
    let mut parts = line.splitn(4, ';');
    let date = parts.next()?.parse().ok()?;
    let found = match parts.next()? {
        "found" => true,
        "memory" => false,
        _ => return None,
    };
    Some(Holiday { date, found, lv: parts.next()?, en: parts.next()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_read_once_and_every_year_is_there() {
        for (name, text) in [
            ("eu-institutions", include_str!("holidays/eu-institutions.csv")),
            ("latvia", include_str!("holidays/latvia.csv")),
        ] {
            let list = list(name).expect("a list");
            assert_eq!((list.name, list.first_year, list.last_year), (name, 2014, 2035));
            assert_eq!(list.days.len(), entries(text).count(), "{name}: a line that can't be read");
            assert!(list.days.windows(2).all(|pair| pair[0].date < pair[1].date), "{name}: a day twice");
            assert!(list.days.iter().all(|day| !day.lv.is_empty() && !day.en.is_empty()));
            for year in 2014..=2035 {
                let count = list.days.iter().filter(|day| day.date.year() == year).count();
                assert!((15..=22).contains(&count), "{name} {year}: {count}");
            }
        }
        assert!(LISTS.iter().all(|name| list(name).is_some()));
        assert!(list("us-federal").is_none());
    }

    #[test]
    fn published_days_are_there() {
        let name = |list_name: &str, date: &str| {
            let date = date.parse().expect("a date");
            list(list_name).and_then(|list| list.on(date)).map(|day| (day.en, day.found))
        };
        // The list of 2023 and that of 2014.
        assert_eq!(name("eu-institutions", "2023-04-06"), Some(("Maundy Thursday", true)));
        assert_eq!(name("eu-institutions", "2023-05-19"), Some(("Day after Ascension Day", true)));
        assert_eq!(name("eu-institutions", "2014-06-09"), Some(("Whit Monday", true)));
        assert_eq!(name("eu-institutions", "2015-01-02"), Some(("Day after New Year's Day", true)));
        assert_eq!(name("eu-institutions", "2022-04-15"), Some(("Good Friday", false)));
        assert_eq!(name("eu-institutions", "2023-06-23"), None, "of Luxembourg alone");
        // Schuman's day and Ascension fell together.
        let both = "Anniversary of the Schuman declaration, Ascension Day";
        assert_eq!(name("eu-institutions", "2024-05-09"), Some((both, true)));
        assert_eq!(name("latvia", "2021-06-24"), Some(("Midsummer Day", true)));
        assert_eq!(name("latvia", "2021-06-25"), None, "a moved working day is no holiday by law");
    }
}
