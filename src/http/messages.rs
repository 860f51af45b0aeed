//! The words of error messages, in English and Latvian. Codes are for programs and never change; texts are for
//! people and may.
use serde_json::{Map, Value};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    #[default]
    En,
    Lv,
}

impl Language {
    /// The first language of `Accept-Language` that we speak, by weight (RFC 9110, 12.5.4); English if none.
    pub fn accepted(header: Option<&str>) -> Self {
        let mut wanted: Vec<(f32, &str)> = header
            .unwrap_or_default()
            .split(',')
            .filter_map(|part| {
                let (tag, weight) = part.split_once(';').unwrap_or((part, "q=1"));
                let weight = weight.trim().strip_prefix("q=")?.parse().ok()?;
                (weight > 0.0).then_some((weight, tag.trim()))
            })
            .collect();
        wanted.sort_by(|a, b| b.0.total_cmp(&a.0));
        let of = |tag: &str| match tag.split('-').next().unwrap_or_default().to_ascii_lowercase().as_str() {
            "lv" => Some(Self::Lv),
            "en" => Some(Self::En),
            _ => None,
        };
        wanted.into_iter().find_map(|(_, tag)| of(tag)).unwrap_or_default()
    }

    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Lv => "lv",
        }
    }
}

/// The message of a fault, its `{params}` filled in. An unknown code answers with itself, which a test forbids.
pub fn message(code: &str, language: Language, params: &Map<String, Value>) -> String {
    let text = MESSAGES.iter().find(|(c, ..)| *c == code).map_or(code, |(_, en, lv)| match language {
        Language::En => en,
        Language::Lv => lv,
    });
    fill(text, params)
}

/// Replaces `{name}` by the parameter of that name, once: what a parameter holds is never read as a name.
pub fn fill(text: &str, params: &Map<String, Value>) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        match after.split_once('}').and_then(|(name, after)| Some((params.get(name)?, after))) {
            Some((value, after)) => {
                filled.push_str(&shown(value));
                rest = after;
            }
            None => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(s) => s.clone(),
        Value::Array(list) => list
            .iter()
            .map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned))
            .collect::<Vec<_>>()
            .join(", "),
        other => other.to_string(),
    }
}

