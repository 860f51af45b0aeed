//! Words about grant agreements: their life, their parties, the form of the grant and who pays what. Which
//! status may follow which, and what a form asks for, is decided by the server's rules.
use super::words;

words! {
    /// Where a grant agreement stands.
    pub enum AgreementStatus = "agreement-statuses", "Statuses of grant agreements" {
        Draft "draft" { lv "Līgumprojekts", en "Draft", ru "Проект соглашения" }
        AwaitingSignature "awaiting_signature" {
            lv "Gaida parakstīšanu", en "Awaiting signature", ru "Ожидает подписания"
        }
        InForce "in_force" { lv "Spēkā", en "In force", ru "Действует" }
        Suspended "suspended" { lv "Apturēts", en "Suspended", ru "Приостановлено" }
        /// The implementation period is over; the agreement lives on until the balance is settled.
        ImplementationEnded "implementation_ended" {
            lv "Īstenošana pabeigta", en "Implementation ended", ru "Реализация завершена"
        }
        /// Narrative and financial final report and the payment request are handed in.
        FinalReportSubmitted "final_report_submitted" {
            lv "Iesniegts noslēguma pārskats", en "Final report submitted", ru "Итоговый отчёт представлен"
        }
        /// The final amount is decided and has been paid or recovered.
        BalanceSettled "balance_settled" {
            lv "Veikts galīgais norēķins", en "Balance settled", ru "Окончательный расчёт произведён"
        }
        /// The retention period is over.
        Archived "archived" { lv "Arhivēts", en "Archived", ru "В архиве" }
        /// Never signed by all: the offer was withdrawn or its time ran out.
        Lapsed "lapsed" { lv "Nav noslēgts", en "Lapsed", ru "Не заключено" }
        /// Ended by a party before its time.
        Terminated "terminated" { lv "Izbeigts", en "Terminated", ru "Расторгнуто" }
    }
}

words! {
    /// What an organisation is in a grant agreement.
    ///
    /// IATI's OrganisationRole has 1 Funding, 3 Extending (manages budget and direction on behalf of the
    /// funding organisation) and 4 Implementing (carries out the activity); the others have no word there.
    pub enum PartyRole =
        "party-roles", "Roles of organisations in grant agreements", iati "OrganisationRole"
    {
        /// Who ultimately pays; often not the one who signs.
        Funder "funder" { lv "Finansētājs", en "Funder", ru "Финансирующая организация", iati "1" }
        /// Runs the programme for the funder.
        ManagingBody "managing_body" {
            lv "Vadošā iestāde", en "Managing body", ru "Управляющий орган", iati "3"
        }
        /// Signs the agreement as grantor. In the EU's model grant agreement: granting authority.
        ContractingAuthority "contracting_authority" {
            lv "Līgumslēdzēja iestāde", en "Contracting authority", ru "Контрактирующий орган", iati "3"
        }
        /// Beneficiary that speaks for all of them. In Interreg: lead partner.
        Coordinator "coordinator" { lv "Koordinators", en "Coordinator", ru "Координатор", iati "4" }
        /// Any other beneficiary. In Interreg: project partner.
        CoBeneficiary "co_beneficiary" {
            lv "Līdzsaņēmējs", en "Co-beneficiary", ru "Сополучатель гранта", iati "4"
        }
        /// Linked to a beneficiary, carries out work and may declare costs, but does not sign.
        AffiliatedEntity "affiliated_entity" {
            lv "Saistītā struktūra", en "Affiliated entity", ru "Аффилированная организация", iati "4"
        }
        /// Takes part without funding. In the EU's model grant agreement: associated partner.
        Associate "associate" { lv "Asociētā organizācija", en "Associate", ru "Ассоциированная организация" }
        /// Receives a sub-grant out of this grant.
        ThirdPartyRecipient "third_party_recipient" {
            lv "Trešā persona, kas saņem finansiālu atbalstu",
            en "Recipient of financial support to third parties",
            ru "Третье лицо — получатель финансовой поддержки"
        }
        /// Paid for works, supplies or services.
        Contractor "contractor" { lv "Darbuzņēmējs", en "Contractor", ru "Подрядчик" }
        /// Verifies the expenditure.
        Auditor "auditor" { lv "Revidents", en "Auditor", ru "Аудитор" }
    }
}

