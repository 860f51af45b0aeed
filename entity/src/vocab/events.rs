//! Words about events and publications. Which state of an event may follow which is decided by the server's
//! rules.
use super::words;

words! {
    /// What an event is.
    pub enum EventKind = "event-kinds", "Kinds of events" {
        Seminar "seminar" { lv "Seminārs", en "Seminar", ru "Семинар" }
        Conference "conference" { lv "Konference", en "Conference", ru "Конференция" }
        Training "training" { lv "Apmācība", en "Training", ru "Обучение" }
        Workshop "workshop" { lv "Darbseminārs", en "Workshop", ru "Рабочий семинар" }
        StudyVisit "study_visit" { lv "Mācību vizīte", en "Study visit", ru "Ознакомительный визит" }
        BilateralMeeting "bilateral_meeting" {
            lv "Divpusēja sanāksme", en "Bilateral meeting", ru "Двусторонняя встреча"
        }
        SteeringCommittee "steering_committee" {
            lv "Vadības komitejas sanāksme",
            en "Steering committee meeting",
            ru "Заседание руководящего комитета"
        }
        WorkingGroup "working_group" {
            lv "Darba grupas sanāksme", en "Working group meeting", ru "Заседание рабочей группы"
        }
        KickOff "kick_off" { lv "Atklāšanas pasākums", en "Kick-off", ru "Стартовое мероприятие" }
        ClosingEvent "closing_event" {
            lv "Noslēguma pasākums", en "Closing event", ru "Заключительное мероприятие"
        }
        InformationEvent "information_event" {
            lv "Informatīvs pasākums", en "Information event", ru "Информационное мероприятие"
        }
        /// Of experts, to assess needs or to help on the spot.
        Mission "mission" { lv "Misija", en "Mission", ru "Миссия" }
        /// Of services in the field, such as a joint border-guard exercise.
        Exercise "exercise" { lv "Praktiskās mācības", en "Exercise", ru "Учения" }
        /// Work practice with a sister service.
        StaffMobility "staff_mobility" {
            lv "Personāla mobilitāte", en "Staff mobility", ru "Мобильность персонала"
        }
        /// Of equipment, vehicles or premises.
        Handover "handover" { lv "Nodošana un pieņemšana", en "Handover", ru "Передача" }
        PressEvent "press_event" { lv "Preses pasākums", en "Press event", ru "Мероприятие для прессы" }
        /// A dated point that is reached, such as the signature of a supply contract.
        Milestone "milestone" { lv "Atskaites punkts", en "Milestone", ru "Контрольная точка" }
        Other "other" { lv "Cits", en "Other", ru "Другое" }
    }
}

words! {
    /// How people take part in an event.
    pub enum EventMode = "event-modes", "Modes of events" {
        InPerson "in_person" { lv "Klātienē", en "In person", ru "Очно" }
        Online "online" { lv "Tiešsaistē", en "Online", ru "Онлайн" }
        Hybrid "hybrid" { lv "Hibrīdformātā", en "Hybrid", ru "В смешанном формате" }
        /// No source says it.
        Unknown "unknown" { lv "Nav zināms", en "Unknown", ru "Неизвестно" }
    }
}

words! {
    /// Where an event stands.
    pub enum EventState = "event-states", "States of events" {
        Planned "planned" { lv "Plānots", en "Planned", ru "Запланировано" }
        Confirmed "confirmed" { lv "Apstiprināts", en "Confirmed", ru "Подтверждено" }
        Held "held" { lv "Noticis", en "Held", ru "Проведено" }
        Postponed "postponed" { lv "Atlikts", en "Postponed", ru "Отложено" }
        Cancelled "cancelled" { lv "Atcelts", en "Cancelled", ru "Отменено" }
    }
}

words! {
    /// What an organisation does at an event.
    pub enum EventRole = "event-roles", "Roles of organisations at events" {
        Organiser "organiser" { lv "Rīkotājs", en "Organiser", ru "Организатор" }
        CoOrganiser "co_organiser" { lv "Līdzrīkotājs", en "Co-organiser", ru "Соорганизатор" }
        /// Gives the place, whoever organises.
        Host "host" { lv "Uzņemošā organizācija", en "Host", ru "Принимающая организация" }
        /// Sends experts.
        Expert "expert" { lv "Eksperts", en "Expert", ru "Эксперт" }
        Participant "participant" { lv "Dalībnieks", en "Participant", ru "Участник" }
        Observer "observer" { lv "Novērotājs", en "Observer", ru "Наблюдатель" }
    }
}

words! {
    /// What a publication is.
    pub enum PublicationKind = "publication-kinds", "Kinds of publications" {
        WebArticle "web_article" { lv "Raksts tīmekļvietnē", en "Web article", ru "Статья на сайте" }
        PressRelease "press_release" { lv "Paziņojums presei", en "Press release", ru "Пресс-релиз" }
        SocialMediaPost "social_media_post" {
            lv "Ieraksts sociālajos medijos", en "Social media post", ru "Публикация в социальных сетях"
        }
        Brochure "brochure" { lv "Brošūra", en "Brochure", ru "Брошюра" }
        Poster "poster" { lv "Plakāts", en "Poster", ru "Плакат" }
        Video "video" { lv "Videomateriāls", en "Video", ru "Видеоматериал" }
        /// A published one, not a report to the grantor.
        Report "report" { lv "Ziņojums", en "Report", ru "Доклад" }
        Newsletter "newsletter" {
            lv "Informatīvais biļetens", en "Newsletter", ru "Информационный бюллетень"
        }
        Other "other" { lv "Cits", en "Other", ru "Другое" }
    }
}