/// Code, English, Latvian.
pub const MESSAGES: &[(&str, &str, &str)] = &[
    (
        "unknown_member",
        "there is no member of this name; known are: {known}",
        "šāda lauka nav; zināmie: {known}",
    ),
    (
        "read_only",
        "this member is set by the server: leave it out, or send it unchanged",
        "šo lauku nosaka serveris: izlaidiet to vai sūtiet nemainītu",
    ),
    ("required", "a value is needed here", "šeit vajadzīga vērtība"),
    ("wrong_type", "expected {expected}", "jābūt: {expected}"),
    ("not_in_list", "must be one of: {allowed}", "jābūt vienam no: {allowed}"),
    ("too_short", "at least {min} characters are needed", "vajadzīgas vismaz {min} rakstzīmes"),
    ("too_long", "at most {max} characters are allowed", "atļautas ne vairāk kā {max} rakstzīmes"),
    ("too_small", "must be at least {min}", "jābūt vismaz {min}"),
    ("too_large", "must be at most {max}", "drīkst būt ne vairāk kā {max}"),
    ("too_few", "at least {min} are needed", "vajadzīgi vismaz {min}"),
    ("too_many", "at most {max} are allowed", "atļauts ne vairāk kā {max}"),
    ("not_unique", "the same entry stands here twice", "viens un tas pats ieraksts ir divreiz"),
    (
        "wrong_format",
        "is not a valid {format}; an example: {example}",
        "nav derīgs ({format}); piemērs: {example}",
    ),
    (
        "wrong_pattern",
        "does not have the expected form: {pattern}",
        "neatbilst paredzētajam pierakstam: {pattern}",
    ),
    ("invalid", "is not valid: {reason}", "nav derīgs: {reason}"),
    (
        "not_later",
        "{value} is not later than the end that there is, {end}",
        "{value} nav vēlāk par pašreizējām beigām {end}",
    ),
    ("not_in_case", "a {case} leaves this as it is", "{case} to nemaina"),
    (
        "period_outside",
        "reporting period {period}, {from} to {to}, lies outside the implementation period {start} to {end}",
        "{period}. pārskata periods ({from} – {to}) ir ārpus īstenošanas perioda ({start} – {end})",
    ),
    (
        "too_many_obligations",
        "these terms and periods ask for {count} obligations under one agreement; at most {max} can be kept",
        "pēc šiem noteikumiem un periodiem vienā līgumā būtu {count} pienākumi; iespējami ne vairāk kā {max}",
    ),
    ("before_start", "the end {end} is before the start {start}", "beigas {end} ir pirms sākuma {start}"),
    (
        "duration_mismatch",
        "start and end make {months} whole months: leave the duration out, or correct it",
        "no sākuma līdz beigām ir {months} pilni mēneši: ilgumu izlaidiet vai izlabojiet",
    ),
    (
        "too_many_decimals",
        "{currency} has at most {allowed} decimals",
        "{currency} ir ne vairāk kā {allowed} zīmes aiz komata",
    ),
    ("out_of_range", "the number is beyond what can be kept", "skaitlis ir ārpus pieļaujamā apjoma"),
    ("negative", "must not be negative", "nedrīkst būt negatīvs"),
    (
        "unknown_reference",
        "there is no {resource} with this id",
        "nav ieraksta ({resource}) ar šādu identifikatoru",
    ),
    (
        "no_regime",
        "the agreement follows no regime yet: set its regime_id first",
        "līgums vēl neseko nevienam noteikumu kopumam: vispirms norādiet regime_id",
    ),
    (
        "not_in_terms",
        "{regime} has no parameter {parameter}: the terms of an agreement list what there is",
        "noteikumos {regime} nav parametra {parameter}: kādi ir, rāda līguma noteikumi",
    ),
    (
        "no_parameter",
        "{parameter} can't be a parameter: write it as reporting.obligations[final].offset",
        "{parameter} nevar būt parametrs: rakstiet kā reporting.obligations[final].offset",
    ),
    ("already_taken", "{value} is taken by another record", "{value} jau pieder citam ierakstam"),
    ("exactly_one", "give exactly one of: {members}", "norādiet tieši vienu no: {members}"),
    ("at_least_one", "give at least one of: {members}", "norādiet vismaz vienu no: {members}"),
    ("sum_above", "together these make {sum}, more than {max}", "kopā tas ir {sum}, vairāk nekā {max}"),
    (
        "refers_to_itself",
        "a record can't stand in this relation to itself",
        "ieraksts nevar būt šādā saistībā pats ar sevi",
    ),
    ("circular", "this would make the record its own ancestor", "ieraksts kļūtu pats sev par priekšteci"),
    (
        "broken_chain",
        "this step's payer {payer} is not the recipient of the step before",
        "šī soļa maksātājs {payer} nav iepriekšējā soļa saņēmējs",
    ),
    (
        "currency_mismatch",
        "the currency differs from the agreement's currency {currency}",
        "valūta atšķiras no līguma valūtas {currency}",
    ),
    (
        "unknown_parameter",
        "there is no such parameter here; allowed are: {allowed}",
        "šāda parametra šeit nav; atļautie: {allowed}",
    ),
    (
        "withheld",
        "what this asks by may be withheld: only callers with a role can use it",
        "tas, pēc kā te jautā, var būt aizturēts: to var lietot tikai ar lomu",
    ),
    ("duplicate_parameter", "this parameter stands here more than once", "šis parametrs norādīts vairākkārt"),
    ("unknown_operator", "this member can be filtered with: {allowed}", "šo lauku var atlasīt ar: {allowed}"),
    (
        "unknown_path",
        "{value} is not known here; allowed are: {allowed}",
        "{value} šeit nav zināms; atļautie: {allowed}",
    ),
    ("invalid_value", "{value} is not {expected}", "{value} nav derīgs; jābūt: {expected}"),
    (
        "needs_currency",
        "amounts of several currencies can't be compared: add {parameter}=EUR or another",
        "dažādu valūtu summas nav salīdzināmas: pievienojiet {parameter}=EUR vai citu",
    ),
    (
        "invalid_cursor",
        "this cursor was not made for this list, filter and order: start again without it",
        "šis kursors nav veidots šim sarakstam, atlasei un secībai: sāciet bez tā",
    ),
    (
        "unacceptable",
        "{value} can't be answered with; possible are: {allowed}",
        "{value} nav iespējams; iespējams: {allowed}",
    ),
    (
        "other_format",
        "this parameter works with the format {format} only",
        "šis parametrs der tikai formātam {format}",
    ),
    ("unmet", "{guard}", "{guard}"),
    (
        "not_agreed",
        "the grantor has not approved it or, of a notification, it has not been told",
        "dotācijas devējs to nav apstiprinājis vai paziņojums nav nosūtīts",
    ),
    (
        "not_signed",
        "the day of the last signature is missing, or has not come",
        "trūkst pēdējā paraksta dienas, vai tā nav pienākusi",
    ),
    ("no_effective_day", "the day from which it holds is missing", "trūkst spēkā stāšanās dienas"),
    ("not_yet_effective", "the day from which it holds has not come", "spēkā stāšanās diena nav pienākusi"),
    (
        "agreement_closed",
        "the agreement has lapsed, was terminated, or is archived",
        "līgums nav noslēgts, ir izbeigts vai arhivēts",
    ),
    (
        "of_another_agreement",
        "this obligation is owed under another agreement",
        "šis pienākums ir citā līgumā",
    ),
    ("kept_since_submission", "this stays as it was submitted", "tas paliek, kā iesniegts"),
    ("frozen", "what is {status} is not changed any more", "ieraksts ar statusu {status} vairs nav maināms"),
    (
        "begun",
        "what is {status} stays: only what is {initial} can be deleted",
        "ieraksts ar statusu {status} paliek: dzēst var tikai ierakstu ar statusu {initial}",
    ),
    (
        "not_a_step",
        "{from} can't become {to}; possible are: {allowed}",
        "no {from} nevar pāriet uz {to}; iespējams: {allowed}",
    ),
    (
        "unknown_guard",
        "no guard of this step has this name; those in the way are: {allowed}",
        "šim solim nav šāda nosacījuma; traucē: {allowed}",
    ),
    (
        "not_attestable",
        "this guard is a matter of the register's own facts: it can't be attested",
        "šo nosacījumu pierāda reģistra dati: to nevar apliecināt",
    ),
    (
        "unknown_field",
        "{resource} has no member {field} that can be claimed; known are: {known}",
        "{resource} nav lauka {field}; zināmie: {known}",
    ),
    (
        "not_adoptable",
        "{field} can't be set by a claim; what can is: {known}",
        "lauku {field} ar apgalvojumu nevar noteikt; iespējams: {known}",
    ),
    (
        "already_adopted",
        "an adopted claim stays with the member that took its value: write a new claim",
        "pārņemts apgalvojums paliek pie lauka, kas pārņēma tā vērtību: izveidojiet jaunu",
    ),
    (
        "in_the_future",
        "{date} is after the business date {as_of}: a step is recorded when it has taken effect",
        "{date} ir pēc darījumu datuma {as_of}: soli reģistrē, kad tas ir stājies spēkā",
    ),
    (
        "no_value",
        "this claim holds no value that could be adopted",
        "šajā apgalvojumā nav pārņemamas vērtības",
    ),
    (
        "removed",
        "the personal data of this record was erased or restricted: it does not change any more",
        "šī ieraksta personas dati ir dzēsti vai ierobežoti: tas vairs nemainās",
    ),
    (
        "kept_until",
        "the personal data is restricted and must be kept until {until}",
        "personas dati ir ierobežoti un jāglabā līdz {until}",
    ),
    ("in_the_past", "{date} is before today, {today}", "{date} ir pirms šodienas, {today}"),
    (
        "unquoted",
        "readers of YAML may take {text} for a number, true, false or nothing: write it in quotes",
        "YAML lasītāji {text} var uztvert kā skaitli, jā, nē vai neko: rakstiet to pēdiņās",
    ),
    (
        "not_exact",
        "{value} is kept exactly as a text only: write it in quotes",
        "{value} precīzi glabā tikai kā tekstu: rakstiet to pēdiņās",
    ),
    (
        "not_a_term",
        "{value} is no term of whole months or whole days that runs forwards; examples: {examples}",
        "{value} nav termiņš veselos mēnešos vai dienās uz priekšu; piemēri: {examples}",
    ),
    ("unknown_rule", "there is no rule {rule}; known are: {known}", "nav noteikuma {rule}; zināmie: {known}"),
    (
        "unknown_entry",
        "{value} is not among the entries of this regime: {known}",
        "{value} nav šī režīma ierakstu vidū: {known}",
    ),
    (
        "unknown_regime",
        "no regime {regime} is published: extend one by its id, or one version as id:version",
        "režīms {regime} nav publicēts: paplašiniet to pēc id vai versiju kā id:versija",
    ),
    (
        "circular_extends",
        "a regime can't descend from itself: {chain}",
        "režīms nevar mantot pats no sevis: {chain}",
    ),
    (
        "unusable_pattern",
        "is no regular expression of the kind that always ends (no look-around, no back-reference): {reason}",
        "nav tāda regulārā izteiksme, kas vienmēr beidzas (bez skatīšanās apkārt un atpakaļatsaucēm): {reason}",
    ),
    (
        "endless_pattern",
        "repeats what is repeated already, as in (a+)+: other programs could search for ever",
        "atkārto jau atkārtotu, kā (a+)+: citas programmas varētu meklēt bezgalīgi",
    ),
    ("held", "it is held: {reason}", "tas ir jāglabā: {reason}"),
    (
        "names_people",
        "a document with personal data is not published to everybody: tell contains_personal_data false, or choose partners or internal",
        "dokumentu ar personas datiem nepublicē visiem: norādiet contains_personal_data false vai izvēlieties partners vai internal",
    ),
    (
        "empty_file",
        "the file has no byte: send its content as the body",
        "failā nav neviena baita: sūtiet tā saturu kā pieprasījuma saturu",
    ),
    ("referenced_by", "{resource} {id} refers to it", "uz to atsaucas {resource} {id}"),
];

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_language_follows_the_weights() {
        assert_eq!(Language::accepted(Some("lv")), Language::Lv);
        assert_eq!(Language::accepted(Some("de, en;q=0.5, lv-LV;q=0.9")), Language::Lv);
        assert_eq!(Language::accepted(Some("lv;q=0, fr")), Language::En);
        assert_eq!(Language::accepted(None), Language::En);
    }

    #[test]
    fn parameters_are_filled_in_and_both_languages_use_the_same() {
        let params = json!({"allowed": ["a", "b"]});
        assert_eq!(
            message("not_in_list", Language::Lv, params.as_object().unwrap()),
            "jābūt vienam no: a, b"
        );
        let echo = json!({"value": "{expected}{value}{", "expected": "a date"});
        assert_eq!(
            message("invalid_value", Language::En, echo.as_object().unwrap()),
            "{expected}{value}{ is not a date"
        );
        let names = |text: &str| {
            let mut names: Vec<String> = text
                .split('{')
                .skip(1)
                .filter_map(|t| t.split_once('}'))
                .map(|(n, _)| n.to_owned())
                .collect();
            names.sort();
            names
        };
        for (code, en, lv) in MESSAGES {
            assert_eq!(names(en), names(lv), "{code}");
        }
    }
}
