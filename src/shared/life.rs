//! The words of life cycles: steps, their guards, and what is known of a guard. Which life has which steps is said
//! in the room of the record; the facts are gathered by the lifecycle room.
use crate::shared::check::Faults;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

/// A step from one status to the next, and what must hold for it.
pub struct Step<S: 'static> {
    pub from: S,
    pub to: S,
    pub guards: &'static [Guard],
}

/// What is known of a guard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Met,
    /// The register holds facts that say no: attesting can't help.
    Unmet,
    /// The register does not hold the fact: a person may attest it.
    NotKnown,
}

macro_rules! guards {
    ($($name:ident $code:literal $en:literal $lv:literal;)*) => {
        /// What must hold before a step (rules.md 1.5).
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Guard { $($name),* }

        impl Guard {
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code),* }
            }

            /// What is missing, in English and Latvian.
            pub fn text(self) -> [&'static str; 2] {
                match self { $(Self::$name => [$en, $lv]),* }
            }
        }
    };
}
guards! {
    AwardDocument "award_document" "the decision to award the grant is needed" "vajadzīgs lēmums par dotācijas piešķiršanu";
    AgreementInForce "agreement_in_force" "no grant agreement of the project is in force" "neviens projekta dotācijas līgums nav spēkā";
    ImplementationStarted "implementation_started" "the implementation period has not begun" "īstenošanas periods nav sācies";
    ReasonGiven "reason_given" "a reason is needed" "vajadzīgs pamatojums";
    NoAcceptedExpenditure "no_accepted_expenditure" "no expenditure may have been accepted" "nedrīkst būt apstiprinātu izdevumu";
    NoPaymentKept "no_payment_kept" "no payment may have been kept" "nedrīkst būt paturētu maksājumu";
    AgreementSuspended "agreement_suspended" "no grant agreement of the project is suspended" "neviens projekta dotācijas līgums nav apturēts";
    EffectiveWithinPeriod "effective_within_period" "the effective date lies outside the implementation period" "spēkā stāšanās diena ir ārpus īstenošanas perioda";
    EffectiveAfterSuspension "effective_after_suspension" "work can resume only after the day of the suspension" "darbu var atsākt tikai pēc apturēšanas dienas";
    ImplementationEnded "implementation_ended" "the implementation period has not ended" "īstenošanas periods nav beidzies";
    ExtensionReceivedInTime "extension_received_in_time" "an amendment that moved the end must have reached the grantor before the old end" "grozījumam par termiņa pagarināšanu jābūt saņemtam pirms iepriekšējām beigām";
    EndNotPassed "end_not_passed" "the implementation period has ended: its end must be moved first" "īstenošanas periods ir beidzies: vispirms jāpārceļ tā beigas";
    FinalReportAccepted "final_report_accepted" "the final report must be accepted" "gala ziņojumam jābūt apstiprinātam";
    BalanceSettled "balance_settled" "the balance of every agreement must be settled" "visiem līgumiem jāveic noslēguma norēķins";
    AssetsHaveEndUse "assets_have_end_use" "every asset needs an end use" "katram pamatlīdzeklim jānosaka turpmākā izmantošana";
    NoOpenViolation "no_open_violation" "no violation may be open" "nedrīkst būt neatrisinātu pārkāpumu";
    TerminationInEffect "termination_in_effect" "a termination with its effective date is needed" "vajadzīga līguma izbeigšana ar spēkā stāšanās dienu";
    ReopeningDocument "reopening_document" "an audit, recovery or court decision is needed" "vajadzīgs revīzijas, atgūšanas vai tiesas lēmums";
    RegimePinned "regime_pinned" "the funder's rules must be chosen for the agreement" "līgumam jānosaka finansētāja noteikumi";
    PartiesPresent "parties_present" "the parties are missing: a contracting authority and a coordinator" "trūkst pušu: līgumslēdzējas iestādes un koordinatora";
    AmountPresent "amount_present" "the maximum grant is missing" "trūkst maksimālās dotācijas summas";
    PeriodComplete "period_complete" "the implementation period needs both ends" "īstenošanas periodam vajadzīgs sākums un beigas";
    ReferencePresent "reference_present" "the agreement's number is missing" "trūkst līguma numura";
    AllPartiesSigned "all_parties_signed" "not all parties have signed" "ne visas puses ir parakstījušas";
    EntryIntoForceReached "entry_into_force_reached" "the day of entry into force is not known or not reached" "spēkā stāšanās diena nav zināma vai nav pienākusi";
    OfferLapsed "offer_lapsed" "the offer must have been withdrawn, or its term have passed" "piedāvājumam jābūt atsauktam vai termiņam beigušamies";
    SuspensionNotified "suspension_notified" "a notice of suspension is needed" "vajadzīgs paziņojums par apturēšanu";
    SuspensionLifted "suspension_lifted" "a notice that lifts the suspension is needed" "vajadzīgs paziņojums par apturēšanas atcelšanu";
    FinalReportComplete "final_report_complete" "the final narrative and financial report and the payment request must have been submitted" "jābūt iesniegtam gala saturiskajam un finanšu ziņojumam un maksājuma pieprasījumam";
    ReportRejected "report_rejected" "the grantor must have rejected the report" "dotācijas devējam jābūt noraidījušam ziņojumu";
    FinalAmountDecided "final_amount_decided" "the final amount must be decided" "jābūt noteiktai galīgajai summai";
    BalancePaidOrRecovered "balance_paid_or_recovered" "the balance must be paid or recovered" "atlikumam jābūt izmaksātam vai atgūtam";
    RetentionPassed "retention_passed" "the time for which records are kept must have passed" "jābūt beigušamies dokumentu glabāšanas termiņam";
    NeedsConsent "needs_consent" "a notification is told, not asked for" "paziņojumu paziņo, nevis pieprasa";
    IsNotification "is_notification" "only a notification is told; this kind must be asked for" "paziņot var tikai paziņojumu; šis veids jāpieprasa";
    RequestDated "request_dated" "the day on which it was asked for or told is missing" "trūkst pieprasījuma vai paziņojuma dienas";
    NoticeDated "notice_dated" "the day of the notice is missing" "trūkst paziņojuma dienas";
    EffectiveDayKnown "effective_day_known" "the day from which it takes effect is missing" "trūkst spēkā stāšanās dienas";
    EffectiveDayReached "effective_day_reached" "its first day has not come" "tās pirmā diena vēl nav pienākusi";
    LastDayKnown "last_day_known" "its last day is missing" "trūkst tās pēdējās dienas";
    AnotherPerson "another_person" "somebody else than those who wrote it must approve it" "jāapstiprina citai personai, nevis tai, kas rakstīja";
    PeriodOver "period_over" "the time that it reports on has not ended" "pārskata periods nav beidzies";
    NoLaterReport "no_later_report" "a later report exists: reopen it in part" "ir vēlāks pārskats: atveriet ierobežoti";
    LaterReport "later_report" "no later report exists: reopen all of it" "vēlāka pārskata nav: atveriet pilnībā";
    NoHold "no_hold" "no hold may be on the records" "dokumentiem nedrīkst būt noteikts iznīcināšanas aizliegums";
}

