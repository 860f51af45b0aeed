//! What publications must say (group F): a regime's elements, and whether a text has them. Works on any text, before it
//! is published too. Not where publications come from, and no judgement of pictures: a person sees the emblem.
use super::facts::{Name, Names};
use super::model::Outcome;
use super::parameters::{Reader, entries};
use fold::Folded;
use serde::Serialize;
use serde_json::Value;
use template::Template;

pub mod fold;
pub mod judge;
pub mod template;

/// What an element is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ElementKind {
    FundingStatement,
    Disclaimer,
    Emblem,
    AgreementReference,
}

impl ElementKind {
    /// As the regime spells it.
    pub fn code(self) -> &'static str {
        match self {
            Self::FundingStatement => "funding_statement",
            Self::Disclaimer => "disclaimer",
            Self::Emblem => "emblem",
            Self::AgreementReference => "agreement_reference",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::FundingStatement, Self::Disclaimer, Self::Emblem, Self::AgreementReference]
            .into_iter()
            .find(|kind| kind.code() == text)
    }
}

/// What a regime asks of publications.
#[derive(Clone, Debug, Default)]
pub struct Visibility {
    pub elements: Vec<Element>,
}

#[derive(Clone, Debug)]
pub struct Element {
    pub id: String,
    pub kind: ElementKind,
    /// Channels: `web_article, brochure, …`.
    pub required_for: Vec<String>,
    /// Whether each of its texts must be there, and not one of them.
    pub all: bool,
    /// Whether only a person can tell.
    pub manual: bool,
    pub wordings: Vec<Wording>,
}

/// A text that an element may have.
#[derive(Clone, Debug)]
pub struct Wording {
    pub language: String,
    pub text: String,
    /// Its place in the regime, if nobody has confirmed it.
    pub unconfirmed: Option<String>,
    template: Template,
}

/// What is looked at.
#[derive(Clone, Copy, Debug, Default)]
pub struct Item<'a> {
    pub channel: Option<&'a str>,
    pub language: Option<&'a str>,
    pub text: Option<&'a str>,
    /// Whether somebody saw the emblem.
    pub emblem: Option<bool>,
    /// Kinds of elements that the funder waives for it.
    pub derogations: &'a [String],
    /// The agreement's number, for elements that ask for it.
    pub reference: Option<&'a str>,
}

/// Whether one element is there.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ElementResult {
    pub element: String,
    pub kind: ElementKind,
    pub result: Outcome,
    pub matched: Option<Match>,
    /// The text to add, with names filled in.
    pub add: Option<String>,
    /// The code of what to do.
    pub fix: Option<&'static str>,
    pub unconfirmed: Vec<String>,
}

/// Where a text has an element.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Match {
    /// The regime's wording.
    pub wording: String,
    pub language: String,
    /// The first character and the one after the last, counted from 0.
    pub start: usize,
    pub end: usize,
    /// As it stands in the text.
    pub fragment: String,
}

/// Names as they are compared, by the gap that they fill.
pub struct Gaps {
    author: Vec<String>,
    granting_authority: Vec<String>,
    reference: Vec<String>,
}

impl Gaps {
    pub fn new(names: &Names, reference: Option<&str>) -> Self {
        let fold = |names: &[Name]| {
            let mut texts: Vec<String> = names
                .iter()
                .map(|name| Folded::new(&name.text).text().to_owned())
                .filter(|t| !t.is_empty())
                .collect();
            texts.sort();
            texts.dedup();
            texts
        };
        let reference = reference.map(|text| Name { language: None, text: text.to_owned() });
        Self {
            author: fold(&names.authors),
            granting_authority: fold(&names.granting_authorities),
            reference: fold(reference.as_slice()),
        }
    }

    pub(super) fn of(&self, gap: &str) -> &[String] {
        match gap {
            "author" => &self.author,
            "granting_authority" => &self.granting_authority,
            "reference" => &self.reference,
            _ => &[],
        }
    }
}

impl Visibility {
    pub(super) fn read(block: &Value, reader: &Reader) -> Self {
        let element = |(entry, place): (&Value, String)| {
            let kind = entry["kind"].as_str().and_then(ElementKind::parse)?;
            let mut wordings: Vec<Wording> = entries(&entry["texts"], &format!("{place}/texts"))
                .filter_map(|(entry, place)| Wording::read(entry, &place, reader))
                .collect();
            if kind == ElementKind::AgreementReference && wordings.is_empty() {
                wordings.push(Wording::new("", "{reference}", None));
            }
            let channels = entry["required_for"].as_array().into_iter().flatten();
            Some(Element {
                id: entry["id"].as_str()?.to_owned(),
                kind,
                required_for: channels.filter_map(Value::as_str).map(str::to_owned).collect(),
                all: entry["match"] == "contains_normalised",
                manual: entry["match"] == "manual" || kind == ElementKind::Emblem,
                wordings,
            })
        };
        Self { elements: entries(&block["elements"], "/visibility/elements").filter_map(element).collect() }
    }
}

impl Wording {
    fn read(entry: &Value, place: &str, reader: &Reader) -> Option<Self> {
        let doubt = reader.doubt(entry, place).pop();
        Some(Self::new(entry["lang"].as_str()?, entry["text"].as_str()?, doubt))
    }

    fn new(language: &str, text: &str, unconfirmed: Option<String>) -> Self {
        Self {
            language: language.to_owned(),
            text: text.to_owned(),
            unconfirmed,
            template: Template::new(text),
        }
    }

