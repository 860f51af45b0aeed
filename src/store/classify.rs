//! What a database error means, told alike for both engines. Not what the API says about it.
use sea_orm::sqlx::Error;
use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr, SqlxPostgresError, SqlxSqliteError};

/// The kinds of failure a caller treats differently. None of them carries SQL or a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DbFault {
    /// A unique or primary key exists already. `constraint` is `table.column[, table.column]` in the order of the
    /// key on both engines; for an index over an expression it is the index's name.
    Unique { constraint: String },
    /// A row refers to nothing, or something still refers to it.
    ForeignKey,
    /// A CHECK, NOT NULL or trigger rule of the table.
    Check,
    /// Another transaction is in the way (lock, deadlock, serialization): the whole transaction may be tried again.
    Busy,
    /// The database cannot be reached, is starting or stopping, or took too long.
    Unavailable,
    /// No connection became free in time: too many ask at once.
    Crowded,
    /// No space left for the database.
    DiskFull,
    /// A text the engine cannot hold: NUL, or not UTF-8.
    BadText,
    /// Anything else: a fault of the program.
    Other,
}

/// Sorts an error by the codes of the engine that raised it: SQLite's extended result codes
/// (<https://www.sqlite.org/rescode.html>), PostgreSQL's SQLSTATE (its manual's appendix A).
pub fn classify(error: &DbErr) -> DbFault {
    match error {
        DbErr::ConnectionAcquire(ConnAcquireErr::Timeout) => DbFault::Crowded,
        DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed) => DbFault::Unavailable,
        DbErr::Conn(RuntimeErr::SqlxError(cause))
        | DbErr::Exec(RuntimeErr::SqlxError(cause))
        | DbErr::Query(RuntimeErr::SqlxError(cause)) => classify_driver(cause),
        _ => DbFault::Other,
    }
}

/// The same for an error that comes from the driver directly.
pub(super) fn classify_driver(error: &Error) -> DbFault {
    match error {
        Error::Database(cause) => {
            let code = cause.code().unwrap_or_default();
            if let Some(cause) = cause.try_downcast_ref::<SqlxPostgresError>() {
                postgres(&code, || postgres_key(cause))
            } else if cause.try_downcast_ref::<SqlxSqliteError>().is_some() {
                sqlite(code.parse().unwrap_or(0), cause.message())
            } else {
                DbFault::Other
            }
        }
        Error::Io(_) | Error::Tls(_) | Error::Protocol(_) | Error::PoolClosed | Error::WorkerCrashed => {
            DbFault::Unavailable
        }
        Error::PoolTimedOut => DbFault::Crowded,
        _ => DbFault::Other,
    }
}

fn sqlite(code: i32, message: &str) -> DbFault {
    match code {
        // SQLITE_CONSTRAINT_UNIQUE, _PRIMARYKEY, _ROWID
        2067 | 1555 | 2579 => DbFault::Unique { constraint: sqlite_key(message) },
        // SQLITE_CONSTRAINT_FOREIGNKEY
        787 => DbFault::ForeignKey,
        // SQLITE_CONSTRAINT_TRIGGER: ON DELETE RESTRICT comes as one too, with the foreign key's words.
        1811 if message.contains("FOREIGN KEY") => DbFault::ForeignKey,
        // SQLITE_CONSTRAINT_TRIGGER, _CHECK, _NOTNULL, _DATATYPE
        1811 | 275 | 1299 | 3091 => DbFault::Check,
        // Below, the primary code is the low byte.
        _ => match code & 0xff {
            5 | 6 => DbFault::Busy,          // SQLITE_BUSY, SQLITE_LOCKED
            13 => DbFault::DiskFull,         // SQLITE_FULL
            10 | 14 => DbFault::Unavailable, // SQLITE_IOERR, SQLITE_CANTOPEN
            // SQLITE_READONLY_* with a detail means that the file changed under us; the bare 8 is a write
            // through a connection for reading, which is ours to mend.
            8 if code != 8 => DbFault::Unavailable,
            _ => DbFault::Other,
        },
    }
}

