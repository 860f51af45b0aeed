//! Records as the API shows them: JSON maps, and looking into them by dotted path.
use serde_json::{Map, Value};

/// A record by member name, in the order of its schema; periods and money are members of their own.
pub type Record = Map<String, Value>;

/// The member at a path such as `planned_period.end`; null where there is none.
pub fn at_path<'a>(record: &'a Record, path: &str) -> &'a Value {
    let mut steps = path.split('.');
    let mut value = steps.next().and_then(|first| record.get(first)).unwrap_or(&Value::Null);
    for step in steps {
        value = value.get(step).unwrap_or(&Value::Null);
    }
    value
}
