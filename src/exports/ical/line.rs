//! Content lines (RFC 5545, 3.1): names, values, folds and line breaks. Nothing in a value can end its line.
use std::fmt::{self, Display, Write};

/// The most octets of a line, its CRLF not counted (RFC 5545, 3.1).
const OCTETS: usize = 75;

/// What a URI may hold beside letters and digits (RFC 3986, 2).
const IN_A_URI: &[u8] = b"-._~:/?#[]@!$&'()*+,;=%";

/// A line whose value is our own: dates, numbers, words of the standard.
pub fn plain<W: Write>(out: &mut W, name: &str, value: impl Display) -> fmt::Result {
    let mut line = Line::new(out);
    write!(line, "{name}:{value}")?;
    line.end()
}

/// A line whose value is anybody's text (RFC 5545, 3.3.11), in a language where that is known (3.2.10).
pub fn text<W: Write>(out: &mut W, name: &str, language: &str, value: &str) -> fmt::Result {
    texts(out, name, language, &[value])
}

/// A line of several texts; none where there are none.
pub fn texts<W: Write, T: AsRef<str>>(out: &mut W, name: &str, language: &str, values: &[T]) -> fmt::Result {
    if values.is_empty() {
        return Ok(());
    }
    let mut line = Line::new(out);
    line.write_str(name)?;
    if !language.is_empty() && language.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
        write!(line, ";LANGUAGE={language}")?;
    }
    for (at, value) in values.iter().enumerate() {
        line.write_str(if at == 0 { ":" } else { "," })?;
        line.text(value.as_ref())?;
    }
    line.end()
}

/// A web address as a URI (RFC 5545, 3.3.13): what may not stand in one is percent-encoded.
pub fn uri(address: &str) -> Option<String> {
    let scheme = address.split_once("://")?.0;
    if !["http", "https"].contains(&scheme) {
        return None;
    }
    let mut uri = String::with_capacity(address.len());
    for byte in address.bytes() {
        if byte.is_ascii_alphanumeric() || IN_A_URI.contains(&byte) {
            uri.push(char::from(byte));
        } else {
            write!(uri, "%{byte:02X}").ok()?;
        }
    }
    Some(uri)
}

/// A line on its way out, folded as it grows.
struct Line<'w, W: Write> {
    out: &'w mut W,
    octets: usize,
}

impl<'w, W: Write> Line<'w, W> {
    fn new(out: &'w mut W) -> Self {
        Self { out, octets: 0 }
    }

    /// The blank that marks a continuation counts as one of its octets.
    fn fold(&mut self) -> fmt::Result {
        self.octets = 1;
        self.out.write_str("\r\n ")
    }

    /// Escaped (RFC 5545, 3.3.11). Whatever somebody might take for the end of a line becomes `\n`; other control
    /// characters but the tab are left out, as the grammar has no place for them.
    fn text(&mut self, text: &str) -> fmt::Result {
        let mut rest = text;
        while let Some(at) = rest.find(is_special) {
            self.write_str(&rest[..at])?;
            let mut after = rest[at..].chars();
            match after.next() {
                Some('\\') => self.pair("\\\\")?,
                Some(';') => self.pair("\\;")?,
                Some(',') => self.pair("\\,")?,
                Some('\r') if after.as_str().starts_with('\n') => {}
                Some('\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}') => self.pair("\\n")?,
                _ => {}
            }
            rest = after.as_str();
        }
        self.write_str(rest)
    }

    /// Two octets that a fold does not part: some readers unescape before they unfold.
    fn pair(&mut self, pair: &str) -> fmt::Result {
        if self.octets + pair.len() > OCTETS {
            self.fold()?;
        }
        self.write_str(pair)
    }

    fn end(self) -> fmt::Result {
        self.out.write_str("\r\n")
    }
}

impl<W: Write> Write for Line<'_, W> {
    /// Folds between characters, never within one.
    fn write_str(&mut self, mut s: &str) -> fmt::Result {
        loop {
            let fits = s.floor_char_boundary(OCTETS - self.octets);
            self.out.write_str(&s[..fits])?;
            self.octets += fits;
            s = &s[fits..];
            if s.is_empty() {
                return Ok(());
            }
            self.fold()?;
        }
    }
}

fn is_special(c: char) -> bool {
    matches!(c, '\\' | ';' | ',' | '\u{2028}' | '\u{2029}') || (c.is_control() && c != '\t')
}
