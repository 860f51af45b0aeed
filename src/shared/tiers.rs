//! Who may read a record, and each group of its fields, without a role: the member `publication_tiers`. Which members a
//! group has is said by each resource; who is a partner, by `access`.

use entity::vocab::PublicationTier;

/// What nobody has published is internal.
pub fn internal() -> PublicationTier {
    PublicationTier::Internal
}

/// The tiers of a record: that of the record itself and one for each group of fields, all of them internal at first.
macro_rules! tiers {
    ($(#[doc = $doc:literal])* $Tiers:ident { $($(#[doc = $about:literal])* $group:ident,)* }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $Tiers {
            /// Who may read the record, without the groups. Records that it names are shown where they are published
            /// themselves.
            #[serde(default = "crate::shared::tiers::internal")]
            pub record: entity::vocab::PublicationTier,
            $(
                $(#[doc = $about])*
                #[serde(default = "crate::shared::tiers::internal")]
                pub $group: entity::vocab::PublicationTier,
            )*
        }

        impl Default for $Tiers {
            fn default() -> Self {
                let internal = $crate::shared::tiers::internal;
                Self { record: internal(), $($group: internal()),* }
            }
        }

        impl $Tiers {
            /// The record itself, then its groups.
            pub const NAMES: &'static [&'static str] = &["record", $(stringify!($group)),*];
        }
    };
}
pub(crate) use tiers;
