//! Codes that others keep: countries (ISO 3166-1), currencies (ISO 4217), languages (BCP 47). An unknown code
//! is refused. Not the closed lists of our own (those are the vocabulary).

use std::fmt;

use celes::Country;
use iso_currency::Currency;

use super::{formats::Invalid, string_type};

/// A country: ISO 3166-1 alpha-2, upper case; and `XK`, the user-assigned code the EU writes for Kosovo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CountryCode(&'static str);

string_type!(CountryCode {
    format: "country-code",
    length: 2..=2,
    pattern: "^[A-Z]{2}$",
    example: "LV",
    description: "A country, ISO 3166-1 alpha-2 (and `XK`, the code in use for Kosovo).",
});

impl CountryCode {
    /// Reads a code in upper case.
    ///
    /// # Errors
    /// [`Invalid`] when ISO 3166-1 has no such country today.
    pub fn parse(s: &str) -> Result<Self, Invalid> {
        // Upper case first: celes takes any case.
        let upper = s.len() == 2 && s.bytes().all(|b| b.is_ascii_uppercase());
        let country = upper.then(|| Country::from_alpha2(s).ok()).flatten();
        country.map(|country| Self(country.alpha2)).ok_or(Invalid { format: "country-code" })
    }

    /// The code.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// A currency: ISO 4217, in use or withdrawn since 1990 (an old grant was paid in LVL). Codes that are no
/// money (`XXX`, `XTS`, metals, bond units) are refused; the units of account `XDR` and `XUA` are not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CurrencyCode {
    code: &'static str,
    digits: u8,
}

/// Withdrawn codes with two decimals that `iso_currency` no longer has: ISO 4217 List Three from 1990 on,
/// without its non-ISO codes, financial francs and fund codes. Decimals as OpenJDK's `java.util.Currency` has
/// them where it knows the code, else two.
const WITHDRAWN: &str = "\
    AFA ANG AON AOR ARA ATS AZM BAD BGL BRC BRE BRN BRR BUK CHC CSD CSK CYP DDM DEM ECS EEK FIM FRF GEK GHC \
    GHP GWP HRD IEP LTL LTT LVL LVR MRO MTL MXP MZM NIC NLG PEI PLZ RUR SDD SDP SIT SKK SRG STD SUR TJR TMM \
    UAK USS UYP VEB VEF XEU YDD YUD YUM YUN ZMK ZRN ZRZ ZWD ZWN ZWR";

/// The same, without decimals.
const WITHDRAWN_WHOLE: &str = "ADP BEF BYB BYR ESP GRD ITL LUF MGF PTE ROL TPE TRL";

/// Units of account that lenders write grants in. ISO 4217 gives them no minor unit; the lenders print two
/// decimals.
const UNITS_OF_ACCOUNT: &str = "XDR XUA";

string_type!(CurrencyCode {
    format: "currency-code",
    length: 3..=3,
    pattern: "^[A-Z]{3}$",
    example: "EUR",
    description: "A currency, ISO 4217, including withdrawn ones such as `LVL`.",
});

impl CurrencyCode {
    /// Reads a code in upper case.
    ///
    /// # Errors
    /// [`Invalid`] when there never was such a currency.
    pub fn parse(s: &str) -> Result<Self, Invalid> {
        let current = || {
            let currency = Currency::from_code(s)?;
            Some(Self { code: currency.code(), digits: u8::try_from(currency.exponent()?).ok()? })
        };
        let listed = |list: &'static str, digits| {
            list.split_ascii_whitespace().find(|code| *code == s).map(|code| Self { code, digits })
        };
        current()
            .or_else(|| listed(WITHDRAWN, 2))
            .or_else(|| listed(WITHDRAWN_WHOLE, 0))
            .or_else(|| listed(UNITS_OF_ACCOUNT, 2))
            .ok_or(Invalid { format: "currency-code" })
    }

    /// The code.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.code
    }

    /// How many decimals an amount has: 2 for EUR, 0 for JPY, 3 for KWD, 4 for UYW.
    #[must_use]
    pub fn minor_digits(self) -> u32 {
        u32::from(self.digits)
    }
}

impl fmt::Display for CurrencyCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
    }
}

/// A language: a BCP 47 tag in its usual case (`sr-Latn-RS`).
///
/// Refused beyond the grammar of RFC 5646: two letters that are no ISO 639-1 language; three letters where
/// two exist (section 2.2.1 asks for the shortest, and `lav` beside `lv` would be two texts for one
/// language); the reserved long primary subtags (`english`); a region that is no country. Other three-letter
/// codes (`ltg`) are taken as they are: the registry's eight thousand are not kept here.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LanguageTag(String);

