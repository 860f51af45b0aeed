//! What obligations are called, in the languages of the people who read them. Pure.
use super::plan::Planned;
use serde_json::{Value, json};

/// Words of regimes with their names; others are shown as they are written.
const NAMES: [(&str, &str, &str); 11] = [
    ("interim_report", "Interim report", "Starpposma pārskats"),
    ("final_report", "Final report", "Noslēguma pārskats"),
    ("periodic_report", "Periodic report", "Periodiskais pārskats"),
    ("final_periodic_report", "Final periodic report", "Noslēguma periodiskais pārskats"),
    ("final_reports", "Final reports", "Noslēguma pārskati"),
    ("performance_report", "Performance report", "Izpildes pārskats"),
    ("sf_425", "Federal financial report (SF-425)", "Federālais finanšu pārskats (SF-425)"),
    (
        "reply_to_information_request",
        "Reply to a request for information",
        "Atbilde uz informācijas pieprasījumu",
    ),
    ("deliverable", "Deliverable", "Nodevums"),
    ("extension_request", "Latest day to request an extension", "Pēdējā diena pagarinājuma pieprasījumam"),
    ("execution_end", "Latest end of the execution period", "Izpildes perioda vēlākās beigas"),
];

/// The title of an obligation in English and Latvian.
pub fn title(planned: &Planned) -> Value {
    let word = planned.document_type.as_str();
    let plain = || {
        let text = word.replace('_', " ");
        let mut letters = text.chars();
        letters.next().map_or(text.clone(), |first| first.to_uppercase().chain(letters).collect())
    };
    let (en, lv) = match NAMES.iter().find(|(known, ..)| *known == word) {
        Some((_, en, lv)) => ((*en).to_owned(), (*lv).to_owned()),
        None => (plain(), plain()),
    };
    match planned.period {
        None => json!({"en": en, "lv": lv}),
        Some(period) => {
            let (number, start, end) = (period.number, period.start, period.end);
            json!({
                "en": format!("{en}, period {number} ({start} to {end})"),
                "lv": format!("{lv}, {number}. periods (no {start} līdz {end})"),
            })
        }
    }
}
