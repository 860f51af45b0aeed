//! Who may act: a person or a service. Tokens belong to a principal.
use crate::vocab::PrincipalKind;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "principal")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub kind: PrincipalKind,
    pub name: String,
    pub person_id: Option<Uuid>,
    /// Whose partner it is: it reads what is published to partners where this organisation is a party.
    pub organisation_id: Option<Uuid>,
    pub created_at: DateTimeUtc,
    /// The identity provider that vouches for it, and its name there; none where it was made here.
    pub issuer: Option<String>,
    pub subject: Option<String>,
    /// Since when it may not act.
    pub disabled_at: Option<DateTimeUtc>,
    /// Where the program writes to it; personal data, which nothing but that needs.
    pub email: Option<String>,
    /// In which language: a tag of BCP 47.
    pub language: Option<String>,
}
impl ActiveModelBehavior for ActiveModel {}
