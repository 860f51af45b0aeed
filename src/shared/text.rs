//! Texts in several languages, what counts as text at all, and the folded form that a search compares.
//! Not the texts of our own messages (those belong to the edge).

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error as _, MapAccess, Visitor},
};
use serde_json::json;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr,
        schema::{AdditionalProperties, ObjectBuilder, Schema, SchemaFormat, Type},
    },
};

use super::codes::LanguageTag;

/// The most characters one language may have.
const MAX_CHARS: usize = 10_000;
/// The most languages one text may have.
const MAX_LANGUAGES: usize = 20;

/// One text in one or more languages, by BCP 47 tag: all of them, always; no language is ever dropped. Kept
/// in NFC without outer blanks, ordered by tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct LocalizedText(BTreeMap<LanguageTag, String>);

/// Why texts are not a [`LocalizedText`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// No language at all.
    #[error("a text in at least one language is needed")]
    Empty,
    /// More than 20 languages.
    #[error("more than {MAX_LANGUAGES} languages")]
    TooManyLanguages,
    /// A key that is no language tag.
    #[error("{0:?} is not a language tag")]
    NotALanguage(String),
    /// Two keys that are the same tag, such as `LV` and `lv`.
    #[error("two texts for the language {0}")]
    LanguageTwice(LanguageTag),
    /// Blank, or with control characters other than tab and line break.
    #[error("the text in {0} is blank or holds control characters")]
    NotText(LanguageTag),
    /// Longer than 10 000 characters.
    #[error("the text in {0} is longer than {MAX_CHARS} characters")]
    TooLong(LanguageTag),
}

impl LocalizedText {
    /// A text from pairs of tag and text.
    ///
    /// # Errors
    /// The first [`TextError`] met.
    pub fn new<K: AsRef<str>, V: AsRef<str>>(
        texts: impl IntoIterator<Item = (K, V)>,
    ) -> Result<Self, TextError> {
        let mut map = BTreeMap::new();
        for (tag, text) in texts {
            insert(&mut map, tag.as_ref(), text.as_ref())?;
        }
        Self::whole(map)
    }

    fn whole(map: BTreeMap<LanguageTag, String>) -> Result<Self, TextError> {
        if map.is_empty() { Err(TextError::Empty) } else { Ok(Self(map)) }
    }

    /// The text in exactly this language (a tag in its usual case).
    #[must_use]
    pub fn get(&self, tag: &str) -> Option<&str> {
        self.0.get(tag).map(String::as_str)
    }

    /// The text in the first of these languages that there is, else the first there is. A wish for `en` is
    /// met by `en-GB` when there is no `en`.
    #[must_use]
    pub fn any_of(&self, wishes: &[&str]) -> &str {
        let wider =
            |wish: &str| self.0.iter().find(|(tag, _)| tag.primary() == wish).map(|(_, text)| text.as_str());
        let found = wishes.iter().find_map(|wish| self.get(wish).or_else(|| wider(wish)));
        found.or_else(|| self.0.values().next().map(String::as_str)).unwrap_or_default()
    }

    /// All languages and texts, by tag.
    pub fn iter(&self) -> impl Iterator<Item = (&LanguageTag, &str)> {
        self.0.iter().map(|(tag, text)| (tag, text.as_str()))
    }
}

/// Judges one language's text and adds it. The number of languages is held down here, so that a hostile map
/// is refused while it is read.
fn insert(map: &mut BTreeMap<LanguageTag, String>, tag: &str, text: &str) -> Result<(), TextError> {
    let tag = LanguageTag::parse(tag).map_err(|_| TextError::NotALanguage(tag.to_owned()))?;
    if map.contains_key(&tag) {
        return Err(TextError::LanguageTwice(tag));
    }
    if map.len() == MAX_LANGUAGES {
        return Err(TextError::TooManyLanguages);
    }
    if !is_text(text) {
        return Err(TextError::NotText(tag));
    }
    // Measured before and after: blanks count in a schema's maxLength, and NFC can lengthen.
    let clean = clean(text);
    if text.chars().count() > MAX_CHARS || clean.chars().count() > MAX_CHARS {
        return Err(TextError::TooLong(tag));
    }
    map.insert(tag, clean);
    Ok(())
}

/// Reads entry by entry rather than through a map, so that a language given twice is seen.
impl<'de> Deserialize<'de> for LocalizedText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Texts;

        impl<'de> Visitor<'de> for Texts {
            type Value = LocalizedText;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of texts by language tag")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<LocalizedText, A::Error> {
                let mut map = BTreeMap::new();
                while let Some((tag, text)) = access.next_entry::<String, String>()? {
                    insert(&mut map, &tag, &text).map_err(A::Error::custom)?;
                }
                LocalizedText::whole(map).map_err(A::Error::custom)
            }
        }

        deserializer.deserialize_map(Texts)
    }
}

