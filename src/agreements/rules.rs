//! What must hold between the parts of one agreement, and what is worth a warning. Pure.
use super::model::{AgreementProjectFields, HopFields};
use crate::shared::check::Faults;
use crate::shared::record::Record;
use rust_decimal::Decimal;
use serde_json::{Value, json};

/// The shares of an agreement's projects make 1 at most.
pub fn shares(parts: &[Record]) -> Faults {
    let mut faults = Faults::default();
    let shares = read::<AgreementProjectFields>(parts).into_iter().filter_map(|p| p.share);
    let sum = shares.fold(Decimal::ZERO, |sum, share| sum.saturating_add(share.value()));
    if sum > Decimal::ONE {
        faults.add("/share", "sum_above", json!({"sum": sum.to_string(), "max": "1"}));
    }
    faults
}

/// The steps of a chain join on: each payer is the recipient of the step before. Steps of one position stand
/// beside each other (several payers).
pub fn chain(parts: &[Record]) -> Faults {
    let mut faults = Faults::default();
    let mut hops = read::<HopFields>(parts);
    hops.sort_by_key(|hop| hop.position);
    for hop in &hops {
        let before: Vec<&HopFields> = hops
            .iter()
            .filter(|other| other.position < hop.position)
            .fold((0, Vec::new()), |(nearest, mut found), other| {
                if other.position > nearest {
                    found = vec![other];
                } else {
                    found.push(other);
                }
                (nearest.max(other.position), found)
            })
            .1;
        if !before.is_empty() && before.iter().all(|other| other.recipient_id != hop.payer_id) {
            faults.add("/payer_id", "broken_chain", json!({"payer": hop.payer_id}));
        }
    }
    faults
}

/// Parts as their writable members; what is stored was checked when it was written.
fn read<T: serde::de::DeserializeOwned>(parts: &[Record]) -> Vec<T> {
    let fields = |part: &Record| {
        let mut fields = part.clone();
        fields.shift_remove("id");
        serde_json::from_value(Value::Object(fields)).ok()
    };
    parts.iter().filter_map(fields).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;

    fn hop(position: i32, payer: u8, recipient: u8) -> Record {
        let id = |n: u8| format!("00000000-0000-7000-8000-0000000000{n:02}");
        json!({"id": id(99), "position": position, "payer_id": id(payer), "recipient_id": id(recipient)})
            .as_object()
            .unwrap()
            .clone()
    }

    #[test]
    fn steps_join_on() {
        assert!(chain(&[hop(1, 1, 2), hop(2, 2, 3)]).is_empty());
        assert!(chain(&[hop(2, 2, 3), hop(1, 1, 2)]).is_empty());
        // Two payers beside each other, one of whom got it from a third.
        assert!(chain(&[hop(1, 1, 2), hop(1, 4, 3), hop(2, 2, 3)]).is_empty());
        assert_eq!(chain(&[hop(1, 1, 2), hop(2, 5, 3)]).into_vec()[0].code, "broken_chain");
    }

    #[test]
    fn shares_make_one_at_most() {
        let part = |share: &str| {
            json!({"id": "x", "project_id": "00000000-0000-7000-8000-000000000001", "share": share})
                .as_object()
                .unwrap()
                .clone()
        };
        assert!(shares(&[part("0.5"), part("0.5")]).is_empty());
        assert_eq!(shares(&[part("0.5"), part("0.500001")]).into_vec()[0].code, "sum_above");
    }
}
