//! Publishing a version: from what was sent to a record that never changes. Everything is checked before anything is
//! written, first the document's shape, then its content with what it extends, then what both make together.
use super::content::{check, check_whole};
use super::inherit::{DEEPEST, resolve, written_at};
use super::model::{Parent, RegimeKey};
use super::schema::{self, Form};
use super::store::{REGIME, find, key, line, newest};
use crate::shared::check::{Fault, Faults};
use crate::store::aggregate::{self, to_record, typed};
use crate::store::digest::{canonical, hex_digest};
use crate::store::read::Reader;
use crate::store::unit::Unit;
use crate::store::{Error, Result};
use entity::regime::Model;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::HashMap;
use uuid::Uuid;

/// A document whose shape is right.
#[derive(Clone, Debug)]
pub struct Draft {
    pub key: RegimeKey,
    pub document: Value,
    checksum: String,
    faults: Faults,
}

/// What publishing came to.
pub enum Published {
    New(Model),
    /// It had been published before, just so.
    Before(Model),
    /// The version had been published before, with another content.
    Other,
}

/// The columns of a new record.
#[derive(Serialize)]
struct Columns<'a> {
    code: &'a str,
    edition: &'a str,
    edition_key: i64,
    reference: String,
    parent_id: Option<Uuid>,
    checksum: &'a str,
    document: &'a Value,
}

impl Draft {
    /// # Errors
    /// Every fault of its shape. `plain` tells which values stood without quotes where quotes make a difference, and
    /// `faults` what was found in reading.
    pub fn new(
        document: Value,
        plain: &HashMap<String, String>,
        mut faults: Faults,
    ) -> std::result::Result<Self, Faults> {
        let form = if document["extends"].is_null() { Form::Whole } else { Form::Extending };
        let told: Vec<String> = faults.iter().map(|fault| fault.pointer.clone()).collect();
        for fault in schema::faults(form, &document).into_vec() {
            if !told.contains(&fault.pointer) {
                faults.push(quoted(fault, plain));
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let of = |name: &str| document[name].as_str().unwrap_or_default().to_owned();
        let (key, checksum) = (RegimeKey { id: of("id"), version: of("version") }, checksum(&document));
        let faults = check(&document);
        Ok(Self { key, document, checksum, faults })
    }
}

/// SHA-256 of the document as JSON with sorted members and nothing between them.
pub fn checksum(document: &Value) -> String {
    hex_digest(&canonical(document.clone()))
}

/// Where a text was wanted and a number or the like stood without quotes, these are what is missing.
fn quoted(fault: Fault, plain: &HashMap<String, String>) -> Fault {
    let wants_text =
        fault.params.get("expected").and_then(Value::as_str).is_some_and(|e| e.contains("string"));
    match plain.get(&fault.pointer).filter(|_| fault.code == "wrong_type" && wants_text) {
        Some(text) => {
            let params = [("text".to_owned(), json!(text))].into_iter().collect();
            Fault { code: "unquoted", params, ..fault }
        }
        None => fault,
    }
}

/// Writes a new version.
///
/// # Errors
/// [`Error::Invalid`] with every fault of its content.
pub async fn publish(unit: &mut Unit, draft: &Draft) -> Result<Published> {
    let row = find(&unit.whole(), &draft.key).await?;
    match row {
        Some(row) if row.checksum == draft.checksum => return Ok(Published::Before(row)),
        Some(_) if draft.faults.is_empty() => return Ok(Published::Other),
        _ => {}
    }
    let mut faults = draft.faults.clone();
    let parent = match parent(&unit.whole(), draft).await? {
        Ok(parent) => parent,
        Err(fault) => {
            faults.push(fault);
            None
        }
    };
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    let parent_id = parent.as_ref().and_then(|line| line.last()).map(|row| row.id);
    whole(parent.unwrap_or_default(), draft)?;
    let columns = Columns {
        code: &draft.key.id,
        edition: &draft.key.version,
        edition_key: draft.key.order().unwrap_or_default(),
        reference: draft.key.to_string(),
        parent_id,
        checksum: &draft.checksum,
        document: &draft.document,
    };
    let id = aggregate::create(unit, &REGIME, to_record(&columns)?, None).await?;
    Ok(Published::New(typed(&unit.reader().row(&REGIME, id).await?)?))
}

/// The line of what a draft extends, the eldest first; none where it extends nothing. Or why that can't be.
///
/// A regime descends from other regimes: a line in which one comes twice is a circle, whatever the versions. A new version
/// takes the place of the one before and does not extend it.
async fn parent(
    reader: &Reader<'_>,
    draft: &Draft,
) -> Result<std::result::Result<Option<Vec<Model>>, Fault>> {
    let Some(text) = draft.document["extends"].as_str() else { return Ok(Ok(None)) };
    let refuse = |code, params| {
        let mut faults = Faults::default();
        faults.add("/extends", code, params);
        faults.into_vec().swap_remove(0)
    };
    let Some(parent) = Parent::parse(text) else {
        // Told by the content already.
        return Ok(Ok(None));
    };
    let own = &draft.key.id;
    if parent.id() == own {
        return Ok(Err(refuse("circular_extends", json!({"chain": [own, own]}))));
    }
    let row = match &parent {
        Parent::Newest(id) => newest(reader, id).await?,
        Parent::Version(key) => find(reader, key).await?,
    };
    let Some(row) = row else { return Ok(Err(refuse("unknown_regime", json!({"regime": text})))) };
    let line = line(reader, row).await?;
    if let Some(at) = line.iter().position(|row| row.code == *own) {
        let below = line[at..].iter().rev().map(|row| row.code.as_str());
        let chain: Vec<&str> = std::iter::once(own.as_str()).chain(below).collect();
        return Ok(Err(refuse("circular_extends", json!({"chain": chain}))));
    }
    if line.len() >= DEEPEST {
        return Ok(Err(refuse("too_many", json!({"max": DEEPEST}))));
    }
    Ok(Ok(Some(line)))
}

/// With what it inherits it must be a whole regime.
fn whole(parents: Vec<Model>, draft: &Draft) -> Result<()> {
    let mut line: Vec<(RegimeKey, Value)> =
        parents.into_iter().map(|row| (key(&row), row.document)).collect();
    line.push((draft.key.clone(), draft.document.clone()));
    let resolved = resolve(&line).document;
    let mut found = schema::faults(Form::Whole, &resolved);
    found.extend_at("", check_whole(&resolved));
    let mut faults = Faults::default();
    for fault in found.into_vec() {
        let pointer = written_at(&fault.pointer, &resolved, &draft.document);
        faults.push(Fault { pointer, ..fault });
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
}
