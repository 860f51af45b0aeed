//! The pure words of the domain: value types that parse strictly, print exactly and describe themselves.
//! No database, no HTTP, no clock and no messages here.
//!
//! Every string type has a *format name* ([`formats`]). Its schema names that format, so that a request can
//! be judged against its schema (all errors at once) and then be deserialised by the same rules.

pub mod check;
pub mod codes;
pub mod dates;
pub mod decimal;
pub mod difference;
pub mod formats;
pub mod identifier;
pub mod json;
pub mod life;
pub mod money;
pub mod overrides;
pub mod period;
pub mod record;
pub mod search;
pub mod text;
pub mod tiers;
pub mod yaml;

/// Gives a type that has `parse(&str) -> Result<Self, Invalid>` and `Display` the rest of what a string type
/// needs: `FromStr`, serde as that string, and a schema that names its format.
macro_rules! string_type {
    ($type:ident { format: $format:literal, length: $min:literal..=$max:literal, pattern: $pattern:expr,
       example: $example:literal, description: $description:literal $(,)? }) => {
        impl std::str::FromStr for $type {
            type Err = $crate::shared::formats::Invalid;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }

        impl utoipa::PartialSchema for $type {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                use utoipa::openapi::schema::{ObjectBuilder, SchemaFormat, Type};
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .format(Some(SchemaFormat::Custom($format.to_owned())))
                    .description(Some($description))
                    .min_length(Some($min))
                    .max_length(Some($max))
                    .pattern(Some($pattern))
                    .examples([serde_json::Value::from($example)])
                    .into()
            }
        }

        impl utoipa::ToSchema for $type {}
    };
}
use string_type;
