//! Each defect alone makes a good token a bad one, and for the right reason.
#![expect(clippy::unwrap_used, reason = "a test may")]
use super::super::crypto::tests::Pair;
use super::*;
use proptest::prelude::*;
use serde_json::json;

const ISSUER: &str = "https://id.example.org";
const NOW: i64 = 1_800_000_000;

fn expected() -> Expected {
    Expected { issuer: ISSUER.into(), audience: "grants".into(), leeway: TimeDelta::seconds(60) }
}

fn header() -> Value {
    json!({"alg": "ES256", "typ": "at+jwt", "kid": "a"})
}

fn claims() -> Value {
    json!({"iss": ISSUER, "aud": "grants", "sub": "anna", "client_id": "dashboard", "iat": NOW - 10, "exp": NOW + 300})
}

/// A token of these texts, signed.
fn signed(pair: &Pair, header: &str, claims: &str) -> String {
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(pair.sign(message.as_bytes())))
}

fn judge(text: &str, keys: &[Key]) -> Result<Claims, Refusal> {
    Token::read(text)?.check(keys, &expected(), DateTime::from_timestamp(NOW, 0).unwrap())
}

fn with(base: Value, name: &str, value: Value) -> String {
    let mut changed = base;
    match value {
        // As if it were not there.
        Value::Null => drop(changed.as_object_mut().unwrap().remove(name)),
        value => changed[name] = value,
    }
    changed.to_string()
}

