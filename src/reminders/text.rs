//! What reminders and weekly digests say, in Latvian and English, as plain text and as HTML that says the same. Pure.
//! Nobody is named: all that comes in is what an obligation is called, when it is due and under which agreement.
mod render;
mod words;

use chrono::{NaiveDate, TimeDelta};
use entity::vocab::ObligationKind;
use render::{Block, html, plain};
use std::collections::BTreeMap;
use uuid::Uuid;
pub use words::Language;

/// Days for which a digest looks ahead.
const AHEAD: i64 = 30;
/// More than anybody reads; the rest is counted.
const MOST_ENTRIES: usize = 100;
/// Characters of a title, a reference, a name.
const LONGEST: usize = 200;
const LONGEST_IN_SUBJECT: usize = 100;

/// An obligation as its readers know it, with texts in the recipient's language.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    pub obligation_id: Uuid,
    pub kind: ObligationKind,
    pub title: String,
    pub due: NaiveDate,
    /// The reference of the grant agreement.
    pub agreement: String,
    pub funder: Option<String>,
}

/// What a message says. The subject is one line; the bodies end with a line break.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    pub subject: String,
    pub plain: String,
    pub html: String,
}

/// Where an obligation is shown: an address with `{id}` in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Links(String);

impl Links {
    const ID: &str = "{id}";

    /// Reads an address such as `https://app.example.org/obligations/{id}`.
    ///
    /// # Errors
    /// What would be right.
    pub fn parse(text: &str) -> Result<Self, String> {
        let plain = text.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"<>\\^`|".contains(&byte));
        let url = url::Url::parse(&text.replacen(Self::ID, "0", 1)).ok();
        let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.username().is_empty());
        // In a line of its own with room to spare (RFC 5322, section 2.1.1).
        let short = text.len() <= 500 && text.matches(Self::ID).count() == 1;
        match url.filter(|_| plain && short).and_then(|url| url.host().map(|_| ())) {
            Some(()) => Ok(Self(text.to_owned())),
            None => Err("write an address such as https://app.example.org/obligations/{id}.".into()),
        }
    }

    fn to(&self, id: Uuid) -> String {
        self.0.replacen(Self::ID, &id.to_string(), 1)
    }
}

/// The message about one obligation, as it stands on `today`.
pub fn reminder(item: &Item, today: NaiveDate, language: Language, links: &Links) -> Text {
    let standing = words::standing(language, item.kind, days(item.due, today));
    let (title, agreement) = (line(&item.title, LONGEST), line(&item.agreement, LONGEST));
    let label = |lv, en| language.pick(lv, en).to_owned();
    let mut facts = vec![
        (words::date_label(language, item.kind).to_owned(), item.due.to_string()),
        (label("Līgums", "Agreement"), agreement.clone()),
    ];
    if let Some(funder) = &item.funder {
        facts.push((label("Finansētājs", "Funder"), line(funder, LONGEST)));
    }
    let blocks = [
        Block::Heading(title.clone()),
        Block::Paragraph(format!("{standing}.")),
        Block::Facts(facts),
        Block::Link(label("Skatīt", "See"), links.to(item.obligation_id)),
        Block::Small(words::footer(language).into()),
    ];
    let (title, agreement) = (line(&title, LONGEST_IN_SUBJECT), line(&agreement, LONGEST_IN_SUBJECT));
    text(format!("{standing} ({}): {title} – {agreement}", item.due), &blocks, language)
}

