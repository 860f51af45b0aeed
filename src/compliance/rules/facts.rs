//! What is known of one agreement and of what hangs on it, as plain values. What may be unknown is an option; nothing
//! here is computed, and no fact is a guess. Ids are those of the records, so that findings can point at them.
use super::visibility::ElementResult;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde_json::{Map, Value};

/// The names of resources in findings.
pub mod resource {
    pub const AGREEMENT: &str = "grant_agreement";
    pub const PROJECT: &str = "project";
    pub const AMENDMENT: &str = "amendment";
    pub const SUSPENSION: &str = "suspension";
    pub const PERIOD: &str = "period";
    pub const OBLIGATION: &str = "obligation";
    pub const REPORT: &str = "report";
    pub const PARTNER_REPORT: &str = "partner_report";
    pub const INFORMATION_REQUEST: &str = "information_request";
    pub const DELIVERABLE: &str = "deliverable";
    pub const EXPENDITURE: &str = "expenditure";
    pub const EVENT: &str = "event";
    pub const PUBLICATION: &str = "publication";
    pub const ERASURE_REQUEST: &str = "erasure_request";
    pub const ASSET: &str = "asset";
}

/// An agreement with all that its rules look at.
#[derive(Clone, Debug, Default)]
pub struct AgreementFacts {
    pub id: String,
    pub reference: Option<String>,
    /// The first day of the implementation period in force.
    pub start: Option<NaiveDate>,
    /// Its last day.
    pub end: Option<NaiveDate>,
    pub signed_on: Option<NaiveDate>,
    pub entered_into_force_on: Option<NaiveDate>,
    pub max_grant: Option<Decimal>,
    pub balance_settled_on: Option<NaiveDate>,
    pub last_payment_on: Option<NaiveDate>,
    pub final_financial_submitted_on: Option<NaiveDate>,
    /// When records of the agreement were destroyed, if they were.
    pub records_destroyed_on: Option<NaiveDate>,
    /// Whether its reporting periods are its own, by a clause, and not the regime's.
    pub own_schedule: bool,
    /// Names of parties and of the grantor, for texts that must name them.
    pub names: Names,
    /// What conditions of a regime ask for, by its documented path: `coordinator.hq_in_country_of_action`.
    pub conditions: Map<String, Value>,
    pub holds: Vec<Hold>,
    pub suspensions: Vec<Suspension>,
    pub amendments: Vec<Amendment>,
    pub projects: Vec<Project>,
    pub periods: Vec<ReportingPeriod>,
    pub obligations: Vec<Obligation>,
    pub reports: Vec<Report>,
    pub partner_reports: Vec<PartnerReport>,
    pub information_requests: Vec<InformationRequest>,
    pub deliverables: Vec<Deliverable>,
    pub expenditures: Vec<Expenditure>,
    pub events: Vec<Event>,
    pub publications: Vec<Publication>,
    pub erasure_requests: Vec<ErasureRequest>,
    pub assets: Vec<Asset>,
}

impl AgreementFacts {
    /// The ids of what it holds of a resource that the register has.
    pub fn named(&self, resource: &str) -> Vec<&str> {
        match resource {
            resource::PROJECT => self.projects.iter().map(|one| one.id.as_str()).collect(),
            resource::EVENT => self.events.iter().map(|one| one.id.as_str()).collect(),
            resource::PUBLICATION => self.publications.iter().map(|one| one.id.as_str()).collect(),
            resource::OBLIGATION => self.obligations.iter().map(|one| one.id.as_str()).collect(),
            _ => Vec::new(),
        }
    }
}

/// A name, and the language it is in where that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    pub language: Option<String>,
    pub text: String,
}

/// Names that a text may have to contain.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// For `{author}`: the parties who write.
    pub authors: Vec<Name>,
    /// For `{granting_authority}`.
    pub granting_authorities: Vec<Name>,
}

/// An audit, claim, lawsuit or recovery during which records are kept.
#[derive(Clone, Debug, Default)]
pub struct Hold {
    pub id: String,
    /// As in the regime: `audit, litigation, claim, recovery`.
    pub kind: String,
    /// None while it is open.
    pub closed_on: Option<NaiveDate>,
}

