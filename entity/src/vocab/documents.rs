//! What a document can be about. What it is, is said in the words of the funders' regimes, which are data.
use super::words;

words! {
    /// The kind of record that a document is about.
    pub enum DocumentSubject = "document-subjects", "Subjects of documents" {
        GrantAgreement "grant_agreement" {
            lv "Dotācijas līgums", en "Grant agreement", ru "Грантовое соглашение"
        }
        Project "project" { lv "Projekts", en "Project", ru "Проект" }
        Amendment "amendment" { lv "Grozījumi", en "Amendment", ru "Поправка" }
        Suspension "suspension" { lv "Apturēšana", en "Suspension", ru "Приостановка" }
        Termination "termination" { lv "Izbeigšana", en "Termination", ru "Прекращение" }
        Obligation "obligation" { lv "Pienākums", en "Obligation", ru "Обязательство" }
        Report "report" { lv "Pārskats", en "Report", ru "Отчёт" }
        Waiver "waiver" { lv "Atbrīvojums", en "Waiver", ru "Освобождение" }
        Event "event" { lv "Pasākums", en "Event", ru "Мероприятие" }
        Publication "publication" { lv "Publikācija", en "Publication", ru "Публикация" }
        Programme "programme" { lv "Programma", en "Programme", ru "Программа" }
        Funder "funder" { lv "Finansētājs", en "Funder", ru "Финансирующая организация" }
        Organisation "organisation" { lv "Organizācija", en "Organisation", ru "Организация" }
        Person "person" { lv "Persona", en "Person", ru "Лицо" }
        Claim "claim" { lv "Apgalvojums", en "Claim", ru "Утверждение" }
        Regime "regime" { lv "Režīms", en "Regime", ru "Режим" }
    }
}