/// `UNIQUE constraint failed: a.b, a.c` → `a.b, a.c`; `… failed: index 'name'` → `name`.
fn sqlite_key(message: &str) -> String {
    let key = message.split_once(": ").map_or("", |(_, key)| key);
    match key.strip_prefix("index '").and_then(|name| name.strip_suffix('\'')) {
        Some(name) => name.to_owned(),
        None => key.to_owned(),
    }
}

fn postgres(code: &str, key: impl FnOnce() -> String) -> DbFault {
    match code {
        "23505" => DbFault::Unique { constraint: key() },
        "23503" | "23001" => DbFault::ForeignKey,
        "23514" | "23502" | "23000" => DbFault::Check,
        // serialization_failure, deadlock_detected, lock_not_available
        "40001" | "40P01" | "55P03" => DbFault::Busy,
        "53100" => DbFault::DiskFull,
        // character_not_in_repertoire, untranslatable_character
        "22021" | "22P05" => DbFault::BadText,
        // too_many_connections
        "53300" => DbFault::Crowded,
        // query_canceled: the statement timeout; invalid_catalog_name: the database is gone
        "57014" | "3D000" => DbFault::Unavailable,
        // connection exceptions, refused logins, too few resources, operator intervention, I/O errors,
        // idle-in-transaction timeout
        _ if ["08", "28", "53", "57", "58"].iter().any(|class| code.starts_with(class)) => {
            DbFault::Unavailable
        }
        "25P03" => DbFault::Unavailable,
        _ => DbFault::Other,
    }
}

/// The key in SQLite's words where the server tells its columns, else the constraint's name.
fn postgres_key(error: &SqlxPostgresError) -> String {
    error
        .table()
        .zip(error.detail())
        .and_then(|(table, detail)| postgres_columns(table, detail))
        .unwrap_or_else(|| error.constraint().unwrap_or_default().to_owned())
}

