//! What a step leaves of a report: submitting freezes it, with the agreement and the duty that it is about.
use super::store::SNAPSHOT;
use crate::agreements::AGREEMENT;
use crate::clock::new_id;
use crate::store::digest::hex_digest;
use crate::store::read::id_in;
use crate::store::resource::Taken;
use crate::store::unit::Unit;
use crate::store::{Part, Result, Row};
use entity::vocab::{ReportStatus, Word};
use futures_util::future::BoxFuture;
use serde_json::{Value, json};

/// Sets the day on which a report was first submitted, and takes the snapshot.
pub fn submitted<'a>(
    unit: &'a Unit,
    row: &'a mut Row,
    taken: &'a Taken,
) -> BoxFuture<'a, Result<Vec<(&'static Part, Row)>>> {
    Box::pin(async move {
        if taken.to != ReportStatus::Submitted.code() {
            return Ok(Vec::new());
        }
        if row.get("submitted_on").is_none_or(Value::is_null) {
            row.insert("submitted_on".into(), json!(taken.effective_on));
        }
        let content = content(unit, row).await?;
        let snapshot = json!({
            "id": new_id(unit.intent.now),
            "report_id": row.get("id"),
            "sha256": hex_digest(&content),
            "content": content,
            "submitted_on": taken.effective_on,
            "submitted_by": unit.intent.principal_id,
            "taken_at": unit.intent.now,
        });
        let snapshot = snapshot.as_object().cloned().unwrap_or_default();
        Ok(vec![(&SNAPSHOT, snapshot)])
    })
}

/// The report with what it is about, as text.
async fn content(unit: &Unit, row: &Row) -> Result<String> {
    let reader = unit.whole();
    let agreement_id = id_in(row, "grant_agreement_id").unwrap_or_default();
    let mut agreement = AGREEMENT.table.record(&reader.row(&AGREEMENT, agreement_id).await?);
    for part in AGREEMENT.parts {
        let parts = reader.parts(part, &[agreement_id]).await?.remove(&agreement_id).unwrap_or_default();
        agreement.insert(part.member(), json!(parts));
    }
    let obligation = match id_in(row, "obligation_id") {
        None => None,
        Some(id) => {
            let resource = reader.register.get("obligation")?;
            Some(resource.table.record(&reader.row(resource, id).await?))
        }
    };
    let report = super::store::REPORT.table.record(row);
    let whole = json!({"report": report, "agreement": agreement, "obligation": obligation});
    Ok(serde_json::to_string_pretty(&whole).unwrap_or_default())
}