/// ISO 639-1 with the ISO 639-2 (terminology) code of the same language.
const TWO_LETTER: &str = "\
    aa=aar ab=abk ae=ave af=afr ak=aka am=amh an=arg ar=ara as=asm av=ava ay=aym az=aze ba=bak be=bel bg=bul \
    bh=bih bi=bis bm=bam bn=ben bo=bod br=bre bs=bos ca=cat ce=che ch=cha co=cos cr=cre cs=ces cu=chu cv=chv \
    cy=cym da=dan de=deu dv=div dz=dzo ee=ewe el=ell en=eng eo=epo es=spa et=est eu=eus fa=fas ff=ful fi=fin \
    fj=fij fo=fao fr=fra fy=fry ga=gle gd=gla gl=glg gn=grn gu=guj gv=glv ha=hau he=heb hi=hin ho=hmo hr=hrv \
    ht=hat hu=hun hy=hye hz=her ia=ina id=ind ie=ile ig=ibo ii=iii ik=ipk io=ido is=isl it=ita iu=iku ja=jpn \
    jv=jav ka=kat kg=kon ki=kik kj=kua kk=kaz kl=kal km=khm kn=kan ko=kor kr=kau ks=kas ku=kur kv=kom kw=cor \
    ky=kir la=lat lb=ltz lg=lug li=lim ln=lin lo=lao lt=lit lu=lub lv=lav mg=mlg mh=mah mi=mri mk=mkd ml=mal \
    mn=mon mr=mar ms=msa mt=mlt my=mya na=nau nb=nob nd=nde ne=nep ng=ndo nl=nld nn=nno no=nor nr=nbl nv=nav \
    ny=nya oc=oci oj=oji om=orm or=ori os=oss pa=pan pi=pli pl=pol ps=pus pt=por qu=que rm=roh rn=run ro=ron \
    ru=rus rw=kin sa=san sc=srd sd=snd se=sme sg=sag si=sin sk=slk sl=slv sm=smo sn=sna so=som sq=sqi sr=srp \
    ss=ssw st=sot su=sun sv=swe sw=swa ta=tam te=tel tg=tgk th=tha ti=tir tk=tuk tl=tgl tn=tsn to=ton tr=tur \
    ts=tso tt=tat tw=twi ty=tah ug=uig uk=ukr ur=urd uz=uzb ve=ven vi=vie vo=vol wa=wln wo=wol xh=xho yi=yid \
    yo=yor za=zha zh=zho zu=zul";

/// The bibliographic codes of ISO 639-2, where they differ: languages of the list above as well.
const BIBLIOGRAPHIC: &str = "alb arm baq bur chi cze dut fre geo ger gre ice mac mao may per rum slo tib wel";

string_type!(LanguageTag {
    format: "language-tag",
    length: 2..=35,
    pattern: "^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$",
    example: "lv",
    description: "A language, as a BCP 47 tag.",
});

impl LanguageTag {
    /// Reads a tag in any case and writes it in the usual one (`SR-latn` becomes `sr-Latn`).
    ///
    /// # Errors
    /// [`Invalid`] when it is not well-formed, longer than 35 characters, or refused for a reason above.
    pub fn parse(s: &str) -> Result<Self, Invalid> {
        let read = || {
            let tag = oxilangtag::LanguageTag::parse_and_normalize(s).ok().filter(|_| s.len() <= 35)?;
            let primary = tag.primary_language();
            let mut pairs = TWO_LETTER.split_ascii_whitespace().filter_map(|pair| pair.split_once('='));
            let known = match primary.len() {
                2 => pairs.any(|(two, _)| two == primary),
                3 => {
                    !pairs.any(|(_, three)| three == primary)
                        && !BIBLIOGRAPHIC.split_ascii_whitespace().any(|code| code == primary)
                }
                _ => false,
            };
            let region = |r: &str| r.len() == 3 || CountryCode::parse(r).is_ok();
            (known && tag.region().is_none_or(region)).then(|| Self(tag.into_inner()))
        };
        read().ok_or(Invalid { format: "language-tag" })
    }

    /// The tag.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The language alone: `sr` of `sr-Latn-RS`.
    #[must_use]
    pub fn primary(&self) -> &str {
        self.0.split('-').next().unwrap_or_default()
    }
}

