//! "Contains" with upper and lower case alike, for texts that are kept as printed, the same on both databases: their
//! own functions for it know only ASCII, or go by the server's locale. Folded columns have no need of it.
use crate::store::db::Engine;
use sea_orm::sea_query::{BinOper, Expr, ExprTrait};

/// Whether the column contains the text.
pub fn contains(engine: Engine, column: Expr, text: &str) -> Expr {
    column.binary(BinOper::Custom(operator(engine)), pattern(engine, text))
}

/// What a [`pattern`] is matched with: SQLite's shell patterns, PostgreSQL's regular expressions.
pub fn operator(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "GLOB",
        Engine::Postgres => "~",
    }
}

/// A pattern for any text that contains this one: each letter as the set of its two cases, all else as it is.
pub fn pattern(engine: Engine, text: &str) -> String {
    let inner: String = text.chars().map(|c| one(engine, c)).collect();
    match engine {
        Engine::Sqlite => format!("*{inner}*"),
        Engine::Postgres => inner,
    }
}

fn one(engine: Engine, c: char) -> String {
    match (engine, cases(c)) {
        (_, Some((lower, upper))) => format!("[{lower}{upper}]"),
        (Engine::Sqlite, None) if "*?[".contains(c) => format!("[{c}]"),
        (Engine::Postgres, None) if c.is_ascii_punctuation() => format!("\\{c}"),
        _ => c.to_string(),
    }
}

/// Both cases of a letter that has two, each a single character.
fn cases(c: char) -> Option<(char, char)> {
    let single = |mut chars: Box<dyn Iterator<Item = char>>| match (chars.next(), chars.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    };
    let (lower, upper) = (single(Box::new(c.to_lowercase()))?, single(Box::new(c.to_uppercase()))?);
    (lower != upper).then_some((lower, upper))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_stand_in_both_cases_and_signs_for_themselves() {
        assert_eq!(pattern(Engine::Sqlite, "aĀ*1]"), "*[aA][āĀ][*]1]*");
        assert_eq!(pattern(Engine::Postgres, r"aĀ*\1] "), r"[aA][āĀ]\*\\1\] ");
    }
}
