//! Obligations and events as entries of the calendar: what is told of each, and of the agreement and projects that it
//! belongs to. How that is written down is in `ical`.
use super::ical::{Entry, Kind, Language, State, Texts, When};
use crate::agreements::AGREEMENT;
use crate::compliance::standing;
use crate::events::EVENT;
use crate::projects::PROJECT;
use crate::shared::dates::PartialDate;
use crate::store::read::{Reader, date_in, id_in};
use crate::store::{Record, Resource, Result, Row};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;
use entity::vocab::{EventState, ObligationKind, ObligationState, Word};
use serde_json::Value;
use std::collections::HashMap;
use uuid::Uuid;

/// Days before a duty, the last day of a window, and an event.
const ALARMS: [&[u16]; 3] = [&[30, 7, 1], &[30, 7], &[1]];
/// Codes of projects that a title begins with.
const MOST_CODES: usize = 3;

/// How entries are shown.
pub struct Manner {
    pub language: Language,
    /// Of the installation.
    pub zone: Tz,
    /// What addresses of records begin with; none where the installation does not know its own.
    pub base: Option<String>,
}

/// The entries of a page of obligations. Those without a date have none.
pub async fn of_obligations(reader: &Reader<'_>, manner: &Manner, rows: &[Row]) -> Result<Vec<Entry>> {
    let ids: Vec<Uuid> = rows.iter().filter_map(|row| id_in(row, "grant_agreement_id")).collect();
    let agreements = reader.rows_of(&AGREEMENT, &ids).await?;
    let projects = projects(reader, &AGREEMENT, &agreements).await?;
    let entry = |row: &Row| {
        let due = date_in(row, "due")?;
        let id = id_in(row, "grant_agreement_id");
        let agreement = agreements.iter().find(|agreement| id_in(agreement, "id") == id);
        let of = id.and_then(|id| projects.get(&id)).map_or(&[][..], Vec::as_slice);
        let beside: Vec<&Row> = agreement.into_iter().chain(of).collect();
        let window = text(row, "kind") == Some(ObligationKind::Window.code());
        let state = state_of_obligation(standing(row, reader.as_of).state);
        let by_time = matches!(state, State::Overdue | State::Passed);
        let mut description = Vec::new();
        if let Some(reference) = agreement.and_then(|agreement| text(agreement, "reference")) {
            description.push(format!("{}: {reference}", manner.say("Līgums", "Agreement")));
        }
        if let Some(original) = date_in(row, "original_due").filter(|original| *original != due) {
            description.push(format!("{}: {original}", manner.say("Sākotnējais termiņš", "Originally due")));
        }
        let (kind, alarms) = if window { (Kind::Window, ALARMS[1]) } else { (Kind::Due, ALARMS[0]) };
        let base = manner.entry("obligations", row, of, &beside)?;
        Some(Entry {
            kind,
            state,
            state_since: due.succ_opt().filter(|_| by_time).and_then(|day| manner.begin(day)),
            when: When::AllDay { first: due, last: due },
            description,
            alarms: alarms.to_vec(),
            ..base
        })
    };
    Ok(rows.iter().filter_map(entry).collect())
}

/// The entries of a page of events. Those whose year nobody knows have none.
pub async fn of_events(reader: &Reader<'_>, manner: &Manner, rows: &[Row]) -> Result<Vec<Entry>> {
    let ids: Vec<Uuid> = rows.iter().filter_map(|row| id_in(row, "id")).collect();
    let sessions = match EVENT.parts.iter().find(|part| part.path == "sessions") {
        Some(part) => reader.parts(part, &ids).await?,
        None => HashMap::new(),
    };
    let projects = projects(reader, &EVENT, rows).await?;
    let entry = |row: &Row| {
        let first = date_in(row, "starts_on")?;
        let days = When::AllDay { first, last: date_in(row, "ends_on").unwrap_or(first) };
        let id = id_in(row, "id")?;
        let of = projects.get(&id).map_or(&[][..], Vec::as_slice);
        let sessions = sessions.get(&id).map_or(&[][..], Vec::as_slice);
        let mut places: Vec<String> = Vec::new();
        for place in sessions.iter().filter_map(|session| session.get("place")) {
            let place = texts(place).pick(manner.language).1.to_owned();
            if !place.is_empty() && !places.contains(&place) {
                places.push(place);
            }
        }
        let base = manner.entry("events", row, of, &of.iter().collect::<Vec<_>>())?;
        Some(Entry {
            kind: Kind::Event,
            state: state_of_event(EventState::from_code(text(row, "state")?)?),
            place: (!places.is_empty()).then(|| places.join("; ")),
            when: hours(row, sessions).unwrap_or(days),
            alarms: ALARMS[2].to_vec(),
            ..base
        })
    };
    Ok(rows.iter().filter_map(entry).collect())
}