#[derive(Clone, Debug, Default)]
pub struct Suspension {
    pub id: String,
    pub from: Option<NaiveDate>,
    /// None while it lasts.
    pub to: Option<NaiveDate>,
    /// Whether the whole agreement is suspended.
    pub total: Option<bool>,
    /// Whether it moves the end at all.
    pub extends_end: Option<bool>,
    /// Whether the end in force has it in already.
    pub applied: Option<bool>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AmendmentKind {
    Addendum,
    Notification,
    ExchangeOfLetters,
    Administrative,
    #[default]
    Unknown,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AmendmentStatus {
    #[default]
    Draft,
    /// Asked for, under review, notified, approved.
    Pending,
    InForce,
    /// Rejected, withdrawn, objected to.
    Dropped,
}

#[derive(Clone, Debug, Default)]
pub struct Amendment {
    pub id: String,
    pub kind: AmendmentKind,
    pub status: AmendmentStatus,
    /// What changes: `address, bank_account, auditor, within_heading, heading_within_limit, heading_beyond_limit, end,
    /// max_grant, …`.
    pub changes: Vec<String>,
    pub requested_on: Option<NaiveDate>,
    pub received_on: Option<NaiveDate>,
    pub effective_on: Option<NaiveDate>,
    pub last_signed_on: Option<NaiveDate>,
    /// The end of implementation before and after, if it moves.
    pub end: Option<Change<NaiveDate>>,
    pub max_grant: Option<Change<Decimal>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change<T> {
    pub old: T,
    pub new: T,
}

#[derive(Clone, Debug, Default)]
pub struct Project {
    pub id: String,
    pub code: Option<String>,
    pub status: Option<String>,
}

#[derive(Clone, Debug, Default)]
pub struct ReportingPeriod {
    pub id: String,
    pub start: Option<NaiveDate>,
    pub end: Option<NaiveDate>,
}

/// A due date as it was planned.
#[derive(Clone, Debug, Default)]
pub struct Obligation {
    pub id: String,
    /// The entry of the regime that it comes from.
    pub entry: Option<String>,
    /// What is handed in: `interim_report, final_report, sf_425, reply_to_information_request, …`.
    pub kind: String,
    /// The day that the term runs from.
    pub anchor_on: Option<NaiveDate>,
    pub due_on: Option<NaiveDate>,
    pub met_on: Option<NaiveDate>,
    pub waived: bool,
    pub superseded: bool,
}

/// A report with what can be checked before it goes out.
#[derive(Clone, Debug, Default)]
pub struct Report {
    pub id: String,
    pub kind: String,
    pub submitted_on: Option<NaiveDate>,
    pub narrative_period: Option<(NaiveDate, NaiveDate)>,
    pub financial_period: Option<(NaiveDate, NaiveDate)>,
    pub lines: Vec<ReportLine>,
    pub total: Option<Decimal>,
    pub ledger_total: Option<Decimal>,
    /// The sum of listed items that explain a difference to the ledger.
    pub reconciled: Option<Decimal>,
}

#[derive(Clone, Debug, Default)]
pub struct ReportLine {
    pub code: String,
    pub units: Option<Decimal>,
    pub unit_value: Option<Decimal>,
    pub total: Option<Decimal>,
    /// The sum of the expenditures declared on this line.
    pub declared: Option<Decimal>,
    pub cumulative_before: Option<Decimal>,
    pub cumulative: Option<Decimal>,
}

/// A partner's report on its way through control into the project's report.
#[derive(Clone, Debug, Default)]
pub struct PartnerReport {
    pub id: String,
    pub period_end: Option<NaiveDate>,
    pub submitted_on: Option<NaiveDate>,
    pub controlled_on: Option<NaiveDate>,
    pub project_report_on: Option<NaiveDate>,
}

/// What the grantor asked.
#[derive(Clone, Debug, Default)]
pub struct InformationRequest {
    pub id: String,
    pub received_on: Option<NaiveDate>,
    pub answered_on: Option<NaiveDate>,
}

/// A deliverable or milestone.
#[derive(Clone, Debug, Default)]
pub struct Deliverable {
    pub id: String,
    /// The month of the project; the first is 1.
    pub due_month: Option<u32>,
    pub due_on: Option<NaiveDate>,
    pub done_on: Option<NaiveDate>,
}

#[derive(Clone, Debug, Default)]
pub struct Expenditure {
    pub id: String,
    /// `ordinary, final_report, audit, evaluation`.
    pub kind: Option<String>,
    pub incurred_from: Option<NaiveDate>,
    /// None where it arose on one day.
    pub incurred_to: Option<NaiveDate>,
    pub paid_on: Option<NaiveDate>,
    pub amount: Option<Decimal>,
    /// Whether it stands on the list of pending payments.
    pub listed_as_pending: Option<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventState {
    Planned,
    Confirmed,
    Held,
    Postponed,
    Cancelled,
}

#[derive(Clone, Debug, Default)]
pub struct Event {
    pub id: String,
    /// `seminar, bilateral_meeting, …`.
    pub kind: String,
    /// `in_person, online, hybrid`; none where unknown.
    pub mode: Option<String>,
    pub state: Option<EventState>,
    /// Local dates.
    pub start: Option<NaiveDate>,
    /// None where it has one day.
    pub end: Option<NaiveDate>,
    /// Kinds of evidence, each with its day where known. None where nobody looked.
    pub evidence: Option<Vec<Evidence>>,
    /// Days for which a signed list, or a log of an online event, is kept.
    pub listed_days: Option<Vec<NaiveDate>>,
    pub paid: Vec<PaidQuantity>,
    /// Personal data kept of participants.
    pub fields: Option<Vec<PersonalField>>,
    /// Whether a report that covers the event was submitted.
    pub reported: bool,
}

#[derive(Clone, Debug, Default)]
pub struct Evidence {
    pub kind: String,
    pub captured_on: Option<NaiveDate>,
}

/// Something paid per participant.
#[derive(Clone, Debug, Default)]
pub struct PaidQuantity {
    pub what: String,
    pub paid_for: Option<u32>,
    pub registered: Option<u32>,
    pub unit: Option<Decimal>,
}

#[derive(Clone, Debug, Default)]
pub struct PersonalField {
    pub name: String,
    pub purpose: Option<String>,
    /// `public_task, contract, consent, explicit_consent, …`.
    pub basis: Option<String>,
}

#[derive(Clone, Debug, Default)]
pub struct Publication {
    pub id: String,
    /// `web_article, press_release, brochure, …`.
    pub channel: Option<String>,
    pub language: Option<String>,
    /// The text as it was published; none where only an image is kept.
    pub text: Option<String>,
    /// What was found in the text, where it has been looked at: the text itself is then left empty.
    pub elements: Option<Vec<ElementResult>>,
    /// Whether somebody saw the emblem on it.
    pub emblem: Option<bool>,
    /// Kinds of elements that a document of the funder waives: `emblem, …`.
    pub derogations: Vec<String>,
    /// Whether a page that says it all is linked throughout the site.
    pub legal_page: Option<bool>,
}

/// What becomes of data on request.
#[derive(Clone, Debug, Default)]
pub struct ErasureRequest {
    pub id: String,
    pub received_on: Option<NaiveDate>,
    pub answered_on: Option<NaiveDate>,
    pub items: Vec<ErasureItem>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataClass {
    /// Proof for an auditor: a name on a signed list.
    AuditEvidence,
    /// Photos, newsletters: kept while the person agrees.
    ConsentBased,
    /// Diets, needs, health: not needed once the event is over.
    SpecialCategory,
}

#[derive(Clone, Debug)]
pub struct ErasureItem {
    pub name: String,
    pub class: DataClass,
    /// Whether it was erased, or restricted where it must be kept.
    pub carried_out: Option<bool>,
}

#[derive(Clone, Debug, Default)]
pub struct Asset {
    pub id: String,
    pub unit_price: Option<Decimal>,
    /// Whether a document proves to whom it went.
    pub transfer_proof: Option<bool>,
}
