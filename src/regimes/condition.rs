//! Conditions of a regime: a closed list of operators over documented paths. No expression is ever evaluated as code,
//! and what is not known makes a condition neither true nor false.
use rust_decimal::Decimal;
use serde_json::{Map, Value};
use std::cmp::Ordering;

#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    Compare { path: String, operator: Operator, with: Value },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Eq,
    Ne,
    Gt,
    Gte,
    Lt,
    Lte,
    In,
}

impl Condition {
    /// Reads a condition that the schema has accepted; none where there is none.
    pub fn read(value: &Value) -> Option<Self> {
        let (name, below) = value.as_object()?.iter().next()?;
        let list = |below: &Value| below.as_array().map(|list| list.iter().filter_map(Self::read).collect());
        let operator = match name.as_str() {
            "all" => return list(below).map(Self::All),
            "any" => return list(below).map(Self::Any),
            "not" => return Self::read(below).map(|inner| Self::Not(Box::new(inner))),
            "eq" => Operator::Eq,
            "ne" => Operator::Ne,
            "gt" => Operator::Gt,
            "gte" => Operator::Gte,
            "lt" => Operator::Lt,
            "lte" => Operator::Lte,
            "in" => Operator::In,
            _ => return None,
        };
        Some(Self::Compare { path: below[0].as_str()?.to_owned(), operator, with: below[1].clone() })
    }

    /// Whether it holds; none where that is not known.
    pub fn holds(&self, facts: &Map<String, Value>) -> Option<bool> {
        match self {
            Self::All(parts) => {
                let results: Vec<_> = parts.iter().map(|part| part.holds(facts)).collect();
                if results.contains(&Some(false)) {
                    Some(false)
                } else {
                    results.into_iter().collect::<Option<Vec<_>>>().map(|_| true)
                }
            }
            Self::Any(parts) => {
                let results: Vec<_> = parts.iter().map(|part| part.holds(facts)).collect();
                if results.contains(&Some(true)) {
                    Some(true)
                } else {
                    results.into_iter().collect::<Option<Vec<_>>>().map(|_| false)
                }
            }
            Self::Not(part) => part.holds(facts).map(|holds| !holds),
            Self::Compare { path, operator, with } => compare(facts.get(path)?, *operator, with),
        }
    }

    /// The paths it asks for that nobody knows.
    pub fn unknown<'a>(&'a self, facts: &Map<String, Value>) -> Vec<&'a str> {
        match self {
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().flat_map(|part| part.unknown(facts)).collect()
            }
            Self::Not(part) => part.unknown(facts),
            Self::Compare { path, .. } if facts.contains_key(path) => Vec::new(),
            Self::Compare { path, .. } => vec![path],
        }
    }
}

fn compare(fact: &Value, operator: Operator, with: &Value) -> Option<bool> {
    let order = || order(fact, with);
    match operator {
        Operator::Eq => Some(same(fact, with)),
        Operator::Ne => Some(!same(fact, with)),
        Operator::Gt => order().map(Ordering::is_gt),
        Operator::Gte => order().map(Ordering::is_ge),
        Operator::Lt => order().map(Ordering::is_lt),
        Operator::Lte => order().map(Ordering::is_le),
        Operator::In => with.as_array().map(|list| list.iter().any(|entry| same(fact, entry))),
    }
}

fn same(a: &Value, b: &Value) -> bool {
    a == b || order(a, b) == Some(Ordering::Equal)
}

/// Amounts are exact decimals, written as strings or as whole numbers.
fn order(a: &Value, b: &Value) -> Option<Ordering> {
    let number = |value: &Value| match value {
        Value::String(text) => Decimal::from_str_exact(text).ok(),
        Value::Number(number) => Decimal::from_str_exact(&number.to_string()).ok(),
        _ => None,
    };
    Some(number(a)?.cmp(&number(b)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_unknown_decides_nothing_that_hangs_on_it() {
        let facts = json!({"a.b": "250000.00", "c": true}).as_object().cloned().unwrap_or_default();
        for (condition, holds) in [
            (json!({"eq": ["a.b", "250000"]}), Some(true)),
            (json!({"gt": ["a.b", "250000"]}), Some(false)),
            (json!({"gte": ["a.b", 250_000]}), Some(true)),
            (json!({"lt": ["a.b", "many"]}), None),
            (json!({"eq": ["c", false]}), Some(false)),
            (json!({"ne": ["c", false]}), Some(true)),
            (json!({"in": ["a.b", ["1", "250000"]]}), Some(true)),
            (json!({"eq": ["x", 1]}), None),
            (json!({"not": {"eq": ["x", 1]}}), None),
            (json!({"any": [{"eq": ["x", 1]}, {"eq": ["c", true]}]}), Some(true)),
            (json!({"any": [{"eq": ["x", 1]}, {"eq": ["c", false]}]}), None),
            (json!({"all": [{"eq": ["x", 1]}, {"eq": ["c", false]}]}), Some(false)),
            (json!({"all": [{"eq": ["x", 1]}, {"eq": ["c", true]}]}), None),
        ] {
            let read = Condition::read(&condition).expect("a condition");
            assert_eq!(read.holds(&facts), holds, "{condition}");
        }
        let read = Condition::read(&json!({"all": [{"eq": ["x", 1]}, {"not": {"eq": ["c", 1]}}]}));
        assert_eq!(read.expect("a condition").unknown(&facts), ["x"]);
        assert_eq!(Condition::read(&Value::Null), None);
    }
}
