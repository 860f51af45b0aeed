//! Rules as they are written in the configuration. What they mean is in `rule.rs`.
use super::{Rule, Rules, When};
use entity::vocab::{ObligationKind, Role, Severity, Word};

/// Ten years.
const MOST_DAYS: u32 = 3650;
const MOST_TIMES: u32 = 1000;
/// How often after the date where nothing is written: a week apart, for a quarter of a year.
const USUAL_TIMES: u32 = 12;
const MOST_RULES: usize = 200;

const EXPECTED: &str = "write times such as 30d before, on the day, every 7d after up to 12 times, with roles: before them \
                        and ; between one list and the next, as in finance_officer for duty, violation: 7d before";

impl Rules {
    /// Reads lists separated by semicolons, each of times separated by commas: `30d before`, `on the day`,
    /// `every 7d after`, the last with `up to 3 times` behind it or 12 times. Before a list may stand who gets it and for
    /// what: `programme_manager, finance_officer for duty, violation:`. Where nobody is named, it goes to those who can
    /// say that an obligation was met and are not there for the machine: programme managers and finance officers.
    ///
    /// # Errors
    /// What is wrong with which part, and what would be right.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut rules = Vec::new();
        for list in text.split(';').map(str::trim).filter(|list| !list.is_empty()) {
            let read = one_list(list);
            rules.extend(read.map_err(|what| format!("in `{}` {what}; {EXPECTED}.", list.escape_debug()))?);
            if rules.len() > MOST_RULES {
                return Err(format!("it holds more than {MOST_RULES} times."));
            }
        }
        if rules.is_empty() { Err(format!("it holds no rule: {EXPECTED}.")) } else { Ok(Self(rules)) }
    }
}

fn one_list(text: &str) -> Result<Vec<Rule>, String> {
    let (head, times) = match text.split_once(':') {
        Some((head, times)) => (Some(head), times),
        None => (None, text),
    };
    let like = match head {
        Some(head) => recipients(head)?,
        None => Rule {
            when: When::OnTheDay,
            roles: vec![Role::ProgrammeManager, Role::FinanceOfficer],
            kinds: vec![],
            severities: vec![],
        },
    };
    let mut rules: Vec<Rule> = Vec::new();
    for part in times.split(',') {
        let when = time(part)?;
        if rules.iter().any(|rule| rule.when.name() == when.name()) {
            return Err(format!("`{}` stands twice", shown(part)));
        }
        rules.push(Rule { when, ..like.clone() });
    }
    Ok(rules)
}

/// What stands before the colon.
fn recipients(text: &str) -> Result<Rule, String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let at = words.iter().position(|word| *word == "for");
    let (roles, of) = match at {
        Some(at) => (words[..at].join(" "), Some(words[at + 1..].join(" "))),
        None => (words.join(" "), None),
    };
    let mut rule = Rule { when: When::OnTheDay, roles: vec![], kinds: vec![], severities: vec![] };
    for word in roles.split(',').map(str::trim) {
        let known = || codes::<Role>().join(", ");
        let role = Role::from_code(word)
            .ok_or_else(|| format!("`{}` is no role: there are {}", shown(word), known()))?;
        add(&mut rule.roles, role, word)?;
    }
    for word in of.iter().flat_map(|of| of.split(',')).map(str::trim) {
        if let Some(kind) = ObligationKind::from_code(word) {
            add(&mut rule.kinds, kind, word)?;
        } else if let Some(severity) = Severity::from_code(word) {
            add(&mut rule.severities, severity, word)?;
        } else {
            let known = [codes::<ObligationKind>(), codes::<Severity>()].concat().join(", ");
            let what = format!("`{}` is neither a kind nor a severity: there are {known}", shown(word));
            return Err(what);
        }
    }
    Ok(rule)
}

fn add<T: PartialEq>(list: &mut Vec<T>, one: T, word: &str) -> Result<(), String> {
    if list.contains(&one) {
        return Err(format!("`{word}` stands twice"));
    }
    list.push(one);
    Ok(())
}

fn codes<W: Word>() -> Vec<&'static str> {
    W::all().iter().map(|word| word.code()).collect()
}

