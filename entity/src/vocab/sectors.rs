//! The classifications that a project's sectors are coded by. Not the codes inside them.
use super::words;

words! {
    /// Classification that a sector code belongs to. One word for each code of IATI's SectorVocabulary.
    pub enum SectorVocabulary = "sector-vocabularies", "Sector vocabularies", iati "SectorVocabulary" {
        OecdDac5 "oecd_dac_5" {
            lv "OECD DAC CRS mērķa kodi (5 cipari)",
            en "OECD DAC CRS purpose codes (5 digits)",
            ru "Коды целей КСР ОЭСР, система CRS (5 цифр)",
            iati "1"
        }
        OecdDac3 "oecd_dac_3" {
            lv "OECD DAC CRS mērķa kodi (3 cipari)",
            en "OECD DAC CRS purpose codes (3 digits)",
            ru "Коды целей КСР ОЭСР, система CRS (3 цифры)",
            iati "2"
        }
        Cofog "cofog" {
            lv "Valdības funkciju klasifikācija (COFOG)",
            en "Classification of the Functions of Government (COFOG)",
            ru "Классификация функций органов государственного управления (COFOG)",
            iati "3"
        }
        Nace "nace" {
            lv "Saimniecisko darbību statistiskā klasifikācija Eiropas Kopienā (NACE)",
            en "Statistical classification of economic activities in the European Community (NACE)",
            ru "Статистическая классификация экономической деятельности в Европейском сообществе (NACE)",
            iati "4"
        }
        Ntee "ntee" {
            lv "No nodokļiem atbrīvoto organizāciju taksonomija, ASV (NTEE)",
            en "National Taxonomy of Exempt Entities, USA (NTEE)",
            ru "Таксономия организаций, освобождённых от налогов, США (NTEE)",
            iati "5"
        }
        AidData "aid_data" {
            lv "AidData klasifikācija", en "AidData classification", ru "Классификация AidData", iati "6"
        }
        SdgGoal "sdg_goal" {
            lv "Ilgtspējīgas attīstības mērķis (IAM)",
            en "Sustainable Development Goal (SDG)",
            ru "Цель в области устойчивого развития (ЦУР)",
            iati "7"
        }
        SdgTarget "sdg_target" { lv "IAM apakšmērķis", en "SDG target", ru "Задача ЦУР", iati "8" }
        SdgIndicator "sdg_indicator" { lv "IAM rādītājs", en "SDG indicator", ru "Показатель ЦУР", iati "9" }
        HumanitarianCluster "humanitarian_cluster" {
            lv "Humānās palīdzības globālās kopas (IASC)",
            en "Humanitarian global clusters (IASC)",
            ru "Глобальные гуманитарные кластеры (МПК)",
            iati "10"
        }
        Naics "naics" {
            lv "Ziemeļamerikas nozaru klasifikācijas sistēma (NAICS)",
            en "North American Industry Classification System (NAICS)",
            ru "Североамериканская система отраслевой классификации (NAICS)",
            iati "11"
        }
        UnSystemFunction "un_system_function" {
            lv "ANO sistēmas funkcija", en "UN system function", ru "Функция системы ООН", iati "12"
        }
        /// The institution's own; IATI then wants the sector's name beside its code.
        Own "own" {
            lv "Iestādes klasifikators",
            en "The institution's own classification",
            ru "Классификатор учреждения",
            iati "99"
        }
        /// A second one of its own. IATI wants the sector's name here too.
        Own2 "own_2" {
            lv "Iestādes otrs klasifikators",
            en "The institution's second own classification",
            ru "Второй классификатор учреждения",
            iati "98"
        }
    }
}
