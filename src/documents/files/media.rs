//! What a content is, told from its bytes: for people and for downloads (`headers`), never a promise that it is sound.
//! `infer` knows the binary formats; what it can't tell apart, or takes for another, is here.

/// Bytes of the beginning that are looked at: as far as office documents need to show what they are.
const HEAD: usize = 64 << 10;

pub(crate) const UNKNOWN: &str = "application/octet-stream";
const TEXT: &str = "text/plain";
const ZIP: &str = "application/zip";
/// What old office documents have in common: they show what they are far behind their beginning.
const COMPOUND: &str = "application/x-ole-storage";
const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const PPTX: &str = "application/vnd.openxmlformats-officedocument.presentationml.presentation";
const SIGNED: &str = "application/vnd.etsi.asic-e+zip";

/// Archives whose first entry `mimetype` says what they are; a longer word before the word that it begins with.
const PACKED: &[&str] = &[
    "application/vnd.oasis.opendocument.text-template",
    "application/vnd.oasis.opendocument.text",
    "application/vnd.oasis.opendocument.spreadsheet-template",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.oasis.opendocument.presentation",
    "application/vnd.oasis.opendocument.graphics",
    SIGNED,
    "application/vnd.etsi.asic-s+zip",
    "application/epub+zip",
];

/// What the ending of a name adds to what the bytes say. It never makes one kind out of another.
const ENDINGS: &[(&str, &str, &str)] = &[
    (TEXT, "csv", "text/csv"),
    (TEXT, "json", "application/json"),
    (COMPOUND, "doc", "application/msword"),
    (COMPOUND, "xls", "application/vnd.ms-excel"),
    (COMPOUND, "ppt", "application/vnd.ms-powerpoint"),
    (COMPOUND, "msg", "application/vnd.ms-outlook"),
    (ZIP, "docx", DOCX),
    (ZIP, "xlsx", XLSX),
    (ZIP, "pptx", PPTX),
    (ZIP, "asice", SIGNED),
    (ZIP, "edoc", SIGNED),
];

/// What a content is by its bytes and, where these leave it open, by the name that it was given.
pub fn media_type(stored: &'static str, file_name: &str) -> &'static str {
    let ending = file_name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let told = ENDINGS.iter().find(|(kind, end, _)| *kind == stored && ending.eq_ignore_ascii_case(end));
    told.map_or(stored, |(_, _, refined)| refined)
}

/// Looks at a content as it passes.
#[derive(Default)]
pub(crate) struct Sniffer {
    head: Vec<u8>,
    utf8: Utf8,
}

impl Sniffer {
    pub(crate) fn take(&mut self, piece: &[u8]) {
        self.head.extend_from_slice(&piece[..piece.len().min(HEAD - self.head.len())]);
        self.utf8.take(piece);
    }

    /// Text is text to its end: a wrong character set often shows late.
    pub(crate) fn media_type(&self) -> &'static str {
        match sniff(&self.head) {
            TEXT if !self.utf8.is_valid() => UNKNOWN,
            media_type => media_type,
        }
    }
}

fn sniff(head: &[u8]) -> &'static str {
    if let Some(text) = text(head) {
        of_text(text)
    } else if head.starts_with(b"PK\x03\x04") {
        zip(head)
    } else if head.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") {
        COMPOUND
    } else {
        infer::get(head).map_or(UNKNOWN, |kind| kind.mime_type())
    }
}

/// The head as text, where it is. Asked first: `infer` takes texts for pictures that begin with two such letters.
fn text(head: &[u8]) -> Option<&str> {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        // The last character may be cut in two.
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).ok()?
        }
        Err(_) => return None,
    };
    // What is no text to browsers either: https://mimesniff.spec.whatwg.org/#binary-data-byte
    let binary = |byte: u8| matches!(byte, 0..=0x08 | 0x0B | 0x0E..=0x1A | 0x1C..=0x1F);
    (!text.bytes().any(binary)).then_some(text)
}

fn of_text(text: &str) -> &'static str {
    let text = text.trim_start_matches('\u{FEFF}').trim_start();
    let lower = text.to_ascii_lowercase();
    let marked_up = text.strip_prefix('<').is_some_and(|rest| {
        rest.starts_with(|first: char| first.is_ascii_alphabetic() || matches!(first, '!' | '?' | '/'))
    });
    match () {
        () if text.starts_with("%PDF-") => "application/pdf",
        () if text.starts_with("{\\rtf") => "application/rtf",
        () if !marked_up => TEXT,
        () if infer::text::is_html(text.as_bytes()) => "text/html",
        () if lower.contains("<svg") => "image/svg+xml",
        () if lower.contains("<html") || lower.contains("<script") => "text/html",
        () => "application/xml",
    }
}

fn zip(head: &[u8]) -> &'static str {
    let mut entries = entries(head).peekable();
    let Some((first, content)) = entries.peek() else { return ZIP };
    if first == b"mimetype" {
        let said = PACKED.iter().find(|media_type| content.starts_with(media_type.as_bytes()));
        return said.unwrap_or(&ZIP);
    }
    // An archive may hold office documents without being one.
    let office: [&[u8]; 6] = [b"[Content_Types].xml", b"_rels/", b"docProps/", b"word/", b"xl/", b"ppt/"];
    if !office.iter().any(|start| first.starts_with(start)) {
        return ZIP;
    }
    let kinds: [(&[u8], _); 3] = [(b"word/", DOCX), (b"xl/", XLSX), (b"ppt/", PPTX)];
    entries
        .find_map(|(name, _)| kinds.iter().find(|(folder, _)| name.starts_with(folder)))
        .map_or(ZIP, |(_, kind)| kind)
}

/// Name and beginning of each entry that the head has (APPNOTE.TXT, section 4.3.7). They are looked for, since the sizes
/// to step over them may stand behind them.
fn entries(head: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let starts = head.windows(4).enumerate().filter(|(_, four)| four == b"PK\x03\x04");
    starts.filter_map(|(at, _)| {
        let entry = &head[at..];
        let length = |at| Some(usize::from(u16::from_le_bytes(entry.get(at..at + 2)?.try_into().ok()?)));
        let (name, extra) = (length(26)?, length(28)?);
        Some((entry.get(30..30 + name)?, entry.get(30 + name + extra..)?))
    })
}

/// Whether all pieces together are UTF-8, wherever they are cut.
#[derive(Default)]
struct Utf8 {
    /// The beginning of a character whose rest has not come.
    begun: Vec<u8>,
    broken: bool,
}

impl Utf8 {
    fn take(&mut self, mut piece: &[u8]) {
        while !self.broken && !self.begun.is_empty() {
            let Some((next, rest)) = piece.split_first() else { return };
            piece = rest;
            self.begun.push(*next);
            match std::str::from_utf8(&self.begun) {
                Ok(_) => self.begun.clear(),
                Err(error) => self.broken = error.error_len().is_some(),
            }
        }
        match std::str::from_utf8(piece) {
            Err(error) if error.error_len().is_none() => self.begun = piece[error.valid_up_to()..].to_vec(),
            result => self.broken |= result.is_err(),
        }
    }

    fn is_valid(&self) -> bool {
        !self.broken && self.begun.is_empty()
    }
}

#[cfg(test)]
mod tests;