impl Manner {
    fn say(&self, lv: &'static str, en: &'static str) -> &'static str {
        match self.language {
            Language::Lv => lv,
            Language::En => en,
        }
    }

    /// When a day begins here.
    fn begin(&self, day: NaiveDate) -> Option<DateTime<Utc>> {
        Some(day.and_time(NaiveTime::MIN).and_local_timezone(self.zone).earliest()?.to_utc())
    }

    /// What obligations and events have in common. `beside` is what else is shown of: when that changes, the entry does.
    fn entry(&self, path: &str, row: &Row, projects: &[Row], beside: &[&Row]) -> Option<Entry> {
        let id = id_in(row, "id")?;
        let mut codes: Vec<String> =
            projects.iter().filter_map(|project| Some(text(project, "code")?.to_owned())).collect();
        codes.sort_unstable();
        let title = texts(row.get("title")?).after(&match codes.as_slice() {
            [] => String::new(),
            codes if codes.len() > MOST_CODES => format!("{} …: ", codes[..MOST_CODES].join(", ")),
            codes => format!("{}: ", codes.join(", ")),
        });
        let at = |row: &Row, name: &str| text(row, name)?.parse::<DateTime<Utc>>().ok();
        let updated = at(row, "updated_at")?;
        Some(Entry {
            id,
            kind: Kind::Event,
            title,
            description: Vec::new(),
            place: None,
            url: self.base.as_ref().map(|base| format!("{base}/v1/{path}/{id}")),
            when: When::AllDay { first: updated.date_naive(), last: updated.date_naive() },
            state: State::Upcoming,
            state_since: None,
            sequence: row.get("version").and_then(Value::as_i64).unwrap_or(1) - 1,
            created_at: at(row, "created_at")?,
            updated_at: beside.iter().filter_map(|row| at(row, "updated_at")).fold(updated, DateTime::max),
            alarms: Vec::new(),
            categories: codes,
        })
    }
}

/// The projects of agreements or events, by these. Two statements.
async fn projects(
    reader: &Reader<'_>,
    resource: &'static Resource,
    rows: &[Row],
) -> Result<HashMap<Uuid, Vec<Row>>> {
    let Some(neighbour) = resource.neighbours.iter().find(|neighbour| neighbour.name == "projects") else {
        return Ok(HashMap::new());
    };
    let linked = reader.neighbours(neighbour, rows).await?;
    let mut ids: Vec<Uuid> = linked.values().flat_map(|of| of.ids.iter().copied()).collect();
    ids.sort_unstable();
    ids.dedup();
    let projects = reader.rows_of(&PROJECT, &ids).await?;
    let of = |ids: Vec<Uuid>| {
        let one = |id: &Uuid| projects.iter().find(|project| id_in(project, "id") == Some(*id)).cloned();
        ids.iter().filter_map(one).collect()
    };
    Ok(linked.into_iter().map(|(id, of_it)| (id, of(of_it.ids))).collect())
}

/// The times of an event that has one session, where day and hour are known.
fn hours(row: &Row, sessions: &[Record]) -> Option<When> {
    let [session] = sessions else { return None };
    let of_both = |name: &str| text(session, name).or_else(|| text(row, name));
    let day = |name: &str| {
        let partial = PartialDate::parse(of_both(name)?).ok()?;
        partial.earliest().filter(|first| partial.latest() == Some(*first) && !partial.is_approximate())
    };
    let time = |name: &str| NaiveTime::parse_from_str(text(session, name)?, "%H:%M").ok();
    let (first, zone) = (day("starts")?, text(session, "time_zone")?.parse().ok()?);
    let end = time("end_time").map(|time| day("ends").unwrap_or(first).and_time(time));
    Some(When::Timed { start: first.and_time(time("start_time")?), end, zone })
}

fn state_of_obligation(state: ObligationState) -> State {
    match state {
        ObligationState::Overdue => State::Overdue,
        ObligationState::Met => State::Met,
        ObligationState::MetLate => State::MetLate,
        ObligationState::Passed => State::Passed,
        // Nothing is owed.
        ObligationState::Superseded | ObligationState::Waived => State::Superseded,
        // A calendar shows by itself how soon something is; without a date nothing gets here.
        ObligationState::DueSoon | ObligationState::Upcoming | ObligationState::InsufficientData => {
            State::Upcoming
        }
    }
}

fn state_of_event(state: EventState) -> State {
    match state {
        EventState::Planned => State::Planned,
        EventState::Confirmed => State::Confirmed,
        EventState::Held => State::Held,
        EventState::Postponed => State::Postponed,
        EventState::Cancelled => State::Cancelled,
    }
}

fn text<'a>(row: &'a Row, name: &str) -> Option<&'a str> {
    row.get(name).and_then(Value::as_str)
}

fn texts(value: &Value) -> Texts {
    let all = value.as_object().into_iter().flatten();
    all.filter_map(|(tag, text)| Some((tag.clone(), text.as_str()?.to_owned()))).collect()
}
