//! The sentences that say what to do about a finding, in Latvian and English. Codes are part of the API; texts are not.
use serde_json::{Map, Value};

/// Code, Latvian, English. `{name}` is filled with a parameter.
const SENTENCES: [(&str, &str, &str); 37] = [
    ("enter_facts", "Ievadiet trūkstošos datus: {fields}.", "Enter the missing facts: {fields}."),
    (
        "cost_outside_period",
        "Izmaksas radušās ārpus attiecināmības perioda {start}–{end}: izņemiet tās no pārskata vai labojiet datumu.",
        "The cost arose outside the eligible period {start} to {end}: take it out of the report or correct the date.",
    ),
    (
        "cost_in_suspension",
        "Izmaksas radušās, kamēr līgums bija apturēts: izņemiet tās no pārskata.",
        "The cost arose while the agreement was suspended: take it out of the report.",
    ),
    (
        "list_pending_payment",
        "Iekļaujiet {amount} neveikto maksājumu sarakstā.",
        "Put {amount} on the list of pending payments.",
    ),
    (
        "retile_periods",
        "Pārskata periodiem jānosedz īstenošanas periods bez pārrāvumiem un pārklāšanās; pārplānojiet tos.",
        "Reporting periods must cover the implementation period without gap or overlap; plan them anew.",
    ),
    (
        "move_event",
        "Pasākums ir ārpus īstenošanas perioda {start}–{end}: pārceliet to vai lūdziet termiņa pagarinājumu.",
        "The event is outside the implementation period {start} to {end}: move it or ask for an extension.",
    ),
    (
        "change_status",
        "Īstenošana beidzās {end}: mainiet projekta statusu.",
        "Implementation ended on {end}: change the status of the project.",
    ),
    (
        "extension_late",
        "Pagarinājuma lūgums bija jāiesniedz līdz {latest}: vienojieties ar finansētāju rakstiski.",
        "The extension had to be asked for by {latest}: agree with the grantor in writing.",
    ),
    (
        "extension_beyond_limit",
        "Pagarinājums pārsniedz atļauto ({limit}): lūdziet finansētāja piekrišanu.",
        "The extension goes beyond what is allowed ({limit}): ask the grantor for approval.",
    ),
    (
        "shift_end",
        "Apturēšana ilga {days} dienas: pārceliet īstenošanas beigas uz {end}.",
        "The suspension lasted {days} days: move the end of implementation to {end}.",
    ),
    (
        "shift_end_by_amendment",
        "Apturēšana ilga {days} dienas: noslēdziet grozījumus par īstenošanas beigām {end}.",
        "The suspension lasted {days} days: agree on an amendment that moves the end to {end}.",
    ),
    (
        "replan_obligations",
        "Pārplānojiet saistības pēc jaunā beigu datuma {end}.",
        "Plan the obligations anew for the new end {end}.",
    ),
    (
        "correct_reference",
        "Līguma numurs neatbilst finansētāja paraugam: pārbaudiet to līgumā.",
        "The agreement's number does not match the funder's pattern: check it in the contract.",
    ),
    (
        "use_right_route",
        "Šīm izmaiņām vajadzīgs: {route}. Neatbilst: {faults}.",
        "This change needs: {route}. Not in order: {faults}.",
    ),
    (
        "settle_balance",
        "Izpildes periods beidzās {longstop}: noskaidrojiet gala maksājumu ar finansētāju.",
        "The execution period ended on {longstop}: clear the balance with the grantor.",
    ),
    (
        "submit_now",
        "Termiņš bija {due_on}: iesniedziet tūlīt un informējiet finansētāju.",
        "It was due on {due_on}: submit it now and tell the grantor.",
    ),
    (
        "was_late",
        "Iesniegts ar {days_late} dienu kavēšanos: saglabājiet finansētāja atbildi.",
        "It was {days_late} days late: keep the grantor's reply.",
    ),
    (
        "control_too_close",
        "Kontroles termiņš {control_due} ir pārāk tuvu projekta pārskatam {report_due}: iesniedziet partnera pārskatu agrāk.",
        "The control is due on {control_due}, too close to the project report on {report_due}: submit earlier.",
    ),
    (
        "correct_report",
        "Pārskats nav saskanīgs: {faults}. Labojiet pirms iesniegšanas.",
        "The report is not consistent: {faults}. Correct it before it is submitted.",
    ),
    ("add_text", "Pievienojiet publikācijai tekstu: {text}", "Add this text to the publication: {text}"),
    (
        "enter_text",
        "Ievadiet publikācijas tekstu vai lūdziet cilvēkam to pārbaudīt.",
        "Enter the publication's text or let a person check it.",
    ),
    ("enter_language", "Norādiet publikācijas valodu.", "Say which language the publication is in."),
    (
        "no_wording",
        "Noteikumos nav teksta šajā valodā ({language}): lūdziet to finansētājam.",
        "The regime has no wording in this language ({language}): ask the funder for one.",
    ),
    (
        "enter_author",
        "Norādiet līguma puses nosaukumu, kas jāmin tekstā.",
        "Enter the name of the party that the text must name.",
    ),
    (
        "add_emblem",
        "Pievienojiet ES emblēmu kopā ar finansējuma norādi vai finansētāja atļauju iztikt bez tās.",
        "Add the EU emblem together with the funding statement, or the funder's leave to go without.",
    ),
    (
        "check_emblem",
        "Pārbaudiet, vai publikācijā ir emblēma, un atzīmējiet to.",
        "Check whether the publication shows the emblem and say so.",
    ),
    (
        "add_evidence",
        "Pievienojiet pasākuma pierādījumus: {missing}.",
        "Add the evidence of the event: {missing}.",
    ),
    ("add_signed_lists", "Pievienojiet parakstītus sarakstus par: {days}.", "Add signed lists for: {days}."),
    (
        "take_out_excess",
        "Izņemiet no pārskata {amount}: apmaksāts vairāk, nekā bija dalībnieku.",
        "Take {amount} out of the report: more was paid for than took part.",
    ),
    (
        "remove_fields",
        "Dzēsiet dalībnieku datus vai pamatojiet to nolūku: {fields}.",
        "Remove these participants' data or state their purpose: {fields}.",
    ),
    (
        "ask_consent",
        "Īpašu kategoriju datiem vajadzīga nepārprotama piekrišana: {fields}.",
        "Special categories of data need explicit consent: {fields}.",
    ),
    (
        "answer_request",
        "Atbilde bija jāsniedz līdz {due_on}: atbildiet datu subjektam.",
        "The answer was due on {due_on}: answer the person.",
    ),
    (
        "carry_out_erasure",
        "Izpildiet dzēšanas lūgumu: {items}.",
        "Carry out the request for erasure: {items}.",
    ),
    (
        "keep_until",
        "Dokumenti jāglabā līdz {until}: noskaidrojiet, kas ir iznīcināts.",
        "Records must be kept until {until}: find out what was destroyed.",
    ),
    (
        "retention_reached",
        "Glabāšanas termiņš {until} ir pagājis: lemiet par dokumentu likteni.",
        "Records had to be kept until {until}: decide what becomes of them.",
    ),
    (
        "prove_transfer",
        "Pievienojiet dokumentu par aktīva nodošanu.",
        "Add the document that proves the transfer of the asset.",
    ),
    (
        "outside_calendar",
        "Termiņu nevar aprēķināt: tas ir ārpus gadiem, ko sistēma pazīst.",
        "The date can't be computed: it is outside the years known here.",
    ),
];

