//! How an obligation stands on a day: of a row, and the same in SQL for filters, orders and counts.
use super::model::ObligationStanding;
use crate::store::Row;
use crate::store::listing::Judged;
use crate::store::listing::judged::first_of;
use crate::store::read::{date_in, text_in};
use chrono::{Days, NaiveDate};
use entity::vocab::{ObligationKind, ObligationState, Word};
use sea_orm::sea_query::{Alias, Cond, Expr, ExprTrait};

/// Days before its date from which it is due soon.
const SOON: u64 = 30;

pub static STATE: Judged = Judged {
    words: || ObligationState::LIST.terms.iter().map(|term| term.code).collect(),
    sql,
    of: |row, as_of| of(row, as_of).code(),
};

fn soon(as_of: NaiveDate) -> NaiveDate {
    as_of.checked_add_days(Days::new(SOON)).unwrap_or(as_of)
}

fn of(row: &Row, as_of: NaiveDate) -> ObligationState {
    let due = date_in(row, "due");
    let by_now = |name: &str| date_in(row, name).filter(|day| *day <= as_of);
    // Known since then, and true of every day: how it was known before is asked by `known_at`.
    if date_in(row, "superseded_on").is_some() {
        return ObligationState::Superseded;
    }
    if let Some(day) = by_now("fulfilled_on") {
        let late = due.is_some_and(|due| day > due);
        return if late { ObligationState::MetLate } else { ObligationState::Met };
    }
    if waived(row, as_of) {
        return ObligationState::Waived;
    }
    let Some(due) = due else { return ObligationState::InsufficientData };
    let is_window = text_in(row, "kind") == Some(ObligationKind::Window.code());
    match due {
        _ if due < as_of && is_window => ObligationState::Passed,
        _ if due < as_of => ObligationState::Overdue,
        _ if due <= soon(as_of) => ObligationState::DueSoon,
        _ => ObligationState::Upcoming,
    }
}

/// Whether it need not be met on a day.
fn waived(row: &Row, as_of: NaiveDate) -> bool {
    let from = date_in(row, "waived_from").is_some_and(|from| from <= as_of);
    from && date_in(row, "waived_until").is_none_or(|until| until >= as_of)
}

fn sql(table: &str, as_of: NaiveDate) -> Expr {
    let column = |name: &str| Expr::col((Alias::new(table), Alias::new(name)));
    let fulfilled = || Cond::all().add(column("fulfilled_on").lte(as_of));
    let late = || column("fulfilled_on").gt(column("due"));
    let waived = || {
        let lasts = Cond::any().add(column("waived_until").is_null()).add(column("waived_until").gte(as_of));
        Cond::all().add(column("waived_from").lte(as_of)).add(lasts)
    };
    let over = || Cond::all().add(column("due").lt(as_of));
    use ObligationState::{
        DueSoon, InsufficientData, Met, MetLate, Overdue, Passed, Superseded, Upcoming, Waived,
    };
    first_of(
        vec![
            (Cond::all().add(column("superseded_on").is_not_null()), Superseded.code()),
            (fulfilled().add(late()), MetLate.code()),
            (fulfilled(), Met.code()),
            (waived(), Waived.code()),
            (Cond::all().add(column("due").is_null()), InsufficientData.code()),
            (over().add(column("kind").eq(ObligationKind::Window.code())), Passed.code()),
            (over(), Overdue.code()),
            (Cond::all().add(column("due").lte(soon(as_of))), DueSoon.code()),
        ],
        Upcoming.code(),
    )
}

/// How a row stands.
pub fn standing(row: &Row, as_of: NaiveDate) -> ObligationStanding {
    let state = of(row, as_of);
    let due = date_in(row, "due");
    let until = match state {
        ObligationState::Met | ObligationState::MetLate => date_in(row, "fulfilled_on").unwrap_or(as_of),
        _ => as_of,
    };
    // Nobody is late with what is not owed.
    let owed = !matches!(
        state,
        ObligationState::Superseded
            | ObligationState::Waived
            | ObligationState::Passed
            | ObligationState::InsufficientData
    );
    let late = |due: Option<NaiveDate>| {
        let days = due.map(|due| until.signed_duration_since(due).num_days());
        days.filter(|days| owed && *days > 0).unwrap_or(0)
    };
    ObligationStanding {
        state,
        days_late: late(due),
        days_late_originally: late(date_in(row, "original_due")),
        days_left: due.map(|due| due.signed_duration_since(as_of).num_days()),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn row(kind: &str, due: Option<&str>, fulfilled: Option<&str>, superseded: Option<&str>) -> Row {
        let row = json!({"kind": kind, "due": due, "original_due": "2021-08-31", "fulfilled_on": fulfilled, "superseded_on": superseded});
        row.as_object().unwrap().clone()
    }

    #[test]
    fn what_is_waived_is_not_late_while_it_is() {
        let mut row = row("duty", Some("2021-08-31"), None, None);
        row.insert("waived_from".into(), json!("2021-09-10"));
        row.insert("waived_until".into(), json!("2021-09-20"));
        let told = |row: &Row, as_of: &str| {
            let told = standing(row, as_of.parse().unwrap());
            (told.state.code(), told.days_late)
        };
        for (as_of, expected) in [
            ("2021-09-09", ("overdue", 9)),
            ("2021-09-10", ("waived", 0)),
            ("2021-09-20", ("waived", 0)),
            ("2021-09-21", ("overdue", 21)),
        ] {
            assert_eq!(told(&row, as_of), expected, "{as_of}");
        }
        row.insert("waived_until".into(), Value::Null);
        assert_eq!(told(&row, "2099-01-01"), ("waived", 0));
        row.insert("fulfilled_on".into(), json!("2021-09-15"));
        assert_eq!(told(&row, "2021-09-15"), ("met_late", 15));
    }

    #[test]
    fn the_due_day_itself_is_in_time() {
        let due = Some("2021-12-30");
        for (row, as_of, state, late, late_originally) in [
            (row("duty", due, None, None), "2021-11-29", "upcoming", 0, 90),
            (row("duty", due, None, None), "2021-11-30", "due_soon", 0, 91),
            (row("duty", due, None, None), "2021-12-30", "due_soon", 0, 121),
            (row("duty", due, None, None), "2021-12-31", "overdue", 1, 122),
            (row("duty", due, Some("2021-12-30"), None), "2022-01-31", "met", 0, 121),
            (row("duty", due, Some("2021-12-31"), None), "2022-01-31", "met_late", 1, 122),
            // Not yet fulfilled on that day.
            (row("duty", due, Some("2022-01-05"), None), "2021-12-31", "overdue", 1, 122),
            (row("window", due, None, None), "2022-01-05", "passed", 0, 0),
            (row("window", due, None, None), "2021-12-30", "due_soon", 0, 121),
            (row("duty", None, None, None), "2022-01-05", "insufficient_data", 0, 0),
            (row("duty", due, None, Some("2022-01-01")), "2022-01-05", "superseded", 0, 0),
            (row("duty", due, None, Some("2022-01-01")), "2021-12-31", "superseded", 0, 0),
        ] {
            let told = standing(&row, as_of.parse().unwrap());
            assert_eq!(
                (told.state.code(), told.days_late, told.days_late_originally),
                (state, late, late_originally),
                "{row:?} {as_of}"
            );
        }
    }
}