/// `Key (a, b)=(1, 2) already exists.` → `table.a, table.b`. The words around the brackets are the server's language.
fn postgres_columns(table: &str, detail: &str) -> Option<String> {
    let (columns, _) = detail.split_once(")=(")?;
    let (_, columns) = columns.split_once('(')?;
    let plain = |name: &str| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    // `lower(code)` and the like are no columns: SQLite names the index then, and so does the caller of this.
    columns
        .split(", ")
        .map(|name| plain(name).then(|| format!("{table}.{name}")))
        .collect::<Option<Vec<_>>>()
        .map(|names| names.join(", "))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection};

    async fn tables() -> DatabaseConnection {
        let db = Database::connect(ConnectOptions::new("sqlite::memory:")).await.unwrap();
        for sql in [
            "CREATE TABLE funder (id INTEGER PRIMARY KEY, code TEXT NOT NULL, country TEXT, name TEXT, UNIQUE (code, country))",
            "CREATE UNIQUE INDEX funder_folded ON funder (lower(name))",
            "CREATE TABLE call (id TEXT PRIMARY KEY, funder_id INTEGER REFERENCES funder (id) ON DELETE RESTRICT, \
             places INTEGER CHECK (places > 0))",
            "CREATE TRIGGER call_keep BEFORE DELETE ON call BEGIN SELECT RAISE(ABORT, 'kept'); END",
            "INSERT INTO funder VALUES (1, 'EU', 'BE', 'Union')",
            "INSERT INTO call VALUES ('a', 1, 5)",
        ] {
            db.execute_unprepared(sql).await.unwrap();
        }
        db
    }

    #[tokio::test]
    async fn sqlite_tells_each_rule_apart() {
        let db = tables().await;
        let unique = |name: &str| DbFault::Unique { constraint: name.to_owned() };
        for (sql, fault) in [
            ("INSERT INTO funder VALUES (2, 'EU', 'BE', 'Other')", unique("funder.code, funder.country")),
            ("INSERT INTO funder VALUES (2, 'LV', 'LV', 'UNION')", unique("funder_folded")),
            ("INSERT INTO funder VALUES (1, 'LV', 'LV', 'Other')", unique("funder.id")),
            ("INSERT INTO call VALUES ('a', 1, 5)", unique("call.id")),
            ("INSERT INTO call VALUES ('b', 9, 5)", DbFault::ForeignKey),
            ("DELETE FROM funder", DbFault::ForeignKey),
            ("INSERT INTO call VALUES ('b', 1, 0)", DbFault::Check),
            ("INSERT INTO funder VALUES (3, NULL, 'LV', 'Other')", DbFault::Check),
            ("DELETE FROM call", DbFault::Check),
            ("SELECT nonsense", DbFault::Other),
        ] {
            let error = db.execute_unprepared(sql).await.expect_err(sql);
            assert_eq!(classify(&error), fault, "{sql}: {error}");
        }
    }

    #[test]
    fn sqlite_codes_without_a_table() {
        for (code, fault) in [
            (5, DbFault::Busy),
            (517, DbFault::Busy),
            (261, DbFault::Busy),
            (262, DbFault::Busy),
            (13, DbFault::DiskFull),
            (778, DbFault::Unavailable),
            (14, DbFault::Unavailable),
            (1032, DbFault::Unavailable),
            (8, DbFault::Other),
            (1, DbFault::Other),
            (0, DbFault::Other),
        ] {
            assert_eq!(sqlite(code, ""), fault, "{code}");
        }
    }

    #[test]
    fn postgres_codes() {
        for (code, fault) in [
            ("23505", DbFault::Unique { constraint: "k".into() }),
            ("23503", DbFault::ForeignKey),
            ("23001", DbFault::ForeignKey),
            ("23514", DbFault::Check),
            ("23502", DbFault::Check),
            ("40001", DbFault::Busy),
            ("40P01", DbFault::Busy),
            ("55P03", DbFault::Busy),
            ("57P01", DbFault::Unavailable),
            ("57014", DbFault::Unavailable),
            ("08006", DbFault::Unavailable),
            ("53300", DbFault::Crowded),
            ("28P01", DbFault::Unavailable),
            ("25P03", DbFault::Unavailable),
            ("53100", DbFault::DiskFull),
            ("22021", DbFault::BadText),
            ("22P05", DbFault::BadText),
            ("42601", DbFault::Other),
            ("", DbFault::Other),
        ] {
            assert_eq!(postgres(code, || "k".into()), fault, "{code}");
        }
    }

    #[test]
    fn postgres_columns_read_like_sqlites() {
        let columns = |detail| postgres_columns("funder", detail);
        assert_eq!(columns("Key (code)=(EU) already exists."), Some("funder.code".into()));
        assert_eq!(
            columns("Schlüssel »(code, country)=(E)=(U, BE)« existiert bereits."),
            Some("funder.code, funder.country".into())
        );
        assert_eq!(columns("Key (lower(code))=(eu) already exists."), None);
        assert_eq!(columns("Key (code, lower(x))=(eu, y) already exists."), None);
        assert_eq!(columns("nothing"), None);
    }

    #[test]
    fn a_lost_connection_is_unavailable() {
        let lost = Error::Io(std::io::Error::from(std::io::ErrorKind::ConnectionReset));
        assert_eq!(classify(&DbErr::Query(RuntimeErr::SqlxError(lost.into()))), DbFault::Unavailable);
        let waited = DbErr::ConnectionAcquire(ConnAcquireErr::Timeout);
        assert_eq!(classify(&waited), DbFault::Crowded);
        assert_eq!(classify(&DbErr::Custom("x".into())), DbFault::Other);
    }
}
