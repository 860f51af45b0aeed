//! The arithmetic of events and personal data (group G): which evidence is missing, which days have no list, which data
//! are too many, what becomes of data on request. Typed and without records.
use super::facts::DataClass;
use super::parameters::EvidenceTerms;
use chrono::NaiveDate;
use rust_decimal::Decimal;

pub mod judge;

/// The entry of a regime that speaks for an event: one for its mode comes before one for its type, one for both before
/// either, the first of equals (G01; sources S45, S45b).
pub fn evidence_for<'a>(
    entries: &'a [EvidenceTerms],
    kind: &str,
    mode: Option<&str>,
) -> Option<&'a EvidenceTerms> {
    let rank = |entry: &EvidenceTerms| {
        let of_kind = entry.event_type == kind;
        let of_mode = match entry.mode.as_deref() {
            None => Some(0),
            Some(wanted) => (mode == Some(wanted)).then_some(2),
        };
        (of_kind || entry.event_type == "any").then(|| of_mode.map(|rank| rank + u8::from(of_kind))).flatten()
    };
    let ranked = entries.iter().filter_map(|entry| rank(entry).map(|rank| (rank, entry)));
    ranked.reduce(|best, next| if next.0 > best.0 { next } else { best }).map(|(_, entry)| entry)
}

/// The required kinds that are not there (G01). `minutes_or_report` is met by either, a list of participants by a
/// signed one.
pub fn missing_evidence<'a>(required: &'a [String], present: &[&str]) -> Vec<&'a str> {
    let met = |kind: &str| {
        present.contains(&kind)
            || kind.split("_or_").any(|part| present.contains(&part))
            || (kind == "participant_list" && present.contains(&"signed_participant_list"))
    };
    required.iter().map(String::as_str).filter(|kind| !met(kind)).collect()
}

/// Days of an event for which there is no signed list, or no log (G02; source S45).
pub fn unlisted_days(from: NaiveDate, to: NaiveDate, listed: &[NaiveDate]) -> Vec<NaiveDate> {
    from.iter_days().take_while(|day| *day <= to).filter(|day| !listed.contains(day)).collect()
}

/// What was paid for more people than were there: the institution's own cost (G02; source S45).
pub fn excess(paid_for: u32, registered: u32, unit: Decimal) -> Option<Decimal> {
    Decimal::from(paid_for.saturating_sub(registered)).checked_mul(unit)
}

/// Given fields that nobody allowed (G03; source S46).
pub fn too_many<'a>(allowed: &[&str], given: &[&'a str]) -> Vec<&'a str> {
    let mut fields: Vec<&str> = given.iter().copied().filter(|field| !allowed.contains(field)).collect();
    fields.sort_unstable();
    fields.dedup();
    fields
}

/// What becomes of data when a person asks for their erasure (G04; source S46, GDPR article 17(3)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    Erase,
    /// Kept for the auditor until that day, and used for nothing else.
    RestrictUntil(NaiveDate),
}

/// What becomes of data of a class. What an auditor needs is kept until the retention date; none where that is not
/// known.
pub fn decide(
    class: DataClass,
    requested_on: NaiveDate,
    retain_until: Option<NaiveDate>,
) -> Option<Decision> {
    match class {
        DataClass::ConsentBased | DataClass::SpecialCategory => Some(Decision::Erase),
        DataClass::AuditEvidence => {
            let until = retain_until?;
            Some(if requested_on > until { Decision::Erase } else { Decision::RestrictUntil(until) })
        }
    }
}
