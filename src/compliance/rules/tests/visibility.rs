//! Group F: texts as people write them, names, languages, emblems. All texts are made up.
use super::*;
use crate::compliance::rules::facts::Publication;
use crate::compliance::rules::visibility::{ElementResult, Item, check_text};

const LV: &str = "Projektu FINANSĒ  Eiropas\u{a0}Savienība. Par saturu atbild\nPiemēra iestāde. Tālr. 1.";
const EN: &str = "This action is funded by the European Union. The contents are the sole responsibility of the \
                  Example Authority alone.";

fn publication(language: &str, text: &str) -> AgreementFacts {
    let publication = Publication {
        id: "w".into(),
        channel: Some("web_article".into()),
        language: Some(language.into()),
        text: Some(text.into()),
        emblem: Some(true),
        ..Publication::default()
    };
    AgreementFacts { publications: vec![publication], ..agreement() }
}

fn results(facts: &AgreementFacts) -> [Outcome; 3] {
    ["F01", "F02", "F03"].map(|rule| result(facts, rule, "2021-01-01"))
}

fn checked(item: &Item, names: &Names) -> Vec<ElementResult> {
    check_text(&terms().visibility, item, names)
}

#[test]
fn what_is_there_passes_however_it_is_written() {
    use Outcome::{Fail, InsufficientData, NotApplicable, Pass};
    assert_eq!(results(&publication("lv", LV)), [Pass; 3]);
    assert_eq!(results(&publication("lv-LV", LV)), [Pass; 3]);
    assert_eq!(results(&publication("en", EN)), [Pass; 3], "with an article before the name");
    assert_eq!(results(&publication("en", LV)), [Fail, Fail, Pass], "in the wrong language");
    assert_eq!(results(&publication("lv", "Nekas.")), [Fail, Fail, Pass]);
    assert_eq!(results(&publication("lv", " \n")), [InsufficientData, InsufficientData, Pass], "an image");
    assert_eq!(results(&publication("de", LV)), [InsufficientData, InsufficientData, Pass], "no wording");
    let mut brochure = publication("lv", LV);
    brochure.publications[0].channel = Some("brochure".into());
    assert_eq!(results(&brochure), [Pass, NotApplicable, NotApplicable]);
    brochure.publications[0].channel = None;
    assert_eq!(results(&brochure), [InsufficientData; 3]);
}

#[test]
fn a_finding_names_the_words_to_add_and_where_the_others_are() {
    let found = one(&publication("lv", "Projektu finansē Eiropas Savienība."), "F02", "2021-01-01");
    assert_eq!(found.values["add"], "Par saturu atbild Piemēra iestāde");
    assert_eq!(found.about, "F02:publication:w:disclaimer");
    let fix = found.fix.expect("a fix");
    assert_eq!(fix.text("en"), "Add this text to the publication: Par saturu atbild Piemēra iestāde");
    let found = one(&publication("lv", LV), "F02", "2021-01-01");
    let matched = &found.values["matched"];
    assert_eq!(matched["fragment"], "Par saturu atbild\nPiemēra iestāde");
    let start = LV.chars().count() - "Par saturu atbild\nPiemēra iestāde. Tālr. 1.".chars().count();
    assert_eq!((&matched["start"], &matched["end"]), (&json!(start), &json!(start + 33)));
}

#[test]
fn only_a_party_can_be_the_author() {
    let other = "Projektu finansē Eiropas Savienība. Par saturu atbild Cita iestāde.";
    assert_eq!(result(&publication("lv", other), "F02", "2021-01-01"), Outcome::Fail);
    let longer = "Par saturu atbild Piemēra iestādes koledža.";
    assert_eq!(result(&publication("lv", longer), "F02", "2021-01-01"), Outcome::Fail, "a longer name");
    let mut nameless = publication("lv", other);
    nameless.names = Names::default();
    let found = one(&nameless, "F02", "2021-01-01");
    assert_eq!(missing(&found), ["parties"]);
    assert_eq!(found.fix.map(|fix| fix.code), Some("enter_author"));
    assert_eq!(result(&nameless, "F01", "2021-01-01"), Outcome::Pass, "which names nobody");
}

