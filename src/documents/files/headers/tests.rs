//! The headers of downloads, and the ranges that are asked for.
use super::*;
use proptest::prelude::*;

fn header(name: &HeaderName, file_name: &str, media_type: &str, inline: bool) -> String {
    let headers = disposition(file_name, media_type, inline);
    let found = headers.iter().find(|(one, _)| one == name).unwrap();
    found.1.to_str().unwrap().to_owned()
}

fn disposed(file_name: &str) -> String {
    header(&CONTENT_DISPOSITION, file_name, "application/pdf", false)
}

fn served(media_type: &str) -> String {
    header(&CONTENT_TYPE, "a", media_type, true)
}

#[test]
fn names_come_in_both_forms() {
    for (name, plain, encoded) in [
        ("a.pdf", "a.pdf", "a.pdf"),
        ("Līguma šķēle.pdf", "Liguma skele.pdf", "L%C4%ABguma%20%C5%A1%C4%B7%C4%93le.pdf"),
        ("Отчёт.pdf", "_____.pdf", "%D0%9E%D1%82%D1%87%D1%91%D1%82.pdf"),
        ("100%.pdf", "100_.pdf", "100%25.pdf"),
        ("a\"; filename=b.exe", "a_; filename=b.exe", "a_%3B%20filename%3Db.exe"),
        ("a\r\nSet-Cookie: b", "a__Set-Cookie_ b", "a__Set-Cookie_%20b"),
        ("../../etc/passwd", "_.._etc_passwd", "_.._etc_passwd"),
        ("it's (1)*.pdf", "it's (1)_.pdf", "it%27s%20%281%29_.pdf"),
        ("NUL", "_NUL", "_NUL"),
        ("", "file", "file"),
    ] {
        let expected = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}");
        assert_eq!(disposed(name), expected, "{name:?}");
    }
    assert!(disposed(&"Ж".repeat(5000)).len() < 1200);
}

#[test]
fn few_types_are_shown_and_only_when_asked() {
    let how = |media_type, inline| {
        let value = header(&CONTENT_DISPOSITION, "a", media_type, inline);
        value.split(';').next().unwrap().to_owned()
    };
    for media_type in ["application/pdf", "image/png", "image/jpeg", "Image/PNG", "text/plain; charset=utf-8"]
    {
        assert_eq!(
            (how(media_type, true).as_str(), how(media_type, false).as_str()),
            ("inline", "attachment")
        );
    }
    for media_type in
        ["text/html", "image/svg+xml", "application/xml", "text/csv", "application/zip", "", "pdf"]
    {
        assert_eq!(how(media_type, true), "attachment", "{media_type}");
    }
}

#[test]
fn nothing_that_runs_keeps_its_type() {
    for media_type in [
        "text/html",
        "TEXT/HTML; charset=utf-8",
        "application/xhtml+xml",
        "image/svg+xml",
        "application/xml",
        "text/xml",
        "application/atom+xml",
        "text/javascript",
        "application/javascript",
        "application/ecmascript",
        "text/css",
        "text/vtt",
        "application/x-shockwave-flash",
        "application/xslt+xml",
        "multipart/x-mixed-replace",
        "message/rfc822",
        "model/x",
        "",
        "text",
        "/",
        "text/",
        "image/png/x",
        "image/p ng",
        "image/png\r\nX: y",
        "image/ā",
    ] {
        assert_eq!(served(media_type), "application/octet-stream", "{media_type:?}");
    }
    for (media_type, expected) in [
        ("application/pdf", "application/pdf"),
        ("image/png; q=1", "image/png"),
        ("text/plain", "text/plain; charset=utf-8"),
        ("text/csv", "text/csv; charset=utf-8"),
        ("application/vnd.etsi.asic-e+zip", "application/vnd.etsi.asic-e+zip"),
        (
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
    ] {
        assert_eq!(served(media_type), expected);
    }
}

#[test]
fn all_are_isolated_but_a_pdf_that_is_shown() {
    for (media_type, inline, policy) in [
        ("application/pdf", false, "default-src 'none'; sandbox"),
        ("application/pdf", true, "default-src 'none'"),
        ("image/png", true, "default-src 'none'; sandbox"),
        ("text/html", true, "default-src 'none'; sandbox"),
    ] {
        assert_eq!(header(&CONTENT_SECURITY_POLICY, "a", media_type, inline), policy);
        assert_eq!(header(&X_CONTENT_TYPE_OPTIONS, "a", media_type, inline), "nosniff");
    }
}

#[test]
fn ranges_are_read() {
    for (text, expected) in [
        ("bytes=0-0", Asked::Part(0..1)),
        ("bytes=2-5", Asked::Part(2..6)),
        ("bytes=2-", Asked::Part(2..10)),
        ("bytes=-3", Asked::Part(7..10)),
        ("bytes=-99", Asked::Part(0..10)),
        ("bytes=9-99999999999999999999999", Asked::Part(9..10)),
        ("bytes=10-", Asked::Beyond),
        ("bytes=10-20", Asked::Beyond),
        ("bytes=-0", Asked::Beyond),
        ("bytes=5-2", Asked::Whole),
        ("bytes=0-1,3-4", Asked::Whole),
        ("bytes=0-5,3-8,1-2", Asked::Whole),
        ("bytes=", Asked::Whole),
        ("lines=1-2", Asked::Whole),
        ("", Asked::Whole),
    ] {
        assert_eq!(range(Some(text), 10), expected, "{text}");
    }
    assert_eq!(range(None, 10), Asked::Whole);
}

proptest! {
    #[test]
    fn any_name_makes_a_sound_header(name in "(?s:[\"\\\\;%'=\r\n\u{0}a-cāЖ./]{0,20}|.{0,400})") {
        let value = disposed(&name);
        let rest = value.strip_prefix("attachment; filename=\"").unwrap();
        let (plain, encoded) = rest.split_once("\"; filename*=UTF-8''").unwrap();
        prop_assert!(plain.bytes().all(|byte| matches!(byte, b' '..=b'~')) && !plain.contains(['"', '\\', '%', '/']));
        prop_assert!(encoded.bytes().all(|byte| byte == b'%' || byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte)));
        let decoded = percent_encoding::percent_decode_str(encoded).decode_utf8().unwrap();
        prop_assert_eq!(decoded.as_ref(), safe(&name));
    }

    #[test]
    fn any_range_lies_within(text in "bytes=([0-9]{0,22}-[0-9]{0,22}|.{0,20})", size in 1..u64::MAX) {
        if let Asked::Part(part) = range(Some(&text), size) {
            prop_assert!(part.start < part.end && part.end <= size);
        }
    }

    #[test]
    fn any_type_is_harmless(media_type in "(text|image|application|multipart|x)/(html|[a-z+.-]{0,8}(xml|html|svg|script)?)(;.{0,5})?") {
        let value = served(&media_type);
        prop_assert!(!["html", "svg", "script"].iter().any(|part| value.contains(part)) && !value.ends_with("xml"), "{}", value);
    }
}
