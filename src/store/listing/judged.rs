//! Words that no column holds: worked out from a row's dates and `as_of`, in SQL for filters, orders and counts, and in the
//! program for what is shown. A test holds both against each other.
use super::super::read::date_in;
use super::super::table::Row;
use crate::shared::period::{Period, Phase};
use chrono::NaiveDate;
use sea_orm::sea_query::{Alias, CaseStatement, Cond, Condition, Expr, ExprTrait};

/// A word that is judged.
pub struct Judged {
    /// All that it can be.
    pub words: fn() -> Vec<&'static str>,
    /// The word over the columns of a table.
    pub sql: fn(&str, NaiveDate) -> Expr,
    /// The same of a row.
    pub of: fn(&Row, NaiveDate) -> &'static str,
}

/// A word for each condition, the first that holds, or else the last.
pub fn first_of(cases: Vec<(Condition, &'static str)>, otherwise: &'static str) -> Expr {
    let cases =
        cases.into_iter().fold(CaseStatement::new(), |all, (when, word)| all.case(when, Expr::value(word)));
    cases.finally(Expr::value(otherwise)).into()
}

/// Where a project or an agreement stands by its dates.
pub static PHASE: Judged = Judged {
    words: || Phase::ALL.map(Phase::code).to_vec(),
    sql: |table, as_of| {
        let column = |name: &str| Expr::col((Alias::new(table), Alias::new(name)));
        let (start, end) = (|| column("phase_start"), || column("phase_end"));
        // One that is missing decides nothing where the other one does.
        first_of(
            vec![
                (Cond::all().add(start().gt(as_of)), Phase::NotStarted.code()),
                (Cond::all().add(end().lt(as_of)), Phase::Ended.code()),
                (Cond::all().add(start().lte(as_of)).add(end().gte(as_of)), Phase::Running.code()),
            ],
            Phase::Unknown.code(),
        )
    },
    of: |row, as_of| {
        let period = Period {
            start: date_in(row, "phase_start"),
            end: date_in(row, "phase_end"),
            duration_months: None,
        };
        period.phase(as_of).code()
    },
};
