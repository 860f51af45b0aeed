//! What is known of a grant agreement and its parts. No database, no HTTP.
use crate::projects::model::in_order;
use crate::shared::check::{Content, Faults};
use crate::shared::codes::CurrencyCode;
use crate::shared::decimal::Share;
use crate::shared::identifier::Identifier;
use crate::shared::money::Money;
use crate::shared::period::Period;
use crate::shared::text::LocalizedText;
use crate::shared::tiers::tiers;
use chrono::NaiveDate;
use entity::vocab::{FundingKind, FundingPrecision, FundingStage, GrantForm, PartyRole};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

/// The writable members of a grant agreement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgreementFields {
    /// Its number, as printed; found again by its matching form. Null where it is not known.
    #[serde(default)]
    #[schema(format = "identifier", min_length = 1, max_length = 200)]
    pub reference: Option<String>,
    #[serde(default)]
    pub title: Option<LocalizedText>,
    /// The programme that it was made under.
    #[serde(default)]
    pub programme_id: Option<Uuid>,
    /// The grantor: the funder that signs for the money. Often not the ultimate funder, which the chain tells.
    #[serde(default)]
    pub funder_id: Option<Uuid>,
    /// The version of the funder's rules that it follows: the id of a regime's version, `record_id` in `/v1/regimes`.
    #[serde(default)]
    pub regime_id: Option<Uuid>,
    /// How the grant is counted.
    #[serde(default)]
    pub form: Option<GrantForm>,
    #[serde(default)]
    pub enters_into_force_on: Option<NaiveDate>,
    /// When the work is done that it pays for; both ends are needed to leave `draft`.
    #[serde(default)]
    pub implementation_period: Period,
    /// The currency of account; sums of the agreement are in it.
    #[serde(default)]
    pub currency: Option<CurrencyCode>,
    #[serde(default)]
    pub maximum_grant: Option<Money>,
    #[serde(default)]
    pub total_eligible_cost: Option<Money>,
    /// The part of the eligible cost that the EU pays, as printed: 94.99 % is 0.9499.
    #[serde(default)]
    pub eu_rate: Option<Share>,
    /// Further numbers, as printed.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub identifiers: Vec<Identifier>,
    #[serde(default)]
    pub notes: Option<LocalizedText>,
    /// Who may read it without a role; nobody where left out.
    #[serde(default)]
    pub publication_tiers: AgreementTiers,
}

tiers! {
    /// Who may read a grant agreement and its groups of fields without a role.
    AgreementTiers {
        /// Who may read `maximum_grant`, `total_eligible_cost`, `eu_rate` and `funding_lines`.
        money,
        /// Who may read `parties`.
        parties,
        /// Who may read `funding_chain`.
        funding_chain,
        /// Who may read `notes`.
        notes,
    }
}

impl Content for AgreementFields {
    fn check(&self, faults: &mut Faults) {
        for (name, money) in
            [("maximum_grant", &self.maximum_grant), ("total_eligible_cost", &self.total_eligible_cost)]
        {
            let Some(money) = money else { continue };
            if money.amount() < Decimal::ZERO {
                faults.add(format!("/{name}/amount"), "negative", json!({}));
            }
            if let Some(currency) = self.currency.filter(|c| *c != money.currency()) {
                faults.add(format!("/{name}/currency"), "currency_mismatch", json!({"currency": currency}));
            }
        }
    }
}

/// A project that the agreement pays for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgreementProjectFields {
    pub project_id: Uuid,
    /// The part of the agreement's money that goes to it; shares make 1 at most.
    #[serde(default)]
    pub share: Option<Share>,
    #[serde(default)]
    pub from: Option<NaiveDate>,
    #[serde(default)]
    pub to: Option<NaiveDate>,
}

impl Content for AgreementProjectFields {
    fn check(&self, faults: &mut Faults) {
        in_order(self.from, self.to, faults);
    }
}

/// A party of the agreement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PartyFields {
    pub organisation_id: Uuid,
    pub role: PartyRole,
    #[serde(default)]
    pub from: Option<NaiveDate>,
    #[serde(default)]
    pub to: Option<NaiveDate>,
    /// The day on which this party signed.
    #[serde(default)]
    pub signed_on: Option<NaiveDate>,
}

impl Content for PartyFields {
    fn check(&self, faults: &mut Faults) {
        in_order(self.from, self.to, faults);
    }
}

/// A step of the funding chain: who passes the money on to whom.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HopFields {
    /// 1 is the step of the ultimate funder.
    #[schema(minimum = 1, maximum = 50)]
    pub position: i32,
    pub payer_id: Uuid,
    pub recipient_id: Uuid,
    /// The programme or instrument that the money of this step comes from.
    #[serde(default)]
    pub programme_id: Option<Uuid>,
    /// The number of this step's own agreement, as printed.
    #[serde(default)]
    #[schema(format = "identifier", min_length = 1, max_length = 200)]
    pub reference: Option<String>,
    /// The part of the total that passes here.
    #[serde(default)]
    pub share: Option<Share>,
    #[serde(default)]
    pub amount: Option<Money>,
}

impl Content for HopFields {
    fn check(&self, faults: &mut Faults) {
        if self.payer_id == self.recipient_id {
            faults.add("/recipient_id", "refers_to_itself", json!({}));
        }
    }
}

/// Who pays what part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FundingLineFields {
    /// The organisation whose money it is, where the register knows it.
    #[serde(default)]
    pub source_organisation_id: Option<Uuid>,
    /// The source as printed, such as a fund with its planning period.
    #[serde(default)]
    pub source_name: Option<LocalizedText>,
    pub kind: FundingKind,
    #[serde(default)]
    pub amount: Option<Money>,
    /// The part of the total, where a source gives that.
    #[serde(default)]
    pub share: Option<Share>,
    pub precision: FundingPrecision,
    pub stage: FundingStage,
    /// The day of the source's statement.
    #[serde(default)]
    pub stated_on: Option<NaiveDate>,
    #[serde(default)]
    pub notes: Option<LocalizedText>,
}

impl Content for FundingLineFields {
    fn check(&self, faults: &mut Faults) {
        if self.amount.is_none() && self.share.is_none() {
            faults.add("", "at_least_one", json!({"members": ["amount", "share"]}));
        }
    }
}
