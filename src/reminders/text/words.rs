//! The sentences, in Latvian and English, with their numbers in the right case.
use entity::vocab::ObligationKind;

/// A language that messages are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Language {
    Lv,
    En,
}

impl Language {
    /// The language for a reader who wishes for this one (a BCP 47 tag): English where it is not Latvian.
    pub fn of(tag: &str) -> Self {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        if primary.eq_ignore_ascii_case("lv") { Self::Lv } else { Self::En }
    }

    pub fn tag(self) -> &'static str {
        self.pick("lv", "en")
    }

    /// For texts that are there in several languages: what to ask for, best first.
    pub fn wishes(self) -> &'static [&'static str] {
        match self {
            Self::Lv => &["lv", "en"],
            Self::En => &["en", "lv"],
        }
    }

    pub(super) fn pick(self, lv: &'static str, en: &'static str) -> &'static str {
        match self {
            Self::Lv => lv,
            Self::En => en,
        }
    }
}

/// How it stands when so many days are left: the beginning of a sentence.
pub(super) fn standing(language: Language, kind: ObligationKind, left: i64) -> String {
    use ObligationKind::{Duty, Window};
    let n = left.unsigned_abs();
    let after = || format!("{n} {}", lv_count(n, "dienas", "dienām"));
    let days = || format!("{n} {}", if n == 1 { "day" } else { "days" });
    match (language, kind) {
        (Language::Lv, Duty) if left < 0 => format!("Nokavēts par {n} {}", lv_count(n, "dienu", "dienām")),
        (Language::Lv, Window) if left < 0 => format!("Iespēja beigusies pirms {}", after()),
        (Language::Lv, Duty) if left == 0 => "Termiņš šodien".into(),
        (Language::Lv, Window) if left == 0 => "Iespēja beidzas šodien".into(),
        (Language::Lv, Duty) => format!("Termiņš pēc {}", after()),
        (Language::Lv, Window) => format!("Iespēja beidzas pēc {}", after()),
        (Language::En, Duty) if left < 0 => format!("Overdue by {}", days()),
        (Language::En, Window) if left < 0 => format!("Window closed {} ago", days()),
        (Language::En, Duty) if left == 0 => "Due today".into(),
        (Language::En, Window) if left == 0 => "Window closes today".into(),
        (Language::En, Duty) => format!("Due in {}", days()),
        (Language::En, Window) => format!("Window closes in {}", days()),
    }
}

/// In Latvian 1, 21, 31 … go with the singular, but 11 does not.
fn lv_count(n: u64, singular: &'static str, plural: &'static str) -> &'static str {
    if n % 10 == 1 && n % 100 != 11 { singular } else { plural }
}

pub(super) fn date_label(language: Language, kind: ObligationKind) -> &'static str {
    match kind {
        ObligationKind::Duty => language.pick("Termiņš", "Due"),
        ObligationKind::Window => language.pick("Iespējams līdz", "Possible until"),
    }
}

pub(super) fn footer(language: Language) -> &'static str {
    language.pick(
        "Šo ziņu automātiski nosūtīja Grantline, jo jūsu lomai ir paredzēti atgādinājumi. Lūdzu, neatbildiet uz to.",
        "Grantline sent this automatically, because your role gets reminders. Please do not reply.",
    )
}

/// A sentence's beginning as it stands within one.
pub(super) fn lower(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_lowercase).chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_their_case() {
        use ObligationKind::{Duty, Window};
        for (left, kind, lv, en) in [
            (7, Duty, "Termiņš pēc 7 dienām", "Due in 7 days"),
            (1, Duty, "Termiņš pēc 1 dienas", "Due in 1 day"),
            (21, Duty, "Termiņš pēc 21 dienas", "Due in 21 days"),
            (11, Duty, "Termiņš pēc 11 dienām", "Due in 11 days"),
            (111, Duty, "Termiņš pēc 111 dienām", "Due in 111 days"),
            (0, Duty, "Termiņš šodien", "Due today"),
            (-1, Duty, "Nokavēts par 1 dienu", "Overdue by 1 day"),
            (-3, Duty, "Nokavēts par 3 dienām", "Overdue by 3 days"),
            (-31, Duty, "Nokavēts par 31 dienu", "Overdue by 31 days"),
            (10, Window, "Iespēja beidzas pēc 10 dienām", "Window closes in 10 days"),
            (0, Window, "Iespēja beidzas šodien", "Window closes today"),
            (-21, Window, "Iespēja beigusies pirms 21 dienas", "Window closed 21 days ago"),
        ] {
            assert_eq!(
                (standing(Language::Lv, kind, left).as_str(), standing(Language::En, kind, left).as_str()),
                (lv, en)
            );
        }
    }

    #[test]
    fn the_language_is_the_readers() {
        for (tag, language) in [
            ("lv", Language::Lv),
            ("lv-LV", Language::Lv),
            ("LV_lv", Language::Lv),
            ("en-GB", Language::En),
            ("ru", Language::En),
            ("lvx", Language::En),
            ("", Language::En),
        ] {
            assert_eq!(Language::of(tag), language, "{tag}");
        }
    }
}