words! {
    /// How the amount of a grant is established. The forms of the EU's Financial Regulation, (EU, Euratom)
    /// 2018/1046, article 125(1).
    pub enum GrantForm = "grant-forms", "Forms of grants" {
        /// Reimbursement of eligible costs actually incurred.
        ActualCosts "actual_costs" { lv "Faktiskās izmaksas", en "Actual costs", ru "Фактические затраты" }
        /// A fixed amount for each unit.
        UnitCosts "unit_costs" { lv "Vienības izmaksas", en "Unit costs", ru "Затраты на единицу" }
        /// A fixed amount for a whole, such as a work package.
        LumpSum "lump_sum" { lv "Vienreizējs maksājums", en "Lump sum", ru "Паушальная сумма" }
        /// A percentage of other costs.
        FlatRate "flat_rate" {
            lv "Vienotas likmes finansējums", en "Flat-rate financing", ru "Финансирование по единой ставке"
        }
        /// Paid when conditions are fulfilled or results achieved.
        FinancingNotLinkedToCosts "financing_not_linked_to_costs" {
            lv "Ar izmaksām nesaistīts finansējums",
            en "Financing not linked to costs",
            ru "Финансирование, не связанное с затратами"
        }
        /// Several of these forms in one agreement.
        Mixed "mixed" { lv "Jaukta forma", en "Mixed", ru "Смешанная форма" }
    }
}

words! {
    /// Where the money of a funding line comes from.
    pub enum FundingKind = "funding-kinds", "Kinds of funding" {
        Grant "grant" { lv "Dotācija", en "Grant", ru "Грант" }
        /// Of the state, beside the grant.
        National "national" {
            lv "Nacionālais finansējums", en "National funding", ru "Национальное финансирование"
        }
        /// Of the beneficiaries.
        Own "own" { lv "Pašu finansējums", en "Own contribution", ru "Собственные средства" }
        Private "private" { lv "Privātais finansējums", en "Private funding", ru "Частное финансирование" }
        InKind "in_kind" {
            lv "Ieguldījums natūrā", en "Contribution in kind", ru "Взнос в натуральной форме"
        }
        /// What the project itself earns.
        Revenue "revenue" { lv "Projekta ieņēmumi", en "Revenue of the project", ru "Доходы проекта" }
    }
}

words! {
    /// How exactly a source states an amount.
    pub enum FundingPrecision = "funding-precisions", "Precision of stated amounts" {
        Exact "exact" { lv "Precīzi", en "Exactly", ru "Точно" }
        Approximate "approximate" { lv "Aptuveni", en "Approximately", ru "Приблизительно" }
        AtLeast "at_least" { lv "Vismaz", en "At least", ru "Не менее" }
        /// A little less than stated.
        Almost "almost" { lv "Gandrīz", en "Almost", ru "Почти" }
    }
}

words! {
    /// At which stage of the agreement an amount was so.
    pub enum FundingStage = "funding-stages", "Stages of funding" {
        Planned "planned" { lv "Plānots", en "Planned", ru "Запланировано" }
        Approved "approved" { lv "Apstiprināts", en "Approved", ru "Утверждено" }
        /// As an amendment of the agreement set it.
        Amended "amended" { lv "Grozīts", en "Amended", ru "Изменено" }
        Spent "spent" { lv "Izlietots", en "Spent", ru "Израсходовано" }
    }
}

words! {
    /// How an agreement is changed (rule A09 says which change needs which).
    pub enum AmendmentKind = "amendment-kinds", "Kinds of amendments" {
        /// Signed by the parties.
        Addendum "addendum" { lv "Papildu vienošanās", en "Addendum", ru "Дополнительное соглашение" }
        /// Told to the grantor, who may object.
        Notification "notification" { lv "Paziņojums", en "Notification", ru "Уведомление" }
        ExchangeOfLetters "exchange_of_letters" {
            lv "Vēstuļu apmaiņa", en "Exchange of letters", ru "Обмен письмами"
        }
        /// By the grantor's own administrative order.
        Administrative "administrative" {
            lv "Administratīvs rīkojums", en "Administrative order", ru "Административное распоряжение"
        }
        /// The register held something else than the contract says: nothing is agreed anew.
        Correction "correction" { lv "Labojums", en "Correction", ru "Исправление" }
    }
}

