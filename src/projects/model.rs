//! What is known of a project and its parts. No database, no HTTP.
use crate::shared::check::{Content, Faults};
use crate::shared::codes::{CountryCode, LanguageTag};
use crate::shared::decimal::Percentage;
use crate::shared::identifier::Identifier;
use crate::shared::period::Period;
use crate::shared::text::LocalizedText;
use crate::shared::tiers::tiers;
use chrono::NaiveDate;
use entity::vocab::{ContactRole, ParticipantRole, ProjectLinkKind, SectorVocabulary};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

/// The writable members of a project.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectFields {
    /// Unique; answers in addresses instead of the id. Numbers with slashes are identifiers.
    #[schema(
        format = "project-code",
        min_length = 2,
        max_length = 40,
        pattern = "^[A-Z0-9][A-Z0-9._-]{1,39}$"
    )]
    pub code: String,
    pub title: LocalizedText,
    #[serde(default)]
    #[schema(format = "line", min_length = 1, max_length = 60)]
    pub acronym: Option<String>,
    /// Other titles and spellings in use.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub other_titles: Vec<LocalizedText>,
    #[serde(default)]
    pub summary: Option<LocalizedText>,
    #[serde(default)]
    pub objective: Option<LocalizedText>,
    /// When the work is planned; any part may be unknown.
    #[serde(default)]
    pub planned_period: Period,
    /// When the work was done.
    #[serde(default)]
    pub actual_period: Period,
    #[serde(default)]
    pub lead_organisation_id: Option<Uuid>,
    /// Where the work takes effect; percentages, where given, make 100 at most.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub countries: Vec<ProjectCountry>,
    #[serde(default)]
    #[schema(max_items = 200)]
    pub locations: Vec<Location>,
    #[serde(default)]
    #[schema(max_items = 50)]
    pub sectors: Vec<Sector>,
    #[serde(default)]
    #[schema(max_items = 50)]
    pub tags: Vec<Tag>,
    #[serde(default)]
    #[schema(max_items = 50)]
    pub websites: Vec<Website>,
    /// Its numbers, as printed.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub identifiers: Vec<Identifier>,
    /// Who may read it without a role; nobody where left out.
    #[serde(default)]
    pub publication_tiers: ProjectTiers,
}

tiers! {
    /// Who may read a project and its groups of fields without a role.
    ProjectTiers {
        /// Who may read `lead_organisation_id` and `participants`.
        participants,
        /// Who may read `contacts`.
        contacts,
    }
}

/// A word to group projects by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, format = "line", min_length = 1, max_length = 60)]
pub struct Tag(String);

/// A country with its part of the work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectCountry {
    pub country: CountryCode,
    #[serde(default)]
    pub percentage: Option<Percentage>,
}

/// A place of the work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Location {
    pub name: LocalizedText,
    #[serde(default)]
    pub country: Option<CountryCode>,
    /// WGS 84, in degrees.
    #[serde(default)]
    pub point: Option<Point>,
}

/// A point of the earth (WGS 84), as decimal degrees.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Point {
    #[schema(minimum = -90, maximum = 90)]
    pub latitude: f64,
    #[schema(minimum = -180, maximum = 180)]
    pub longitude: f64,
}

/// What the work is about, in a classification.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Sector {
    pub vocabulary: SectorVocabulary,
    #[schema(format = "line", min_length = 1, max_length = 40)]
    pub code: String,
    #[serde(default)]
    pub percentage: Option<Percentage>,
}

/// A page about the project.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Website {
    #[schema(format = "uri", max_length = 2000)]
    pub url: String,
    #[serde(default)]
    pub language: Option<LanguageTag>,
}

impl Content for ProjectFields {
    fn check(&self, faults: &mut Faults) {
        at_most_a_hundred("/countries", self.countries.iter().map(|c| c.percentage.as_ref()), faults);
        let mut vocabularies: Vec<SectorVocabulary> = self.sectors.iter().map(|s| s.vocabulary).collect();
        vocabularies.dedup();
        for vocabulary in vocabularies {
            // IATI: percentages of one vocabulary make 100; several vocabularies say the same thing twice.
            let of = self.sectors.iter().filter(|s| s.vocabulary == vocabulary);
            at_most_a_hundred("/sectors", of.map(|s| s.percentage.as_ref()), faults);
        }
        for (index, country) in self.countries.iter().enumerate() {
            if self.countries[..index].iter().any(|c| c.country == country.country) {
                faults.add(format!("/countries/{index}/country"), "not_unique", json!({}));
            }
        }
    }
}

fn at_most_a_hundred<'a>(
    at: &str,
    percentages: impl Iterator<Item = Option<&'a Percentage>>,
    faults: &mut Faults,
) {
    let sum = percentages.flatten().fold(Decimal::ZERO, |sum, p| sum.saturating_add(p.value()));
    if sum > Decimal::ONE_HUNDRED {
        faults.add(at, "sum_above", json!({"sum": sum.to_string(), "max": "100"}));
    }
}

/// An organisation that takes part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ParticipantFields {
    pub organisation_id: Uuid,
    pub role: ParticipantRole,
    /// The first day, where it joined later.
    #[serde(default)]
    pub from: Option<NaiveDate>,
    /// The last day, where it left earlier.
    #[serde(default)]
    pub to: Option<NaiveDate>,
    #[serde(default)]
    pub notes: Option<LocalizedText>,
}

impl Content for ParticipantFields {
    fn check(&self, faults: &mut Faults) {
        in_order(self.from, self.to, faults);
    }
}

/// A first and a last day in members `from` and `to`.
pub fn in_order(from: Option<NaiveDate>, to: Option<NaiveDate>, faults: &mut Faults) {
    if let (Some(from), Some(to)) = (from, to)
        && to < from
    {
        faults.add("/to", "before_start", json!({"start": from, "end": to}));
    }
}

/// Where to ask: a unit and its mailbox first, a person only when needed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactFields {
    pub role: ContactRole,
    /// The unit that answers.
    #[serde(default)]
    pub unit: Option<LocalizedText>,
    #[serde(default)]
    pub organisation_id: Option<Uuid>,
    /// A natural person of the register.
    #[serde(default)]
    pub person_id: Option<Uuid>,
    /// The unit's mailbox, not a person's.
    #[serde(default)]
    #[schema(format = "email", max_length = 254)]
    pub email: Option<String>,
    #[serde(default)]
    #[schema(format = "line", min_length = 3, max_length = 40)]
    pub phone: Option<String>,
}

impl Content for ContactFields {
    fn check(&self, faults: &mut Faults) {
        let none = self.unit.is_none()
            && self.organisation_id.is_none()
            && self.person_id.is_none()
            && self.email.is_none();
        if none {
            faults.add(
                "",
                "at_least_one",
                json!({"members": ["unit", "organisation_id", "person_id", "email"]}),
            );
        }
    }
}

/// How this project stands to another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectLinkFields {
    pub kind: ProjectLinkKind,
    pub other_project_id: Uuid,
    /// The day from which it is so: of a merger, say.
    #[serde(default)]
    pub from: Option<NaiveDate>,
    #[serde(default)]
    pub notes: Option<LocalizedText>,
}

impl Content for ProjectLinkFields {
    fn check(&self, _: &mut Faults) {}
}
