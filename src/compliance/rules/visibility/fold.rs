//! Texts made comparable: letters, quotation marks, dashes and white space that differ only in how they are written
//! become one (rule F01 of the catalogue). Remembers where each piece stood. Not a search.
use std::iter;
use unicode_normalization::char::is_combining_mark;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

/// The first byte of the first character that can be a mark on the one before it: U+0300.
const FIRST_MARK_BYTE: u8 = 0xcc;

/// Whether NFKC leaves a character alone that stands by itself. Letters of Latin alphabets are known without a look.
fn is_stable(c: char) -> bool {
    match c {
        '\u{132}' | '\u{133}' | '\u{13f}' | '\u{140}' | '\u{149}' | '\u{17f}' => false,
        '\0'..='\u{7f}' | '\u{c0}'..='\u{17e}' | '\u{2012}'..='\u{2015}' | '\u{2018}'..='\u{201f}' => true,
        c => is_nfkc_quick(iter::once(c)) == IsNormalized::Yes,
    }
}

/// A text as it is compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folded {
    text: String,
    /// For each byte of the text, the byte of the original that it comes from.
    origins: Vec<u32>,
    /// The end of the last piece in the original.
    end: usize,
}

impl Folded {
    /// NFKC, lower case, one kind of quotes and of dashes, single blanks, none at the ends. Soft hyphens and characters
    /// without width are left out.
    pub fn new(original: &str) -> Self {
        let mut folded = Self { origins: Vec::with_capacity(original.len()), ..Self::default() };
        folded.text.reserve(original.len());
        let (bytes, mut blank, mut start) = (original.as_bytes(), None, 0);
        while start < bytes.len() {
            // Most of most texts: plain letters, the last of which no mark follows.
            let mut plain = bytes[start..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
            if bytes.get(start + plain).is_some_and(|next| *next >= FIRST_MARK_BYTE) {
                plain = plain.saturating_sub(1);
            }
            if plain > 0 {
                folded.keep_plain(&original[start..start + plain], start, &mut blank);
                start += plain;
                continue;
            }
            let Some(first) = original[start..].chars().next() else { break };
            let mut end = start + first.len_utf8();
            let mut alone = true;
            if bytes.get(end).is_some_and(|next| *next >= FIRST_MARK_BYTE) {
                // A letter and its marks are one piece: each alone would not become the composed letter.
                let is_mark = |c: &char| is_combining_mark(*c);
                let marks: usize = original[end..].chars().take_while(is_mark).map(char::len_utf8).sum();
                alone = marks == 0;
                end += marks;
            }
            if alone && first == '´' {
                folded.push('\'', start, end, &mut blank);
            } else if alone && is_stable(first) {
                first.to_lowercase().for_each(|c| folded.push(c, start, end, &mut blank));
            } else {
                for c in original[start..end].nfkc().flat_map(char::to_lowercase) {
                    folded.push(c, start, end, &mut blank);
                }
            }
            start = end;
        }
        folded
    }

    fn push(&mut self, c: char, start: usize, end: usize, blank: &mut Option<usize>) {
        let c = match c {
            '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' => return,
            c if c.is_whitespace() => {
                blank.get_or_insert(start);
                return;
            }
            '\u{2018}'..='\u{201b}' | '\u{2032}' | '`' => '\'',
            '\u{201c}'..='\u{201f}' | '\u{ab}' | '\u{bb}' => '"',
            '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
            'ς' => 'σ',
            c => c,
        };
        if c == 'ß' {
            self.keep('s', start, end, blank);
            self.keep('s', start, end, blank);
        } else {
            self.keep(c, start, end, blank);
        }
    }

    /// A character as it is, after the blank before it.
    fn keep(&mut self, c: char, start: usize, end: usize, blank: &mut Option<usize>) {
        self.part(blank);
        self.append(c, start);
        self.end = end;
    }

    /// Letters and digits of ASCII.
    fn keep_plain(&mut self, letters: &str, start: usize, blank: &mut Option<usize>) {
        self.part(blank);
        let at = self.text.len();
        self.text.push_str(letters);
        self.text[at..].make_ascii_lowercase();
        let first = u32::try_from(start).unwrap_or(u32::MAX);
        self.origins.extend((first..=u32::MAX).take(letters.len()));
        self.origins.resize(self.text.len(), u32::MAX);
        self.end = start + letters.len();
    }

    fn part(&mut self, blank: &mut Option<usize>) {
        if let Some(at) = blank.take()
            && !self.text.is_empty()
        {
            self.append(' ', at);
        }
    }

    fn append(&mut self, c: char, origin: usize) {
        self.text.push(c);
        let origin = u32::try_from(origin).unwrap_or(u32::MAX);
        for _ in 0..c.len_utf8() {
            self.origins.push(origin);
        }
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where a part of the folded text stood in the original, in bytes.
    pub fn origin(&self, start: usize, end: usize) -> (usize, usize) {
        let at = |byte: usize| self.origins.get(byte).map_or(self.end, |origin| *origin as usize);
        (at(start), at(end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fold(text: &str) -> String {
        Folded::new(text).text
    }

    #[test]
    fn what_is_written_differently_becomes_one() {
        for (one, other) in [
            ("funded by the European  \n\tUnion ", "Funded by the European\u{a0}Union"),
            ("“Vadlīnijas” – „vēl”", "\"vadli\u{304}nijas\" - \"vēl\""),
            ("l’Union, l´Union, l`Union", "l'Union, l'union, l'UNION"),
            ("Euro\u{ad}pean Uni\u{200b}on", "european union"),
            ("ﬁnanced ½", "financed 1⁄2"),
            ("STRASSE ΛΌΓΟΣ", "straße λόγος"),
            ("ＥＵ", "eu"),
            ("«non\u{2011}breaking»", "\"non-breaking\""),
        ] {
            assert_eq!(fold(one), fold(other), "{one} / {other}");
        }
        assert_eq!(fold(" \n "), "");
        assert_ne!(fold("finanse"), fold("finansē"), "a letter is not another");
    }

    #[test]
    fn characters_known_to_be_stable_are() {
        for c in '\0'..='\u{ffff}' {
            let alone = iter::once(c).nfkc().eq(iter::once(c));
            assert!(!is_stable(c) || alone, "{c:?}");
            assert!(c.to_string().as_bytes()[0] >= FIRST_MARK_BYTE || !is_combining_mark(c), "{c:?}");
        }
    }

    #[test]
    fn places_lead_back() {
        let original = "  Projektu  FINANSĒ „ES”.";
        let folded = Folded::new(original);
        let start = folded.text.find("finansē \"es\"").expect("there");
        let (from, to) = folded.origin(start, start + "finansē \"es\"".len());
        assert_eq!(&original[from..to], "FINANSĒ „ES”");
        let (from, to) = folded.origin(0, folded.text.len());
        assert_eq!(&original[from..to], original.trim());
    }

    proptest! {
        #[test]
        fn any_text_folds_and_leads_back(text in "\\PC{0,60}") {
            let folded = Folded::new(&text);
            for (at, _) in folded.text.char_indices() {
                let (from, to) = folded.origin(at, folded.text.len());
                prop_assert!(text.get(from..to).is_some());
            }
        }
    }
}