#[test]
fn a_confirmed_wording_proves_more() {
    let unconfirmed = |text: &str| one(&publication("en", text), "F01", "2021-01-01").unconfirmed;
    assert!(unconfirmed(EN).is_empty());
    assert!(unconfirmed("Co-funded by the European Union").is_empty(), "the confirmed one is in it");
    assert_eq!(unconfirmed("nothing"), ["/visibility/elements/0/texts/0"]);
    let added = one(&publication("en", "nothing"), "F01", "2021-01-01").values["add"].clone();
    assert_eq!(added, "funded by the European Union", "the confirmed one is proposed");
}

#[test]
fn an_unknown_language_is_asked_for_only_where_it_matters() {
    let mut facts = publication("lv", LV);
    facts.publications[0].language = None;
    assert_eq!(result(&facts, "F01", "2021-01-01"), Outcome::Pass);
    facts.publications[0].text = Some("Nekas.".into());
    assert_eq!(missing(&one(&facts, "F01", "2021-01-01")), ["language"]);
}

#[test]
fn the_emblem_is_seen_by_a_person() {
    let mut facts = publication("lv", LV);
    let mut emblem = |seen, waived: &[&str]| {
        facts.publications[0].emblem = seen;
        facts.publications[0].derogations = waived.iter().map(|kind| (*kind).to_owned()).collect();
        one(&facts, "F03", "2021-01-01").result
    };
    assert_eq!(emblem(Some(false), &[]), Outcome::Fail);
    assert_eq!(emblem(None, &[]), Outcome::InsufficientData);
    assert_eq!(emblem(Some(false), &["emblem"]), Outcome::NotApplicable);
    assert_eq!(emblem(Some(false), &["disclaimer"]), Outcome::Fail);
}

#[test]
fn a_page_linked_everywhere_stands_for_the_disclaimer_where_a_regime_says_so() {
    let mut facts = publication("lv", "Projektu finansē Eiropas Savienība.");
    facts.publications[0].legal_page = Some(true);
    assert_eq!(result(&facts, "F02", "2021-01-01"), Outcome::Fail);
    let mut regime = regime();
    let rules = regime["rules"].as_array_mut().expect("rules");
    let f02 = rules.iter_mut().find(|rule| rule["rule"] == "F02").expect("F02");
    f02["with"] = json!({"accept_legal_page": true});
    assert_eq!(of(&facts, &Parameters::read(&regime, &[]), "F02", "2021-01-01")[0].result, Outcome::Pass);
}

#[test]
fn a_text_can_be_checked_before_it_is_published() {
    let names = agreement().names;
    let item = Item { channel: Some("web_article"), language: Some("lv"), text: Some(LV), ..Item::default() };
    let results: Vec<_> = checked(&item, &names).into_iter().map(|r| (r.element, r.result)).collect();
    let expected = [
        ("funded".to_owned(), Outcome::Pass),
        ("disclaimer".to_owned(), Outcome::Pass),
        ("emblem".to_owned(), Outcome::InsufficientData),
    ];
    assert_eq!(results, expected);
}

#[test]
fn elements_may_want_every_text_or_the_agreements_number() {
    let elements = json!({"visibility": {"elements": [
        {"id": "both", "kind": "disclaimer", "required_for": ["web_article"], "match": "contains_normalised",
         "texts": [{"lang": "en", "text": "first part"}, {"lang": "en", "text": "{granting_authority} is not liable"}]},
        {"id": "number", "kind": "agreement_reference", "required_for": ["web_article"]},
    ]}});
    let terms = Parameters::read(&elements, &[]);
    let mut names = Names::default();
    let judge = |text: &str, names: &Names| {
        let item = Item {
            channel: Some("web_article"),
            language: Some("en"),
            text: Some(text),
            reference: Some("AB/1-2"),
            ..Item::default()
        };
        check_text(&terms.visibility, &item, names).iter().map(|r| r.result).collect::<Vec<_>>()
    };
    assert_eq!(judge("First part. ab/1–2", &names), [Outcome::InsufficientData, Outcome::Pass]);
    names.granting_authorities = vec![Name { language: None, text: "The Fund".into() }];
    assert_eq!(judge("First part. AB/1-23", &names), [Outcome::Fail, Outcome::Fail]);
    assert_eq!(judge("First part. The Fund is not liable.", &names)[0], Outcome::Pass);
}
