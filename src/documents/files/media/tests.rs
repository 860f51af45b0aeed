//! What contents look like.
use super::*;
use proptest::prelude::*;

/// What a sniffer says of a content that comes in pieces of a size.
fn told(content: &[u8], size: usize) -> &'static str {
    let mut sniffer = Sniffer::default();
    content.chunks(size).for_each(|piece| sniffer.take(piece));
    sniffer.media_type()
}

/// An archive as far as it is looked at: local headers, each with its content, without a directory.
fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let entry = |(name, content): &(&str, &[u8])| {
        let mut bytes = b"PK\x03\x04".to_vec();
        bytes.extend([0; 22]);
        bytes.extend((name.len() as u16).to_le_bytes());
        // An extra field of four bytes, as some programs pad with.
        bytes.extend([4, 0]);
        bytes.extend(name.bytes());
        bytes.extend([0; 4]);
        bytes.extend(*content);
        bytes
    };
    entries.iter().flat_map(entry).collect()
}

#[test]
fn texts_are_told_by_what_they_say() {
    for (content, expected) in [
        ("hello", TEXT),
        ("nosaukums;summa\nLīgums;5,00\n", TEXT),
        ("\u{FEFF}Дата;Сумма", TEXT),
        ("BM is no picture", TEXT),
        ("II*", TEXT),
        ("ID3,name", TEXT),
        ("a < b <script>", TEXT),
        ("<3", TEXT),
        ("<", TEXT),
        ("{\"a\": 1}", TEXT),
        ("%PDF-1.7\nall of it may be ASCII", "application/pdf"),
        ("{\\rtf1\\ansi}", "application/rtf"),
        ("<!DOCTYPE html><p>", "text/html"),
        ("\u{FEFF}\n <HTML lang=lv>", "text/html"),
        ("<script>alert(1)</script>", "text/html"),
        ("<x><script>alert(1)</script></x>", "text/html"),
        ("<?xml version=\"1.0\"?><html xmlns=\"http://www.w3.org/1999/xhtml\"/>", "text/html"),
        ("<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "image/svg+xml"),
        ("<?xml version=\"1.0\"?>\n<!DOCTYPE svg><SVG/>", "image/svg+xml"),
        ("<?xml version=\"1.0\"?><Document/>", "application/xml"),
        ("<note/>", "application/xml"),
    ] {
        assert_eq!(told(content.as_bytes(), 1 << 20), expected, "{content}");
    }
}

#[test]
fn what_is_no_text_to_its_end_is_unknown() {
    assert_eq!(told(b"Rezekne, R\xE7zekne", 1 << 20), UNKNOWN);
    assert_eq!(told(b"a\0b", 1 << 20), UNKNOWN);
    let late = [vec![b'a'; HEAD + 10], b"\xE7 b".to_vec()].concat();
    assert_eq!(told(&late, 1000), UNKNOWN);
    assert_eq!(told(&late[..HEAD + 10], 1000), TEXT);
    let cut = "ā".repeat(HEAD);
    assert_eq!((told(&cut.as_bytes()[..HEAD + 2], 7), told(&cut.as_bytes()[..HEAD + 3], 7)), (TEXT, UNKNOWN));
}

#[test]
fn a_character_may_be_cut_by_the_end_of_the_head() {
    let text = format!("a{}", "ā".repeat(HEAD));
    assert_eq!(told(text.as_bytes(), 1000), TEXT);
}

#[test]
fn binary_formats_are_told() {
    for (content, expected) in [
        (&b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n"[..], "application/pdf"),
        (b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR", "image/png"),
        (b"\xFF\xD8\xFF\xE0\0\x10JFIF", "image/jpeg"),
        (b"GIF89a\x01\0\x01\0\0", "image/gif"),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\0\0", COMPOUND),
        (b"MZ\x90\0\x03\0\0\0", "application/vnd.microsoft.portable-executable"),
        (b"\x1F\x8B\x08\0", "application/gzip"),
        (b"<html > but in Latin-1: \xE7", "text/html"),
        (b"\x01\x02\x03", UNKNOWN),
    ] {
        assert_eq!(told(content, 3), expected, "{content:?}");
    }
}

#[test]
fn office_documents_are_told_from_archives() {
    let types = ("[Content_Types].xml", &b"<Types/>"[..]);
    let odt = b"application/vnd.oasis.opendocument.textPK";
    let template = b"application/vnd.oasis.opendocument.text-templatePK";
    for (entries, expected) in [
        (vec![types, ("_rels/.rels", b""), ("word/document.xml", b"")], DOCX),
        (
            vec![
                ("_rels/.rels", b""),
                ("docProps/core.xml", b""),
                ("docProps/app.xml", b""),
                ("xl/workbook.xml", b""),
            ],
            XLSX,
        ),
        (vec![("ppt/presentation.xml", b"")], PPTX),
        (vec![types, ("_rels/.rels", b"")], ZIP),
        (vec![("mimetype", odt)], "application/vnd.oasis.opendocument.text"),
        (vec![("mimetype", template)], "application/vnd.oasis.opendocument.text-template"),
        (vec![("mimetype", b"application/vnd.etsi.asic-e+zipPK"), ("a.docx", b"")], SIGNED),
        (vec![("mimetype", b"text/html")], ZIP),
        // A document within an archive.
        (vec![("a.docx", b""), ("word/document.xml", b"")], ZIP),
        (vec![("a.txt", b"")], ZIP),
    ] {
        assert_eq!(told(&archive(&entries), 10), expected, "{entries:?}");
    }
    assert_eq!(told(b"PK\x03\x04", 4), ZIP);
}

#[test]
fn an_ending_refines_and_never_contradicts() {
    for (stored, name, expected) in [
        (TEXT, "a.csv", "text/csv"),
        (TEXT, "a.CSV", "text/csv"),
        (TEXT, "csv", TEXT),
        (TEXT, "a.html", TEXT),
        (TEXT, "a.pdf", TEXT),
        (COMPOUND, "a.xls", "application/vnd.ms-excel"),
        (ZIP, "a.edoc", SIGNED),
        (UNKNOWN, "a.csv", UNKNOWN),
        ("text/html", "a.csv", "text/html"),
    ] {
        assert_eq!(media_type(stored, name), expected, "{stored} {name}");
    }
}

proptest! {
    #[test]
    fn pieces_are_utf8_when_the_whole_is(bytes in "[a-cāЖ€😀]{0,12}", noise in proptest::collection::vec(any::<u8>(), 0..3), at in 0..40usize, size in 1..5usize) {
        let mut content = bytes.into_bytes();
        let at = at.min(content.len());
        content.splice(at..at, noise);
        let mut utf8 = Utf8::default();
        content.chunks(size).for_each(|piece| utf8.take(piece));
        prop_assert_eq!(utf8.is_valid(), std::str::from_utf8(&content).is_ok());
    }

    #[test]
    fn nothing_makes_it_panic(start in prop::sample::select(vec![&b""[..], b"PK\x03\x04", b"<", b"\x89PNG", b"\0\0\0\x18ftyp", b"RIFF", b"%PDF-", b"MZ"]),
                              rest in proptest::collection::vec(any::<u8>(), 0..300), size in 1..64usize) {
        told(&[start, &rest].concat(), size);
        told(&[start, &[0; 26], &rest, start, &rest].concat(), size);
    }
}