impl fmt::Display for LanguageTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// So that a map by tag can be asked with a `&str`.
impl std::borrow::Borrow<str> for LanguageTag {
    fn borrow(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;

    #[test]
    fn countries() {
        for yes in ["LV", "LB", "TJ", "XK", "GB"] {
            assert_eq!(CountryCode::parse(yes).unwrap().as_str(), yes);
        }
        for no in ["", "lv", "Lv", "LVA", "L", "UK", "EU", "SU", "YU", "ZZ", "LV ", "428", "Ā1"] {
            assert!(CountryCode::parse(no).is_err(), "{no:?}");
        }
        let letters = || (b'A'..=b'Z').map(char::from);
        let all = letters().flat_map(|a| letters().map(move |b| format!("{a}{b}")));
        // ISO 3166-1 has 249 countries; one more with XK.
        assert_eq!(all.filter(|code| CountryCode::parse(code).is_ok()).count(), 250);
    }

    #[test]
    fn currencies_past_and_present() {
        let digits = [
            ("EUR", 2),
            ("JPY", 0),
            ("KWD", 3),
            ("UYW", 4),
            ("LVL", 2),
            ("LTL", 2),
            ("EEK", 2),
            ("KZT", 2),
            ("RUR", 2),
            ("ITL", 0),
            ("BYR", 0),
            ("HRK", 2),
            ("XDR", 2),
            ("XOF", 0),
        ];
        for (code, digits) in digits {
            let currency = CurrencyCode::parse(code).unwrap();
            assert_eq!((currency.as_str(), currency.minor_digits()), (code, digits));
        }
        for no in [
            "", "eur", "Eur", "EU", "EURO", "ABC", "XXX", "XTS", "XAU", "XBA", "LVL ", "LVL EEK", "978",
            "ĀBC",
        ] {
            assert!(CurrencyCode::parse(no).is_err(), "{no:?}");
        }
    }

    #[test]
    fn the_withdrawn_lists_are_sorted_and_only_fill_gaps() {
        for list in [WITHDRAWN, WITHDRAWN_WHOLE, UNITS_OF_ACCOUNT] {
            let codes: Vec<_> = list.split_ascii_whitespace().collect();
            assert!(codes.is_sorted_by(|a, b| a < b), "{list}");
            for code in codes {
                assert!(code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase()), "{code}");
                assert!(
                    Currency::from_code(code).is_none_or(|c| c.exponent().is_none()),
                    "{code} is in the crate"
                );
            }
        }
    }

    #[test]
    fn no_currency_needs_more_decimals_than_an_amount_has() {
        let letters = || (b'A'..=b'Z').map(char::from);
        let all =
            letters().flat_map(|a| letters().flat_map(move |b| letters().map(move |c| format!("{a}{b}{c}"))));
        let known: Vec<_> = all.filter_map(|code| CurrencyCode::parse(&code).ok()).collect();
        assert!(known.len() > 240, "{}", known.len());
        assert!(known.iter().all(|c| c.minor_digits() <= 4));
    }

    #[test]
    fn languages_take_their_usual_case() {
        for (given, usual) in [
            ("lv", "lv"),
            ("LV", "lv"),
            ("en-gb", "en-GB"),
            ("SR-latn-rs", "sr-Latn-RS"),
            ("ltg", "ltg"),
            ("es-419", "es-419"),
            ("lv-x-easy", "lv-x-easy"),
        ] {
            assert_eq!(LanguageTag::parse(given).unwrap().as_str(), usual);
        }
        assert_eq!(LanguageTag::parse("sr-Latn").unwrap().primary(), "sr");
    }

    #[test]
    fn what_is_no_language_is_refused() {
        for no in [
            "",
            "x",
            "qq",
            "xx",
            "english",
            "latviski",
            "lav",
            "eng",
            "ger",
            "x-klingon",
            "i-klingon",
            "en_GB",
            "en-",
            "-en",
            "en-UK",
            "lv lv",
            "lv-LV-LV-LV",
            "12",
            "ļv",
        ] {
            assert!(LanguageTag::parse(no).is_err(), "{no:?}");
        }
        assert!(LanguageTag::parse(&format!("lv-x{}", "-abcdefgh".repeat(4))).is_err(), "40 characters");
    }

    #[test]
    fn the_language_table_is_whole() {
        let pairs: Vec<_> = TWO_LETTER.split_ascii_whitespace().map(|p| p.split_once('=').unwrap()).collect();
        assert_eq!(pairs.len(), 184);
        assert!(pairs.is_sorted_by(|a, b| a.0 < b.0));
        assert!(pairs.iter().all(|(two, three)| two.len() == 2 && three.len() == 3));
        assert!(pairs.contains(&("lv", "lav")) && pairs.contains(&("ru", "rus")));
    }

    #[test]
    fn codes_are_plain_strings_in_json() {
        let given = serde_json::json!(["LV", "LVL", "sr-Latn"]);
        let codes: (CountryCode, CurrencyCode, LanguageTag) = serde_json::from_value(given.clone()).unwrap();
        assert_eq!(serde_json::to_value(&codes).unwrap(), given);
        assert_eq!("EUR".parse::<CurrencyCode>().unwrap().to_string(), "EUR");
        let error = serde_json::from_value::<CountryCode>("lv".into()).unwrap_err();
        assert_eq!(error.to_string(), "not a valid country-code");
    }
}
