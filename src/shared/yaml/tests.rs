//! What YAML is read as, and what is refused.
use super::*;
use proptest::prelude::*;

fn told(text: &str) -> Vec<(String, String)> {
    let faults = read(text).unwrap().faults.into_vec();
    faults.into_iter().map(|f| (f.pointer, f.params["text"].as_str().unwrap().to_owned())).collect()
}

#[test]
fn it_is_read_as_the_json_that_it_means() {
    let read = read(
        "# words\na: {b: [1, x, true, ~], c: 'no', d: \"2019.1\"}\ne: 2019-11-01\nf: |\n  two\n  lines\n",
    );
    let expected = json!({"a": {"b": [1, "x", true, null], "c": "no", "d": "2019.1"}, "e": "2019-11-01", "f": "two\nlines\n"});
    let read = read.unwrap();
    assert_eq!((read.value, read.faults.is_empty()), (expected, true));
    assert_eq!(read.plain.get("/a/b/0").map(String::as_str), Some("1"));
}

#[test]
fn what_readers_do_not_agree_on_is_named() {
    for text in [
        "2019.1",
        "no",
        "Yes",
        "on",
        "010",
        "1_000",
        "12:30",
        "0x1F",
        ".inf",
        "1e3",
        ".5",
        "-0.5",
        "n",
        "99999999999999999999",
        "+1.0",
    ] {
        assert_eq!(told(&format!("a: [x, {text}]")), [("/a/1".to_owned(), text.to_owned())], "{text}");
    }
    assert_eq!(told("label: {no: Norsk}"), [("/label/no".to_owned(), "no".to_owned())]);
    for text in ["2019-11-01", "P3M", "A.1", "v1.2", "1+2+3", "e", "S12 S15", "1.2.3.x", "5 %"] {
        assert_eq!(told(&format!("a: {text}")), [], "{text}");
    }
}

#[test]
fn what_could_grow_or_be_lost_is_refused() {
    for (text, reason) in [
        ("a: &x [1]\nb: *x", "line 1, column 4: anchors and tags are not taken"),
        ("a: 1\na: 2", "line 2, column 1: the member \"a\" stands here twice"),
        ("<<: {a: 1}", "merging"),
        ("a: !!binary x", "anchors and tags"),
        ("a: !x {}", "anchors and tags"),
        ("a: 1\n---\nb: 2", "a second document"),
        ("[a]: 1", "a member's name"),
        ("a: [1", ""),
        ("\"a: 1", ""),
    ] {
        let refused = read(text).unwrap_err();
        assert!(refused.contains(reason), "{text}: {refused}");
    }
    assert!(read(&format!("a: {}", "[".repeat(200))).is_err());
    assert!(read(&format!("{}1", "- ".repeat(100))).unwrap_err().contains("deeper"));
    assert_eq!(read("a: !!str 2019.1").unwrap().value, json!({"a": "2019.1"}));
    assert_eq!(read("").unwrap().value, Value::Null);
}

proptest! {
    #[test]
    fn no_text_breaks_it(text in "[a-z0-9:{}\\[\\]&*!|>'\"#?,~\n -]{0,80}") {
        let _ = read(&text);
    }

    #[test]
    fn no_text_at_all_breaks_it(text in any::<String>()) {
        let _ = read(&text);
    }

    /// JSON is YAML, but for what is refused by name.
    #[test]
    fn texts_in_quotes_stay_as_they_are(text in "[^\0\u{7f}-\u{9f}\u{feff}\u{fffe}\u{ffff}]{0,30}") {
        prop_assert_eq!(read(&json!({"a": text}).to_string()).unwrap().value, json!({"a": text}));
    }
}
