//! Who refers to a record: what stands in the way of its deletion.
use super::aggregate::{OF_STEPS, STATUS_CHANGES};
use super::read::{Reader, column};
use super::resource::{Resource, Target};
use super::{Referrer, Result};
use sea_orm::sea_query::{Alias, Expr, ExprTrait};
use uuid::Uuid;

/// What steps of lives rest on.
const DOCUMENT: &str = "document";
/// Referrers that a refused deletion names.
const MOST_REFERRERS: usize = 20;

/// Who refers to a record, its own parts apart. At most [`MOST_REFERRERS`].
pub async fn referrers(reader: &Reader<'_>, resource: &Resource, id: Uuid) -> Result<Vec<Referrer>> {
    let mut found = Vec::new();
    let kept = |other: &&&Resource| other.kept_for.is_some_and(|(of, _)| of == resource.name);
    for other in reader.register.resources.iter().filter(|other| !kept(other)) {
        let roots = std::iter::once((&other.table, "id", other.references));
        let parts = other.parts.iter().map(|p| (&p.table, p.parent, p.references));
        for (table, owner, references) in roots.chain(parts) {
            for reference in references {
                let kind = match reference.to {
                    Target::Resource(name) if name == resource.name => None,
                    Target::Resource(_) => continue,
                    Target::NamedBy(kind) => Some(kind),
                };
                let named: Vec<&str> = ["id", owner, reference.column].into_iter().chain(kind).collect();
                let mut select = reader.view.select_columns(table.name, owner, &named);
                select
                    .distinct()
                    .and_where(column(table, reference.column).eq(id))
                    .and_where(column(table, owner).ne(id))
                    .limit(MOST_REFERRERS as u64);
                if let Some(kind) = kind {
                    select.and_where(Expr::col((Alias::new(table.name), Alias::new(kind))).eq(resource.name));
                }
                for row in reader.query(&select).await? {
                    let referrer = Referrer { resource: other.name, id: row.try_get("", owner)? };
                    if !found.contains(&referrer) {
                        found.push(referrer);
                    }
                }
            }
        }
    }
    let resting = steps_resting_on(reader, resource, id).await?;
    for referrer in resting.into_iter().chain(terms_quoting(reader, resource, id).await?) {
        if !found.contains(&referrer) {
            found.push(referrer);
        }
    }
    found.truncate(MOST_REFERRERS);
    Ok(found)
}

/// The records whose steps point at a document, or rest on what somebody attested with it.
async fn steps_resting_on(reader: &Reader<'_>, resource: &Resource, id: Uuid) -> Result<Vec<Referrer>> {
    if resource.name != DOCUMENT {
        return Ok(Vec::new());
    }
    let named: Vec<&str> = ["id", "document_id", "attestations"].into_iter().chain(OF_STEPS).collect();
    let attested = column(&STATUS_CHANGES, "attestations").cast_as("text").like(format!("%{id}%"));
    let mut select = reader.view.select_columns(STATUS_CHANGES.name, "id", &named);
    select
        .columns(OF_STEPS.map(|name| (Alias::new(STATUS_CHANGES.name), Alias::new(name))))
        .and_where(column(&STATUS_CHANGES, "document_id").eq(id).or(attested))
        .limit(MOST_REFERRERS as u64);
    let lives = |other: &&'static Resource| Some((other.name, other.life.as_ref()?.parent));
    let mut found = Vec::new();
    for row in reader.query(&select).await? {
        for (resource, parent) in reader.register.resources.iter().filter_map(lives) {
            let of: Option<Uuid> = row.try_get("", parent)?;
            found.extend(of.map(|id| Referrer { resource, id }));
        }
    }
    Ok(found)
}

/// The amendments that bring a parameter with a clause of this document.
async fn terms_quoting(reader: &Reader<'_>, resource: &Resource, id: Uuid) -> Result<Vec<Referrer>> {
    if resource.name != DOCUMENT {
        return Ok(Vec::new());
    }
    let amendment = reader.register.get("amendment")?;
    let mut select = reader.view.select_columns(amendment.table.name, "id", &["id", "terms"]);
    select
        .and_where(column(&amendment.table, "terms").cast_as("text").like(format!("%{id}%")))
        .limit(MOST_REFERRERS as u64);
    let rows = reader.query(&select).await?;
    rows.iter().map(|row| Ok(Referrer { resource: amendment.name, id: row.try_get("", "id")? })).collect()
}

/// Who names, by its kind, something that the program keeps for a record and that goes with it.
pub async fn referrers_of_kept(
    reader: &Reader<'_>,
    kept: &Resource,
    by: &'static str,
    id: Uuid,
) -> Result<Vec<Referrer>> {
    let mut found = Vec::new();
    for other in reader.register.resources {
        let roots = std::iter::once((&other.table, "id", other.references));
        let parts = other.parts.iter().map(|part| (&part.table, part.parent, part.references));
        for (table, owner, references) in roots.chain(parts) {
            for reference in references {
                let Target::NamedBy(kind) = reference.to else { continue };
                let mut ids = reader.view.select_columns(kept.table.name, "id", &["id", by]);
                ids.and_where(column(&kept.table, by).eq(id));
                let mut select =
                    reader.view.select_columns(table.name, owner, &["id", owner, reference.column, kind]);
                select
                    .distinct()
                    .and_where(Expr::col((Alias::new(table.name), Alias::new(kind))).eq(kept.name))
                    .and_where(column(table, reference.column).in_subquery(ids))
                    .limit(MOST_REFERRERS as u64);
                for row in reader.query(&select).await? {
                    found.push(Referrer { resource: other.name, id: row.try_get("", owner)? });
                }
            }
        }
    }
    Ok(found)
}
