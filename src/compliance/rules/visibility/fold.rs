//! Texts made comparable: letters, quotation marks, dashes and white space that differ only in how they are written
//! become one (rule F01 of the catalogue). Remembers where each piece stood. Not a search.
use std::iter;
use std::sync::LazyLock;
use unicode_normalization::char::is_combining_mark;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

/// The first byte of the first character that can be a mark on the one before it: U+0300.
const FIRST_MARK_BYTE: u8 = 0xcc;

/// Letters of Latin alphabets that have two bytes, in lower case, by their first byte from 0xc3 on and the low bits of their
/// second; none where more happens to them than that.
static LATIN: LazyLock<[[Option<char>; 64]; 3]> = LazyLock::new(|| {
    let mut letters = [[None; 64]; 3];
    for c in '\u{c0}'..='\u{17f}' {
        let mut lower = c.to_lowercase();
        let one = lower.next().filter(|one| lower.next().is_none() && one.len_utf8() == 2);
        let mut bytes = [0; 2];
        c.encode_utf8(&mut bytes);
        letters[usize::from(bytes[0] - 0xc3)][usize::from(bytes[1] & 0x3f)] =
            one.filter(|_| is_stable(c) && c != 'ß');
    }
    letters
});

/// Whether NFKC leaves a character alone that stands by itself. Letters of Latin alphabets are known without a look.
fn is_stable(c: char) -> bool {
    match c {
        '\u{132}' | '\u{133}' | '\u{13f}' | '\u{140}' | '\u{149}' | '\u{17f}' => false,
        '\0'..='\u{7f}' | '\u{c0}'..='\u{17e}' | '\u{2012}'..='\u{2015}' | '\u{2018}'..='\u{201f}' => true,
        c => is_nfkc_quick(iter::once(c)) == IsNormalized::Yes,
    }
}

/// How many bytes are characters that only their case can change, with single blanks between them; the first may be a blank
/// where one `may` stand here.
fn plain(bytes: &[u8], may: bool) -> usize {
    let is_plain = |byte: u8| matches!(byte, 0x21..=0x7e) && byte != b'`';
    let mut at = 0;
    while at < bytes.len() {
        let next = bytes.get(at + 1).copied().unwrap_or(b' ');
        let blank = bytes[at] == b' ' && is_plain(next) && (at > 0 || may);
        if !(is_plain(bytes[at]) || blank) || next >= FIRST_MARK_BYTE {
            break;
        }
        at += 1;
    }
    at
}

/// A text as it is compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folded {
    text: String,
    /// Bytes of the text and of the original that belong together, where one does not follow from the pair before.
    origins: Vec<(usize, usize)>,
    /// The end of the last piece in the original.
    end: usize,
}

impl Folded {
    /// NFKC, lower case, one kind of quotes and of dashes, single blanks, none at the ends. Soft hyphens and characters
    /// without width are left out.
    pub fn new(original: &str) -> Self {
        let mut folded = Self::default();
        folded.text.reserve(original.len());
        let (bytes, mut blank, mut start) = (original.as_bytes(), None, 0);
        while start < bytes.len() {
            let plain = folded.keep_plain(original, start, &mut blank);
            if plain > start {
                start = plain;
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
        self.stands_at(start);
        self.text.push(c);
        self.end = end;
    }

    /// Most of most texts: characters that no mark follows and that only their case changes, with single blanks between
    /// them. Each has as many bytes as before. Answers where they end.
    fn keep_plain(&mut self, original: &str, start: usize, blank: &mut Option<usize>) -> usize {
        let (bytes, latin) = (original.as_bytes(), &*LATIN);
        let mut at = start;
        loop {
            let run = at;
            at += plain(&bytes[at..], at > start || (blank.is_none() && !self.text.is_empty()));
            if at > run {
                if run == start {
                    self.part(blank);
                    self.stands_at(start);
                }
                let from = self.text.len();
                self.text.push_str(&original[run..at]);
                self.text[from..].make_ascii_lowercase();
                self.end = at;
            }
            let &[first @ 0xc3..=0xc5, second, ..] = &bytes[at..] else { return at };
            let lower = latin[usize::from(first - 0xc3)][usize::from(second & 0x3f)];
            match lower.filter(|_| bytes.get(at + 2).is_none_or(|next| *next < FIRST_MARK_BYTE)) {
                None => return at,
                Some(lower) => {
                    self.keep(lower, at, at + 2, blank);
                    at += 2;
                }
            }
        }
    }

    fn part(&mut self, blank: &mut Option<usize>) {
        if let Some(at) = blank.take()
            && !self.text.is_empty()
        {
            self.stands_at(at);
            self.text.push(' ');
        }
    }

    /// What is appended next stood there.
    fn stands_at(&mut self, origin: usize) {
        let here = self.text.len();
        let follows = self.origins.last().is_some_and(|(text, original)| original + (here - text) == origin);
        if !follows {
            self.origins.push((here, origin));
        }
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where a part of the folded text stood in the original, in bytes.
    pub fn origin(&self, start: usize, end: usize) -> (usize, usize) {
        let at = |byte: usize| {
            let before = self.origins.partition_point(|(text, _)| *text <= byte);
            let pair = before.checked_sub(1).map(|last| self.origins[last]);
            pair.filter(|_| byte < self.text.len())
                .map_or(self.end, |(text, original)| original + (byte - text))
        };
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
