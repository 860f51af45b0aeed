//! Words about what is owed and how far rules can be relied on. What is owed, and when, is decided by the server's rules.
use super::words;

words! {
    /// What an obligation is.
    pub enum ObligationKind = "obligation-kinds", "Kinds of obligations" {
        /// Something must be handed in or done.
        Duty "duty" { lv "Pienākums", en "Duty", ru "Обязанность" }
        /// Something can be done until then; nothing is owed.
        Window "window" { lv "Iespējas termiņš", en "Window", ru "Срок возможности" }
    }
}

words! {
    /// How an obligation stands on a day.
    pub enum ObligationState = "obligation-states", "States of obligations" {
        Overdue "overdue" { lv "Nokavēts", en "Overdue", ru "Просрочено" }
        DueSoon "due_soon" { lv "Drīz jāizpilda", en "Due soon", ru "Скоро срок" }
        Upcoming "upcoming" { lv "Gaidāms", en "Upcoming", ru "Предстоит" }
        /// A fact that its date hangs on is missing.
        InsufficientData "insufficient_data" { lv "Trūkst datu", en "Insufficient data", ru "Недостаточно данных" }
        Met "met" { lv "Izpildīts", en "Met", ru "Выполнено" }
        MetLate "met_late" { lv "Izpildīts ar nokavēšanos", en "Met late", ru "Выполнено с опозданием" }
        /// A window whose last day is over.
        Passed "passed" { lv "Termiņš pagājis", en "Passed", ru "Срок прошёл" }
        /// It need not be met for now.
        Waived "waived" { lv "Atbrīvots", en "Waived", ru "Освобождено" }
        /// What it was about is no longer there.
        Superseded "superseded" { lv "Aizstāts", en "Superseded", ru "Заменено" }
    }
}

words! {
    /// Where a waiver stands.
    pub enum WaiverStatus = "waiver-statuses", "Statuses of waivers" {
        Requested "requested" { lv "Pieprasīts", en "Requested", ru "Запрошено" }
        /// Somebody has seen it and goes on.
        Acknowledged "acknowledged" { lv "Pieņemts zināšanai", en "Acknowledged", ru "Принято к сведению" }
        /// Another person than the one who asked has allowed it.
        InForce "in_force" { lv "Spēkā", en "In force", ru "В силе" }
        Refused "refused" { lv "Noraidīts", en "Refused", ru "Отклонено" }
        Withdrawn "withdrawn" { lv "Atsaukts", en "Withdrawn", ru "Отозвано" }
    }
}

words! {
    /// How grave it is when a rule is broken.
    pub enum Severity = "severities", "Severities" {
        Violation "violation" { lv "Pārkāpums", en "Violation", ru "Нарушение" }
        Warning "warning" { lv "Brīdinājums", en "Warning", ru "Предупреждение" }
        Info "info" { lv "Informācija", en "Information", ru "Сведения" }
    }
}

words! {
    /// How far a parameter of a regime can be relied on.
    pub enum Confidence = "confidences", "Confidence in the parameters of regimes" {
        /// It was read where the source says.
        Found "found" { lv "Atrasts avotā", en "Found in a source", ru "Найдено в источнике" }
        /// Nobody opened a source.
        Memory "memory" { lv "Pēc atmiņas", en "From memory", ru "По памяти" }
        /// It must be held against the contract first.
        ToConfirm "to_confirm" { lv "Jāapstiprina", en "To be confirmed", ru "Требует подтверждения" }
    }
}