/// The weekly digest: what is overdue, then what is due within 30 days, by funder and agreement. None where there is
/// nothing to tell.
pub fn digest(items: &[Item], today: NaiveDate, language: Language, links: &Links) -> Option<Text> {
    let until = today.checked_add_signed(TimeDelta::days(AHEAD)).unwrap_or(NaiveDate::MAX);
    // A window that has passed is nobody's debt.
    let overdue: Vec<&Item> =
        items.iter().filter(|item| item.due < today && item.kind == ObligationKind::Duty).collect();
    let soon: Vec<&Item> = items.iter().filter(|item| today <= item.due && item.due <= until).collect();
    if overdue.is_empty() && soon.is_empty() {
        return None;
    }
    let subject = match language {
        Language::Lv => {
            format!("Nedēļas apskats: nokavēti – {}, {AHEAD} dienu laikā – {}", overdue.len(), soon.len())
        }
        Language::En => {
            format!("Weekly digest: {} overdue, {} due within {AHEAD} days", overdue.len(), soon.len())
        }
    };
    let mut blocks =
        vec![Block::Heading(format!("{} {today}", language.pick("Pienākumi", "Obligations on")))];
    let mut left = MOST_ENTRIES;
    let titles = [
        language.pick("Nokavēts", "Overdue").to_owned(),
        match language {
            Language::Lv => format!("Termiņš {AHEAD} dienu laikā"),
            Language::En => format!("Due within {AHEAD} days"),
        },
    ];
    for (title, part) in titles.into_iter().zip([overdue, soon]) {
        section(&mut blocks, format!("{title} ({})", part.len()), part, &mut left, (today, language, links));
    }
    blocks.push(Block::Small(words::footer(language).into()));
    Some(text(subject, &blocks, language))
}

/// One part of a digest. Groups and their entries are ordered by date: the most pressing first.
fn section(
    blocks: &mut Vec<Block>,
    title: String,
    mut items: Vec<&Item>,
    left: &mut usize,
    (today, language, links): (NaiveDate, Language, &Links),
) {
    if items.is_empty() {
        return;
    }
    blocks.push(Block::Section(title));
    items.sort_by(|a, b| (a.due, &a.title, a.obligation_id).cmp(&(b.due, &b.title, b.obligation_id)));
    let mut groups: BTreeMap<(Option<&str>, &str), Vec<&Item>> = BTreeMap::new();
    for item in &items {
        groups.entry((item.funder.as_deref(), &item.agreement)).or_default().push(item);
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    // Funders stay together, each where its most pressing entry puts it.
    let mut first: BTreeMap<Option<&str>, NaiveDate> = BTreeMap::new();
    for item in items.iter().rev() {
        first.insert(item.funder.as_deref(), item.due);
    }
    groups.sort_by_key(|((funder, agreement), group)| {
        let due = |item: &&Item| item.due;
        (first.get(funder).copied(), *funder, group.first().map(due), *agreement)
    });
    for ((funder, agreement), group) in groups {
        let shown = group.len().min(*left);
        *left -= shown;
        if shown == 0 {
            continue;
        }
        let unknown = language.pick("Finansētājs nav norādīts", "Funder not given");
        let funder = funder.map_or(unknown.to_owned(), |funder| line(funder, LONGEST));
        blocks.push(Block::Group(format!("{funder} · {}", line(agreement, LONGEST))));
        for item in group.into_iter().take(shown) {
            let standing = words::standing(language, item.kind, days(item.due, today));
            let said = format!("{} – {} ({})", item.due, line(&item.title, LONGEST), words::lower(&standing));
            blocks.push(Block::Entry(said, links.to(item.obligation_id)));
        }
    }
    let told = blocks.iter().rev().take_while(|block| !matches!(block, Block::Section(_)));
    let told = told.filter(|block| matches!(block, Block::Entry(..))).count();
    if told < items.len() {
        let more = items.len() - told;
        blocks.push(Block::Paragraph(match language {
            Language::Lv => format!("Un vēl {more}."),
            Language::En => format!("And {more} more."),
        }));
    }
}

fn text(subject: String, blocks: &[Block], language: Language) -> Text {
    // Nothing that a reader would take for an encoded word (RFC 2047, section 2): letters and control characters could
    // hide in it.
    let subject = subject.replace("=?", "= ?");
    let html = html(&subject, blocks, language.tag());
    Text { plain: plain(blocks), html, subject }
}

/// Days that are left.
fn days(due: NaiveDate, today: NaiveDate) -> i64 {
    due.signed_duration_since(today).num_days()
}

/// A text from elsewhere as part of one line: no line break and no other control character can begin a header (RFC 5322,
/// section 2.2) or a line, none turns the writing around; blanks are one; too much is cut.
fn line(text: &str, longest: usize) -> String {
    let harmless = |c: char| match c {
        c if c.is_control() => ' ',
        '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => ' ',
        c => c,
    };
    let text: String = text.chars().map(harmless).collect();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() <= longest {
        return text;
    }
    let cut: String = text.chars().take(longest.saturating_sub(1)).collect();
    format!("{}…", cut.trim_end())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests;
