//! What was decided about findings: whether somebody has taken note of one, or two have agreed to let it be. Pure.
use crate::store::Row;
use crate::store::read::{date_in, id_in, text_in};
use chrono::NaiveDate;
use entity::vocab::{WaiverStatus, Word};
use std::collections::HashMap;
use uuid::Uuid;

/// Where a finding stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    #[default]
    Open,
    Acknowledged,
    Waived,
}

impl Standing {
    pub const ALL: [Self; 3] = [Self::Open, Self::Acknowledged, Self::Waived];

    pub fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Acknowledged => "acknowledged",
            Self::Waived => "waived",
        }
    }
}

/// The waiver that bears on a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bearing {
    pub waiver: Uuid,
    pub standing: Standing,
    pub until: Option<NaiveDate>,
}

/// Which waivers of an agreement bear on a day, by the keys of findings: what is waived before what was taken note of,
/// the longer before the shorter.
pub fn bearings(waivers: &[Row], as_of: NaiveDate) -> HashMap<String, Bearing> {
    let mut of: HashMap<String, Bearing> = HashMap::new();
    for row in waivers {
        let standing = match text_in(row, "status").and_then(WaiverStatus::from_code) {
            Some(WaiverStatus::InForce) => Standing::Waived,
            Some(WaiverStatus::Acknowledged) => Standing::Acknowledged,
            _ => continue,
        };
        let until = date_in(row, "until");
        let begun = date_in(row, "status_since").is_none_or(|since| since <= as_of);
        let (Some(key), Some(waiver)) = (text_in(row, "finding"), id_in(row, "id")) else { continue };
        if !begun || until.is_some_and(|until| until < as_of) {
            continue;
        }
        let rank = |one: &Bearing| (one.standing, one.until.is_none(), one.until);
        let one = Bearing { waiver, standing, until };
        if of.get(key).is_none_or(|other| rank(other) < rank(&one)) {
            of.insert(key.to_owned(), one);
        }
    }
    of
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use serde_json::json;

    fn waiver(n: u128, status: &str, since: &str, until: Option<&str>) -> Row {
        let row = json!({"id": Uuid::from_u128(n), "finding": "B01:agreement:1", "status": status,
            "status_since": since, "until": until});
        row.as_object().unwrap().clone()
    }

    #[test]
    fn a_waiver_bears_from_its_first_day_to_its_last() {
        let of = |rows: &[Row], as_of: &str| {
            bearings(rows, as_of.parse().unwrap())
                .remove("B01:agreement:1")
                .map(|one| (one.waiver.as_u128(), one.standing))
        };
        let one = [waiver(1, "in_force", "2026-01-10", Some("2026-02-10"))];
        assert_eq!(of(&one, "2026-01-09"), None);
        assert_eq!(of(&one, "2026-01-10"), Some((1, Standing::Waived)));
        assert_eq!(of(&one, "2026-02-10"), Some((1, Standing::Waived)));
        assert_eq!(of(&one, "2026-02-11"), None);
        for status in ["requested", "refused", "withdrawn"] {
            assert_eq!(of(&[waiver(1, status, "2026-01-10", None)], "2026-01-20"), None, "{status}");
        }
        let several = [
            waiver(1, "acknowledged", "2026-01-01", None),
            waiver(2, "in_force", "2026-01-01", Some("2026-03-01")),
            waiver(3, "in_force", "2026-01-01", Some("2026-02-01")),
        ];
        assert_eq!(of(&several, "2026-01-20"), Some((2, Standing::Waived)));
        assert_eq!(of(&several, "2026-04-01"), Some((1, Standing::Acknowledged)));
    }
}
