//! The words of a feed, in Latvian and English, and the choice among the languages of a text.
use super::{Kind, State};
use std::collections::BTreeMap;

/// The language of a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    Lv,
    En,
}

impl Language {
    pub fn code(self) -> &'static str {
        self.of("lv", "en")
    }

    fn of(self, lv: &'static str, en: &'static str) -> &'static str {
        match self {
            Self::Lv => lv,
            Self::En => en,
        }
    }
}

/// One text by language tag.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts(BTreeMap<String, String>);

impl<T: Into<String>, V: Into<String>> FromIterator<(T, V)> for Texts {
    fn from_iter<I: IntoIterator<Item = (T, V)>>(texts: I) -> Self {
        Self(texts.into_iter().map(|(tag, text)| (tag.into(), text.into())).collect())
    }
}

impl Texts {
    /// Each of them after the same words.
    pub fn after(self, words: &str) -> Self {
        self.0.into_iter().map(|(tag, text)| (tag, format!("{words}{text}"))).collect()
    }

    /// The tag and the text in this language, else the other of the two, else the first there is.
    pub fn pick(&self, language: Language) -> (&str, &str) {
        let in_language = |wish: &str| {
            let fits = |tag: &str| tag == wish || tag.split('-').next() == Some(wish);
            self.0.get_key_value(wish).or_else(|| self.0.iter().find(|(tag, _)| fits(tag)))
        };
        [language.of("lv", "en"), language.of("en", "lv")]
            .into_iter()
            .find_map(in_language)
            .or_else(|| self.0.first_key_value())
            .map_or(("", ""), |(tag, text)| (tag, text))
    }
}

/// What stands before the state and before a local time.
pub fn labels(language: Language) -> (&'static str, &'static str) {
    (language.of("Stāvoklis", "State"), language.of("Laiks", "Time"))
}

/// The names of the states: those of the vocabularies.
pub fn state(state: State, language: Language) -> &'static str {
    let (lv, en) = match state {
        State::Upcoming => ("Gaidāms", "Upcoming"),
        State::Overdue => ("Nokavēts", "Overdue"),
        State::Met => ("Izpildīts", "Met"),
        State::MetLate => ("Izpildīts ar nokavēšanos", "Met late"),
        State::Passed => ("Termiņš pagājis", "Passed"),
        State::Superseded => ("Aizstāts", "Superseded"),
        State::Planned => ("Plānots", "Planned"),
        State::Confirmed => ("Apstiprināts", "Confirmed"),
        State::Held => ("Noticis", "Held"),
        State::Postponed => ("Atlikts", "Postponed"),
        State::Cancelled => ("Atcelts", "Cancelled"),
    };
    language.of(lv, en)
}

/// What an alarm says of an entry so many days away.
pub fn alarm(kind: Kind, days: u16, language: Language) -> String {
    let what = match kind {
        Kind::Due => language.of("Termiņš", "Due"),
        Kind::Window => language.of("Pēdējā diena", "Last day"),
        Kind::Event => language.of("Sākas", "Starts"),
    };
    match (days, language) {
        (0, _) => format!("{what} {}", language.of("šodien", "today")),
        (1, _) => format!("{what} {}", language.of("rīt", "tomorrow")),
        (_, Language::En) => format!("{what} in {days} days"),
        // 21, 31 and so on, but not 11, take the singular.
        (_, Language::Lv) if days % 10 == 1 && days % 100 != 11 => format!("{what} pēc {days} dienas"),
        (_, Language::Lv) => format!("{what} pēc {days} dienām"),
    }
}