impl Guard {
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|guard| guard.code() == code)
    }

    /// The fault of a step that this guard stands in the way of.
    pub fn fault(self, verdict: Verdict, faults: &mut Faults) {
        let [en, lv] = self.text();
        let attestable = verdict == Verdict::NotKnown && self != Self::ReasonGiven;
        faults.add("/to", self.code(), json!({"text": {"en": en, "lv": lv}, "attestable": attestable}));
    }
}

/// The status in which a real record enters the register in mid-life. History says `opened_as`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// Null: not known.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 40, pattern = "^[a-z_]+$")]
    pub status: Option<String>,
    /// The day from which it holds.
    #[serde(default)]
    pub effective_on: Option<NaiveDate>,
    /// Who says so.
    #[serde(default)]
    #[schema(format = "text", min_length = 1, max_length = 2000)]
    pub source: Option<String>,
    #[serde(default)]
    #[schema(format = "text", min_length = 1, max_length = 2000)]
    pub reason: Option<String>,
}

/// What is known of a record whose life is judged. Lists of agreements are those of a project, or the one itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    pub start: Option<NaiveDate>,
    pub end: Option<NaiveDate>,
    pub status_since: Option<NaiveDate>,
    /// The statuses of a project's agreements; none where one is not known.
    pub agreements: Vec<Option<String>>,
    pub reference: bool,
    pub amount: bool,
    pub both_ends: bool,
    /// Whether a party that gives, and one that receives, are named.
    pub giver_and_receiver: bool,
    /// Of those who sign: the day each did.
    pub signatures: Vec<Option<NaiveDate>>,
    pub enters_into_force_on: Option<NaiveDate>,
    /// The statuses of an agreement's suspensions.
    pub suspensions: Vec<String>,
    /// The day on which a termination of it takes effect.
    pub terminated_on: Option<NaiveDate>,
    /// Of an amendment: whether it is a notification.
    pub notification: bool,
    /// The day of a request or a notice.
    pub asked_on: Option<NaiveDate>,
    /// The day from which it takes effect.
    pub effective_on: Option<NaiveDate>,
    /// Whether who takes the step has written the record; none where nobody takes it yet.
    pub wrote_it: Option<bool>,
    /// Whether a later report on the agreement was submitted.
    pub later_report: bool,
}

