//! Creating, changing and deleting whole aggregates and their parts, the same way for every resource: typed
//! content, references that exist, codes that are free, one version for all.
use super::personal;
use super::read::{column, id_in};
use super::referrers::{referrers, referrers_of_kept};
use super::resource::{Parser, Part, Reference, Register, Resource, Target};
use super::table::{Nested, Record, Row, Table};
use super::unit::Unit;
use super::{Error, Result};
use crate::clock::new_id;
use crate::shared::check::Faults;
use crate::shared::life::Opening;
use crate::shared::money::Money;
use crate::shared::period::Period;
use entity::status_change;
use sea_orm::DbErr;
use sea_orm::sea_query::{ExprTrait, LockType, Order};
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

/// Parts of one kind under one root: more than any real aggregate has, few enough to answer with whole.
pub const MOST_PARTS: usize = 500;

/// The rows of every life: see [`super::resource::Life`].
pub static STATUS_CHANGES: Table = Table::of::<status_change::Entity>("status_change", &[], &OF_STEPS);

/// The columns that tell whose step it is.
pub(super) const OF_STEPS: [&str; 7] = [
    "project_id",
    "grant_agreement_id",
    "amendment_id",
    "suspension_id",
    "termination_id",
    "report_id",
    "waiver_id",
];

/// The typed, checked writable members of a body.
///
/// # Errors
/// [`Error::Invalid`] with every fault of the content.
pub fn prepare(table: &Table, parse: Parser, value: Value) -> Result<Record> {
    let parsed = parse(value).map_err(|e| Error::invalid("", "invalid", json!({"reason": e.to_string()})))?;
    let mut faults = parsed.faults;
    for nested in table.nested {
        let (name, pointer) = (nested.name(), format!("/{}", nested.name()));
        let value = parsed.record.get(name).cloned().unwrap_or(Value::Null);
        match nested {
            // A closed list of words, which the schema holds them against.
            Nested::Tiers(_) => {}
            Nested::Period(_) => {
                if let Ok(Some(period)) = serde_json::from_value::<Option<Period>>(value) {
                    period.check(&pointer, &mut faults);
                }
            }
            Nested::Money(_) => {
                if let Ok(Some(money)) = serde_json::from_value::<Option<Money>>(value)
                    && let Err(error) = money.check()
                {
                    faults.push(error.fault(&pointer));
                }
            }
        }
    }
    if faults.is_empty() { Ok(parsed.record) } else { Err(Error::Invalid(faults)) }
}

/// Creates a root. `record` holds all writable members, as [`prepare`] gives them.
pub async fn create(
    unit: &mut Unit,
    resource: &'static Resource,
    record: Record,
    opening: Option<Opening>,
) -> Result<Uuid> {
    let id = new_id(unit.intent.now);
    let mut row = Row::new();
    row.insert("id".into(), json!(id));
    row.insert("version".into(), json!(1));
    row.insert("created_at".into(), json!(unit.intent.now));
    row.insert("updated_at".into(), json!(unit.intent.now));
    row.append(&mut (resource.computed)(&record));
    row.append(&mut resource.table.row(record));
    let mut first_step = None;
    if let Some(life) = &resource.life {
        let opened_as = opening.is_some();
        let opening = opening.unwrap_or(Opening {
            status: Some(life.initial.to_owned()),
            effective_on: None,
            source: None,
            reason: None,
        });
        if let Some(status) = &opening.status
            && life.statuses.terms.iter().all(|term| term.code != status)
        {
            let allowed: Vec<&str> = life.statuses.terms.iter().map(|t| t.code).collect();
            return Err(Error::invalid("/opening/status", "not_in_list", json!({"allowed": allowed})));
        }
        let since = opening.effective_on.or((!opened_as).then_some(unit.intent.as_of));
        row.insert("status".into(), json!(opening.status));
        row.insert("status_since".into(), json!(since));
        first_step = Some(json!({
            "id": new_id(unit.intent.now),
            life.parent: id,
            "from_status": null,
            "to_status": opening.status,
            "opened_as": opened_as,
            "effective_on": since,
            "reason": opening.reason,
            "source": opening.source,
            "document": null,
            "document_id": null,
            "attestations": [],
            "actor_id": unit.intent.principal_id,
            "recorded_at": unit.intent.now,
        }));
    }
    check(unit, &resource.table, resource.references, resource.unique, None, &row).await?;
    rule(unit, resource, &row).await?;
    unit.insert_root(resource, row).await?;
    if let Some(Value::Object(step)) = first_step {
        unit.insert_part(resource, id, &STATUS_CHANGES, step).await?;
    }
    Ok(id)
}

