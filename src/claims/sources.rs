//! Where a record's values come from, and where its sources disagree: worked out from its claims.
use super::store::CLAIM;
use crate::store::aggregate::to_record;
use crate::store::read::{Reader, column, id_in, text_in};
use crate::store::{Record, Result, Row};
use futures_util::future::BoxFuture;
use sea_orm::sea_query::{ExprTrait, Order};
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use utoipa::ToSchema;
use uuid::Uuid;

/// What claims say of a record.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct SourceFacts {
    /// By member: the claim that its value was taken from.
    pub sources: BTreeMap<String, Source>,
    /// Members for which claims hold different values, with those claims.
    #[schema(max_items = 200)]
    pub conflicts: Vec<Conflict>,
}

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Source {
    pub claim_id: Uuid,
    #[schema(format = "text", max_length = 1000)]
    pub title: String,
    #[schema(required, format = "uri", max_length = 2000)]
    pub url: Option<String>,
    /// False where the value was changed after it was taken from the claim.
    pub agrees: bool,
}

/// Rival claims.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Conflict {
    #[schema(max_length = 200, pattern = r"^[a-z][A-Za-z0-9_.-]*$")]
    pub field: String,
    #[schema(max_items = 200)]
    pub claim_ids: Vec<Uuid>,
}

/// Sources and conflicts of a page of records, in one statement.
pub fn derive<'a>(reader: &'a Reader<'a>, records: &'a [Record]) -> BoxFuture<'a, Result<Vec<Record>>> {
    Box::pin(async move {
        let mut of = about(reader, records).await?;
        records
            .iter()
            .map(|record| {
                let claims = id_in(record, "id").and_then(|id| of.remove(&id)).unwrap_or_default();
                to_record(&facts(record, &claims))
            })
            .collect()
    })
}

/// The claims about records, oldest first.
pub async fn about(reader: &Reader<'_>, records: &[Record]) -> Result<HashMap<Uuid, Vec<Row>>> {
    let ids: Vec<Uuid> = records.iter().filter_map(|r| id_in(r, "id")).collect();
    let mut of: HashMap<Uuid, Vec<Row>> = HashMap::new();
    if ids.is_empty() {
        return Ok(of);
    }
    let mut select = reader.view.select(&CLAIM.table);
    select.and_where(column(&CLAIM.table, "subject_id").is_in(ids));
    select.order_by(CLAIM.table.column("id"), Order::Asc);
    for row in reader.rows(&CLAIM.table, &select).await? {
        if let Some(id) = id_in(&row, "subject_id") {
            of.entry(id).or_default().push(row);
        }
    }
    Ok(of)
}

fn facts(record: &Record, claims: &[Row]) -> SourceFacts {
    let mut facts = SourceFacts::default();
    let mut by_field: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for claim in claims {
        by_field.entry(text_in(claim, "field").unwrap_or_default()).or_default().push(claim);
    }
    for (field, claims) in by_field {
        for claim in claims.iter().filter(|c| c.get("adopted") == Some(&Value::Bool(true))) {
            let value = claim.get("value").unwrap_or(&Value::Null);
            let source = Source {
                claim_id: id_in(claim, "id").unwrap_or_default(),
                title: text_in(claim, "source_title").unwrap_or_default().to_owned(),
                url: text_in(claim, "source_url").map(str::to_owned),
                agrees: agrees(crate::shared::record::at_path(record, field), value),
            };
            facts.sources.insert(field.to_owned(), source);
        }
        let said = |claim: &Row| match claim.get("value") {
            None | Some(Value::Null) => claim.get("as_printed").cloned().unwrap_or(Value::Null),
            Some(value) => value.clone(),
        };
        let first = claims.first().map(|c| said(c));
        if claims.iter().any(|c| Some(said(c)) != first) {
            let claim_ids = claims.iter().filter_map(|c| id_in(c, "id")).take(200).collect();
            facts.conflicts.push(Conflict { field: field.to_owned(), claim_ids });
        }
    }
    facts
}

/// Whether a record still holds what a claim said: what the claim leaves open does not count.
fn agrees(held: &Value, said: &Value) -> bool {
    match (held, said) {
        (Value::Object(held), Value::Object(said)) => said
            .iter()
            .all(|(name, said)| said.is_null() || agrees(held.get(name).unwrap_or(&Value::Null), said)),
        (held, said) => held == said,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use serde_json::json;

    fn claim(field: &str, value: Value, adopted: bool) -> Row {
        let claim = json!({"id": Uuid::nil(), "field": field, "value": value, "source_title": "A page", "adopted": adopted});
        claim.as_object().unwrap().clone()
    }

    #[test]
    fn rivals_conflict_and_the_adopted_one_is_the_source() {
        let record = json!({"planned_period": {"start": "2019-11-01", "end": "2021-05-31"}, "acronym": "X"});
        let claims = [
            claim("planned_period", json!({"start": "2019-11-01", "end": "2021-05-31"}), true),
            claim("planned_period", json!({"start": "2019-10-01", "end": "2021-09-30"}), false),
            claim("acronym", json!("X"), false),
        ];
        let facts = facts(record.as_object().unwrap(), &claims);
        assert_eq!(facts.conflicts.iter().map(|c| c.field.as_str()).collect::<Vec<_>>(), ["planned_period"]);
        assert!(facts.sources["planned_period"].agrees);
        assert_eq!(facts.sources.len(), 1);
    }

    #[test]
    fn a_value_changed_later_no_longer_agrees() {
        let record = json!({"acronym": "Y"});
        let facts = facts(record.as_object().unwrap(), &[claim("acronym", json!("X"), true)]);
        assert!(!facts.sources["acronym"].agrees);
    }
}