words! {
    /// What an amendment is about.
    pub enum AmendmentCase = "amendment-cases", "Cases of amendments" {
        /// The end moves, the money does not.
        NoCostExtension "no_cost_extension" {
            lv "Pagarinājums bez papildu finansējuma", en "No-cost extension", ru "Продление без увеличения бюджета"
        }
        GrantIncrease "grant_increase" {
            lv "Dotācijas palielinājums", en "Increase of the grant", ru "Увеличение гранта"
        }
        GrantReduction "grant_reduction" {
            lv "Dotācijas samazinājums", en "Reduction of the grant", ru "Уменьшение гранта"
        }
        BudgetReallocation "budget_reallocation" {
            lv "Budžeta pārdale", en "Budget reallocation", ru "Перераспределение бюджета"
        }
        ChangeOfParties "change_of_parties" { lv "Pušu maiņa", en "Change of parties", ru "Изменение сторон" }
        ChangeOfDetails "change_of_details" {
            lv "Rekvizītu maiņa", en "Change of address, bank account or auditor", ru "Изменение реквизитов"
        }
        Other "other" { lv "Cits", en "Other", ru "Прочее" }
    }
}

words! {
    /// Where an amendment stands.
    pub enum AmendmentStatus = "amendment-statuses", "Statuses of amendments" {
        Draft "draft" { lv "Projekts", en "Draft", ru "Проект" }
        Requested "requested" { lv "Pieprasīts", en "Requested", ru "Запрошено" }
        UnderReview "under_review" { lv "Izskatīšanā", en "Under review", ru "На рассмотрении" }
        /// Agreed to; not yet applied to the agreement.
        Approved "approved" { lv "Apstiprināts", en "Approved", ru "Одобрено" }
        Notified "notified" { lv "Paziņots", en "Notified", ru "Уведомлено" }
        /// Applied: the agreement has a new version.
        InForce "in_force" { lv "Spēkā", en "In force", ru "Действует" }
        Rejected "rejected" { lv "Noraidīts", en "Rejected", ru "Отклонено" }
        Withdrawn "withdrawn" { lv "Atsaukts", en "Withdrawn", ru "Отозвано" }
        /// The grantor objected to a notification.
        Objected "objected" { lv "Iebilsts", en "Objected", ru "Заявлено возражение" }
    }
}

words! {
    /// Who suspends or ends an agreement.
    pub enum ContractSide = "contract-sides", "Sides of a grant agreement" {
        Grantor "grantor" { lv "Dotācijas devējs", en "Grantor", ru "Грантодатель" }
        Coordinator "coordinator" { lv "Koordinators", en "Coordinator", ru "Координатор" }
        Mutual "mutual" { lv "Abas puses", en "Both sides", ru "Обе стороны" }
    }
}

words! {
    /// How much of an agreement is suspended.
    pub enum SuspensionScope = "suspension-scopes", "Scopes of suspensions" {
        Total "total" { lv "Pilnīga", en "Total", ru "Полная" }
        Partial "partial" { lv "Daļēja", en "Partial", ru "Частичная" }
    }
}

words! {
    /// Where a suspension stands.
    pub enum SuspensionStatus = "suspension-statuses", "Statuses of suspensions" {
        Draft "draft" { lv "Projekts", en "Draft", ru "Проект" }
        InEffect "in_effect" { lv "Spēkā", en "In effect", ru "Действует" }
        Lifted "lifted" { lv "Atcelta", en "Lifted", ru "Снята" }
        Withdrawn "withdrawn" { lv "Atsaukta", en "Withdrawn", ru "Отозвана" }
    }
}

words! {
    /// Where a termination stands.
    pub enum TerminationStatus = "termination-statuses", "Statuses of terminations" {
        Draft "draft" { lv "Projekts", en "Draft", ru "Проект" }
        InEffect "in_effect" { lv "Spēkā", en "In effect", ru "Действует" }
        Withdrawn "withdrawn" { lv "Atsaukta", en "Withdrawn", ru "Отозвана" }
    }
}