#[test]
fn one_defect_is_enough_and_has_its_own_reason() {
    let (pair, other) = (Pair::p256(), Pair::p256());
    let keys =
        [Key::from_jwk(&pair.jwk("a")).unwrap(), Key::from_jwk(&Pair::ed25519().jwk("edwards")).unwrap()];
    let (good_header, good_claims) = (header().to_string(), claims().to_string());
    let good = signed(&pair, &good_header, &good_claims);
    let found = judge(&good, &keys).unwrap();
    assert_eq!((found.subject.as_str(), found.is_client), ("anna", false));

    let headers = [
        (with(header(), "alg", json!("none")), Refusal::Algorithm),
        (with(header(), "alg", json!("None")), Refusal::Algorithm),
        (with(header(), "alg", json!("HS256")), Refusal::Algorithm),
        (with(header(), "alg", json!("RS384")), Refusal::Algorithm),
        (with(header(), "alg", json!(["ES256"])), Refusal::Algorithm),
        (with(header(), "alg", Value::Null), Refusal::Algorithm),
        (with(header(), "alg", json!("RS256")), Refusal::OtherAlgorithm),
        (with(header(), "kid", json!("edwards")), Refusal::OtherAlgorithm),
        (with(header(), "kid", json!("b")), Refusal::UnknownKey),
        (with(header(), "kid", json!("")), Refusal::NoKey),
        (with(header(), "kid", Value::Null), Refusal::NoKey),
        (with(header(), "typ", json!("JWT")), Refusal::Type),
        (with(header(), "typ", json!("id+jwt")), Refusal::Type),
        (with(header(), "typ", Value::Null), Refusal::Type),
        (with(header(), "jku", json!("https://evil.example.org")), Refusal::HeaderNotTaken),
        (with(header(), "x5u", json!("https://evil.example.org")), Refusal::HeaderNotTaken),
        (with(header(), "x5c", json!([])), Refusal::HeaderNotTaken),
        (with(header(), "jwk", other.jwk("a")), Refusal::HeaderNotTaken),
        (with(header(), "crit", json!(["b64"])), Refusal::HeaderNotTaken),
        (with(header(), "b64", json!(true)), Refusal::HeaderNotTaken),
        (r#"{"alg":"none","alg":"ES256","typ":"at+jwt","kid":"a"}"#.into(), Refusal::Header),
        (r#"{"alg":"ES256","\u0061lg":"ES256","typ":"at+jwt","kid":"a"}"#.into(), Refusal::Header),
        ("[]".into(), Refusal::Header),
        ("".into(), Refusal::Header),
    ];
    for (header, reason) in headers {
        assert_eq!(judge(&signed(&pair, &header, &good_claims), &keys), Err(reason), "{header}");
    }
    let bodies = [
        (with(claims(), "iss", json!("https://id.example.org/")), Refusal::Issuer),
        (with(claims(), "iss", json!([ISSUER])), Refusal::Issuer),
        (with(claims(), "iss", Value::Null), Refusal::Issuer),
        (with(claims(), "aud", json!("other")), Refusal::Audience),
        (with(claims(), "aud", json!(["other", "Grants"])), Refusal::Audience),
        (with(claims(), "aud", json!(["grants", 1])), Refusal::Audience),
        (with(claims(), "aud", json!([])), Refusal::Audience),
        (with(claims(), "aud", Value::Null), Refusal::Audience),
        (with(claims(), "exp", json!(NOW - 60)), Refusal::Expired),
        (with(claims(), "exp", json!(-1e300)), Refusal::Expired),
        (with(claims(), "exp", Value::Null), Refusal::NoEnd),
        (with(claims(), "exp", json!((NOW + 300).to_string())), Refusal::Time),
        (with(claims(), "exp", json!(true)), Refusal::Time),
        (with(claims(), "nbf", json!(NOW + 61)), Refusal::NotYet),
        (with(claims(), "nbf", json!("soon")), Refusal::Time),
        (with(claims(), "iat", json!(NOW + 61)), Refusal::NotYet),
        (with(claims(), "sub", json!("")), Refusal::Subject),
        (with(claims(), "sub", json!("a\0b")), Refusal::Subject),
        (with(claims(), "sub", json!("a".repeat(256))), Refusal::Subject),
        (with(claims(), "sub", json!(1)), Refusal::Subject),
        (with(claims(), "sub", Value::Null), Refusal::Subject),
        (good_claims.replacen('{', r#"{"sub":"boss","#, 1), Refusal::Claims),
        (good_claims.replacen('}', r#","nested":{"a":1,"a":2}}"#, 1), Refusal::Claims),
        ("[]".into(), Refusal::Claims),
    ];
    for (body, reason) in bodies {
        assert_eq!(judge(&signed(&pair, &good_header, &body), &keys), Err(reason), "{body}");
    }
    // What is said twice is not believed, but only who signed it is told that.
    let (message, signature) = good.rsplit_once('.').unwrap();
    for (text, reason) in [
        (format!("{message}."), Refusal::Unsigned),
        (format!("{message}.{}", &signature[..signature.len() - 6]), Refusal::Signature),
        (signed(&other, &good_header, &good_claims), Refusal::Signature),
        (signed(&other, &good_header, "[]"), Refusal::Signature),
        (format!("{message}.{signature}="), Refusal::Shape),
        (format!("{message}. {signature}"), Refusal::Shape),
        (message.to_owned(), Refusal::Shape),
        (format!("{good}.a"), Refusal::Shape),
        (String::new(), Refusal::Shape),
        (format!("{good}{}", "A".repeat(64 * 1024)), Refusal::TooLong),
    ] {
        assert_eq!(judge(&text, &keys), Err(reason), "{text:.80}");
    }
    assert_eq!(judge(&good, &[]), Err(Refusal::UnknownKey));
}

#[test]
fn what_is_allowed_is_taken() {
    let pair = Pair::p256();
    let keys = [Key::from_jwk(&Pair::ed25519().jwk("a")).unwrap(), Key::from_jwk(&pair.jwk("a")).unwrap()];
    for header in [
        with(header(), "typ", json!("application/AT+JWT")),
        with(header(), "typ", json!("at+JWT")),
        with(header(), "x5t", json!("thumbprint")),
    ] {
        assert!(judge(&signed(&pair, &header, &claims().to_string()), &keys).is_ok(), "{header}");
    }
    for claims in [
        with(claims(), "aud", json!(["other", "grants"])),
        with(claims(), "exp", json!(NOW - 59)),
        with(claims(), "exp", json!(NOW as f64 - 59.5)),
        with(claims(), "nbf", json!(NOW + 60)),
        with(claims(), "iat", json!(NOW + 60)),
        with(claims(), "iat", Value::Null),
        with(claims(), "sub", json!("ā".repeat(255))),
    ] {
        assert!(judge(&signed(&pair, &header().to_string(), &claims), &keys).is_ok(), "{claims}");
    }
    let client = with(claims(), "client_id", json!("anna"));
    assert!(judge(&signed(&pair, &header().to_string(), &client), &keys).unwrap().is_client);
}

#[test]
fn edwards_keys_are_taken_under_both_names() {
    let pair = Pair::ed25519();
    let keys = [Key::from_jwk(&pair.jwk("a")).unwrap()];
    for name in ["EdDSA", "Ed25519"] {
        let text = signed(&pair, &with(header(), "alg", json!(name)), &claims().to_string());
        assert!(judge(&text, &keys).is_ok(), "{name}");
    }
    let text = signed(&pair, &header().to_string(), &claims().to_string());
    assert_eq!(judge(&text, &keys), Err(Refusal::OtherAlgorithm));
}

#[test]
fn only_what_looks_like_a_jwt_is_judged_here() {
    assert!(is_jwt("a.b.c") && is_jwt("..") && is_jwt("a.b."));
    assert!(!is_jwt("grantline_abc") && !is_jwt("a.b") && !is_jwt("a.b.c.d.e") && !is_jwt(""));
}

proptest! {
    /// No letter of a token can be changed.
    #[test]
    fn no_other_text_is_the_same_token(place in any::<prop::sample::Index>(), letter in "[A-Za-z0-9_.=+/ -]") {
        let pair = Pair::ed25519();
        let keys = [Key::from_jwk(&pair.jwk("a")).unwrap()];
        let good = signed(&pair, &with(header(), "alg", json!("EdDSA")), &claims().to_string());
        let at = place.index(good.len());
        let mut changed = good.clone();
        changed.replace_range(at..=at, &letter);
        prop_assert_eq!(judge(&changed, &keys).is_ok(), changed == good);
    }

    #[test]
    fn no_text_breaks_it(text in ".{0,60}", header in ".{0,60}", claims in ".{0,60}") {
        let pair = Pair::p256();
        let keys = [Key::from_jwk(&pair.jwk("a")).unwrap()];
        prop_assert!(judge(&text, &keys).is_err());
        prop_assert!(judge(&signed(&pair, &header, &claims), &keys).is_err());
    }
}
