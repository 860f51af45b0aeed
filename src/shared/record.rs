//! Looking into JSON records by dotted path.
use serde_json::{Map, Value};

/// The member at a path such as `planned_period.end`; null where there is none.
pub fn at_path<'a>(record: &'a Map<String, Value>, path: &str) -> &'a Value {
    let mut steps = path.split('.');
    let mut value = steps.next().and_then(|first| record.get(first)).unwrap_or(&Value::Null);
    for step in steps {
        value = value.get(step).unwrap_or(&Value::Null);
    }
    value
}
