//! Patterns of agreement numbers. They are run by an engine whose time grows with the text alone, so no pattern can hang
//! this server; but regimes are read by other programs too, whose engines go back and try again. So what such an engine
//! tries for ever is refused as well. Pure.
use regex::RegexBuilder;
use regex_syntax::hir::{Hir, HirKind};
use serde_json::{Value, json};

/// Characters of a pattern: the numbers that it describes have some dozens.
const LONGEST: usize = 1000;
/// Bytes that a compiled pattern may take.
const LARGEST: usize = 1 << 20;

/// Why a pattern is refused: a fault's code and parameters.
pub type Refused = (&'static str, Value);

/// # Errors
/// What is wrong with the pattern.
pub fn check(pattern: &str) -> Result<(), Refused> {
    if pattern.chars().count() > LONGEST {
        return Err(("too_long", json!({"max": LONGEST})));
    }
    let unusable = |reason: String| ("unusable_pattern", json!({"reason": reason}));
    // The parser's own words draw the pattern over several lines; the last one says what is wrong.
    let said =
        |error: String| error.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
    let parsed = regex_syntax::parse(pattern).map_err(|error| unusable(said(error.to_string())))?;
    if goes_back(&parsed) {
        return Err(("endless_pattern", json!({})));
    }
    let compiled = RegexBuilder::new(pattern).size_limit(LARGEST).build();
    compiled.map(|_| ()).map_err(|error| unusable(said(error.to_string())))
}

/// Whether somewhere a repetition without an end repeats what alone is one already: `(a+)+`, `(\w+\s?)*`. A text that
/// fits nearly can be cut up there in more ways than anybody can try.
fn goes_back(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Repetition(repetition) => {
            (repetition.max.is_none() && is_endless(&repetition.sub)) || goes_back(&repetition.sub)
        }
        HirKind::Capture(capture) => goes_back(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().any(goes_back),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => false,
    }
}

/// Whether it can match by a repetition without an end alone.
fn is_endless(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Repetition(repetition) => repetition.max.is_none() || is_endless(&repetition.sub),
        HirKind::Capture(capture) => is_endless(&capture.sub),
        HirKind::Alternation(branches) => branches.iter().any(is_endless),
        HirKind::Concat(parts) => parts.iter().enumerate().any(|(at, part)| {
            let others = || parts.iter().enumerate().filter(|(other, _)| *other != at);
            is_endless(part) && others().all(|(_, other)| other.properties().minimum_len() == Some(0))
        }),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn told(pattern: &str) -> &'static str {
        check(pattern).err().map_or("", |(code, _)| code)
    }

    #[test]
    fn patterns_of_agreement_numbers_pass() {
        for pattern in [
            r"^ICMPD/(?P<year>\d{4})/(?P<facility>[A-Z]{2,6})-(?P<fund_no>\d{1,4})-(?P<seq>\d{3})$",
            r"^[A-Z]+(-[A-Z0-9]+)*$",
            r"^(\d{4}[/-])+\d+$",
            "",
        ] {
            assert_eq!(told(pattern), "", "{pattern}");
        }
    }

    #[test]
    fn what_goes_back_for_ever_or_is_no_pattern_is_refused() {
        for pattern in
            ["(a+)+$", r"^(\w+\s?)*$", "(a*)*", "((a+b*))+", "(x|a+)*", "(a|(b*)){2,}", "((a+){2})*"]
        {
            assert_eq!(told(pattern), "endless_pattern", "{pattern}");
        }
        for pattern in
            ["(", "a{2,1}", r"(?=a)b", r"(a)\1", "(?<!a)b", r"(?P<1>a)", "(a{500}){500}", r"\p{Nope}"]
        {
            assert_eq!(told(pattern), "unusable_pattern", "{pattern}");
        }
        assert_eq!(told(&"a".repeat(1001)), "too_long");
    }

    proptest! {
        #[test]
        fn no_pattern_breaks_it(pattern in r"[a-c()\[\]*+?{}0-9|\\^$.:<>=!P-]{0,40}") {
            let _ = check(&pattern);
        }
    }
}
