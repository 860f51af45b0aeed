//! The life of a waiver. Pure; who wrote it is found out elsewhere.
use crate::shared::life::{Guard, Step};
use entity::vocab::WaiverStatus;

pub const STEPS: &[Step<WaiverStatus>] = {
    use WaiverStatus::{Acknowledged, InForce, Refused, Requested, Withdrawn};
    &[
        Step { from: Requested, to: Acknowledged, guards: &[] },
        Step { from: Requested, to: InForce, guards: &[Guard::AnotherPerson] },
        Step { from: Requested, to: Refused, guards: &[Guard::ReasonGiven] },
        Step { from: Requested, to: Withdrawn, guards: &[] },
        Step { from: Acknowledged, to: InForce, guards: &[Guard::AnotherPerson] },
        Step { from: Acknowledged, to: Refused, guards: &[Guard::ReasonGiven] },
        Step { from: Acknowledged, to: Withdrawn, guards: &[] },
        Step { from: InForce, to: Withdrawn, guards: &[Guard::ReasonGiven] },
    ]
};

#[cfg(test)]
mod tests {
    use super::*;
    use entity::vocab::Word;

    #[test]
    fn nothing_is_waived_by_one_person() {
        let into_force = STEPS.iter().filter(|step| step.to == WaiverStatus::InForce);
        assert!(
            into_force.clone().count() == 2
                && into_force.clone().all(|s| s.guards.contains(&Guard::AnotherPerson))
        );
        for last in [WaiverStatus::Refused, WaiverStatus::Withdrawn] {
            assert!(STEPS.iter().all(|step| step.from != last), "{}", last.code());
        }
    }
}
