//! How findings are shown.
use super::standing::Standing;
use super::survey::Found;
use crate::compliance::rules::catalogue;
use crate::compliance::rules::model::{Fix, Input, Outcome};
use crate::http::face;
use crate::shared::text::{LocalizedText, lines};
use crate::store::Result;
use crate::store::aggregate::typed_value;
use chrono::NaiveDate;
use entity::vocab::Severity;
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

/// What a rule says of a record.
#[derive(Serialize, ToSchema)]
pub struct Finding {
    /// The same from one reading to the next.
    #[schema(
        format = "line",
        max_length = 300,
        example = "F02:publication:01932c07-6b80-7000-8000-000000000001:disclaimer"
    )]
    pub key: String,
    /// The rule of the catalogue.
    #[schema(max_length = 3, pattern = "^[A-H][0-9]{2}$", example = "F02")]
    pub rule: String,
    pub title: LocalizedText,
    pub result: FindingResult,
    /// How grave a failure is: the regime says so.
    pub severity: Severity,
    /// The agreement whose terms ask for it.
    pub grant_agreement_id: Uuid,
    pub subject: FindingPlace,
    /// What was computed.
    #[schema(value_type = Object)]
    pub values: Map<String, Value>,
    /// What it was computed from.
    #[schema(max_items = 2000)]
    pub inputs: Vec<FindingPlace>,
    /// Facts without which nothing can be said.
    #[schema(max_items = 2000)]
    pub missing: Vec<FindingPlace>,
    /// Places of the regime that it rests on and that nobody has confirmed.
    #[schema(schema_with = lines)]
    pub unconfirmed: Vec<String>,
    /// What would mend it; null where nothing is to be mended.
    #[schema(required)]
    pub fix: Option<FindingFix>,
    /// What was decided about it; null where nothing was.
    #[schema(required)]
    pub waiver: Option<FindingWaiver>,
}

/// A waiver that bears on a finding on this day.
#[derive(Serialize, ToSchema)]
pub struct FindingWaiver {
    pub id: Uuid,
    pub standing: FindingStanding,
    /// The last day on which it holds; null where it holds for good.
    #[schema(required)]
    pub until: Option<NaiveDate>,
}

/// Where a finding stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FindingStanding {
    /// Nobody has decided anything.
    Open,
    /// Somebody has seen it and goes on.
    Acknowledged,
    /// Two people have agreed to let it be.
    Waived,
}

/// What came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FindingResult {
    Pass,
    Fail,
    NotApplicable,
    /// A fact that decides is missing: never a pass.
    InsufficientData,
}

/// A record, or a member of one.
#[derive(Serialize, ToSchema)]
pub struct FindingPlace {
    #[schema(max_length = 60, pattern = "^[a-z_]+$", example = "publication")]
    pub resource: String,
    #[schema(format = "line", max_length = 60)]
    pub id: String,
    /// The member; null for the record itself.
    #[schema(required, format = "line", max_length = 100, example = "text")]
    pub field: Option<String>,
    /// Where the record is; null where it has no address of its own.
    #[schema(required, max_length = 200, pattern = "^/v1/")]
    pub href: Option<String>,
}

/// What would mend it, in words.
#[derive(Serialize, ToSchema)]
pub struct FindingFix {
    #[schema(max_length = 60, pattern = "^[a-z_]+$", example = "add_text")]
    pub code: String,
    #[schema(value_type = Object)]
    pub params: Map<String, Value>,
    pub text: LocalizedText,
}

impl From<Outcome> for FindingResult {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Pass => Self::Pass,
            Outcome::Fail => Self::Fail,
            Outcome::NotApplicable => Self::NotApplicable,
            Outcome::InsufficientData => Self::InsufficientData,
        }
    }
}

fn said(en: &str, lv: &str) -> Result<LocalizedText> {
    typed_value(Some(&json!({"en": en, "lv": lv})))
}

/// A remedy in the words of both languages.
pub fn fix(fix: &Fix) -> Result<FindingFix> {
    let text = said(&fix.text("en"), &fix.text("lv"))?;
    Ok(FindingFix { code: fix.code.to_owned(), params: fix.params.clone(), text })
}

fn place(resource: &str, id: &str, field: Option<&str>) -> FindingPlace {
    let href = face(resource).map(|face| format!("/v1/{}/{id}", face.resource.path));
    FindingPlace { resource: resource.to_owned(), id: id.to_owned(), field: field.map(str::to_owned), href }
}

/// A finding under an agreement.
pub fn shown(one: &Found) -> Result<Finding> {
    let found = &one.finding;
    let waiver = one.bearing.as_ref().map(|bearing| FindingWaiver {
        id: bearing.waiver,
        standing: match bearing.standing {
            Standing::Open => FindingStanding::Open,
            Standing::Acknowledged => FindingStanding::Acknowledged,
            Standing::Waived => FindingStanding::Waived,
        },
        until: bearing.until,
    });
    let entry = catalogue::find(found.rule);
    let fields =
        |inputs: &[Input]| inputs.iter().map(|one| place(one.resource, &one.id, Some(one.field))).collect();
    Ok(Finding {
        key: found.about.clone(),
        rule: found.rule.to_owned(),
        title: said(entry.map_or(found.rule, |entry| entry.en), entry.map_or(found.rule, |entry| entry.lv))?,
        result: found.result.into(),
        severity: found.severity,
        grant_agreement_id: one.agreement,
        subject: place(found.subject.resource, &found.subject.id, None),
        values: found.values.clone(),
        inputs: fields(&found.inputs),
        missing: fields(&found.missing),
        unconfirmed: found.unconfirmed.clone(),
        fix: found.fix.as_ref().map(fix).transpose()?,
        waiver,
    })
}
