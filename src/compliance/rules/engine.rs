//! Runs the rules that a regime wants over the facts of one agreement. No rule is written here.
use super::facts::{AgreementFacts, resource};
use super::model::{Draft, Finding};
use super::parameters::{Parameters, RuleTerms};
use super::visibility::ElementResult;
use super::{events, life, records, reporting, visibility};
use chrono::NaiveDate;
use std::cell::OnceCell;

/// One rule and what it looks at.
pub struct Case<'a> {
    pub facts: &'a AgreementFacts,
    pub terms: &'a Parameters,
    pub rule: &'a RuleTerms,
    pub as_of: NaiveDate,
    shared: &'a Shared,
}

/// What several rules need and is computed once.
#[derive(Default)]
struct Shared {
    elements: OnceCell<Vec<Vec<ElementResult>>>,
}

impl Case<'_> {
    /// A finding on a record, with what the rule itself rests on.
    pub fn draft(&self, resource: &'static str, id: &str) -> Draft {
        let mut draft = Draft::new(self.rule.id, self.rule.severity, resource, id);
        draft.unconfirmed(self.rule.unconfirmed.iter().cloned());
        draft
    }

    /// A finding on the agreement.
    pub fn agreement(&self) -> Draft {
        self.draft(resource::AGREEMENT, &self.facts.id)
    }

    /// The elements of each publication.
    pub fn elements(&self) -> &[Vec<ElementResult>] {
        self.shared.elements.get_or_init(|| visibility::judge::results(self.facts, self.terms))
    }
}

/// What a rule's code is: a function of the case that adds its findings.
type Rule = fn(&Case, &mut Vec<Finding>);

/// The findings of all rules that the regime wants and that are computed, in the order of rules and subjects. The same
/// facts, terms and day always give the same list.
pub fn evaluate(facts: &AgreementFacts, terms: &Parameters, as_of: NaiveDate) -> Vec<Finding> {
    let shared = Shared::default();
    let mut findings = Vec::new();
    for rule in terms.rules() {
        let case = Case { facts, terms, rule, as_of, shared: &shared };
        let Some(run) = code(rule.id) else { continue };
        match rule.when.as_ref().map(|when| (when, when.holds(&facts.conditions))) {
            None | Some((_, Some(true))) => run(&case, &mut findings),
            Some((_, Some(false))) => findings.push(case.agreement().not_applicable()),
            Some((when, None)) => {
                let mut draft = case.agreement();
                draft.need::<()>("conditions", None);
                draft.value("unknown", when.unknown(&facts.conditions));
                findings.push(draft.insufficient());
            }
        }
    }
    findings.sort_by(|a, b| (a.rule, &a.subject, &a.about).cmp(&(b.rule, &b.subject, &b.about)));
    findings
}

fn code(id: &str) -> Option<Rule> {
    Some(match id {
        "A01" => life::costs::a01,
        "A02" => life::costs::a02,
        "A03" => life::judge::a03,
        "A04" => life::judge::a04,
        "A05" => life::judge::a05,
        "A06" => life::change::a06,
        "A07" => life::judge::a07,
        "A08" => life::change::a08,
        "A09" => life::change::a09,
        "A10" => life::judge::a10,
        "B01" => reporting::judge::b01,
        "B02" => reporting::judge::b02,
        "B03" => reporting::judge::b03,
        "B04" => reporting::judge::b04,
        "B05" => reporting::figures::b05,
        "B06" => reporting::judge::b06,
        "B07" => reporting::judge::b07,
        "F01" => visibility::judge::f01,
        "F02" => visibility::judge::f02,
        "F03" => visibility::judge::f03,
        "G01" => events::judge::g01,
        "G02" => events::judge::g02,
        "G03" => events::judge::g03,
        "G04" => events::judge::g04,
        "H01" => records::h01,
        "H02" => records::h02,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compliance::rules::catalogue::CATALOGUE;

    #[test]
    fn what_is_called_implemented_is() {
        for entry in CATALOGUE {
            assert_eq!(code(entry.id).is_some(), entry.implemented, "{}", entry.id);
        }
    }
}
