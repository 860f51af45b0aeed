//! Words about who may use the register and on what ground it keeps data about people. What a role may do is
//! decided by the server, not here.
use super::words;

words! {
    /// What the holder of a token may do.
    pub enum Role = "roles", "Roles of tokens" {
        /// Runs the installation: tokens, configuration, reopening of what is closed.
        Admin "admin" { lv "Administrators", en "Administrator", ru "Администратор" }
        /// Keeps programmes, projects and agreements and moves them through their life.
        ProgrammeManager "programme_manager" {
            lv "Programmas vadītājs", en "Programme manager", ru "Руководитель программы"
        }
        /// Keeps budgets, expenditure and payments.
        FinanceOfficer "finance_officer" {
            lv "Finanšu speciālists", en "Finance officer", ru "Специалист по финансам"
        }
        /// Keeps events and publications.
        Contributor "contributor" { lv "Satura ievadītājs", en "Contributor", ru "Редактор содержания" }
        /// Reads.
        Viewer "viewer" { lv "Lasītājs", en "Viewer", ru "Читатель" }
        /// Reads what its scope (a funder, some agreements) covers.
        Auditor "auditor" { lv "Auditors", en "Auditor", ru "Аудитор" }
    }
}

words! {
    /// What a role is granted for.
    pub enum ScopeKind = "scope-kinds", "What roles are granted for" {
        /// Everything.
        Register "register" { lv "Viss reģistrs", en "The whole register", ru "Весь реестр" }
        /// What a funder pays for, directly or in the end: agreements and their projects.
        Funder "funder" { lv "Finansētājs", en "A funder", ru "Финансирующая сторона" }
        /// The agreements under a programme and their projects.
        Programme "programme" { lv "Programma", en "A programme", ru "Программа" }
        Project "project" { lv "Projekts", en "A project", ru "Проект" }
        GrantAgreement "grant_agreement" { lv "Granta līgums", en "A grant agreement", ru "Соглашение о гранте" }
    }
}

words! {
    /// What a principal is: somebody, or something that acts on its own.
    pub enum PrincipalKind = "principal-kinds", "Kinds of principals" {
        Person "person" { lv "Fiziska persona", en "Person", ru "Физическое лицо" }
        /// Another system, a script or a connector.
        Service "service" { lv "Sistēmas konts", en "Service account", ru "Служебная учётная запись" }
    }
}

words! {
    /// The lawful basis of processing personal data: Regulation (EU) 2016/679 (GDPR), article 6(1), points
    /// (a) to (f).
    pub enum LawfulBasis = "lawful-bases", "Lawful bases of processing personal data" {
        /// Point (a).
        Consent "consent" { lv "Piekrišana", en "Consent", ru "Согласие" }
        /// Point (b): a contract with the data subject, or steps at his or her request before one.
        Contract "contract" { lv "Līguma izpilde", en "Performance of a contract", ru "Исполнение договора" }
        /// Point (c).
        LegalObligation "legal_obligation" {
            lv "Juridisks pienākums", en "Legal obligation", ru "Правовое обязательство"
        }
        /// Point (d).
        VitalInterests "vital_interests" {
            lv "Vitālu interešu aizsardzība", en "Vital interests", ru "Защита жизненно важных интересов"
        }
        /// Point (e).
        PublicTask "public_task" {
            lv "Uzdevums sabiedrības interesēs vai oficiālo pilnvaru īstenošana",
            en "Task in the public interest or exercise of official authority",
            ru "Задача в общественных интересах или осуществление официальных полномочий"
        }
        /// Point (f). Not for public authorities in the performance of their tasks: article 6(1), last
        /// sentence.
        LegitimateInterests "legitimate_interests" {
            lv "Leģitīmas intereses", en "Legitimate interests", ru "Законные интересы"
        }
    }
}

words! {
    /// Why personal data is erased, or restricted where it must be kept for a while: Regulation (EU) 2016/679 (GDPR),
    /// article 17(1), points (a) to (e).
    pub enum ErasureGround = "erasure-grounds", "Grounds of erasing personal data" {
        /// Point (a).
        NoLongerNecessary "no_longer_necessary" {
            lv "Vairs nav nepieciešami", en "No longer necessary", ru "Больше не нужны"
        }
        /// Point (b).
        ConsentWithdrawn "consent_withdrawn" {
            lv "Piekrišana atsaukta", en "Consent withdrawn", ru "Согласие отозвано"
        }
        /// Point (c).
        Objection "objection" { lv "Iebildums", en "Objection", ru "Возражение" }
        /// Point (d).
        UnlawfulProcessing "unlawful_processing" {
            lv "Nelikumīga apstrāde", en "Unlawful processing", ru "Незаконная обработка"
        }
        /// Point (e).
        LegalObligation "legal_obligation" {
            lv "Juridisks pienākums dzēst", en "Legal obligation to erase", ru "Правовое обязательство удалить"
        }
    }
}

words! {
    /// Who may read a record, or a group of its fields, without a role.
    pub enum PublicationTier = "publication-tiers", "Who may read what is published" {
        /// Nobody: only callers with a role.
        Internal "internal" { lv "Iekšējai lietošanai", en "Internal", ru "Для внутреннего пользования" }
        /// Principals whose organisation is a party.
        Partners "partners" { lv "Partneriem", en "Partners", ru "Для партнёров" }
        /// Everybody, where the installation has public access.
        Public "public" { lv "Publisks", en "Public", ru "Для всех" }
    }
}