/// What the facts say of a guard, for a step that takes effect on a day.
pub fn judge(guard: Guard, facts: &Facts, effective_on: NaiveDate, reason: bool) -> Verdict {
    let held = |met: bool| if met { Verdict::Met } else { Verdict::Unmet };
    let agreement_in = |statuses: &[&str]| {
        let of = |status: &Option<String>| status.as_deref().is_some_and(|s| statuses.contains(&s));
        if facts.agreements.iter().any(of) {
            Verdict::Met
        } else if facts.agreements.is_empty() || facts.agreements.iter().any(Option::is_none) {
            Verdict::NotKnown
        } else {
            Verdict::Unmet
        }
    };
    match guard {
        Guard::ReasonGiven => held(reason),
        Guard::AgreementInForce => agreement_in(&["in_force"]),
        Guard::AgreementSuspended => agreement_in(&["suspended"]),
        Guard::BalanceSettled => {
            let settled =
                |s: &Option<String>| matches!(s.as_deref(), Some("balance_settled" | "archived" | "lapsed"));
            match facts.agreements.as_slice() {
                [] => Verdict::NotKnown,
                all if all.iter().all(settled) => Verdict::Met,
                all if all.iter().any(Option::is_none) => Verdict::NotKnown,
                _ => Verdict::Unmet,
            }
        }
        Guard::ImplementationStarted => {
            facts.start.map_or(Verdict::NotKnown, |start| held(effective_on >= start))
        }
        Guard::ImplementationEnded => facts.end.map_or(Verdict::NotKnown, |end| held(effective_on > end)),
        Guard::EndNotPassed => facts.end.map_or(Verdict::NotKnown, |end| held(effective_on <= end)),
        Guard::EffectiveWithinPeriod => match (facts.start, facts.end) {
            (Some(start), _) if effective_on < start => Verdict::Unmet,
            (_, Some(end)) if effective_on > end => Verdict::Unmet,
            (Some(_), Some(_)) => Verdict::Met,
            _ => Verdict::NotKnown,
        },
        Guard::EffectiveAfterSuspension => {
            facts.status_since.map_or(Verdict::NotKnown, |since| held(effective_on > since))
        }
        Guard::PartiesPresent => held(facts.giver_and_receiver),
        Guard::AmountPresent => held(facts.amount),
        Guard::PeriodComplete => held(facts.both_ends),
        Guard::ReferencePresent => held(facts.reference),
        Guard::AllPartiesSigned => match facts.signatures.as_slice() {
            [] => Verdict::NotKnown,
            all if all.iter().all(Option::is_some) => Verdict::Met,
            _ => Verdict::NotKnown,
        },
        Guard::EntryIntoForceReached => {
            // The last signature, or the later day that the agreement names.
            let last = facts.signatures.iter().flatten().max().copied();
            match facts.enters_into_force_on.or(last) {
                Some(day) => held(effective_on >= day && last.is_none_or(|last| effective_on >= last)),
                None => Verdict::NotKnown,
            }
        }
        Guard::NeedsConsent => held(!facts.notification),
        Guard::IsNotification => held(facts.notification),
        Guard::RequestDated | Guard::NoticeDated => held(facts.asked_on.is_some()),
        Guard::EffectiveDayKnown => held(facts.effective_on.is_some()),
        Guard::EffectiveDayReached => held(facts.start.is_some_and(|start| effective_on >= start)),
        Guard::AnotherPerson => held(facts.wrote_it != Some(true)),
        Guard::PeriodOver => held(facts.end.is_none_or(|end| effective_on > end)),
        Guard::NoLaterReport => held(!facts.later_report),
        Guard::LaterReport => held(facts.later_report),
        Guard::LastDayKnown => held(facts.end.is_some()),
        // Where the register has no record of it, a person vouches for it.
        Guard::SuspensionNotified if facts.suspensions.iter().any(|status| status == "in_effect") => {
            Verdict::Met
        }
        Guard::SuspensionLifted if facts.suspensions.iter().any(|status| status == "in_effect") => {
            Verdict::Unmet
        }
        Guard::SuspensionLifted if facts.suspensions.iter().any(|status| status == "lifted") => Verdict::Met,
        Guard::TerminationInEffect if facts.terminated_on.is_some() => {
            held(facts.terminated_on.is_some_and(|day| effective_on >= day))
        }
        // Documents, expenditures, reports and decisions are not in the register: a person vouches for them.
        Guard::AwardDocument
        | Guard::NoAcceptedExpenditure
        | Guard::NoPaymentKept
        | Guard::ExtensionReceivedInTime
        | Guard::FinalReportAccepted
        | Guard::AssetsHaveEndUse
        | Guard::NoOpenViolation
        | Guard::TerminationInEffect
        | Guard::ReopeningDocument
        | Guard::RegimePinned
        | Guard::OfferLapsed
        | Guard::SuspensionNotified
        | Guard::SuspensionLifted
        | Guard::FinalReportComplete
        | Guard::ReportRejected
        | Guard::FinalAmountDecided
        | Guard::BalancePaidOrRecovered
        | Guard::RetentionPassed
        | Guard::NoHold => Verdict::NotKnown,
    }
}

