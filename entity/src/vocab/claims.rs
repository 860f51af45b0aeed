//! What a source can say something about. Not the fields it may speak of: those are the server's.
use super::words;

words! {
    /// The kind of record that a claim is about.
    pub enum ClaimSubject = "claim-subjects", "Subjects of claims" {
        Organisation "organisation" { lv "Organizācija", en "Organisation", ru "Организация" }
        Funder "funder" { lv "Finansētājs", en "Funder", ru "Финансирующая организация" }
        Programme "programme" { lv "Programma", en "Programme", ru "Программа" }
        Project "project" { lv "Projekts", en "Project", ru "Проект" }
        GrantAgreement "grant_agreement" {
            lv "Dotācijas līgums", en "Grant agreement", ru "Грантовое соглашение"
        }
        Event "event" { lv "Pasākums", en "Event", ru "Мероприятие" }
        Publication "publication" { lv "Publikācija", en "Publication", ru "Публикация" }
    }
}
