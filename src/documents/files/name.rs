//! The names of files: those that come in with uploads, and what may safely go out as one. A name never says where
//! anything is kept.
use unicode_normalization::UnicodeNormalization;

/// Bytes in UTF-8: the longest name that common file systems take.
pub(crate) const LONGEST: usize = 255;
/// Bytes of an ending (`.xlsx`) that is kept when a name is cut.
const LONGEST_ENDING: usize = 16;

/// What is wrong with a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameFault {
    #[error("there is no name")]
    Empty,
    #[error("it has characters that can't be seen")]
    Unseen,
    #[error("it has more than {LONGEST} bytes in UTF-8")]
    TooLong,
}

/// The name of an uploaded file as it is kept: without the folders that some clients send before it, composed (NFC: some
/// send accents apart) and without white space around it.
///
/// # Errors
/// Where nothing is left, it is too long, or it has characters that can't be seen: these can turn `fdp.exe` into `exe.pdf`.
pub fn file_name(raw: &str) -> Result<String, NameFault> {
    let last = raw.rsplit(['/', '\\']).next().unwrap_or_default();
    let name = last.trim().nfc().collect::<String>();
    match () {
        () if name.chars().all(|c| c == '.') => Err(NameFault::Empty),
        () if name.chars().any(is_unseen) => Err(NameFault::Unseen),
        () if name.len() > LONGEST => Err(NameFault::TooLong),
        () => Ok(name),
    }
}

/// Controls, the ends of lines and paragraphs, and what changes the direction of writing. Joiners are letters' business.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{061C}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}')
}

/// A name that any system can store a download by, whatever it was.
pub(crate) fn safe(name: &str) -> String {
    let forbidden = |c| is_unseen(c) || matches!(c, '/' | '\\' | '<' | '>' | ':' | '"' | '|' | '?' | '*');
    let around = |c: char| c.is_whitespace() || c == '.';
    let name = name.nfc().map(|c| if forbidden(c) { '_' } else { c }).collect::<String>();
    let name = name.trim_matches(around);
    let name = if is_device(name) { format!("_{name}") } else { name.to_owned() };
    match shortened(&name).trim_matches(around) {
        "" => "file".to_owned(),
        name => name.to_owned(),
    }
}

/// Windows has devices of these names in every folder, whatever their ending.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let numbered = stem.strip_prefix("COM").or(stem.strip_prefix("LPT"));
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL")
        || numbered
            .is_some_and(|rest| matches!(rest.chars().collect::<Vec<_>>()[..], ['0'..='9' | '¹' | '²' | '³']))
}

fn shortened(name: &str) -> String {
    if name.len() <= LONGEST {
        return name.to_owned();
    }
    let dot = name.rfind('.').filter(|dot| name.len() - dot <= LONGEST_ENDING).unwrap_or(name.len());
    let (stem, ending) = name.split_at(dot);
    format!("{}{ending}", &stem[..stem.floor_char_boundary(LONGEST - ending.len())])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_kept_as_they_are() {
        for name in
            ["Līguma pielikums.pdf", "Отчёт за 2026 год.xlsx", "a\"b.txt", ".htaccess", "a..b", "👩‍💻.png"]
        {
            assert_eq!(file_name(name).as_deref(), Ok(name));
        }
    }

    #[test]
    fn what_is_around_a_name_goes() {
        for (raw, name) in [
            ("/etc/passwd", "passwd"),
            ("C:\\Users\\Anna\\līgums.pdf", "līgums.pdf"),
            ("../../x.pdf", "x.pdf"),
            (" \t x.pdf \n", "x.pdf"),
            ("li\u{304}gums", "līgums"),
        ] {
            assert_eq!(file_name(raw).as_deref(), Ok(name), "{raw:?}");
        }
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for raw in ["", " ", ".", "..", "...", "a/", "a\\", "a/.."] {
            assert_eq!(file_name(raw), Err(NameFault::Empty), "{raw:?}");
        }
        for raw in
            ["a\0b", "a\nb", "a\r\nSet-Cookie: b", "a\u{202E}fdp.exe", "a\u{2028}b", "a\u{7F}b", "a\u{FEFF}b"]
        {
            assert_eq!(file_name(raw), Err(NameFault::Unseen), "{raw:?}");
        }
        assert_eq!(file_name(&"a".repeat(256)), Err(NameFault::TooLong));
        assert_eq!(file_name(&"ā".repeat(128)), Err(NameFault::TooLong));
        assert!(file_name(&"a".repeat(255)).is_ok());
    }

    #[test]
    fn names_are_made_safe() {
        for (name, made) in [
            ("Līgums.pdf", "Līgums.pdf"),
            ("../../etc/passwd", "_.._etc_passwd"),
            ("a\r\nb\"c\\d", "a__b_c_d"),
            ("con", "_con"),
            ("NUL.tar.gz", "_NUL.tar.gz"),
            ("com1 .txt", "_com1 .txt"),
            ("LPT²", "_LPT²"),
            ("COM10", "COM10"),
            ("console.txt", "console.txt"),
            (".htaccess.", "htaccess"),
            (" . ", "file"),
            ("", "file"),
        ] {
            assert_eq!(safe(name), made, "{name:?}");
        }
        let cut = safe(&format!("{}.xlsx", "ā".repeat(200)));
        assert_eq!((cut.len(), cut.ends_with("ā.xlsx")), (255, true));
        assert_eq!(safe(&format!("a.{}", "b".repeat(300))).len(), 255);
    }

    proptest! {
        #[test]
        fn a_kept_name_is_sound_and_stays_itself(raw in any::<String>()) {
            if let Ok(name) = file_name(&raw) {
                prop_assert!(!name.is_empty() && name.len() <= LONGEST);
                prop_assert!(!name.contains(['/', '\\', '\0', '\n', '\r']) && name != "." && name != "..");
                prop_assert_eq!(file_name(&name), Ok(name.clone()));
            }
        }

        #[test]
        fn a_safe_name_is_sound_and_stays_itself(raw in "(?s:[con./\\\\ \"a-c0-9āЖ\u{0}-\u{1F}\u{202E}\u{304}]{0,20}|.{0,600})") {
            let name = safe(&raw);
            prop_assert!(!name.is_empty() && name.len() <= LONGEST);
            prop_assert!(!name.contains(|c: char| is_unseen(c) || "/\\<>:\"|?*".contains(c)), "{:?}", name);
            prop_assert!(!name.starts_with('.') && !name.ends_with(['.', ' ']) && !is_device(&name));
            prop_assert_eq!(safe(&name), name.clone());
        }
    }
}
