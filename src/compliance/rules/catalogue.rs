//! The 50 rules by id: what they are called, how grave they are by themselves, which of them are computed yet. Not what
//! they compute, and not which of them a regime wants.
use Severity::{Info, Violation, Warning};
use entity::vocab::Severity;

/// What part of a grant's life a rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    Life,
    Reporting,
    Budget,
    Costs,
    Payments,
    Visibility,
    Events,
    Records,
}

/// An entry of the catalogue.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct Entry {
    pub id: &'static str,
    pub group: Group,
    pub en: &'static str,
    pub lv: &'static str,
    pub severity: Severity,
    /// Whether every regime needs it (the catalogue's table of regimes, section 2.1, first row).
    pub everywhere: bool,
    pub implemented: bool,
}

const fn entry(id: &'static str, severity: Severity, en: &'static str, lv: &'static str) -> Entry {
    let group = match id.as_bytes()[0] {
        b'A' => Group::Life,
        b'B' => Group::Reporting,
        b'C' => Group::Budget,
        b'D' => Group::Costs,
        b'E' => Group::Payments,
        b'F' => Group::Visibility,
        b'G' => Group::Events,
        _ => Group::Records,
    };
    let implemented = !matches!(group, Group::Budget | Group::Costs | Group::Payments);
    Entry { id, group, en, lv, severity, everywhere: false, implemented }
}

const fn all(entry: Entry) -> Entry {
    Entry { everywhere: true, ..entry }
}

/// All rules, in their order.
pub const CATALOGUE: [Entry; 50] = [
    all(entry("A01", Violation, "Cost inside the eligible period", "Izmaksas attiecināmības periodā")),
    entry(
        "A02",
        Warning,
        "Unpaid costs are listed with the final report",
        "Neapmaksātās izmaksas gala pārskatā",
    ),
    all(entry(
        "A03",
        Violation,
        "Reporting periods tile the implementation period",
        "Pārskata periodi nosedz īstenošanas periodu",
    )),
    all(entry("A04", Violation, "Event inside the period", "Pasākums īstenošanas periodā")),
    all(entry("A05", Warning, "Stale status", "Novecojis statuss")),
    entry("A06", Violation, "Extension asked for in time", "Pagarinājums lūgts laikus"),
    entry("A07", Info, "Suspension shifts the end", "Apturēšana pārceļ beigas"),
    all(entry("A08", Info, "A new end moves every due date", "Jaunas beigas pārceļ visus termiņus")),
    entry("A09", Violation, "Right route and window for a change", "Pareizs izmaiņu ceļš un laiks"),
    entry("A10", Warning, "Execution long-stop", "Izpildes perioda gala termiņš"),
    entry("B01", Violation, "Interim or periodic report in time", "Starpposma pārskats laikus"),
    entry("B02", Violation, "Final report in time", "Gala pārskats laikus"),
    entry(
        "B03",
        Violation,
        "Performance and financial reports in time (US)",
        "Izpildes un finanšu pārskati laikus (ASV)",
    ),
    entry(
        "B04",
        Violation,
        "Chain of partner report, control, project report",
        "Partnera pārskata un kontroles ķēde",
    ),
    all(entry("B05", Violation, "Report is consistent", "Pārskats ir saskanīgs")),
    entry("B06", Violation, "Answer to the grantor in time", "Atbilde finansētājam laikus"),
    entry("B07", Warning, "Deliverable or milestone in time", "Nodevums vai atskaites punkts laikus"),
    all(entry(
        "C01",
        Violation,
        "Spent and committed within the budget",
        "Izdevumi un saistības budžeta ietvaros",
    )),
    entry("C02", Violation, "Cumulative change of a heading", "Pozīcijas kopējās izmaiņas"),
    entry("C03", Warning, "Flexibility on other bases", "Elastība pēc citām bāzēm"),
    entry("C04", Violation, "Contingency reserve", "Rezerve neparedzētiem izdevumiem"),
    all(entry("C05", Info, "Spending pace", "Tērēšanas temps")),
    entry("D01", Violation, "Cap of indirect costs", "Netiešo izmaksu griesti"),
    entry("D02", Violation, "Flat rates", "Vienotās likmes"),
    entry("D03", Violation, "De minimis rate (US)", "De minimis likme (ASV)"),
    entry("D04", Violation, "Currency conversion", "Valūtas pārrēķins"),
    all(entry("D05", Violation, "Value added tax", "Pievienotās vērtības nodoklis")),
    entry("D06", Violation, "Depreciation", "Nolietojums"),
    entry("D07", Violation, "Personnel days", "Personāla dienas"),
    all(entry("D08", Violation, "No double funding", "Nav dubultā finansējuma")),
    entry("D09", Violation, "Procurement procedure and splitting", "Iepirkuma procedūra un sadalīšana"),
    all(entry("D10", Violation, "Supporting document present", "Ir attaisnojuma dokuments")),
    all(entry("E01", Violation, "Co-financing", "Līdzfinansējums")),
    entry("E02", Violation, "Further pre-financing", "Turpmākais priekšfinansējums"),
    entry("E03", Violation, "Final amount, balance or recovery", "Gala summa, atlikums vai atgūšana"),
    entry("E04", Violation, "Audit certificate", "Revīzijas apliecinājums"),
    entry("E05", Info, "When the grantor must pay", "Kad finansētājam jāmaksā"),
    entry("E06", Violation, "Lines of SF-425", "SF-425 rindas"),
    entry("E07", Violation, "Liquidation of obligations", "Saistību dzēšana"),
    entry("E08", Violation, "Lump sums", "Vienreizējie maksājumi"),
    entry("E09", Violation, "Financial support to third parties", "Finansiāls atbalsts trešajām personām"),
    entry("F01", Violation, "Funding statement", "Norāde par finansējumu"),
    entry("F02", Violation, "Disclaimer", "Atrunas teksts"),
    entry("F03", Violation, "Emblem", "Emblēma"),
    all(entry("G01", Warning, "Evidence of an event", "Pasākuma pierādījumi")),
    all(entry("G02", Warning, "Quality of participant lists", "Dalībnieku sarakstu kvalitāte")),
    entry("G03", Violation, "No more personal data than needed", "Tikai nepieciešamie personas dati"),
    entry("G04", Violation, "Erasure and retention", "Dzēšana un glabāšana"),
    all(entry("H01", Violation, "Records are kept", "Dokumenti tiek glabāti")),
    entry("H02", Violation, "Assets transferred", "Aktīvi nodoti"),
];

/// The rule of that id.
pub fn find(id: &str) -> Option<&'static Entry> {
    CATALOGUE.iter().find(|entry| entry.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_in_order_and_money_comes_later() {
        assert!(CATALOGUE.windows(2).all(|pair| pair[0].id < pair[1].id));
        assert_eq!(CATALOGUE.iter().filter(|entry| entry.implemented).count(), 26);
        assert!(find("C01").is_some_and(|entry| !entry.implemented));
        assert!(find("A11").is_none());
        let ids: Vec<&str> = CATALOGUE.iter().map(|entry| entry.id).collect();
        assert_eq!(ids, crate::regimes::RULES, "what a regime can name");
    }
}
