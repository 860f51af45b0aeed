//! What is to be told to whom today, and was not told yet: from the open obligations, a page at a time, the rules, and the
//! roles of those who can be written to. Writes nothing.
use super::Settings;
use super::key::Key;
use super::rule::{Facts, Reminder, due_digest, due_reminders, one_for_each_role};
use super::store::claimed;
use super::text::{Item, Language};
use crate::access::{Grant, written_to};
use crate::agreements::AGREEMENT;
use crate::compliance::{OBLIGATION, standing};
use crate::funders::FUNDER;
use crate::organisations::ORGANISATION;
use crate::store::db::Db;
use crate::store::listing::{Filter, Op, Operand, Query, list};
use crate::store::read::{Reader, date_in, id_in};
use crate::store::scope::{Maker, Root, Scope, Within};
use crate::store::view::View;
use crate::store::{Resource, Result, Row};
use chrono::{Days, NaiveDate};
use entity::vocab::{ObligationKind, ObligationState, Role, Severity, Word};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use uuid::Uuid;

/// For how many days after an outage reminders are caught up, and digests.
const OLDEST: u32 = 14;
const OLDEST_DIGEST: u64 = 2;
/// How far a digest looks ahead.
const AHEAD: u64 = 30;
const PAGE: u64 = 200;

/// Somebody who is written to.
#[derive(Clone, Debug)]
pub struct Recipient {
    pub id: Uuid,
    pub name: String,
    pub email: String,
    pub language: Language,
    grants: Vec<Grant>,
}

/// A message to somebody.
#[derive(Clone, Debug)]
pub struct Told {
    pub key: Key,
    pub to: Arc<Recipient>,
    /// None of a digest.
    pub obligation_id: Option<Uuid>,
    pub rule: String,
    pub due: Option<NaiveDate>,
    /// The day for which it was planned.
    pub day: NaiveDate,
    /// What it is about, in the recipient's language.
    pub items: Vec<Item>,
}

impl Told {
    /// What it is claimed under: once for each recipient.
    pub fn claim(&self) -> String {
        format!("{}/{}", self.key, self.to.id)
    }
}

/// A page of open obligations, and what messages say of them.
struct Open<'a> {
    rows: Vec<Row>,
    agreements: Vec<Row>,
    funders: Vec<Row>,
    organisations: Vec<Row>,
    /// Which of them a role for a record reaches.
    within: HashMap<Uuid, HashSet<Uuid>>,
    reader: &'a Reader<'a>,
}

/// What is to be told today, ordered by its key.
pub async fn waiting(db: &Db, settings: &Settings, today: NaiveDate) -> Result<Vec<Told>> {
    let rules = &settings.rules;
    let able = written_to(db).await?.into_iter().filter_map(|(one, grants)| {
        let language = Language::of(one.language.as_deref().unwrap_or_default());
        let (id, name, email) = (one.id, one.name, one.email?);
        let grants: Vec<Grant> = grants.into_iter().filter(|grant| rules.tell(grant.role)).collect();
        (!grants.is_empty()).then(|| Arc::new(Recipient { id, name, email, language, grants }))
    });
    let recipients: Vec<Arc<Recipient>> = able.collect();
    if recipients.is_empty() {
        return Ok(Vec::new());
    }
    let since = today.checked_sub_days(Days::new(OLDEST_DIGEST + 1)).unwrap_or(NaiveDate::MIN);
    let digest = settings.digest.and_then(|day| due_digest(day, since, today));
    let mut until = rules.horizon(today);
    if digest.is_some() {
        until = until.max(today.checked_add_days(Days::new(AHEAD)).unwrap_or(NaiveDate::MAX));
    }
    let (view, txn) = (View::now(Scope::Register), db.begin_read().await?);
    let reader =
        Reader { view: &view, conn: &txn, engine: db.engine, register: &crate::REGISTER, as_of: today };
    let mut found: BTreeMap<String, Told> = BTreeMap::new();
    let mut query = open_until(until);
    loop {
        let page = list(&reader, &OBLIGATION, &query).await?;
        let open = Open::read(&reader, page.rows, &recipients).await?;
        for (reminder, row) in open.reminders(settings, today) {
            for to in
                recipients.iter().filter(|to| open.reaches(to, row, |role| reminder.roles.contains(&role)))
            {
                let told = Told {
                    key: reminder.key(),
                    to: to.clone(),
                    obligation_id: Some(reminder.obligation_id),
                    rule: reminder.when.name(),
                    due: Some(reminder.due),
                    day: reminder.day,
                    items: open.item(row, to.language).into_iter().collect(),
                };
                found.insert(told.claim(), told);
            }
        }
        if let Some(digest) = digest {
            for to in &recipients {
                let reached = open.rows.iter().filter(|row| open.reaches(to, row, |role| rules.tell(role)));
                let items: Vec<Item> = reached.filter_map(|row| open.item(row, to.language)).collect();
                let told = Told {
                    key: digest.key(),
                    to: to.clone(),
                    obligation_id: None,
                    rule: "digest".to_owned(),
                    due: None,
                    day: digest.day,
                    items: Vec::new(),
                };
                found.entry(told.claim()).or_insert(told).items.extend(items);
            }
        }
        query.after = page.next;
        if query.after.is_none() {
            break;
        }
    }
    let claims: Vec<String> = found.keys().cloned().collect();
    let before = claimed(&txn, &claims).await?;
    found.retain(|claim, told| !before.contains(claim) && !told.items.is_empty());
    Ok(found.into_values().collect())
}