    /// A wording without language goes with every text.
    fn is_in(&self, language: &str) -> bool {
        self.language.is_empty() || primary(&self.language).eq_ignore_ascii_case(primary(language))
    }

    /// The text with names filled in, in its own language where there is one.
    fn filled(&self, names: &Names, reference: Option<&str>) -> String {
        let best = |names: &[Name]| {
            let own = names.iter().find(|name| name.language.as_deref().is_some_and(|tag| self.is_in(tag)));
            own.or(names.iter().find(|name| name.language.is_none()))
                .or(names.first())
                .map(|name| name.text.clone())
        };
        let mut text = self.text.clone();
        for (gap, name) in [
            ("{author}", best(&names.authors)),
            ("{granting_authority}", best(&names.granting_authorities)),
            ("{reference}", reference.map(str::to_owned)),
        ] {
            if let Some(name) = name {
                text = text.replace(gap, &name);
            }
        }
        text
    }
}

fn primary(tag: &str) -> &str {
    tag.split('-').next().unwrap_or(tag)
}

/// Whether a text has the elements that its channel needs (rules F01, F02, F03).
pub fn check_text(visibility: &Visibility, item: &Item, names: &Names) -> Vec<ElementResult> {
    check(visibility, item, names, &Gaps::new(names, item.reference))
}

/// [`check_text`] with the names prepared, for many texts of one agreement.
pub fn check(visibility: &Visibility, item: &Item, names: &Names, gaps: &Gaps) -> Vec<ElementResult> {
    let folded = item.text.map(Folded::new).filter(|folded| !folded.text().is_empty());
    let one = |element: &Element| {
        let mut result = element.judge(item, names, gaps, folded.as_ref());
        result.unconfirmed.dedup();
        result
    };
    visibility.elements.iter().map(one).collect()
}

impl Element {
    fn judge(&self, item: &Item, names: &Names, gaps: &Gaps, folded: Option<&Folded>) -> ElementResult {
        let answer = |result: Outcome, fix: Option<&'static str>| ElementResult {
            element: self.id.clone(),
            kind: self.kind,
            result,
            matched: None,
            add: None,
            fix,
            unconfirmed: Vec::new(),
        };
        let Some(channel) = item.channel else {
            return answer(Outcome::InsufficientData, Some("enter_facts"));
        };
        let needed = self.required_for.iter().any(|known| known == channel);
        if !needed || item.derogations.iter().any(|kind| kind == self.kind.code()) {
            return answer(Outcome::NotApplicable, None);
        }
        if self.manual {
            return match item.emblem.filter(|_| self.kind == ElementKind::Emblem) {
                Some(true) => answer(Outcome::Pass, None),
                Some(false) => answer(Outcome::Fail, Some("add_emblem")),
                None if self.kind == ElementKind::Emblem => {
                    answer(Outcome::InsufficientData, Some("check_emblem"))
                }
                None => answer(Outcome::InsufficientData, Some("enter_text")),
            };
        }
        let wordings: Vec<&Wording> = self
            .wordings
            .iter()
            .filter(|wording| item.language.is_none_or(|tag| wording.is_in(tag)))
            .collect();
        if wordings.is_empty() {
            return answer(Outcome::InsufficientData, Some("no_wording"));
        }
        let place = |wording: &&Wording| folded.and_then(|folded| wording.template.find(folded.text(), gaps));
        let (there, absent): (Vec<_>, Vec<_>) =
            wordings.iter().map(|wording| (*wording, place(wording))).partition(|(_, place)| place.is_some());
        let doubts = |list: &[(&Wording, Option<(usize, usize)>)]| {
            list.iter().filter_map(|(wording, _)| wording.unconfirmed.clone()).collect::<Vec<_>>()
        };
        let passed = if self.all { absent.is_empty() } else { !there.is_empty() };
        // A wording that somebody has confirmed proves more than one that nobody has.
        let best = there.iter().find(|(wording, _)| wording.unconfirmed.is_none()).or(there.first());
        if let Some((wording, Some(found))) = best.filter(|_| passed) {
            let unconfirmed =
                if self.all { doubts(&there) } else { wording.unconfirmed.iter().cloned().collect() };
            let matched = folded.zip(item.text).map(|(folded, text)| shown(wording, text, folded, *found));
            return ElementResult { matched, unconfirmed, ..answer(Outcome::Pass, None) };
        }
        let confirmed = absent.iter().find(|(wording, _)| wording.unconfirmed.is_none()).or(absent.first());
        let add = confirmed.map(|(wording, _)| wording.filled(names, item.reference));
        let nameless = |(wording, _): &(&Wording, _)| wording.template.lacks(gaps);
        let (result, fix) = if folded.is_none() {
            (Outcome::InsufficientData, "enter_text")
        } else if item.language.is_none() {
            (Outcome::InsufficientData, "enter_language")
        } else if absent.iter().any(nameless) {
            (Outcome::InsufficientData, "enter_author")
        } else {
            (Outcome::Fail, "add_text")
        };
        ElementResult { add, unconfirmed: doubts(&absent), ..answer(result, Some(fix)) }
    }
}

fn shown(wording: &Wording, text: &str, folded: &Folded, (start, end): (usize, usize)) -> Match {
    let (from, to) = folded.origin(start, end);
    let fragment = text.get(from..to).unwrap_or_default().to_owned();
    let before = text.get(..from).map_or(0, |before| before.chars().count());
    Match {
        wording: wording.text.clone(),
        language: wording.language.clone(),
        start: before,
        end: before + fragment.chars().count(),
        fragment,
    }
}