/// The guards in the way of a step, with what is known of each. `attested` are those that a person vouches for.
pub fn unmet(
    guards: &[Guard],
    facts: &Facts,
    effective_on: NaiveDate,
    reason: bool,
    attested: &[Guard],
) -> Vec<(Guard, Verdict)> {
    let judged = guards.iter().map(|guard| (*guard, judge(*guard, facts, effective_on, reason)));
    judged
        .filter(|(guard, verdict)| match verdict {
            Verdict::Met => false,
            Verdict::Unmet => true,
            Verdict::NotKnown => !attested.contains(guard),
        })
        .collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn dates_decide_at_their_boundaries() {
        let facts = Facts {
            start: Some(day("2019-11-01")),
            end: Some(day("2021-05-31")),
            status_since: Some(day("2020-03-01")),
            ..Facts::default()
        };
        for (guard, on, verdict) in [
            (Guard::ImplementationStarted, "2019-10-31", Verdict::Unmet),
            (Guard::ImplementationStarted, "2019-11-01", Verdict::Met),
            (Guard::ImplementationEnded, "2021-05-31", Verdict::Unmet),
            (Guard::ImplementationEnded, "2021-06-01", Verdict::Met),
            (Guard::EndNotPassed, "2021-05-31", Verdict::Met),
            (Guard::EffectiveWithinPeriod, "2021-06-01", Verdict::Unmet),
            (Guard::EffectiveAfterSuspension, "2020-03-01", Verdict::Unmet),
            (Guard::EffectiveAfterSuspension, "2020-03-02", Verdict::Met),
        ] {
            assert_eq!(judge(guard, &facts, day(on), true), verdict, "{guard:?} {on}");
        }
        assert_eq!(
            judge(Guard::ImplementationEnded, &Facts::default(), day("2021-06-01"), true),
            Verdict::NotKnown
        );
    }

    #[test]
    fn agreements_decide_where_all_are_known() {
        let with = |statuses: &[Option<&str>]| Facts {
            agreements: statuses.iter().map(|s| s.map(str::to_owned)).collect(),
            ..Facts::default()
        };
        let on = day("2021-01-01");
        for (guard, statuses, verdict) in [
            (Guard::AgreementInForce, &[][..], Verdict::NotKnown),
            (Guard::AgreementInForce, &[Some("draft")], Verdict::Unmet),
            (Guard::AgreementInForce, &[Some("draft"), None], Verdict::NotKnown),
            (Guard::AgreementInForce, &[Some("draft"), Some("in_force")], Verdict::Met),
            (Guard::BalanceSettled, &[Some("balance_settled"), Some("in_force")], Verdict::Unmet),
            (Guard::BalanceSettled, &[Some("balance_settled"), Some("archived")], Verdict::Met),
        ] {
            assert_eq!(judge(guard, &with(statuses), on, true), verdict, "{guard:?} {statuses:?}");
        }
    }

    #[test]
    fn every_guard_in_the_way_is_named_and_only_unknown_ones_can_be_attested() {
        let guards = [Guard::ReasonGiven, Guard::NoPaymentKept, Guard::PeriodComplete];
        let codes = |attested: &[Guard], reason| -> Vec<&str> {
            let found = unmet(&guards, &Facts::default(), day("2021-01-01"), reason, attested);
            found.iter().map(|(guard, _)| guard.code()).collect()
        };
        assert_eq!(codes(&[], false), ["reason_given", "no_payment_kept", "period_complete"]);
        assert_eq!(codes(&guards, true), ["period_complete"]);
    }
}