/// One time. Case and the number of blanks don't matter; `30d`, `30 d`, `30 days` and `1 day` are the same.
fn time(part: &str) -> Result<When, String> {
    let lower = part.to_lowercase();
    let mut words: Vec<&str> = Vec::new();
    for word in lower.split_whitespace() {
        let digits = word.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = word.split_at(digits);
        words.extend([number, unit].into_iter().filter(|word| !word.is_empty()));
    }
    let unit = |word: &str| matches!(word, "d" | "day" | "days");
    match words.as_slice() {
        [days, u, "before"] if unit(u) => Ok(When::DaysBefore(number(days, MOST_DAYS, part)?)),
        ["on", "the", "day"] => Ok(When::OnTheDay),
        ["every", days, u, "after", rest @ ..] if unit(u) => {
            let every = number(days, MOST_DAYS, part)?;
            let at_most = match rest {
                [] => USUAL_TIMES,
                ["up", "to", times, "time" | "times"] => number(times, MOST_TIMES, part)?,
                _ => return Err(no_time(part)),
            };
            Ok(When::EveryDaysAfter { every, at_most })
        }
        _ => Err(no_time(part)),
    }
}

fn no_time(part: &str) -> String {
    match part.trim() {
        "" => "a time is empty".into(),
        _ => format!("`{}` is no time", shown(part)),
    }
}

fn number(word: &str, most: u32, part: &str) -> Result<u32, String> {
    let digits = word.bytes().all(|byte| byte.is_ascii_digit());
    let number = word.parse().ok().filter(|number| digits && (1..=most).contains(number));
    number.ok_or_else(|| format!("the number of `{}` is not from 1 to {most}", shown(part)))
}

/// A part as it is repeated to whoever wrote it: in one line, not too long.
fn shown(part: &str) -> String {
    part.trim().chars().take(80).collect::<String>().escape_debug().to_string()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rules_are_read() {
        let rules = Rules::parse(" 30d before, 7 Days  before,on the day , every 7d after;").unwrap();
        let times: Vec<String> = rules.0.iter().map(|rule| rule.when.to_string()).collect();
        assert_eq!(times, ["30d before", "7d before", "on the day", "every 7d after up to 12 times"]);
        assert!(rules.0.iter().all(|rule| rule.roles == [Role::ProgrammeManager, Role::FinanceOfficer]));
        let rules = Rules::parse(
            "programme_manager,finance_officer for duty , violation: 1 day before; admin: every 30 d after up to 1 time",
        )
        .unwrap();
        let [first, second] = rules.0.as_slice() else { panic!("{rules:?}") };
        assert_eq!((first.when, first.roles.len()), (When::DaysBefore(1), 2));
        assert_eq!(
            (&first.kinds, &first.severities),
            (&vec![ObligationKind::Duty], &vec![Severity::Violation])
        );
        assert_eq!(second.when, When::EveryDaysAfter { every: 30, at_most: 1 });
        assert_eq!((&second.roles, second.kinds.len(), second.severities.len()), (&vec![Role::Admin], 0, 0));
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, said) in [
            ("", "it holds no rule"),
            (" ; ;", "it holds no rule"),
            ("30d", "in `30d` `30d` is no time"),
            ("30x before", "`30x before` is no time"),
            ("7d before,,on the day", "a time is empty"),
            ("0d before", "the number of `0d before` is not from 1 to 3650"),
            ("99999999999d before", "is not from 1 to 3650"),
            ("-7d before", "`-7d before` is no time"),
            ("7d before, 7 days before", "`7 days before` stands twice"),
            ("every 7d after, every 7d after up to 3 times", "stands twice"),
            ("every 7d after up to 0 times", "is not from 1 to 1000"),
            ("every 7d after for ever", "`every 7d after for ever` is no time"),
            (
                "manager: 7d before",
                "`manager` is no role: there are admin, programme_manager, finance_officer",
            ),
            (": 7d before", "`` is no role"),
            ("admin, admin: 7d before", "`admin` stands twice"),
            (
                "admin for red: 7d before",
                "`red` is neither a kind nor a severity: there are duty, window, violation",
            ),
            ("admin for : 7d before", "`` is neither"),
            ("admin: ", "a time is empty"),
            ("admin:\n\u{202e}x", "`\\u{202e}x` is no time"),
        ] {
            let wrong = Rules::parse(text).unwrap_err();
            assert!(wrong.contains(said) && wrong.ends_with('.') && !wrong.contains('\n'), "{text}: {wrong}");
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_again(days in 1..=MOST_DAYS, times in 1..=MOST_TIMES) {
            for when in [When::DaysBefore(days), When::OnTheDay, When::EveryDaysAfter { every: days, at_most: times }] {
                prop_assert_eq!(time(&when.to_string()), Ok(when));
            }
        }

        #[test]
        fn any_text_is_answered(text in "(?s).{0,60}|([a-z_0-9]{0,9}[ ,;:]){0,12}") {
            let _ = Rules::parse(&text);
        }
    }
}
