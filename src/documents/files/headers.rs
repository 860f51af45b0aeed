//! The headers of downloads: pure. A file comes from callers and is given out from our own origin, so nothing of it may
//! run there, whatever it is and whatever its name says.
use super::media::UNKNOWN;
use super::name::safe;
use axum::http::header::{
    CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue};
use http_range_header::{RangeUnsatisfiableError, parse_range_header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::ops::Range;
use unicode_normalization::UnicodeNormalization;

const PDF: &str = "application/pdf";
/// What browsers show without running anything of it.
const SHOWN: &[&str] =
    &[PDF, "image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "text/plain"];
const ISOLATED: HeaderValue = HeaderValue::from_static("default-src 'none'; sandbox");
/// Chromium refuses to show a PDF in a sandbox; its viewer is a process of its own.
const FOR_VIEWER: HeaderValue = HeaderValue::from_static("default-src 'none'");

/// RFC 8187, section 3.2.1: all but `attr-char`.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// The headers of a file on its way out. `inline` asks for it to be shown, which is granted to few types only.
pub fn disposition(file_name: &str, media_type: &str, inline: bool) -> [(HeaderName, HeaderValue); 4] {
    let essence = essence(media_type);
    let inline = inline && SHOWN.contains(&essence.as_str());
    let policy = if inline && essence == PDF { FOR_VIEWER } else { ISOLATED };
    [
        (CONTENT_DISPOSITION, named(if inline { "inline" } else { "attachment" }, file_name)),
        (CONTENT_TYPE, harmless(&essence)),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (CONTENT_SECURITY_POLICY, policy),
    ]
}

/// RFC 6266 with both forms of the name: its appendix D says why the first has neither quotes nor percent signs.
fn named(how: &str, file_name: &str) -> HeaderValue {
    let name = safe(file_name);
    let plain = |c: char| if matches!(c, ' '..='~') && c != '%' { c } else { '_' };
    // Accents apart, and left out: `Lïgums` is better read as `Ligums` than as `L_gums`.
    let marks = unicode_normalization::char::is_combining_mark;
    let ascii = name.nfd().filter(|c| !marks(*c)).map(plain).collect::<String>();
    let encoded = utf8_percent_encode(&name, ENCODED);
    let value = format!("{how}; filename=\"{ascii}\"; filename*=UTF-8''{encoded}");
    // Printable ASCII always is a value.
    HeaderValue::try_from(value).unwrap_or(const { HeaderValue::from_static("attachment") })
}

/// The type without its parameters, in lower case.
fn essence(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn harmless(essence: &str) -> HeaderValue {
    let (kind, form) = essence.split_once('/').unwrap_or_default();
    let sound = [kind, form].iter().all(|part| {
        let token = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'+' | b'-' | b'_');
        !part.is_empty() && part.bytes().all(token)
    });
    let safe_kind = match kind {
        "text" => matches!(form, "plain" | "csv"),
        "application" | "audio" | "font" | "image" | "video" => true,
        _ => false,
    };
    let active = ["html", "xml"].iter().any(|end| form.ends_with(end))
        || ["script", "svg", "xsl", "flash"].iter().any(|part| form.contains(part));
    let value = match kind {
        _ if !sound || !safe_kind || active => UNKNOWN.to_owned(),
        "text" => format!("{essence}; charset=utf-8"),
        _ => essence.to_owned(),
    };
    HeaderValue::try_from(value).unwrap_or(const { HeaderValue::from_static(UNKNOWN) })
}

/// What the header `Range` asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// 200.
    Whole,
    /// 206 with `Content-Range: bytes {start}-{end - 1}/{size}`.
    Part(Range<u64>),
    /// 416 with `Content-Range: bytes */{size}`.
    Beyond,
}

/// Reads the header `Range` for a content of `size` bytes. What can't be read, and several parts at once, are answered
/// with the whole, as RFC 9110, section 14.2, allows.
pub fn range(header: Option<&str>, size: u64) -> Asked {
    let parsed = header.and_then(|text| parse_range_header(text).ok()).filter(|parsed| parsed.len() == 1);
    match parsed.map(|parsed| parsed.validate(size)) {
        Some(Ok(ranges)) => match ranges.as_slice() {
            [one] => Asked::Part(*one.start()..*one.end() + 1),
            _ => Asked::Whole,
        },
        Some(Err(RangeUnsatisfiableError::Unsatisfiable)) => Asked::Beyond,
        Some(Err(_)) | None => Asked::Whole,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests;
