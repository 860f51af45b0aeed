//! The life of a project: every step and its guards (rules.md 1.5). Pure; the facts are gathered elsewhere.
use crate::shared::life::{Guard, Step};
use entity::vocab::ProjectStatus::{self, *};

/// Every step that the life cycle knows, in the order of the table it was taken from.
pub const STEPS: &[Step<ProjectStatus>] = &[
    Step { from: Preparation, to: Contracting, guards: &[Guard::AwardDocument] },
    Step {
        from: Contracting,
        to: Implementation,
        guards: &[Guard::AgreementInForce, Guard::ImplementationStarted],
    },
    Step {
        from: Preparation,
        to: Cancelled,
        guards: &[Guard::ReasonGiven, Guard::NoAcceptedExpenditure, Guard::NoPaymentKept],
    },
    Step {
        from: Contracting,
        to: Cancelled,
        guards: &[Guard::ReasonGiven, Guard::NoAcceptedExpenditure, Guard::NoPaymentKept],
    },
    Step {
        from: Implementation,
        to: Suspended,
        guards: &[Guard::ReasonGiven, Guard::AgreementSuspended, Guard::EffectiveWithinPeriod],
    },
    Step { from: Suspended, to: Implementation, guards: &[Guard::EffectiveAfterSuspension] },
    Step { from: Implementation, to: Finalisation, guards: &[Guard::ImplementationEnded] },
    Step {
        from: Finalisation,
        to: Implementation,
        guards: &[Guard::ExtensionReceivedInTime, Guard::EndNotPassed],
    },
    Step {
        from: Finalisation,
        to: Closed,
        guards: &[
            Guard::FinalReportAccepted,
            Guard::BalanceSettled,
            Guard::AssetsHaveEndUse,
            Guard::NoOpenViolation,
        ],
    },
    Step { from: Implementation, to: Terminated, guards: &[Guard::ReasonGiven, Guard::TerminationInEffect] },
    Step { from: Suspended, to: Terminated, guards: &[Guard::ReasonGiven, Guard::TerminationInEffect] },
    Step {
        from: Terminated,
        to: Closed,
        guards: &[
            Guard::FinalReportAccepted,
            Guard::BalanceSettled,
            Guard::AssetsHaveEndUse,
            Guard::NoOpenViolation,
        ],
    },
    Step { from: Closed, to: Finalisation, guards: &[Guard::ReasonGiven, Guard::ReopeningDocument] },
];

#[cfg(test)]
mod tests {
    use super::*;
    use entity::vocab::Word;

    #[test]
    fn the_whole_machine() {
        let mut table = String::new();
        for from in ProjectStatus::all() {
            let to: Vec<&str> = STEPS.iter().filter(|s| s.from == *from).map(|s| s.to.code()).collect();
            table += &format!("{}: {}\n", from.code(), to.join(" "));
        }
        assert_eq!(
            table,
            "preparation: contracting cancelled\n\
             contracting: implementation cancelled\n\
             implementation: suspended finalisation terminated\n\
             suspended: implementation terminated\n\
             finalisation: implementation closed\n\
             closed: finalisation\n\
             cancelled: \n\
             terminated: closed\n"
        );
    }
}
