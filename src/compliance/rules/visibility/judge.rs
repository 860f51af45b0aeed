//! Rules F01 to F03: each publication of an agreement and each element that its channel needs.
use super::{ElementKind, ElementResult, Gaps, Item, check};
use crate::compliance::rules::engine::Case;
use crate::compliance::rules::facts::{AgreementFacts, Publication, resource};
use crate::compliance::rules::model::{Finding, Outcome};
use crate::compliance::rules::parameters::Parameters;
use serde_json::json;

/// The elements of each publication, in its order.
pub fn results(facts: &AgreementFacts, terms: &Parameters) -> Vec<Vec<ElementResult>> {
    let gaps = Gaps::new(&facts.names, facts.reference.as_deref());
    let one = |publication: &Publication| {
        if let Some(elements) = &publication.elements {
            return elements.clone();
        }
        let item = Item {
            channel: publication.channel.as_deref(),
            language: publication.language.as_deref(),
            text: publication.text.as_deref(),
            emblem: publication.emblem,
            derogations: &publication.derogations,
            reference: facts.reference.as_deref(),
        };
        check(&terms.visibility, &item, &facts.names, &gaps)
    };
    facts.publications.iter().map(one).collect()
}

/// F01: the funding statement, and the agreement's number where a regime asks for it. Sources S22, S23.
pub fn f01(case: &Case, out: &mut Vec<Finding>) {
    elements(case, &[ElementKind::FundingStatement, ElementKind::AgreementReference], out);
}

/// F02: the disclaimer. A page linked throughout a site stands for it where the regime says so. Sources S22, S24.
pub fn f02(case: &Case, out: &mut Vec<Finding>) {
    elements(case, &[ElementKind::Disclaimer], out);
}

/// F03: the emblem, together with the statement; a derogation switches it off. Sources S23, S23b.
pub fn f03(case: &Case, out: &mut Vec<Finding>) {
    elements(case, &[ElementKind::Emblem], out);
}

fn elements(case: &Case, kinds: &[ElementKind], out: &mut Vec<Finding>) {
    for (publication, results) in case.facts.publications.iter().zip(case.elements()) {
        let of_kind = results.iter().filter(|result| kinds.contains(&result.kind));
        out.extend(of_kind.map(|result| finding(case, publication, result)));
    }
}

fn finding(case: &Case, publication: &Publication, result: &ElementResult) -> Finding {
    let mut draft = case.draft(resource::PUBLICATION, &publication.id).part(&result.element);
    draft.value("element", result.element.as_str());
    draft.need("channel", publication.channel.as_ref());
    draft.unconfirmed(result.unconfirmed.clone());
    if result.result == Outcome::NotApplicable {
        draft.used("derogations");
        return draft.not_applicable();
    }
    if result.kind == ElementKind::Emblem {
        draft.need("emblem", publication.emblem);
    } else {
        draft.need("text", publication.text.as_ref());
        if publication.language.is_some() || result.result != Outcome::Pass {
            draft.need("language", publication.language.as_ref());
        }
    }
    if let Some(matched) = &result.matched {
        draft.value("matched", json!(matched));
    }
    let by_page = case.rule.flag("accept_legal_page", false)
        && result.kind == ElementKind::Disclaimer
        && publication.legal_page == Some(true);
    if by_page && result.result != Outcome::Pass {
        draft.used("legal_page");
        draft.value("legal_page", true);
        return draft.done();
    }
    let Some(code) = result.fix else { return draft.done() };
    let language = publication.language.as_deref().unwrap_or("?");
    draft.fix(
        code,
        &[
            ("text", json!(result.add)),
            ("language", json!(language)),
            ("fields", json!(["channel"])),
            ("element", json!(result.element)),
        ],
    );
    if let Some(text) = &result.add {
        draft.value("add", text.as_str());
    }
    match result.result {
        Outcome::Fail => draft.refused(),
        _ => {
            match code {
                "enter_author" => {
                    draft.need_of::<()>(resource::AGREEMENT, &case.facts.id, "parties", None);
                }
                "enter_text" => {
                    draft.need::<()>("text", None);
                }
                _ => {}
            }
            draft.insufficient()
        }
    }
}