/// Obligations that can still be met and need be, due until a day; in the order of their ids.
fn open_until(day: NaiveDate) -> Query<'static> {
    let filter = |path: &str, op: Op, values: Vec<Operand>| {
        let field = OBLIGATION.fields.iter().find(|field| field.path == path);
        field.map(|field| Filter::Member { field, op, values })
    };
    let open = [ObligationState::Overdue, ObligationState::DueSoon, ObligationState::Upcoming];
    let open = open.map(|state| Operand::Text(state.code().to_owned())).to_vec();
    let due = filter("due", Op::Lte, vec![Operand::Date(day)]);
    let filters = filter("state", Op::In, open).into_iter().chain(due).collect();
    Query { filters, orders: Vec::new(), after: None, limit: PAGE, total: false, facets: Vec::new() }
}

impl<'a> Open<'a> {
    async fn read(reader: &'a Reader<'a>, rows: Vec<Row>, to: &[Arc<Recipient>]) -> Result<Self> {
        let of = async |resource: &Resource, rows: &[Row], column: &str| {
            let mut ids: Vec<Uuid> = rows.iter().filter_map(|row| id_in(row, column)).collect();
            ids.sort_unstable();
            ids.dedup();
            reader.rows_of(resource, &ids).await
        };
        let agreements = of(&AGREEMENT, &rows, "grant_agreement_id").await?;
        let funders = of(&FUNDER, &rows, "funder_id").await?;
        let organisations = of(&ORGANISATION, &funders, "organisation_id").await?;
        let ids: Vec<Uuid> = rows.iter().filter_map(|row| id_in(row, "id")).collect();
        let mut within = HashMap::new();
        let grants = to.iter().flat_map(|to| &to.grants);
        let roots: HashMap<Uuid, Root> =
            grants.filter_map(|grant| Some((Root::parts(grant.root).1?, grant.root?))).collect();
        for (key, root) in roots {
            let view = View::now(scope_of(root));
            within.insert(key, reader.seeing(&view).among(&OBLIGATION, &ids).await?);
        }
        Ok(Self { rows, agreements, funders, organisations, within, reader })
    }

    /// The reminders of these obligations, each with the row that it is about.
    fn reminders(&self, settings: &Settings, today: NaiveDate) -> Vec<(Reminder, &Row)> {
        let from = today.checked_sub_days(Days::new(u64::from(OLDEST) + 1)).unwrap_or(NaiveDate::MIN);
        let facts: Vec<Facts> = self.rows.iter().filter_map(|row| self.facts(row)).collect();
        let found = one_for_each_role(due_reminders(&facts, &settings.rules, from, today, OLDEST));
        let row = |id: Uuid| self.rows.iter().find(|row| id_in(row, "id") == Some(id));
        found.into_iter().filter_map(|one| Some((one.clone(), row(one.obligation_id)?))).collect()
    }

    fn facts(&self, row: &Row) -> Option<Facts> {
        Some(Facts {
            id: id_in(row, "id")?,
            kind: kind(row)?,
            severity: Severity::from_code(text(row, "severity")?)?,
            state: standing(row, self.reader.as_of).state,
            due: date_in(row, "due"),
        })
    }

    /// Whether somebody has one of these roles where the obligation is.
    fn reaches(&self, to: &Recipient, row: &Row, role: impl Fn(Role) -> bool) -> bool {
        let Some(id) = id_in(row, "id") else { return false };
        to.grants.iter().filter(|grant| role(grant.role)).any(|grant| match Root::parts(grant.root) {
            (_, None) => true,
            (_, Some(root)) => self.within.get(&root).is_some_and(|ids| ids.contains(&id)),
        })
    }

    fn item(&self, row: &Row, language: Language) -> Option<Item> {
        let reference = one(&self.agreements, row, "grant_agreement_id").and_then(|of| text(of, "reference"));
        let funder = one(&self.funders, row, "funder_id");
        let organisation = funder.and_then(|funder| one(&self.organisations, funder, "organisation_id"));
        Some(Item {
            obligation_id: id_in(row, "id")?,
            kind: kind(row)?,
            title: in_language(row.get("title")?, language),
            due: date_in(row, "due")?,
            agreement: reference.unwrap_or("–").to_owned(),
            funder: organisation.and_then(|one| Some(in_language(one.get("name")?, language))),
        })
    }
}

/// What hangs on one record, whoever asks.
fn scope_of(root: Root) -> Scope {
    let maker = Maker { principal_id: Uuid::nil(), granted: String::new() };
    Scope::Within(Arc::new(Within { roots: vec![root], maker, published: None, made: Vec::new() }))
}

/// The row that another refers to.
fn one<'r>(rows: &'r [Row], of: &Row, column: &str) -> Option<&'r Row> {
    let id = id_in(of, column)?;
    rows.iter().find(|row| id_in(row, "id") == Some(id))
}

fn kind(row: &Row) -> Option<ObligationKind> {
    ObligationKind::from_code(text(row, "kind")?)
}

fn text<'r>(row: &'r Row, name: &str) -> Option<&'r str> {
    row.get(name).and_then(Value::as_str)
}

/// A text in the language, else in another.
fn in_language(texts: &Value, language: Language) -> String {
    let wished = language.wishes().iter().find_map(|tag| texts.get(*tag));
    let any = || texts.as_object().and_then(|all| all.values().next());
    wished.or_else(any).and_then(Value::as_str).unwrap_or_default().to_owned()
}
