//! The life of a report (rules.md 1.5). Pure; the facts are gathered elsewhere.
use crate::shared::life::{Guard, Step};
use entity::vocab::ReportStatus::{self, *};

/// Every step that the life cycle knows. What was handed in is reopened for all of it while no later report exists, else for
/// texts and papers only.
pub const STEPS: &[Step<ReportStatus>] = &[
    Step { from: Draft, to: InternallyApproved, guards: &[Guard::AnotherPerson] },
    Step { from: InternallyApproved, to: Draft, guards: &[Guard::ReasonGiven] },
    Step { from: InternallyApproved, to: Submitted, guards: &[Guard::PeriodOver] },
    Step { from: Submitted, to: UnderReview, guards: &[] },
    Step { from: Submitted, to: ReopenedLast, guards: &[Guard::ReasonGiven, Guard::NoLaterReport] },
    Step { from: Submitted, to: ReopenedLimited, guards: &[Guard::ReasonGiven, Guard::LaterReport] },
    Step { from: UnderReview, to: ClarificationRequested, guards: &[Guard::ReasonGiven] },
    Step { from: UnderReview, to: Accepted, guards: &[] },
    Step { from: UnderReview, to: AcceptedWithDeductions, guards: &[Guard::ReasonGiven] },
    Step { from: UnderReview, to: Rejected, guards: &[Guard::ReasonGiven] },
    Step { from: ClarificationRequested, to: UnderReview, guards: &[] },
    Step {
        from: ClarificationRequested,
        to: ReopenedLast,
        guards: &[Guard::ReasonGiven, Guard::NoLaterReport],
    },
    Step {
        from: ClarificationRequested,
        to: ReopenedLimited,
        guards: &[Guard::ReasonGiven, Guard::LaterReport],
    },
    Step { from: ReopenedLast, to: InternallyApproved, guards: &[Guard::AnotherPerson] },
    Step { from: ReopenedLimited, to: InternallyApproved, guards: &[Guard::AnotherPerson] },
];

#[cfg(test)]
mod tests {
    use super::*;
    use entity::vocab::Word;

    #[test]
    fn the_whole_machine() {
        let mut table = String::new();
        for from in ReportStatus::all() {
            let to: Vec<&str> = STEPS.iter().filter(|s| s.from == *from).map(|s| s.to.code()).collect();
            table += &format!("{}: {}\n", from.code(), to.join(" "));
        }
        assert_eq!(
            table,
            "draft: internally_approved\n\
             internally_approved: draft submitted\n\
             submitted: under_review reopened_last reopened_limited\n\
             under_review: clarification_requested accepted accepted_with_deductions rejected\n\
             clarification_requested: under_review reopened_last reopened_limited\n\
             accepted: \n\
             accepted_with_deductions: \n\
             rejected: \n\
             reopened_last: internally_approved\n\
             reopened_limited: internally_approved\n"
        );
    }
}
