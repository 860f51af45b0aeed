//! A portfolio in Grantline's own shape: records by resource, with their parts and claims, that refer to each other
//! by key. Loaded in one unit of work, through the same checks as requests: all or nothing.
use crate::claims::{CLAIM, adopt};
use crate::http::resource::{Face, writable};
use crate::http::{contract, face};
use crate::shared::check::Faults;
use crate::shared::life::Opening;
use crate::store::aggregate::{self, prepare, typed_value};
use crate::store::unit::Unit;
use crate::store::{Error, Resource, Result};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use uuid::Uuid;

/// Records of one resource.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    pub resource: String,
    pub records: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// What later records call it: `"@key"`.
    key: String,
    body: Value,
    /// By path of the part: `participants`.
    #[serde(default)]
    parts: Map<String, Value>,
    #[serde(default)]
    claims: Vec<Map<String, Value>>,
}

/// Loads files in their order; answers how many records came in. `ids` are records that are there already, by the keys
/// that files call them by.
///
/// # Errors
/// [`Error::Invalid`] with the key of the record at fault in the pointer.
pub async fn load(unit: &mut Unit, files: Vec<File>, mut ids: HashMap<String, Uuid>) -> Result<usize> {
    let mut loaded = 0;
    for file in files {
        let face = face(&file.resource).ok_or_else(|| fault(&file.resource, "", "no such resource"))?;
        for entry in file.records {
            let key = entry.key.clone();
            let id = one(unit, face, entry, &ids).await.map_err(|error| located(error, &key))?;
            if ids.insert(key.clone(), id).is_some() {
                return Err(fault(&key, "", "the key stands here twice"));
            }
            loaded += 1;
        }
    }
    Ok(loaded)
}

async fn one(
    unit: &mut Unit,
    face: &'static Face,
    entry: Entry,
    ids: &HashMap<String, Uuid>,
) -> Result<Uuid> {
    let mut body = resolved(entry.body, ids)?;
    shape(&format!("New{}", face.schema), &body)?;
    let opening: Option<Opening> =
        typed_value(body.as_object_mut().and_then(|map| map.shift_remove("opening")).as_ref())?;
    let record = prepare(&face.resource.table, face.resource.parse, body)?;
    let id = aggregate::create(unit, face.resource, record, opening).await?;
    for (path, list) in entry.parts {
        let part = face.parts.iter().find(|p| p.part.path == path);
        let part = part.ok_or_else(|| fault("", &path, "no such part"))?;
        for (index, body) in list.as_array().cloned().unwrap_or_default().into_iter().enumerate() {
            let at = format!("{path}/{index}");
            let body = resolved(body, ids)?;
            let add = async {
                shape(&format!("New{}", part.schema), &body)?;
                let record = prepare(&part.part.table, part.part.parse, body)?;
                let root = unit.reader().row(face.resource, id).await?;
                aggregate::create_part(unit, face.resource, part.part, root, 1, record).await
            };
            add.await.map_err(|error| located(error, &at))?;
        }
    }
    for (index, claim) in entry.claims.into_iter().enumerate() {
        let at = format!("claims/{index}");
        claim_of(unit, face.resource, id, claim, ids).await.map_err(|error| located(error, &at))?;
    }
    Ok(id)
}

async fn claim_of(
    unit: &mut Unit,
    subject: &Resource,
    id: Uuid,
    claim: Map<String, Value>,
    ids: &HashMap<String, Uuid>,
) -> Result<()> {
    let Value::Object(mut claim) = resolved(Value::Object(claim), ids)? else { return Ok(()) };
    let reason = claim.shift_remove("adopt");
    claim.insert("subject_kind".into(), json!(subject.name));
    claim.insert("subject_id".into(), json!(id));
    let body = Value::Object(claim);
    shape("NewClaim", &body)?;
    let record = prepare(&CLAIM.table, CLAIM.parse, body)?;
    let claim_id = aggregate::create(unit, &CLAIM, record, None).await?;
    if let Some(reason) = reason.as_ref().and_then(Value::as_str) {
        let row = unit.reader().row(&CLAIM, claim_id).await?;
        let face_of = |resource: &Resource| face(resource.name);
        adopt(
            unit,
            row,
            1,
            reason,
            |subject| face_of(subject).map(writable).unwrap_or_default(),
            |subject, value| {
                contract().faults(&format!("New{}", face_of(subject).map_or("", |f| f.schema)), value)
            },
        )
        .await?;
    }
    Ok(())
}

fn shape(schema: &str, body: &Value) -> Result<()> {
    let faults = contract().faults(schema, body);
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
}

/// `"@key"` becomes the id of that record.
fn resolved(value: Value, ids: &HashMap<String, Uuid>) -> Result<Value> {
    Ok(match value {
        Value::String(text) => match text.strip_prefix('@') {
            Some(key) => {
                let id = ids.get(key).ok_or_else(|| fault(key, "", "no earlier record has this key"))?;
                json!(id)
            }
            None => Value::String(text),
        },
        Value::Array(list) => list.into_iter().map(|v| resolved(v, ids)).collect::<Result<_>>()?,
        Value::Object(map) => {
            let each = map.into_iter().map(|(name, v)| Ok((name, resolved(v, ids)?)));
            Value::Object(each.collect::<Result<_>>()?)
        }
        other => other,
    })
}

fn fault(key: &str, at: &str, reason: &str) -> Error {
    Error::invalid(&format!("/{key}/{at}"), "invalid", json!({"reason": reason}))
}

/// The same faults, below the record or part that they are in.
fn located(error: Error, at: &str) -> Error {
    match error {
        Error::Invalid(faults) => {
            let mut below = Faults::default();
            below.extend_at(&format!("/{at}"), faults);
            Error::Invalid(below)
        }
        other => other,
    }
}
