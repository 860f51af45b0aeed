//! The terms of agreements, out of the register: the version that each is pinned to, with what it extends, and what its
//! programme and the agreement itself say otherwise.
use crate::regimes;
use crate::regimes::terms::{Override, TermLevel, TermOrigin, Terms};
use crate::store::read::{Reader, id_in, text_in};
use crate::store::{Record, Result, Row};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// The terms of agreements by id; none for those that follow no regime. The number of statements does not depend on how
/// many agreements there are; those that nobody says otherwise for share them.
pub async fn terms_of(reader: &Reader<'_>, agreements: &[Row]) -> Result<HashMap<Uuid, Arc<Terms>>> {
    let ids_in = |name: &str| -> Vec<Uuid> {
        let mut ids: Vec<Uuid> = agreements.iter().filter_map(|row| id_in(row, name)).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    };
    let lines = regimes::lines(reader, &ids_in("regime_id")).await?;
    if lines.is_empty() {
        return Ok(HashMap::new());
    }
    let said_by = async |resource: &str, ids: &[Uuid]| {
        reader.parts(reader.register.get(resource)?.part("overrides")?, ids).await
    };
    let by_programme = said_by("programme", &ids_in("programme_id")).await?;
    let by_agreement = said_by("grant_agreement", &ids_in("id")).await?;
    let said: Vec<Uuid> = by_agreement.values().flatten().filter_map(|one| id_in(one, "id")).collect();
    let amended = reader.links("agreement_override", "id", "amendment_id", &said).await?;
    let (mut terms, mut shared) = (HashMap::new(), HashMap::<_, Arc<Terms>>::new());
    for row in agreements {
        let (Some(id), Some(regime)) = (id_in(row, "id"), id_in(row, "regime_id")) else { continue };
        let Some(line) = lines.get(&regime) else { continue };
        let (programme, own) = (id_in(row, "programme_id"), by_agreement.get(&id));
        let said = programme.filter(|id| by_programme.contains_key(id));
        if let Some(same) = shared.get(&(regime, said)).filter(|_| own.is_none()) {
            terms.insert(id, same.clone());
            continue;
        }
        let mut overrides = read(said.and_then(|id| by_programme.get(&id)), |_| TermLevel::Programme)?;
        overrides.extend(read(own, |id| match amended.contains_key(&id) {
            true => TermLevel::Amendment,
            false => TermLevel::Agreement,
        })?);
        if let Some(found) = Terms::new(line, &overrides).map(Arc::new) {
            if own.is_none() {
                shared.insert((regime, said), found.clone());
            }
            terms.insert(id, found);
        }
    }
    Ok(terms)
}

/// The terms that programmes of these ids lead to where they name a regime of their own.
pub async fn of_programmes(reader: &Reader<'_>, ids: &[Uuid]) -> Result<Vec<Terms>> {
    let programme = reader.register.get("programme")?;
    let rows = reader.rows_of(programme, ids).await?;
    let regimes: Vec<Uuid> = rows.iter().filter_map(|row| id_in(row, "regime_id")).collect();
    let lines = regimes::lines(reader, &regimes).await?;
    let said = reader.parts(programme.part("overrides")?, ids).await?;
    let mut found = Vec::new();
    for row in rows {
        if let (Some(id), Some(line)) =
            (id_in(&row, "id"), id_in(&row, "regime_id").and_then(|id| lines.get(&id)))
        {
            found.extend(Terms::new(line, &read(said.get(&id), |_| TermLevel::Programme)?));
        }
    }
    Ok(found)
}

fn read(records: Option<&Vec<Record>>, level: impl Fn(Uuid) -> TermLevel) -> Result<Vec<Override>> {
    let one = |record: &Record| {
        let text = |name: &str| text_in(record, name).map(str::to_owned);
        let level = level(id_in(record, "id").unwrap_or_default());
        let document_id = id_in(record, "document_id");
        let origin = TermOrigin {
            level,
            regime: None,
            clause: text("clause"),
            document: text("document"),
            document_id,
        };
        Ok(Override {
            path: text("path").unwrap_or_default(),
            value: record.get("value").cloned().unwrap_or_default(),
            origin,
        })
    };
    records.map_or(&[][..], Vec::as_slice).iter().map(one).collect()
}