/// Replaces the writable members of a root at the version that the caller read.
pub async fn update(
    unit: &mut Unit,
    resource: &'static Resource,
    mut row: Row,
    record: Record,
    expected: i64,
    action: &'static str,
) -> Result<()> {
    not_frozen(resource, &row)?;
    let before = row.clone();
    overwrite(&mut row, (resource.computed)(&record));
    overwrite(&mut row, resource.table.row(record));
    check(unit, &resource.table, resource.references, resource.unique, Some(&before), &row).await?;
    rule(unit, resource, &row).await?;
    unit.update_root(resource, row, expected, action).await
}

/// Deletes a root with its parts, unless others refer to it.
///
/// # Errors
/// [`Error::Referenced`] with who does.
pub async fn delete(unit: &mut Unit, resource: &'static Resource, id: Uuid, expected: i64) -> Result<()> {
    let row = unit.reader().row_to_delete(resource, id).await?;
    at_version(&row, expected)?;
    if !referrers(&unit.whole(), resource, id).await?.is_empty() {
        return Err(Error::Referenced(referrers(&unit.reader(), resource, id).await?));
    }
    personal::not_kept(unit, &row)?;
    let kept = resource.kept_while.map(|kept| kept(&row, unit.intent.now.date_naive()));
    if let Some(faults) = kept.filter(|faults| !faults.is_empty()) {
        return Err(Error::Refused(faults));
    }
    not_begun(resource, &row)?;
    // The version is raised first: it is what a racing writer meets.
    unit.update_root(resource, row, expected, "deleted").await?;
    for (kept, column) in kept_for(unit.reader().register, resource) {
        if !referrers_of_kept(&unit.whole(), kept, column, id).await?.is_empty() {
            let seen = referrers_of_kept(&unit.reader(), kept, column, id).await?;
            return Err(Error::Referenced(seen));
        }
        let mut select = unit.whole().view.select_to_write(&kept.table);
        select
            .and_where(self::column(&kept.table, column).eq(id))
            .order_by(kept.table.column("id"), Order::Asc)
            .lock(LockType::Update);
        let rows = unit.whole().rows(&kept.table, &select).await?;
        unit.remove_roots(kept, &rows).await?;
    }
    delete_parts(unit, resource, id).await?;
    if let Some(life) = &resource.life {
        let mut select = unit.whole().view.select(&STATUS_CHANGES);
        select.and_where(column(&STATUS_CHANGES, life.parent).eq(id));
        for step in unit.reader().rows(&STATUS_CHANGES, &select).await? {
            if let Some(step_id) = id_in(&step, "id") {
                unit.delete_part(resource, id, &STATUS_CHANGES, step_id).await?;
            }
        }
    }
    unit.delete_root(resource, id, expected + 1).await?;
    // What nobody needs in the register, nobody needs in its past.
    match resource.table.personal {
        [] => Ok(()),
        _ => personal::forget(&unit.reader(), &resource.table, id, true).await,
    }
}

/// # Errors
/// [`Error::Refused`] in a status in which a record is no longer changed.
fn not_frozen(resource: &Resource, row: &Row) -> Result<()> {
    let frozen = resource.life.as_ref().map_or(&[][..], |life| life.frozen);
    match super::read::text_in(row, "status").filter(|status| frozen.contains(status)) {
        None => Ok(()),
        Some(status) => Err(refused("frozen", json!({"status": status}))),
    }
}

/// # Errors
/// [`Error::Refused`] where what a record has gone through must stay.
fn not_begun(resource: &Resource, row: &Row) -> Result<()> {
    let Some(life) = resource.life.as_ref().filter(|life| !life.frozen.is_empty()) else { return Ok(()) };
    match super::read::text_in(row, "status").filter(|status| *status != life.initial) {
        None => Ok(()),
        Some(status) => Err(refused("begun", json!({"status": status, "initial": life.initial}))),
    }
}