impl FromStr for LocalizedText {
    type Err = serde_json::Error;

    /// Reads the JSON form, as it is stored.
    fn from_str(json: &str) -> Result<Self, Self::Err> {
        serde_json::from_str(json)
    }
}

impl PartialSchema for LocalizedText {
    fn schema() -> RefOr<Schema> {
        let tag = match LanguageTag::schema() {
            RefOr::T(Schema::Object(mut tag)) => {
                // Of a name, only what judges it.
                tag.description = None;
                tag.examples.clear();
                Schema::Object(tag)
            }
            RefOr::T(other) => other,
            RefOr::Ref(_) => Schema::default(),
        };
        let text = ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::Custom("text".to_owned())))
            .min_length(Some(1))
            .max_length(Some(MAX_CHARS));
        ObjectBuilder::new()
            .schema_type(Type::Object)
            .description(Some(
                "One text in one or more languages, by BCP 47 tag: always all of them. Not blank; line breaks \
                 and tabs are the only control characters.",
            ))
            .property_names(Some(tag))
            .additional_properties(Some(AdditionalProperties::RefOr(RefOr::T(Schema::from(text)))))
            .min_properties(Some(1))
            .max_properties(Some(MAX_LANGUAGES))
            .examples([json!({
                "lv": "Robežsardzes un partneru apmācības Latvijā un Libānā",
                "en": "Training of border guards and partners in Latvia and Lebanon",
            })])
            .into()
    }
}

impl ToSchema for LocalizedText {}

/// Whether a string says something: not blank, and no control character but tab and line break (NUL is one
/// that a database refuses).
#[must_use]
pub fn is_text(s: &str) -> bool {
    let allowed = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    !s.trim().is_empty() && s.chars().all(allowed)
}

/// Whether a string says something in one line: not blank, no control character, no line separator.
#[must_use]
pub fn is_line(s: &str) -> bool {
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    !s.trim().is_empty() && !s.contains(breaks)
}

/// A text as it is kept: NFC, no outer blanks.
#[must_use]
pub fn clean(s: &str) -> String {
    s.trim().nfc().collect()
}

/// Case folded, letter by letter: close to Unicode's full case folding (`ß` is `ss`, `ς` is `σ`).
pub(super) fn fold_case(s: &str) -> String {
    s.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
}

/// A text as a search compares it: compatibility forms unified (NFKD), marks dropped, case folded, blanks
/// collapsed. `Šķērsošana` is `skersosana`, `Ёлка` is `елка`, `й` is `и`, `Łódź` is `lodz`.
#[must_use]
pub fn fold(s: &str) -> String {
    let decomposed: String =
        fold_case(&s.nfkd().collect::<String>()).nfkd().filter(|c| !is_combining_mark(*c)).collect();
    let mut folded = String::with_capacity(decomposed.len());
    for word in decomposed.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        for c in word.chars() {
            match c {
                // Letters with a stroke have no decomposition.
                'ł' => folded.push('l'),
                'ø' => folded.push('o'),
                'đ' | 'ð' => folded.push('d'),
                'ħ' => folded.push('h'),
                'ŧ' => folded.push('t'),
                'æ' => folded.push_str("ae"),
                'œ' => folded.push_str("oe"),
                'þ' => folded.push_str("th"),
                other => folded.push(other),
            }
        }
    }
    folded
}

