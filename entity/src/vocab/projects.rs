//! Words about programmes and projects: their kinds, the life of a project, who takes part in it and how
//! projects hang together. Which status may follow which is decided by the server's rules.
use super::words;

words! {
    /// What a programme is: the levels between a funder and a grant agreement.
    pub enum ProgrammeKind = "programme-kinds", "Kinds of programmes" {
        /// Source of money with a legal act and a period, such as the Internal Security Fund.
        Fund "fund" { lv "Fonds", en "Fund", ru "Фонд" }
        /// Part of a fund, or a source of money that is not called a fund.
        Instrument "instrument" {
            lv "Finansēšanas instruments", en "Instrument", ru "Инструмент финансирования"
        }
        /// Scheme that an organisation runs for the funder, such as the Migration Partnership Facility.
        Facility "facility" { lv "Mehānisms", en "Facility", ru "Механизм" }
        Programme "programme" { lv "Programma", en "Programme", ru "Программа" }
        /// Invitation to apply, with its own budget, dates and guidelines.
        Call "call" { lv "Uzaicinājums iesniegt priekšlikumus", en "Call for proposals", ru "Конкурс заявок" }
    }
}

words! {
    /// Where a project stands administratively. Not the phase that its dates imply.
    pub enum ProjectStatus = "project-statuses", "Statuses of projects", iati "ActivityStatus" {
        Preparation "preparation" { lv "Sagatavošanā", en "Preparation", ru "Подготовка", iati "1" }
        /// Chosen for funding; the agreement is being concluded.
        Contracting "contracting" {
            lv "Līguma slēgšana", en "Contracting", ru "Заключение соглашения", iati "1"
        }
        Implementation "implementation" { lv "Īstenošanā", en "Implementation", ru "Реализация", iati "2" }
        Suspended "suspended" { lv "Apturēts", en "Suspended", ru "Приостановлен", iati "6" }
        /// The work has ended; final report and balance are open.
        Finalisation "finalisation" {
            lv "Noslēguma posms", en "Finalisation", ru "Завершающий этап", iati "3"
        }
        Closed "closed" { lv "Noslēdzies", en "Closed", ru "Закрыт", iati "4" }
        /// Given up before the work began.
        Cancelled "cancelled" { lv "Atcelts", en "Cancelled", ru "Отменён", iati "5" }
        /// Ended before its time, after the work had begun. IATI has one word for this and for cancelled.
        Terminated "terminated" { lv "Izbeigts", en "Terminated", ru "Прекращён досрочно", iati "5" }
    }
}

words! {
    /// What an organisation does in a project, whatever it is in the grant agreement.
    ///
    /// IATI's role 4 (Implementing) is the organisation that physically carries out the activity; there is no
    /// role for those who host, attend, deliver or use.
    pub enum ParticipantRole =
        "participant-roles", "Roles of organisations in projects", iati "OrganisationRole"
    {
        Lead "lead" { lv "Vadošais partneris", en "Lead partner", ru "Ведущий партнёр", iati "4" }
        Partner "partner" { lv "Sadarbības partneris", en "Partner", ru "Партнёр", iati "4" }
        /// Takes part without receiving money of the grant.
        AssociatedPartner "associated_partner" {
            lv "Asociētais partneris", en "Associated partner", ru "Ассоциированный партнёр"
        }
        /// Leads one component of a project that another organisation leads.
        ComponentLead "component_lead" {
            lv "Komponentes vadītājs", en "Component lead", ru "Руководитель компонента", iati "4"
        }
        Host "host" { lv "Uzņemošā organizācija", en "Host", ru "Принимающая организация" }
        Participant "participant" { lv "Dalībnieks", en "Participant", ru "Участник" }
        Supplier "supplier" { lv "Piegādātājs", en "Supplier", ru "Поставщик" }
        UserOfResults "user_of_results" {
            lv "Rezultātu lietotājs", en "User of results", ru "Пользователь результатов"
        }
    }
}

words! {
    /// What a project is to another one. Read: this project, the word, the other project.
    pub enum ProjectLinkKind =
        "project-link-kinds", "Kinds of links between projects", iati "RelatedActivityType"
    {
        /// The other project is the whole: in IATI's words, the parent.
        PhaseOf "phase_of" { lv "Ir posms projektam", en "Phase of", ru "Этап проекта", iati "1" }
        Continues "continues" { lv "Turpina projektu", en "Continues", ru "Продолжает проект" }
        MergedInto "merged_into" { lv "Iekļauts projektā", en "Merged into", ru "Включён в проект" }
        Related "related" { lv "Saistīts ar projektu", en "Related to", ru "Связан с проектом" }
    }
}
