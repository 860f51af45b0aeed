//! Words about organisations and the people one writes to there. The roles of organisations in a project, an
//! agreement or an event are with those.
use super::words;

words! {
    /// What an organisation is. One word for each code of IATI's OrganisationType, so that no import loses
    /// one.
    pub enum OrganisationKind = "organisation-kinds", "Kinds of organisations", iati "OrganisationType" {
        Government "government" {
            lv "Valsts pārvaldes iestāde", en "Government", ru "Орган государственного управления", iati "10"
        }
        LocalGovernment "local_government" {
            lv "Pašvaldība", en "Local government", ru "Орган местного самоуправления", iati "11"
        }
        OtherPublicSector "other_public_sector" {
            lv "Cita publiskā sektora organizācija",
            en "Other public sector",
            ru "Другая организация государственного сектора",
            iati "15"
        }
        InternationalNgo "international_ngo" {
            lv "Starptautiska nevalstiskā organizācija",
            en "International NGO",
            ru "Международная неправительственная организация",
            iati "21"
        }
        NationalNgo "national_ngo" {
            lv "Nacionāla nevalstiskā organizācija",
            en "National NGO",
            ru "Национальная неправительственная организация",
            iati "22"
        }
        RegionalNgo "regional_ngo" {
            lv "Reģionāla nevalstiskā organizācija",
            en "Regional NGO",
            ru "Региональная неправительственная организация",
            iati "23"
        }
        /// A national or local NGO of the country that receives assistance.
        PartnerCountryNgo "partner_country_ngo" {
            lv "Partnervalsts nevalstiskā organizācija",
            en "Partner country based NGO",
            ru "Неправительственная организация страны-партнёра",
            iati "24"
        }
        PublicPrivatePartnership "public_private_partnership" {
            lv "Publiskā un privātā partnerība",
            en "Public-private partnership",
            ru "Государственно-частное партнёрство",
            iati "30"
        }
        Multilateral "multilateral" {
            lv "Daudzpusēja organizācija", en "Multilateral", ru "Многосторонняя организация", iati "40"
        }
        Foundation "foundation" { lv "Nodibinājums", en "Foundation", ru "Некоммерческий фонд", iati "60" }
        /// A business, where its country's part in the assistance is not known or does not matter.
        PrivateSector "private_sector" {
            lv "Privātais sektors", en "Private sector", ru "Частный сектор", iati "70"
        }
        PrivateSectorInProviderCountry "private_sector_in_provider_country" {
            lv "Privātais sektors finansētājvalstī",
            en "Private sector in provider country",
            ru "Частный сектор в стране-доноре",
            iati "71"
        }
        PrivateSectorInRecipientCountry "private_sector_in_recipient_country" {
            lv "Privātais sektors palīdzības saņēmējvalstī",
            en "Private sector in aid recipient country",
            ru "Частный сектор в стране — получателе помощи",
            iati "72"
        }
        PrivateSectorInThirdCountry "private_sector_in_third_country" {
            lv "Privātais sektors trešajā valstī",
            en "Private sector in third country",
            ru "Частный сектор в третьей стране",
            iati "73"
        }
        Academic "academic" {
            lv "Izglītības, mācību vai pētniecības iestāde",
            en "Academic, training and research",
            ru "Образовательная, учебная или научная организация",
            iati "80"
        }
        Other "other" { lv "Cita", en "Other", ru "Другая", iati "90" }
    }
}

words! {
    /// What one writes to a contact about.
    pub enum ContactRole = "contact-roles", "Roles of contacts", iati "ContactType" {
        General "general" { lv "Vispārīgi jautājumi", en "General enquiries", ru "Общие вопросы", iati "1" }
        ProjectManagement "project_management" {
            lv "Projekta vadība", en "Project management", ru "Управление проектом", iati "2"
        }
        Financial "financial" {
            lv "Finanšu vadība", en "Financial management", ru "Управление финансами", iati "3"
        }
        Communication "communication" {
            lv "Komunikācija", en "Communication", ru "Связи с общественностью", iati "4"
        }
    }
}