fn refused(code: &'static str, params: Value) -> Error {
    let mut faults = Faults::default();
    faults.add("", code, params);
    Error::Refused(faults)
}

/// What the program keeps for records of a resource.
fn kept_for(
    register: &'static Register,
    resource: &Resource,
) -> impl Iterator<Item = (&'static Resource, &'static str)> + use<> {
    let name = resource.name;
    let of = move |kept: &'static Resource| Some((kept, kept.kept_for.filter(|(of, _)| *of == name)?.1));
    register.resources.iter().copied().filter_map(of)
}

async fn delete_parts(unit: &mut Unit, resource: &'static Resource, id: Uuid) -> Result<()> {
    for part in resource.parts {
        for record in unit.whole().parts(part, &[id]).await?.remove(&id).unwrap_or_default() {
            if let Some(part_id) = id_in(&record, "id") {
                unit.delete_part(resource, id, &part.table, part_id).await?;
            }
        }
    }
    Ok(())
}

/// Adds a part, raising the root's version.
pub async fn create_part(
    unit: &mut Unit,
    resource: &'static Resource,
    part: &'static Part,
    root: Row,
    expected: i64,
    record: Record,
) -> Result<Uuid> {
    let root_id = id_in(&root, "id").ok_or(Error::NotFound)?;
    let id = new_id(unit.intent.now);
    let mut row = Row::new();
    row.insert("id".into(), json!(id));
    row.insert(part.parent.into(), json!(root_id));
    row.append(&mut part.table.row(record));
    not_itself(resource, part, root_id, &row)?;
    check(unit, &part.table, part.references, &[], None, &row).await?;
    unit.update_root(resource, root, expected, "updated").await?;
    unit.insert_part(resource, root_id, &part.table, row).await?;
    together(unit, part, root_id).await?;
    Ok(id)
}

/// Replaces the members of a part, raising the root's version. `record` holds all of them and the part's `id`.
pub async fn update_part(
    unit: &mut Unit,
    resource: &'static Resource,
    part: &'static Part,
    root: Row,
    expected: i64,
    record: Record,
) -> Result<()> {
    let root_id = id_in(&root, "id").ok_or(Error::NotFound)?;
    let mut row = part.table.row(record);
    row.insert(part.parent.into(), json!(root_id));
    not_itself(resource, part, root_id, &row)?;
    check(unit, &part.table, part.references, &[], None, &row).await?;
    unit.update_root(resource, root, expected, "updated").await?;
    unit.update_part(resource, root_id, part, row).await?;
    together(unit, part, root_id).await
}

/// Removes a part, raising the root's version.
pub async fn delete_part(
    unit: &mut Unit,
    resource: &'static Resource,
    part: &'static Part,
    root: Row,
    expected: i64,
    id: Uuid,
) -> Result<()> {
    let root_id = id_in(&root, "id").ok_or(Error::NotFound)?;
    unit.update_root(resource, root, expected, "updated").await?;
    unit.delete_part(resource, root_id, &part.table, id).await?;
    together(unit, part, root_id).await
}

/// # Errors
/// [`Error::Stale`] when the row is not at the version.
pub fn at_version(row: &Row, expected: i64) -> Result<()> {
    match row.get("version").and_then(Value::as_i64) {
        Some(current) if current != expected => Err(Error::Stale { current }),
        _ => Ok(()),
    }
}

/// Sets values without moving members: a row keeps the order of its entity.
fn overwrite(row: &mut Row, with: Row) {
    for (name, value) in with {
        row.insert(name, value);
    }
}

