//! The life of a grant agreement: every step and its guards (rules.md 1.5). Pure; the facts are gathered elsewhere.
use crate::shared::life::{Guard, Step};
use entity::vocab::AgreementStatus::{self, *};

/// Every step that the life cycle knows, in the order of the table it was taken from.
pub const STEPS: &[Step<AgreementStatus>] = &[
    Step {
        from: Draft,
        to: AwaitingSignature,
        guards: &[
            Guard::RegimePinned,
            Guard::PartiesPresent,
            Guard::AmountPresent,
            Guard::PeriodComplete,
            Guard::ReferencePresent,
        ],
    },
    Step {
        from: AwaitingSignature,
        to: InForce,
        guards: &[Guard::AllPartiesSigned, Guard::EntryIntoForceReached],
    },
    Step { from: AwaitingSignature, to: Lapsed, guards: &[Guard::ReasonGiven, Guard::OfferLapsed] },
    Step { from: InForce, to: Suspended, guards: &[Guard::ReasonGiven, Guard::SuspensionNotified] },
    Step {
        from: Suspended,
        to: InForce,
        guards: &[Guard::SuspensionLifted, Guard::EffectiveAfterSuspension],
    },
    Step { from: InForce, to: ImplementationEnded, guards: &[Guard::ImplementationEnded] },
    Step {
        from: ImplementationEnded,
        to: InForce,
        guards: &[Guard::ExtensionReceivedInTime, Guard::EndNotPassed],
    },
    Step { from: ImplementationEnded, to: FinalReportSubmitted, guards: &[Guard::FinalReportComplete] },
    Step {
        from: FinalReportSubmitted,
        to: ImplementationEnded,
        guards: &[Guard::ReasonGiven, Guard::ReportRejected],
    },
    Step {
        from: FinalReportSubmitted,
        to: BalanceSettled,
        guards: &[Guard::FinalAmountDecided, Guard::BalancePaidOrRecovered],
    },
    Step { from: BalanceSettled, to: Archived, guards: &[Guard::RetentionPassed, Guard::NoHold] },
    Step { from: InForce, to: Terminated, guards: &[Guard::ReasonGiven, Guard::TerminationInEffect] },
    Step { from: Suspended, to: Terminated, guards: &[Guard::ReasonGiven, Guard::TerminationInEffect] },
    Step {
        from: ImplementationEnded,
        to: Terminated,
        guards: &[Guard::ReasonGiven, Guard::TerminationInEffect],
    },
    Step { from: Terminated, to: FinalReportSubmitted, guards: &[Guard::FinalReportComplete] },
];

#[cfg(test)]
mod tests {
    use super::*;
    use entity::vocab::Word;

    #[test]
    fn the_whole_machine() {
        let mut table = String::new();
        for from in AgreementStatus::all() {
            let to: Vec<&str> = STEPS.iter().filter(|s| s.from == *from).map(|s| s.to.code()).collect();
            table += &format!("{}: {}\n", from.code(), to.join(" "));
        }
        assert_eq!(
            table,
            "draft: awaiting_signature\n\
             awaiting_signature: in_force lapsed\n\
             in_force: suspended implementation_ended terminated\n\
             suspended: in_force terminated\n\
             implementation_ended: in_force final_report_submitted terminated\n\
             final_report_submitted: implementation_ended balance_settled\n\
             balance_settled: archived\n\
             archived: \n\
             lapsed: \n\
             terminated: final_report_submitted\n"
        );
    }
}
