//! YAML 1.2 read as the JSON that it means, and nothing silently else: what readers of YAML take for different things
//! is refused by name, and so is whatever could make a small document large. Not here: what the document must hold.
use crate::shared::check::{Faults, pointer_segment};
use saphyr_parser::{Event, Parser, ScalarStyle, Span};
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// Levels of lists and maps.
const DEEPEST: usize = 64;
/// What JSON numbers hold exactly wherever they are read (RFC 7493, 2.2).
const EXACT: i64 = 9_007_199_254_740_992;

/// What was read.
#[derive(Debug)]
pub struct Read {
    pub value: Value,
    /// Members whose text means a number, true, false or nothing to some readers.
    pub faults: Faults,
    /// The text of whole numbers, true, false and null that stand without quotes, by place.
    pub plain: HashMap<String, String>,
}

/// Reads one document.
///
/// # Errors
/// Why it can't be read, and where.
pub fn read(text: &str) -> Result<Read, String> {
    let mut reader = Reader::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| error.to_string())?;
        reader.take(event, span)?;
    }
    let value = reader.done.unwrap_or(Value::Null);
    Ok(Read { value, faults: reader.faults, plain: reader.plain })
}

enum Open {
    List(Vec<Value>),
    Map(Map<String, Value>, Option<String>),
}

#[derive(Default)]
struct Reader {
    open: Vec<Open>,
    done: Option<Value>,
    documents: usize,
    faults: Faults,
    plain: HashMap<String, String>,
}

/// What a text without quotes means.
#[derive(Debug, PartialEq)]
enum Plain {
    Text,
    Null,
    Flag(bool),
    Whole(i64),
    /// Readers of YAML do not agree on it, or it is a number that is not kept exactly.
    Doubtful,
}

impl Reader {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), String> {
        let at = || format!("line {}, column {}", span.start.line(), span.start.col() + 1);
        match event {
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err(format!("{}: a second document begins", at()));
                }
            }
            Event::Alias(_) => {
                return Err(format!("{}: aliases are not taken, write it out", at()));
            }
            Event::Scalar(text, style, anchor, tag) => {
                let is_text = tag.as_ref().map(|tag| tag.is_yaml_core_schema() && tag.suffix == "str");
                if anchor != 0 || is_text == Some(false) {
                    return Err(format!("{}: anchors and tags are not taken", at()));
                }
                let quoted = style != ScalarStyle::Plain || is_text == Some(true);
                self.scalar(&text, quoted).map_err(|reason| format!("{}: {reason}", at()))?;
            }
            Event::SequenceStart(anchor, tag) => {
                self.begin(Open::List(Vec::new()), anchor != 0 || tag.is_some())
                    .map_err(|reason| format!("{}: {reason}", at()))?;
            }
            Event::MappingStart(anchor, tag) => {
                self.begin(Open::Map(Map::new(), None), anchor != 0 || tag.is_some())
                    .map_err(|reason| format!("{}: {reason}", at()))?;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let value = match self.open.pop() {
                    Some(Open::List(list)) => list.into(),
                    Some(Open::Map(map, _)) => map.into(),
                    None => Value::Null,
                };
                self.put(value);
            }
            _ => {}
        }
        Ok(())
    }

    fn begin(&mut self, open: Open, decorated: bool) -> Result<(), String> {
        if decorated {
            return Err("anchors and tags are not taken".into());
        }
        if matches!(self.open.last(), Some(Open::Map(_, None))) {
            return Err("a member's name must be a text".into());
        }
        if self.open.len() == DEEPEST {
            return Err(format!("it is nested deeper than {DEEPEST} levels"));
        }
        self.open.push(open);
        Ok(())
    }

    fn scalar(&mut self, text: &str, quoted: bool) -> Result<(), String> {
        let meaning = if quoted { Plain::Text } else { meaning(text) };
        if let Some(Open::Map(map, name @ None)) = self.open.last_mut() {
            if !quoted && text == "<<" {
                return Err("merging of maps is not taken, write it out".into());
            }
            if map.contains_key(text) {
                return Err(format!("the member {text:?} stands here twice"));
            }
            *name = Some(text.to_owned());
            if meaning != Plain::Text {
                let place = self.place();
                self.faults.add(place, "unquoted", json!({"text": text}));
            }
            return Ok(());
        }
        let value = match meaning {
            Plain::Text => text.into(),
            Plain::Null => Value::Null,
            Plain::Flag(flag) => flag.into(),
            Plain::Whole(number) => number.into(),
            Plain::Doubtful => {
                let place = self.place();
                self.faults.add(place, "unquoted", json!({"text": text}));
                text.into()
            }
        };
        if !value.is_string() {
            let place = self.place();
            self.plain.insert(place, text.to_owned());
        }
        self.put(value);
        Ok(())
    }

    fn put(&mut self, value: Value) {
        match self.open.last_mut() {
            None => self.done = Some(value),
            Some(Open::List(list)) => list.push(value),
            Some(Open::Map(map, name)) => {
                if let Some(name) = name.take() {
                    map.insert(name, value);
                }
            }
        }
    }

    /// A pointer to what is read now.
    fn place(&self) -> String {
        let step = |open: &Open| match open {
            Open::List(list) => format!("/{}", list.len()),
            Open::Map(_, name) => name.as_deref().map(pointer_segment).unwrap_or_default(),
        };
        self.open.iter().map(step).collect()
    }
}

/// The core schema of YAML 1.2, less what YAML 1.1 reads otherwise.
fn meaning(text: &str) -> Plain {
    const NULL: [&str; 5] = ["", "~", "null", "Null", "NULL"];
    const TRUE: [&str; 3] = ["true", "True", "TRUE"];
    const FALSE: [&str; 3] = ["false", "False", "FALSE"];
    const FLAGS_ONCE: [&str; 6] = ["y", "n", "yes", "no", "on", "off"];
    let has = |list: &[&str]| list.contains(&text);
    if has(&NULL) {
        return Plain::Null;
    }
    if has(&TRUE) || has(&FALSE) {
        return Plain::Flag(has(&TRUE));
    }
    if FLAGS_ONCE.contains(&text.to_ascii_lowercase().as_str()) {
        return Plain::Doubtful;
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.bytes().all(|b| b.is_ascii_digit()) && !digits.is_empty() {
        let whole = text.parse::<i64>().ok().filter(|n| n.abs() < EXACT);
        // A leading zero once meant a number to the base eight.
        return match whole.filter(|_| digits.len() == 1 || !digits.starts_with('0')) {
            Some(number) => Plain::Whole(number),
            None => Plain::Doubtful,
        };
    }
    if is_like_a_number(digits) { Plain::Doubtful } else { Plain::Text }
}

/// Fractions, powers, other bases, `1_000`, `1:30`, infinity: numbers to one reader or another. A date is none.
fn is_like_a_number(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let special = [".inf", ".nan"].contains(&lower.as_str());
    let based = ["0x", "0o", "0b"].iter().any(|base| {
        lower
            .strip_prefix(base)
            .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_hexdigit() || b == b'_'))
    });
    let shaped = lower.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && lower.bytes().any(|b| b.is_ascii_digit())
        && lower.bytes().all(|b| b.is_ascii_digit() || b"._:e+-".contains(&b));
    // Signs stand after a power only: `2019-11-01` is a date.
    let signed = lower.match_indices(['-', '+']).any(|(at, _)| !lower[..at].ends_with('e'));
    let once = |c: char| lower.matches(c).count() <= 1;
    special || based || (shaped && !signed && once('.') && once('e'))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests;
