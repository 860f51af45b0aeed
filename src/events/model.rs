//! What is known of an event and of a publication. No database, no HTTP.
use crate::shared::check::{Content, Faults};
use crate::shared::codes::{CountryCode, LanguageTag};
use crate::shared::dates::PartialDate;
use crate::shared::text::LocalizedText;
use crate::shared::tiers::tiers;
use chrono::NaiveDate;
use entity::vocab::{EventKind, EventMode, EventRole, EventState, PublicationKind};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

/// The writable members of an event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EventFields {
    pub title: LocalizedText,
    pub kind: EventKind,
    pub mode: EventMode,
    pub state: EventState,
    /// The first day, as far as it is known.
    #[serde(default)]
    pub starts: Option<PartialDate>,
    /// The last day; null where it is the first, or not known.
    #[serde(default)]
    pub ends: Option<PartialDate>,
    /// The event that it is part of.
    #[serde(default)]
    pub parent_id: Option<Uuid>,
    #[serde(default)]
    pub objective: Option<LocalizedText>,
    #[serde(default)]
    #[schema(max_items = 50)]
    pub topics: Vec<LocalizedText>,
    #[serde(default)]
    pub outcomes: Option<LocalizedText>,
    #[serde(default)]
    pub notes: Option<LocalizedText>,
    /// Who may read it without a role; nobody where left out.
    #[serde(default)]
    pub publication_tiers: EventTiers,
}

tiers! {
    /// Who may read an event and its groups of fields without a role.
    EventTiers {
        /// Who may read `organisations`.
        participation,
        /// Who may read `outcomes` and `notes`.
        outcomes,
    }
}

impl Content for EventFields {
    fn check(&self, faults: &mut Faults) {
        dates_in_order(self.starts.as_ref(), self.ends.as_ref(), faults);
    }
}

/// The latest day of the end is not before the earliest of the start.
fn dates_in_order(starts: Option<&PartialDate>, ends: Option<&PartialDate>, faults: &mut Faults) {
    let earliest = starts.and_then(PartialDate::earliest);
    let latest = ends.and_then(PartialDate::latest);
    if let (Some(start), Some(end)) = (earliest, latest)
        && end < start
    {
        faults.add("/ends", "before_start", json!({"start": start, "end": end}));
    }
}

/// A time and a place of an event: several may run at once or follow each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionFields {
    #[serde(default)]
    pub title: Option<LocalizedText>,
    /// The place as people name it; as it was called then.
    #[serde(default)]
    pub place: Option<LocalizedText>,
    #[serde(default)]
    pub country: Option<CountryCode>,
    /// The organisation in whose rooms it takes place.
    #[serde(default)]
    pub organisation_id: Option<Uuid>,
    #[serde(default)]
    pub starts: Option<PartialDate>,
    #[serde(default)]
    pub ends: Option<PartialDate>,
    /// Local time of its zone.
    #[serde(default)]
    #[schema(format = "time", min_length = 5, max_length = 5)]
    pub start_time: Option<String>,
    #[serde(default)]
    #[schema(format = "time", min_length = 5, max_length = 5)]
    pub end_time: Option<String>,
    /// A name of the IANA database; needed where a time is given.
    #[serde(default)]
    #[schema(format = "time-zone", min_length = 1, max_length = 60)]
    pub time_zone: Option<String>,
}

impl Content for SessionFields {
    fn check(&self, faults: &mut Faults) {
        dates_in_order(self.starts.as_ref(), self.ends.as_ref(), faults);
        if (self.start_time.is_some() || self.end_time.is_some()) && self.time_zone.is_none() {
            faults.add("/time_zone", "required", json!({}));
        }
    }
}

/// An organisation at an event, with the heads it sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EventOrganisationFields {
    pub organisation_id: Uuid,
    pub role: EventRole,
    /// Where its people came from, where that is not the organisation's own country.
    #[serde(default)]
    pub country: Option<CountryCode>,
    #[serde(default)]
    #[schema(minimum = 0, maximum = 100_000)]
    pub women: Option<i32>,
    #[serde(default)]
    #[schema(minimum = 0, maximum = 100_000)]
    pub men: Option<i32>,
    /// All heads, where they are not told apart.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 200_000)]
    pub people: Option<i32>,
}

impl Content for EventOrganisationFields {
    fn check(&self, faults: &mut Faults) {
        let told_apart = self.women.unwrap_or(0) + self.men.unwrap_or(0);
        if let Some(people) = self.people.filter(|people| told_apart > *people) {
            faults.add("/people", "sum_above", json!({"sum": told_apart, "max": people}));
        }
    }
}

/// What an event belongs to: exactly one of the three.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EventLinkFields {
    #[serde(default)]
    pub project_id: Option<Uuid>,
    #[serde(default)]
    pub grant_agreement_id: Option<Uuid>,
    #[serde(default)]
    pub programme_id: Option<Uuid>,
}

impl Content for EventLinkFields {
    fn check(&self, faults: &mut Faults) {
        let given = [self.project_id, self.grant_agreement_id, self.programme_id];
        if given.iter().flatten().count() != 1 {
            let members = ["project_id", "grant_agreement_id", "programme_id"];
            faults.add("", "exactly_one", json!({"members": members}));
        }
    }
}

/// The writable members of a publication.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PublicationFields {
    pub kind: PublicationKind,
    pub title: LocalizedText,
    #[serde(default)]
    #[schema(format = "uri", max_length = 2000)]
    pub url: Option<String>,
    /// The language that it is written in.
    #[serde(default)]
    pub language: Option<LanguageTag>,
    #[serde(default)]
    pub published_on: Option<NaiveDate>,
    #[serde(default)]
    pub summary: Option<LocalizedText>,
    /// Its text as it stood, where the institution may keep it.
    #[serde(default)]
    #[schema(format = "text", min_length = 1, max_length = 200_000)]
    pub text: Option<String>,
    /// Who may read it without a role; nobody where left out.
    #[serde(default)]
    pub publication_tiers: PublicationTiers,
}

tiers! {
    /// Who may read a publication and its groups of fields without a role.
    PublicationTiers {
        /// Who may read `text`.
        text,
    }
}

impl Content for PublicationFields {
    fn check(&self, _: &mut Faults) {}
}

/// What a publication tells of: exactly one of the four.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PublicationLinkFields {
    #[serde(default)]
    pub event_id: Option<Uuid>,
    #[serde(default)]
    pub project_id: Option<Uuid>,
    #[serde(default)]
    pub grant_agreement_id: Option<Uuid>,
    #[serde(default)]
    pub programme_id: Option<Uuid>,
}

impl Content for PublicationLinkFields {
    fn check(&self, faults: &mut Faults) {
        let given = [self.event_id, self.project_id, self.grant_agreement_id, self.programme_id];
        if given.iter().flatten().count() != 1 {
            let members = ["event_id", "project_id", "grant_agreement_id", "programme_id"];
            faults.add("", "exactly_one", json!({"members": members}));
        }
    }
}
