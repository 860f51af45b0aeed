//! Who pays for an agreement, said once for filters and totals: directly, and in the end through the funding chain.
use crate::store::path::{step, within};
use crate::store::view::View;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, JoinType, Query, SelectStatement, UnionType};

/// How a funder pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// As the grantor, as a party that funds, or in a step of the chain that ends at a beneficiary.
    Direct,
    /// In a step of the chain that nobody else pays into; where no chain is known, as the grantor.
    Ultimate,
}

/// Ids of the agreements that these funders pay for.
pub fn agreements_paid_by(view: &View, funders: SelectStatement, way: Way) -> SelectStatement {
    let organisations = step(view, "funder", "organisation_id", "id", funders);
    let mut select = Query::select();
    select
        .column(column_ref("pays", "grant_agreement_id"))
        .from_subquery(pays(view, way), Alias::new("pays"))
        .and_where(within("pays", "organisation_id", organisations));
    select
}

/// Ids of the projects that these agreements pay for.
pub fn projects_of(view: &View, agreements: SelectStatement) -> SelectStatement {
    step(view, "agreement_project", "project_id", "grant_agreement_id", agreements)
}

/// `grant_agreement_id, organisation_id`: each agreement with each organisation that pays for it, once.
pub fn pays(view: &View, way: Way) -> SelectStatement {
    match way {
        Way::Direct => {
            let mut grantors = grantors(view);
            grantors.union(UnionType::Distinct, funding_parties(view));
            grantors.union(UnionType::Distinct, hops(view, "recipient_id", "payer_id"));
            grantors
        }
        Way::Ultimate => {
            let mut grantors = grantors(view);
            let chain = view.select_columns("funding_hop", "grant_agreement_id", &["grant_agreement_id"]);
            grantors.and_where(within("grant_agreement", "id", chain).not());
            grantors.union(UnionType::Distinct, hops(view, "payer_id", "recipient_id"));
            grantors
        }
    }
}

fn grantors(view: &View) -> SelectStatement {
    let mut funders = view.select_columns("funder", "id", &["id", "organisation_id"]);
    funders.column(column_ref("funder", "organisation_id"));
    let mut agreements = view.select_columns("grant_agreement", "id", &["id", "funder_id"]);
    agreements.clear_selects();
    agreements
        .expr_as(column("grant_agreement", "id"), Alias::new("grant_agreement_id"))
        .column(column_ref("grantor", "organisation_id"))
        .join_subquery(
            JoinType::InnerJoin,
            funders,
            Alias::new("grantor"),
            column("grantor", "id").equals(column_ref("grant_agreement", "funder_id")),
        );
    agreements
}

fn funding_parties(view: &View) -> SelectStatement {
    const COLUMNS: [&str; 3] = ["grant_agreement_id", "organisation_id", "role"];
    let mut parties = view.select_columns("agreement_party", "grant_agreement_id", &COLUMNS);
    parties
        .column(column_ref("agreement_party", "organisation_id"))
        .and_where(column("agreement_party", "role").is_in(["funder", "contracting_authority"]));
    parties
}

/// The payers of steps where no other step of the same chain joins on to it: none has, in `theirs`, the organisation
/// that this one has in `ours`.
fn hops(view: &View, ours: &'static str, theirs: &'static str) -> SelectStatement {
    const COLUMNS: [&str; 3] = ["grant_agreement_id", "payer_id", "recipient_id"];
    let mut inner = view.select_columns("funding_hop", "grant_agreement_id", &COLUMNS);
    inner.columns([column_ref("funding_hop", "payer_id"), column_ref("funding_hop", "recipient_id")]);
    let mut other = Query::select();
    other
        .expr(Expr::value(1))
        .from_subquery(inner, Alias::new("other_hop"))
        .and_where(
            column("other_hop", "grant_agreement_id").equals(column_ref("funding_hop", "grant_agreement_id")),
        )
        .and_where(column("other_hop", theirs).equals(column_ref("funding_hop", ours)));
    let mut select = view.select_columns("funding_hop", "grant_agreement_id", &COLUMNS);
    select
        .expr_as(column("funding_hop", "payer_id"), Alias::new("organisation_id"))
        .and_where(Expr::not_exists(other));
    select
}

pub fn column(table: &str, name: &str) -> Expr {
    Expr::col(column_ref(table, name))
}

pub fn column_ref(table: &str, name: &str) -> (Alias, Alias) {
    (Alias::new(table), Alias::new(name))
}