/// Whether there is a sentence of that code.
pub fn is_known(code: &str) -> bool {
    SENTENCES.iter().any(|(known, ..)| *known == code)
}

/// All codes, in order.
pub fn codes() -> impl Iterator<Item = &'static str> {
    SENTENCES.iter().map(|(code, ..)| *code)
}

/// The sentence of a code with its gaps filled; the code itself where there is none.
pub fn fill(code: &str, params: &Map<String, Value>, language: &str) -> String {
    let Some((_, lv, en)) = SENTENCES.iter().find(|(known, ..)| *known == code) else {
        return code.to_owned();
    };
    let mut rest = if language.split('-').next() == Some("lv") { *lv } else { *en };
    let mut filled = String::new();
    // One pass: a value that has braces itself is not filled again.
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, behind)) = after.split_once('}') else { break };
        filled.push_str(before);
        filled.push_str(&params.get(name).map_or_else(String::new, plain));
        rest = behind;
    }
    filled.push_str(rest);
    filled
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn codes_stand_once_and_both_languages_have_the_same_gaps() {
        let gaps = |text: &str| {
            let mut gaps: Vec<_> = text
                .split('{')
                .skip(1)
                .filter_map(|rest| rest.split('}').next())
                .map(str::to_owned)
                .collect();
            gaps.sort();
            gaps
        };
        for (index, (code, lv, en)) in SENTENCES.iter().enumerate() {
            assert_eq!(gaps(lv), gaps(en), "{code}");
            assert!(SENTENCES[..index].iter().all(|(other, ..)| other != code), "{code} twice");
        }
        assert!(is_known("add_text") && !is_known("x") && codes().count() == SENTENCES.len());
    }

    #[test]
    fn gaps_are_filled_once() {
        let params = json!({"text": "{text} and {other}"}).as_object().cloned().unwrap_or_default();
        assert_eq!(fill("add_text", &params, "en"), "Add this text to the publication: {text} and {other}");
        let params = json!({"fields": ["a", 1]}).as_object().cloned().unwrap_or_default();
        assert_eq!(fill("enter_facts", &params, "lv-LV"), "Ievadiet trūkstošos datus: a, 1.");
        assert_eq!(fill("nothing", &Map::new(), "en"), "nothing");
    }
}
