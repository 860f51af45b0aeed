//! The lives of amendments, suspensions and terminations (rules.md 1.5). Pure; the facts are gathered elsewhere. An amendment
//! comes into force by being applied, which is no step of its own.
use crate::shared::life::{Guard, Step};
use entity::vocab::{AmendmentStatus, SuspensionStatus, TerminationStatus};

pub const OF_AMENDMENT: &[Step<AmendmentStatus>] = {
    use AmendmentStatus::{Approved, Draft, Notified, Objected, Rejected, Requested, UnderReview, Withdrawn};
    &[
        Step { from: Draft, to: Requested, guards: &[Guard::NeedsConsent, Guard::RequestDated] },
        Step { from: Draft, to: Notified, guards: &[Guard::IsNotification, Guard::RequestDated] },
        Step { from: Draft, to: Withdrawn, guards: &[] },
        Step { from: Requested, to: UnderReview, guards: &[] },
        Step { from: Requested, to: Approved, guards: &[] },
        Step { from: Requested, to: Rejected, guards: &[Guard::ReasonGiven] },
        Step { from: Requested, to: Withdrawn, guards: &[Guard::ReasonGiven] },
        Step { from: UnderReview, to: Approved, guards: &[] },
        Step { from: UnderReview, to: Rejected, guards: &[Guard::ReasonGiven] },
        Step { from: UnderReview, to: Withdrawn, guards: &[Guard::ReasonGiven] },
        Step { from: Approved, to: Withdrawn, guards: &[Guard::ReasonGiven] },
        Step { from: Notified, to: Objected, guards: &[Guard::ReasonGiven] },
        Step { from: Notified, to: Withdrawn, guards: &[Guard::ReasonGiven] },
    ]
};

pub const OF_SUSPENSION: &[Step<SuspensionStatus>] = {
    use SuspensionStatus::{Draft, InEffect, Lifted, Withdrawn};
    &[
        Step { from: Draft, to: InEffect, guards: &[Guard::NoticeDated, Guard::EffectiveDayReached] },
        Step { from: Draft, to: Withdrawn, guards: &[] },
        Step { from: InEffect, to: Lifted, guards: &[Guard::LastDayKnown] },
        Step { from: InEffect, to: Withdrawn, guards: &[Guard::ReasonGiven] },
    ]
};

pub const OF_TERMINATION: &[Step<TerminationStatus>] = {
    use TerminationStatus::{Draft, InEffect, Withdrawn};
    &[
        Step { from: Draft, to: InEffect, guards: &[Guard::NoticeDated, Guard::EffectiveDayKnown] },
        Step { from: Draft, to: Withdrawn, guards: &[] },
        Step { from: InEffect, to: Withdrawn, guards: &[Guard::ReasonGiven] },
    ]
};

#[cfg(test)]
mod tests {
    use super::*;
    use entity::vocab::Word;

    fn table<S: Word + PartialEq>(steps: &[Step<S>]) -> String {
        let mut table = String::new();
        for from in S::all() {
            let to: Vec<&str> = steps.iter().filter(|s| s.from == *from).map(|s| s.to.code()).collect();
            table += &format!("{}: {}\n", from.code(), to.join(" "));
        }
        table
    }

    #[test]
    fn the_whole_machines() {
        assert_eq!(
            table(OF_AMENDMENT),
            "draft: requested notified withdrawn\n\
             requested: under_review approved rejected withdrawn\n\
             under_review: approved rejected withdrawn\n\
             approved: withdrawn\n\
             notified: objected withdrawn\n\
             in_force: \n\
             rejected: \n\
             withdrawn: \n\
             objected: \n"
        );
        assert_eq!(
            table(OF_SUSPENSION),
            "draft: in_effect withdrawn\nin_effect: lifted withdrawn\nlifted: \nwithdrawn: \n"
        );
        assert_eq!(table(OF_TERMINATION), "draft: in_effect withdrawn\nin_effect: withdrawn\nwithdrawn: \n");
    }
}