/// What all parts of a kind must satisfy together, the change included.
async fn together(unit: &Unit, part: &Part, root: Uuid) -> Result<()> {
    let all = unit.whole().parts(part, &[root]).await?.remove(&root).unwrap_or_default();
    let mut faults = Faults::default();
    if all.len() > MOST_PARTS {
        faults.add("", "too_many", json!({"max": MOST_PARTS}));
    }
    if let Some(rule) = part.together {
        faults.extend_at("", rule(&all));
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
}

/// A part does not relate its root to the root itself.
fn not_itself(resource: &Resource, part: &Part, root: Uuid, row: &Row) -> Result<()> {
    let mut faults = Faults::default();
    for reference in part.references {
        let same = matches!(reference.to, Target::Resource(name) if name == resource.name);
        if same && id_in(row, reference.column) == Some(root) {
            faults.add(format!("/{}", reference.column), "refers_to_itself", json!({}));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
}

/// Every reference names a record that the view shows, and every code is free. What stays as it was `before` is not
/// asked for again: it may lie outside the caller's scope.
async fn check(
    unit: &Unit,
    table: &Table,
    references: &[Reference],
    unique: &[&str],
    before: Option<&Row>,
    row: &Row,
) -> Result<()> {
    let (reader, mut faults) = (unit.reader(), Faults::default());
    let mut asked: Vec<(&str, &str, Uuid)> = Vec::new();
    for reference in references {
        let target = match reference.to {
            Target::Resource(name) => name,
            Target::NamedBy(column) => row.get(column).and_then(Value::as_str).unwrap_or_default(),
        };
        let kept = |column: &str| before.is_some_and(|before| before.get(column) == row.get(column));
        let kind_kept = !matches!(reference.to, Target::NamedBy(kind) if !kept(kind));
        if let Some(id) = id_in(row, reference.column)
            && !(kept(reference.column) && kind_kept)
        {
            asked.push((target, reference.column, id));
        }
    }
    let mut targets: Vec<&str> = asked.iter().map(|(target, ..)| *target).collect();
    targets.sort_unstable();
    targets.dedup();
    for target in targets {
        let of_target = || asked.iter().filter(|(t, ..)| *t == target);
        let ids: Vec<Uuid> = of_target().map(|(.., id)| *id).collect();
        let known = reader.known(reader.register.get(target)?, &ids).await?;
        for (_, column, id) in of_target().filter(|(.., id)| !known.contains(id)) {
            faults.add(format!("/{column}"), "unknown_reference", json!({"resource": target, "id": id}));
        }
    }
    for name in unique {
        let Some(value) = row.get(*name).filter(|v| !v.is_null()) else { continue };
        let own = id_in(row, "id").unwrap_or_default();
        // A code is free or not, whoever has it.
        let mut select = unit.whole().view.select_columns(table.name, "id", &["id", name]);
        let same = match id_in(row, name) {
            Some(id) => column(table, name).eq(id),
            None => column(table, name).eq(value.as_str().unwrap_or_default()),
        };
        select.and_where(same).and_where(column(table, "id").ne(own));
        if reader.one(&select).await?.is_some() {
            faults.add(format!("/{name}"), "already_taken", json!({"value": value}));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
}

/// The resource's own rule about other records.
async fn rule(unit: &Unit, resource: &Resource, row: &Row) -> Result<()> {
    let Some(rule) = resource.rule else { return Ok(()) };
    let faults = rule(&unit.whole(), resource, row).await?;
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
}

/// A stored record's typed fields, for rules. What is stored was checked when it was written.
///
/// # Errors
/// A database fault where the table was changed from outside.
pub fn typed<T: serde::de::DeserializeOwned>(record: &Record) -> Result<T> {
    serde_json::from_value(Value::Object(record.clone())).map_err(|e| DbErr::Json(e.to_string()).into())
}

/// The same of a single member.
///
/// # Errors
/// As [`typed`].
pub fn typed_value<T: serde::de::DeserializeOwned>(value: Option<&Value>) -> Result<T> {
    let value = value.cloned().unwrap_or(Value::Null);
    serde_json::from_value(value).map_err(|e| DbErr::Json(e.to_string()).into())
}

/// Derived members as a record.
///
/// # Errors
/// A database fault where they can't be written as JSON.
pub fn to_record<T: Serialize>(members: &T) -> Result<Record> {
    match serde_json::to_value(members) {
        Ok(Value::Object(record)) => Ok(record),
        Ok(_) => Ok(Record::new()),
        Err(e) => Err(DbErr::Json(e.to_string()).into()),
    }
}
