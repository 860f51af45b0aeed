//! The closed words that tables, rules, JSON and the API document share: one enum for each list, with labels
//! in Latvian, English and Russian and the IATI 2.03 code. What a word allows is not decided here.
mod access;
mod agreements;
mod claims;
mod compliance;
mod documents;
mod events;
mod parties;
mod projects;
mod reporting;
mod sectors;

pub use access::*;
pub use agreements::*;
pub use claims::*;
pub use compliance::*;
pub use documents::*;
pub use events::*;
pub use parties::*;
pub use projects::*;
pub use reporting::*;
pub use sectors::*;

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{Object, Schema, Type};

/// One word of a closed list.
#[derive(Debug, PartialEq, Eq)]
pub struct Term {
    /// The word in JSON, in tables and in addresses: snake_case, at most 40 characters, never changed.
    pub code: &'static str,
    /// Label in Latvian.
    pub lv: &'static str,
    /// Label in English.
    pub en: &'static str,
    /// Label in Russian.
    pub ru: &'static str,
    /// The IATI 2.03 code, `None` where IATI has no word for it. Several terms may share a code.
    pub iati: Option<&'static str>,
}

/// A closed list of words.
#[derive(Debug, PartialEq, Eq)]
pub struct CodeList {
    /// Address of the list: kebab-case plural, such as `project-statuses`.
    pub name: &'static str,
    /// What the list is for, in English.
    pub title: &'static str,
    /// The IATI 2.03 code list that `iati` of the terms belongs to, such as `ActivityStatus`.
    pub iati_codelist: Option<&'static str>,
    /// The words, in the order in which people should be shown them.
    pub terms: &'static [Term],
}

/// A word of a closed list. Implemented by every enum of this module.
pub trait Word: Copy + 'static {
    /// The list that the word belongs to.
    const LIST: &'static CodeList;

    /// The word as it is written in JSON, in tables and in addresses.
    fn code(self) -> &'static str {
        self.term().code
    }

    /// The word with its labels and its IATI code.
    fn term(self) -> &'static Term;

    /// The word that has this code, `None` if the list has no such word. The match is exact.
    fn from_code(code: &str) -> Option<Self> {
        Self::all().iter().copied().find(|word| word.code() == code)
    }

    /// Every word, in the order of the list.
    fn all() -> &'static [Self];
}

/// Makes one closed list: its enum, its [`CodeList`] and what ties the two together.
///
/// A word is `Name "code" { lv "…", en "…", ru "…", iati "…" }`; `iati` is left out where IATI has no word
/// for it. A doc comment on a word says what the labels do not. Doc comments go into the API document.
macro_rules! words {
    (
        $(#[doc = $doc:literal])+
        pub enum $List:ident = $name:literal, $title:literal $(, iati $codelist:literal)? {
            $(
                $(#[doc = $note:literal])*
                $Word:ident $code:literal {
                    lv $lv:literal, en $en:literal, ru $ru:literal $(, iati $iati:literal)?
                }
            )+
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, Hash,
            sea_orm::EnumIter, sea_orm::DeriveActiveEnum, serde::Serialize, serde::Deserialize,
        )]
        #[sea_orm(rs_type = "String", db_type = "String(sea_orm::sea_query::StringLen::N(40))")]
        pub enum $List {
            $(
                #[doc = $en]
                #[doc = ""]
                $(#[doc = $note])*
                #[sea_orm(string_value = $code)]
                #[serde(rename = $code)]
                $Word,
            )+
        }

        impl utoipa::ToSchema for $List {
            fn name() -> std::borrow::Cow<'static, str> {
                stringify!($List).into()
            }
        }

        // By hand: the derive misses a `rename` that comes out of a macro, and leaves out the meanings.
        impl utoipa::PartialSchema for $List {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                let notes: &[&[&str]] = &[$(&[$($note),*]),+];
                $crate::vocab::schema(<Self as $crate::vocab::Word>::LIST, &[$($doc),+], notes)
            }
        }

        impl $crate::vocab::Word for $List {
            const LIST: &'static $crate::vocab::CodeList = &$crate::vocab::CodeList {
                name: $name,
                title: $title,
                iati_codelist: $crate::vocab::optional!($($codelist)?),
                terms: &[$($crate::vocab::Term {
                    code: $code,
                    lv: $lv,
                    en: $en,
                    ru: $ru,
                    iati: $crate::vocab::optional!($($iati)?),
                }),+],
            };

            // The terms are written in the order of the variants, so that a variant's number is its index.
            fn term(self) -> &'static $crate::vocab::Term {
                &Self::LIST.terms[self as usize]
            }

            fn all() -> &'static [Self] {
                &[$(Self::$Word),+]
            }
        }
    };
}

/// `Some` of a literal, `None` of nothing.
macro_rules! optional {
    () => {
        None
    };
    ($value:literal) => {
        Some($value)
    };
}

pub(crate) use {optional, words};

/// The schema of a list: its codes, and in words what the list and each of its codes mean.
fn schema(list: &CodeList, docs: &[&str], notes: &[&[&str]]) -> RefOr<Schema> {
    let mut description = paragraphs(docs);
    description.push_str("\n\n");
    for (term, note) in list.terms.iter().zip(notes) {
        let note = paragraphs(note);
        let gap = if note.is_empty() { "" } else { ". " };
        description.push_str(&format!("- `{}`: {}{gap}{note}\n", term.code, term.en));
    }
    description.push_str(&format!("\nLabels in Latvian, English and Russian: code list `{}`.", list.name));
    Object::builder()
        .schema_type(Type::String)
        .description(Some(description))
        .enum_values(Some(list.terms.iter().map(|term| term.code)))
        .into()
}

/// The text of doc comments: the lines of a paragraph joined, an empty line between paragraphs.
fn paragraphs(docs: &[&str]) -> String {
    let of_lines = |lines: &[&str]| lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ");
    docs.split(|line| line.trim().is_empty()).map(of_lines).collect::<Vec<_>>().join("\n\n")
}

/// Names every list once: for [`CODE_LISTS`], and for the tests to go through.
macro_rules! lists {
    ($($List:ident),+ $(,)?) => {
        /// Every closed list of words, in the order of the names.
        pub const CODE_LISTS: &[&CodeList] = &[$(<$List as Word>::LIST),+];

        #[cfg(test)]
        fn every_list(visitor: &mut impl tests::Visitor) {
            $(visitor.visit::<$List>();)+
        }
    };
}

lists![
    AgreementStatus,
    AmendmentCase,
    AmendmentKind,
    AmendmentStatus,
    ClaimSubject,
    Confidence,
    ContactRole,
    ContractSide,
    DocumentSubject,
    ErasureGround,
    EventKind,
    EventMode,
    EventRole,
    EventState,
    FundingKind,
    FundingPrecision,
    FundingStage,
    GrantForm,
    LawfulBasis,
    ObligationKind,
    ObligationState,
    OrganisationKind,
    ParticipantRole,
    PartyRole,
    PrincipalKind,
    ProgrammeKind,
    ProjectLinkKind,
    ProjectStatus,
    PublicationKind,
    PublicationTier,
    ReportStatus,
    Role,
    ScopeKind,
    SectorVocabulary,
    Severity,
    SuspensionScope,
    SuspensionStatus,
    TerminationStatus,
    WaiverStatus,
];

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests;
