//! Words about reports to donors. Which status may follow which is decided by the server's rules.
use super::words;

words! {
    /// Where a report stands.
    pub enum ReportStatus = "report-statuses", "Statuses of reports" {
        Draft "draft" { lv "Projekts", en "Draft", ru "Проект" }
        /// Another person than the author has approved it.
        InternallyApproved "internally_approved" {
            lv "Iekšēji apstiprināts", en "Internally approved", ru "Утверждено внутри"
        }
        Submitted "submitted" { lv "Iesniegts", en "Submitted", ru "Представлено" }
        UnderReview "under_review" { lv "Izskatīšanā", en "Under review", ru "На рассмотрении" }
        /// The donor asks; the clock of its review rests.
        ClarificationRequested "clarification_requested" {
            lv "Pieprasīts skaidrojums", en "Clarification requested", ru "Запрошены разъяснения"
        }
        Accepted "accepted" { lv "Pieņemts", en "Accepted", ru "Принято" }
        AcceptedWithDeductions "accepted_with_deductions" {
            lv "Pieņemts ar atskaitījumiem", en "Accepted with deductions", ru "Принято с вычетами"
        }
        Rejected "rejected" { lv "Noraidīts", en "Rejected", ru "Отклонено" }
        /// No later report exists: all of it may change.
        ReopenedLast "reopened_last" { lv "Atvērts atkārtoti", en "Reopened", ru "Открыто повторно" }
        /// A later report exists: only texts and papers may change.
        ReopenedLimited "reopened_limited" {
            lv "Atvērts atkārtoti ierobežoti", en "Reopened in part", ru "Открыто повторно частично"
        }
    }
}
