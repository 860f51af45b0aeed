//! How regimes are shown.
use super::document;
use crate::regimes::inherit::{Resolved, resolve};
use crate::regimes::model::RegimeKey;
use crate::regimes::store::key;
use crate::shared::check::pointer_segment;
use crate::store::{Error, Result as Stored};
use chrono::{DateTime, Utc};
use entity::regime::Model;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// A version of a regime.
#[derive(Serialize, ToSchema)]
pub struct Regime {
    /// The regime.
    #[schema(max_length = 61, pattern = "^[a-z0-9][a-z0-9-]{2,60}$", example = "eu-prag-icmpd-mpf")]
    pub id: String,
    /// Its version.
    #[schema(max_length = 14, pattern = r"^[0-9]{4}\.[0-9]+$", example = "2019.1")]
    pub version: String,
    /// The id of the version's record, by which the history and the feed of changes tell of it.
    pub record_id: Uuid,
    /// By language.
    #[schema(value_type = Object, example = json!({"en": "EU external-action grant awarded by ICMPD"}))]
    pub label: Value,
    /// The version that it extends, as found when this one was published; null where it extends none.
    #[schema(required)]
    pub extends: Option<RegimeKey>,
    /// SHA-256 of the document as it was published, as JSON with sorted members and nothing between them.
    #[schema(max_length = 64, pattern = "^[0-9a-f]{64}$")]
    pub checksum: String,
    pub published_at: DateTime<Utc>,
}

/// A page of versions, by regime, the newest of each first.
#[derive(Serialize, ToSchema)]
pub struct RegimeList {
    #[schema(max_items = 200)]
    pub items: Vec<Regime>,
    /// The next page; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 4000, pattern = "^/v1/")]
    pub next: Option<String>,
}

/// A version of a regime with its document.
#[derive(Serialize, ToSchema)]
pub struct RegimeVersion {
    #[serde(flatten)]
    pub regime: Regime,
    /// As it was published; with `resolved=true` with all that it inherits.
    #[schema(value_type = Object)]
    pub document: Value,
    /// Which regime said what; null unless `resolved=true`.
    #[schema(required, max_items = 20000)]
    pub origins: Option<Vec<RegimeOrigin>>,
    /// Places of the document that nobody has confirmed yet: findings that rest on them say so.
    #[schema(schema_with = document::places)]
    pub unconfirmed: Vec<String>,
}

/// All below a place comes from one regime.
#[derive(Serialize, ToSchema)]
pub struct RegimeOrigin {
    #[schema(format = "json-pointer", max_length = 2000, example = "/budget/indirect/rate")]
    pub pointer: String,
    pub regime: RegimeKey,
}

/// What would change for those who follow one version if they followed the other.
#[derive(Serialize, ToSchema)]
pub struct RegimeComparison {
    pub from: RegimeKey,
    pub to: RegimeKey,
    #[schema(max_items = 20000)]
    pub differences: Vec<RegimeDifference>,
}

/// A value before and after, both with all that is inherited.
#[derive(Serialize, ToSchema)]
pub struct RegimeDifference {
    /// By member, and by name where entries of a list have names.
    #[schema(max_length = 2000, pattern = r"^[^\u0000]*$", example = "reporting.obligations[final].offset")]
    pub path: String,
    /// added, removed or changed.
    #[schema(max_length = 40, pattern = "^[a-z][a-z0-9_]*$", example = "changed")]
    pub change: String,
    /// Null where it was not there.
    #[schema(required, value_type = Value)]
    pub from: Option<Value>,
    /// Null where it is not there any more.
    #[schema(required, value_type = Value)]
    pub to: Option<Value>,
}

pub fn whole(line: &[Model]) -> Resolved {
    let line: Vec<(RegimeKey, Value)> = line.iter().map(|row| (key(row), row.document.clone())).collect();
    resolve(&line)
}

pub fn summary(row: &Model, extends: Option<RegimeKey>) -> Regime {
    Regime {
        id: row.code.clone(),
        version: row.edition.clone(),
        record_id: row.id,
        label: row.document["label"].clone(),
        extends,
        checksum: row.checksum.clone(),
        published_at: row.created_at,
    }
}

/// The last of a line of descent.
pub fn shown(line: &[Model], resolved: bool) -> Stored<RegimeVersion> {
    let (row, before) = line.split_last().ok_or(Error::NotFound)?;
    let regime = summary(row, before.last().map(key));
    let (document, origins) = match resolved {
        false => (row.document.clone(), None),
        true => {
            let resolved = whole(line);
            let origin = |(pointer, regime)| RegimeOrigin { pointer, regime };
            (resolved.document, Some(resolved.origins.into_iter().map(origin).collect()))
        }
    };
    let mut unconfirmed = Vec::new();
    unsure(&document, "", &mut unconfirmed);
    Ok(RegimeVersion { regime, document, origins, unconfirmed })
}

/// Places whose `confidence` is less than what somebody has found.
fn unsure(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            if map.get("confidence").is_some_and(|confidence| confidence != "found") {
                found.push(at.to_owned());
            }
            for (name, below) in map {
                unsure(below, &format!("{at}{}", pointer_segment(name)), found);
            }
        }
        Value::Array(list) => {
            for (index, below) in list.iter().enumerate() {
                unsure(below, &format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}
