//! The rules that a regime can name: the closed catalogue of computations that are built in. What each computes is not
//! here; a regime only switches them on and passes parameters.

/// The ids of all rules, in their order.
pub const RULES: [&str; 50] = [
    // Period and life cycle.
    "A01", "A02", "A03", "A04", "A05", "A06", "A07", "A08", "A09", "A10", // Reporting.
    "B01", "B02", "B03", "B04", "B05", "B06", "B07", // Budget.
    "C01", "C02", "C03", "C04", "C05", // Eligible costs.
    "D01", "D02", "D03", "D04", "D05", "D06", "D07", "D08", "D09", "D10", // Payments.
    "E01", "E02", "E03", "E04", "E05", "E06", "E07", "E08", "E09", // Visibility.
    "F01", "F02", "F03", // Events and personal data.
    "G01", "G02", "G03", "G04", // Records and assets.
    "H01", "H02",
];

/// Whether there is such a rule.
pub fn is_known(id: &str) -> bool {
    RULES.contains(&id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_in_order_and_once() {
        assert!(RULES.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(is_known("A01") && is_known("H02") && !is_known("A11") && !is_known(""));
    }
}
