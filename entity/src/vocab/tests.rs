//! What must hold of every closed list. That the IATI codes exist was checked by hand: the published lists
//! are not part of this repository.
use super::*;
use sea_orm::{ActiveEnum, Iterable};
use serde::{Serialize, de::DeserializeOwned};
use std::collections::BTreeSet;
use std::fmt::Debug;

/// All that the macro derives for a list.
pub(super) trait Listed:
    Word
    + Debug
    + PartialEq
    + ActiveEnum<Value = String>
    + Iterable
    + Serialize
    + DeserializeOwned
    + utoipa::ToSchema
{
}
impl<W> Listed for W where
    W: Word
        + Debug
        + PartialEq
        + ActiveEnum<Value = String>
        + Iterable
        + Serialize
        + DeserializeOwned
        + utoipa::ToSchema
{
}

/// Something to be done with every list.
pub(super) trait Visitor {
    fn visit<W: Listed>(&mut self);
}

fn is_code(text: &str, separator: char) -> bool {
    let lower_or_digit = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.split(separator).all(|part| !part.is_empty() && part.chars().all(lower_or_digit))
}

fn is_cyrillic(c: char) -> bool {
    ('\u{0400}'..='\u{04ff}').contains(&c)
}

fn unique<'a>(mut texts: impl Iterator<Item = &'a str>) -> bool {
    let mut seen = BTreeSet::new();
    texts.all(|text| seen.insert(text))
}

struct Codes;
impl Visitor for Codes {
    fn visit<W: Listed>(&mut self) {
        let list = W::LIST.name;
        assert!(unique(W::LIST.terms.iter().map(|term| term.code)), "{list}: a code twice");
        assert_eq!(W::all().len(), W::LIST.terms.len(), "{list}");
        assert_eq!(W::all(), W::iter().collect::<Vec<_>>(), "{list}: all() leaves out or reorders");
        for (word, term) in W::all().iter().zip(W::LIST.terms) {
            let code = word.code();
            assert_eq!(word.term(), term, "{list}: terms and variants are not in the same order");
            assert!(is_code(code, '_') && code.len() <= 40, "{list}: {code}");
            assert_eq!(
                code.replace('_', ""),
                format!("{word:?}").to_lowercase(),
                "{list}: not the variant's name"
            );
            assert_eq!(serde_json::to_value(word).unwrap(), code, "{list}");
            assert_eq!(serde_json::from_value::<W>(code.into()).unwrap(), *word, "{list}");
            assert_eq!(word.to_value(), code, "{list}: the column");
            assert_eq!(W::try_from_value(&code.to_owned()).unwrap(), *word, "{list}: the column");
            assert_eq!(W::from_code(code), Some(*word), "{list}");
            assert_eq!(W::from_code(&code.to_uppercase()), None, "{list}");
            assert_eq!(W::from_code(&format!("{code} ")), None, "{list}");
        }
        assert_eq!(W::from_code(""), None, "{list}");
        assert!(serde_json::from_value::<W>("no_such_word".into()).is_err(), "{list}");
    }
}

#[test]
fn a_word_has_one_code_everywhere() {
    every_list(&mut Codes);
}

struct Schemas;
impl Visitor for Schemas {
    fn visit<W: Listed>(&mut self) {
        let list = W::LIST.name;
        let schema = serde_json::to_value(W::schema()).unwrap();
        let codes: Vec<_> = W::all().iter().map(|word| word.code()).collect();
        assert_eq!(schema["type"], "string", "{list}");
        assert_eq!(schema["enum"], serde_json::json!(codes), "{list}");
        let description = schema["description"].as_str().unwrap();
        assert!(description.starts_with(char::is_uppercase), "{list}: {description}");
        for Term { code, en, .. } in W::LIST.terms {
            assert!(description.contains(&format!("\n- `{code}`: {en}")), "{list}: {description}");
        }
    }
}

#[test]
fn a_schema_names_and_describes_the_words() {
    every_list(&mut Schemas);
}

#[test]
fn labels_are_in_their_language() {
    for list in CODE_LISTS {
        for Term { code, lv, en, ru, .. } in list.terms {
            for label in [lv, en, ru] {
                assert!(!label.is_empty() && label.trim() == *label, "{}: {code}", list.name);
                assert!(label.starts_with(|c: char| !c.is_lowercase()), "{}: {label}", list.name);
            }
            assert!(
                !lv.chars().chain(en.chars()).any(is_cyrillic),
                "{}: {code} in Latvian or English",
                list.name
            );
            assert!(en.is_ascii(), "{}: {en}", list.name);
            assert!(ru.chars().any(is_cyrillic), "{}: {code} in Russian", list.name);
        }
        // Two words that look the same cannot be told apart in a menu.
        assert!(unique(list.terms.iter().map(|term| term.lv)), "{}: a Latvian label twice", list.name);
        assert!(unique(list.terms.iter().map(|term| term.en)), "{}: an English label twice", list.name);
        assert!(unique(list.terms.iter().map(|term| term.ru)), "{}: a Russian label twice", list.name);
    }
}

#[test]
fn lists_have_names_and_are_all_listed() {
    assert!(unique(CODE_LISTS.iter().map(|list| list.name)));
    assert!(unique(CODE_LISTS.iter().map(|list| list.title)));
    for list in CODE_LISTS {
        assert!(is_code(list.name, '-') && list.name.ends_with('s'), "{}", list.name);
        assert!(!list.title.is_empty() && !list.terms.is_empty(), "{}", list.name);
    }
    let sources = [
        include_str!("access.rs"),
        include_str!("agreements.rs"),
        include_str!("claims.rs"),
        include_str!("compliance.rs"),
        include_str!("documents.rs"),
        include_str!("events.rs"),
        include_str!("parties.rs"),
        include_str!("projects.rs"),
        include_str!("reporting.rs"),
        include_str!("sectors.rs"),
    ];
    let written: usize = sources.iter().map(|source| source.matches("\nwords! {").count()).sum();
    assert_eq!(CODE_LISTS.len(), written, "a list is not in lists![…]");
}

#[test]
fn iati_codes_come_with_their_code_list() {
    for list in CODE_LISTS {
        let codes: Vec<_> = list.terms.iter().filter_map(|term| term.iati).collect();
        assert_eq!(list.iati_codelist.is_some(), !codes.is_empty(), "{}", list.name);
        assert!(codes.iter().all(|code| code.parse::<u8>().is_ok()), "{}", list.name);
    }
    // Import needs the way back: these lists have one word for each code.
    for list in [OrganisationKind::LIST, ContactRole::LIST, SectorVocabulary::LIST] {
        assert!(list.terms.iter().all(|term| term.iati.is_some()), "{}", list.name);
        assert!(unique(list.terms.iter().filter_map(|term| term.iati)), "{}", list.name);
    }
}

#[test]
fn project_statuses_have_the_iati_codes_of_the_design() {
    let codes: Vec<_> = ProjectStatus::all().iter().map(|status| status.term().iati.unwrap()).collect();
    assert_eq!(codes, ["1", "1", "2", "6", "3", "4", "5", "5"]);
}

#[test]
fn a_description_reads_well() {
    let schema = serde_json::to_value(<PrincipalKind as utoipa::PartialSchema>::schema()).unwrap();
    assert_eq!(
        schema["description"],
        "What a principal is: somebody, or something that acts on its own.\n\n\
         - `person`: Person\n\
         - `service`: Service account. Another system, a script or a connector.\n\n\
         Labels in Latvian, English and Russian: code list `principal-kinds`."
    );
    assert_eq!(paragraphs(&[" One", " line.", "", " Next."]), "One line.\n\nNext.");
}