/// The schema of a list of short texts, each of one line.
#[must_use]
pub fn lines() -> utoipa::openapi::schema::Array {
    use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, SchemaFormat, Type};
    let line = ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::Custom("line".into())))
        .max_length(Some(500));
    ArrayBuilder::new().items(line).max_items(Some(2000)).build()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn keeps_every_language() {
        let given =
            json!({"lv": "Īstenošana", "en": "Implementation", "ru": "Реализация", "sr-Latn": "Sprovođenje"});
        let text: LocalizedText = serde_json::from_value(given.clone()).unwrap();
        assert_eq!(serde_json::to_value(&text).unwrap(), given);
        assert_eq!(text.iter().count(), 4);
        assert_eq!(text.to_owned(), given.to_string().parse().unwrap());
        assert_eq!(text.get("lv"), Some("Īstenošana"));
        assert_eq!(text.get("de"), None);
    }

    #[test]
    fn normalises_tags_and_texts() {
        let text =
            LocalizedText::new([("LV", "  I\u{304}stenos\u{30c}ana\n"), ("en-gb", "a\tb\r\nc")]).unwrap();
        let all: Vec<_> = text.iter().map(|(tag, text)| (tag.as_str(), text)).collect();
        assert_eq!(all, [("en-GB", "a\tb\r\nc"), ("lv", "Īstenošana")]);
    }

    #[test]
    fn wishes_are_met_in_their_order() {
        let text = LocalizedText::new([("lv", "a"), ("en-GB", "b"), ("ru", "c")]).unwrap();
        assert_eq!(text.any_of(&["lv", "en"]), "a");
        assert_eq!(text.any_of(&["de", "ru", "lv"]), "c");
        assert_eq!(text.any_of(&["en"]), "b", "en-GB will do for en");
        assert_eq!(text.any_of(&["en", "lv"]), "b");
        assert_eq!(text.any_of(&["de"]), "b", "the first there is");
        assert_eq!(text.any_of(&[]), "b");
    }

    #[test]
    fn faults() {
        let lv = || LanguageTag::parse("lv").unwrap();
        let none: [(&str, &str); 0] = [];
        assert_eq!(LocalizedText::new(none), Err(TextError::Empty));
        assert_eq!(LocalizedText::new([("lv", "a"), ("LV", "b")]), Err(TextError::LanguageTwice(lv())));
        assert_eq!(LocalizedText::new([("latviski", "a")]), Err(TextError::NotALanguage("latviski".into())));
        for blank in ["", " ", "\n\t", "\u{a0}", "a\0b", "a\u{7}"] {
            assert_eq!(LocalizedText::new([("lv", blank)]), Err(TextError::NotText(lv())), "{blank:?}");
        }
    }

    #[test]
    fn lengths_are_characters_before_and_after_cleaning() {
        let full = "ā".repeat(MAX_CHARS);
        assert!(LocalizedText::new([("lv", &full)]).is_ok());
        assert!(LocalizedText::new([("lv", format!("{full}a"))]).is_err());
        assert!(LocalizedText::new([("lv", format!("{full} "))]).is_err(), "as the schema sees it");
        // U+0958 becomes two characters in NFC.
        assert!(LocalizedText::new([("hi", "\u{958}".repeat(MAX_CHARS))]).is_err());
    }

    #[test]
    fn languages_are_counted() {
        let tags: Vec<String> = (b'a'..=b'z').map(|c| format!("lv-x-{}", char::from(c))).collect();
        assert!(LocalizedText::new(tags[..20].iter().map(|tag| (tag, "a"))).is_ok());
        assert_eq!(
            LocalizedText::new(tags[..21].iter().map(|tag| (tag, "a"))),
            Err(TextError::TooManyLanguages)
        );
    }

    #[test]
    fn json_that_is_no_text_is_refused() {
        for no in [
            json!({}),
            json!("a"),
            json!(["lv", "a"]),
            json!({"lv": 1}),
            json!({"lv": null}),
            json!({"": "a"}),
            json!(null),
        ] {
            assert!(serde_json::from_value::<LocalizedText>(no.clone()).is_err(), "{no}");
        }
        let twice = r#"{"lv": "a", "lv": "b"}"#.parse::<LocalizedText>().unwrap_err();
        assert!(twice.to_string().starts_with("two texts for the language lv"), "{twice}");
    }

    #[test]
    fn folds_latvian_english_russian() {
        for (given, folded) in [
            ("Šķērsošana", "skersosana"),
            ("āčēģīķļņšūž ĀČĒĢĪĶĻŅŠŪŽ", "acegiklnsuz acegiklnsuz"),
            ("Ёлка", "елка"),
            ("Й й", "и и"),
            ("  Border\u{a0}\n Guard ", "border guard"),
            ("Łódź, Ærø", "lodz, aero"),
            ("Straße ﬁ ①", "strasse fi 1"),
            ("S\u{30c}k\u{327}e\u{304}rsos\u{30c}ana", "skersosana"),
            ("İstanbul", "istanbul"),
            ("", ""),
        ] {
            assert_eq!(fold(given), folded, "{given}");
        }
    }

    #[test]
    fn lines_have_no_breaks() {
        assert!(is_line("a b"));
        for no in ["a\nb", "a\u{2028}b", "a\tb", "", " "] {
            assert!(!is_line(no), "{no:?}");
        }
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(s in "\\PC{0,24}") {
            let once = fold(&s);
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn what_was_accepted_reads_back(s in "\\PC{1,24}") {
            if let Ok(text) = LocalizedText::new([("lv", &s)]) {
                let json = serde_json::to_string(&text).unwrap();
                prop_assert_eq!(json.parse::<LocalizedText>().unwrap(), text);
            }
        }
    }
}
