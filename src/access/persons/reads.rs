//! Who read personal data: one row a request, with the ids of the records that were answered. Written after the answer
//! was made, so that the log never says less than was read.
use crate::clock::new_id;
use crate::store::Result;
use crate::store::db::Db;
use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Alias, Expr, Query};
use serde_json::json;
use uuid::Uuid;

/// A request that was answered with personal data.
#[derive(Clone, Debug)]
pub struct PersonalRead {
    pub at: DateTime<Utc>,
    pub principal_id: Uuid,
    pub token_id: Option<Uuid>,
    pub request_id: String,
    pub resource: &'static str,
    pub ids: Vec<Uuid>,
}

/// Keeps it, in one statement. Where the database takes nothing any more, reading goes on: the server's log has it then.
pub async fn note(db: &Db, read: &PersonalRead) {
    if let Err(error) = write(db, read).await {
        tracing::error!(%error, ?read, "a reading of personal data could not be kept in the database");
    }
}

async fn write(db: &Db, read: &PersonalRead) -> Result<()> {
    let mut insert = Query::insert();
    insert
        .into_table(Alias::new("personal_data_access"))
        .columns(["id", "at", "principal_id", "token_id", "request_id", "resource", "ids"].map(Alias::new))
        .values_panic([
            Expr::value(new_id(read.at)),
            Expr::value(read.at),
            Expr::value(read.principal_id),
            Expr::value(read.token_id),
            Expr::value(read.request_id.as_str()),
            Expr::value(read.resource),
            Expr::value(json!(read.ids)),
        ]);
    let txn = db.begin_write().await?;
    txn.execute(&insert).await?;
    txn.commit().await?;
    Ok(())
}
