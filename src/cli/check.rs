//! `grantline check`: the portfolio's findings as a table or JSON Lines, and an exit code for whoever runs it at night.
use super::{opened, say};
use crate::agreements::AGREEMENT;
use crate::clock::{Clock, SystemClock, today};
use crate::compliance::findings::shown::{Finding, shown};
use crate::compliance::findings::standing::Standing;
use crate::compliance::findings::survey::{Asked, Facet, survey};
use crate::config::Config;
use crate::shared::dates::parse_business_date;
use crate::store::read::{Reader, id_in, text_in};
use crate::store::scope::Scope;
use crate::store::view::View;
use chrono::NaiveDate;
use comfy_table::{ContentArrangement, Table, presets};
use entity::vocab::Severity;
use std::collections::HashMap;
use std::process::ExitCode;
use uuid::Uuid;

/// Exit code where there is a finding as grave as asked for. 1 is what every command ends with that could not do its work.
const FOUND: u8 = 2;

const SEVERITIES: [&str; 4] = ["violation", "warning", "info", "never"];
const STANDINGS: [&str; 3] = ["open", "acknowledged", "waived"];
const RESULTS: [&str; 4] = ["fail", "insufficient_data", "pass", "not_applicable"];

/// Hold all records against the rules of their funders' regimes
#[derive(clap::Args)]
#[command(
    after_help = "Exit code: 0 where no rule fails that gravely, 2 where one does, 1 where it could not be found out."
)]
pub struct Arguments {
    /// The day to judge by; today where left out
    #[arg(long, value_name = "DATE", value_parser = day)]
    as_of: Option<NaiveDate>,
    /// How grave a failure must be for exit code 2
    #[arg(long, default_value = "violation", value_parser = SEVERITIES)]
    fail_on: String,
    /// What to print: `fail` alone, or also what lacks facts, passes or does not apply
    #[arg(long, value_delimiter = ',', default_value = "fail", value_parser = RESULTS)]
    result: Vec<String>,
    /// What to print by what was decided about it; what is waived never counts for the exit code
    #[arg(long, value_delimiter = ',', default_value = "open,acknowledged", value_parser = STANDINGS)]
    standing: Vec<String>,
    /// Print a JSON document a line, as GET /v1/findings has them, in place of a table
    #[arg(long)]
    json: bool,
    /// The language of what to do
    #[arg(long, default_value = "en", value_parser = ["en", "lv"])]
    language: String,
}

fn day(text: &str) -> Result<NaiveDate, String> {
    parse_business_date(text).map_err(|_| "a date such as 2026-11-22 is needed".to_owned())
}

pub async fn run(config: Config, arguments: Arguments) -> anyhow::Result<ExitCode> {
    let db = opened(&config).await?;
    let as_of = arguments.as_of.unwrap_or_else(|| today(SystemClock.now(), config.time_zone));
    let (view, txn) = (View::now(Scope::Register), db.begin_read().await?);
    let reader = Reader { view: &view, conn: &txn, engine: db.engine, register: &crate::REGISTER, as_of };
    let wanted =
        vec![(Facet::Result, arguments.result.clone()), (Facet::Standing, arguments.standing.clone())];
    let asked = Asked { words: wanted, ..Asked::default() };
    let printed = survey(&reader, &asked).await?;
    // What two have agreed to let be wakes nobody at night.
    let standing =
        [Standing::Open, Standing::Acknowledged].map(|standing| standing.code().to_owned()).to_vec();
    let failing = vec![(Facet::Result, vec!["fail".to_owned()]), (Facet::Standing, standing)];
    let counted = Asked { words: failing, limit: Some(0), facets: vec![Facet::Severity], ..Asked::default() };
    let counts = survey(&reader, &counted).await?.counts.remove(&Facet::Severity).unwrap_or_default();
    let ids: Vec<Uuid> = printed.found.iter().map(|one| one.agreement).collect();
    let references = references(&reader, ids).await?;
    txn.rollback().await?;
    db.close().await;
    let findings: Vec<Finding> = printed.found.iter().map(shown).collect::<Result<_, _>>()?;
    if arguments.json {
        for finding in &findings {
            say(&serde_json::to_string(finding)?)?;
        }
    } else if !findings.is_empty() {
        say(&table(&findings, &references, &arguments.language))?;
    }
    let count = |severity: &str| counts.get(severity).copied().unwrap_or(0);
    let graver = SEVERITIES[..3].iter().map(|severity| format!("{} {severity}", count(severity)));
    eprintln!("On {as_of} rules fail: {}.", graver.collect::<Vec<_>>().join(", "));
    let reach = SEVERITIES.iter().position(|severity| *severity == arguments.fail_on).unwrap_or(0);
    let grave = SEVERITIES[..3].iter().take(reach + 1).any(|severity| count(severity) > 0);
    let silent = arguments.fail_on == "never";
    Ok(if grave && !silent { ExitCode::from(FOUND) } else { ExitCode::SUCCESS })
}

/// What agreements are called, by id.
async fn references(reader: &Reader<'_>, mut ids: Vec<Uuid>) -> anyhow::Result<HashMap<Uuid, String>> {
    ids.sort_unstable();
    ids.dedup();
    let mut of = HashMap::new();
    for ids in ids.chunks(1000) {
        for row in reader.rows_of(&AGREEMENT, ids).await? {
            let reference = text_in(&row, "reference").unwrap_or("(without a number)").to_owned();
            of.extend(id_in(&row, "id").map(|id| (id, reference)));
        }
    }
    Ok(of)
}

fn table(findings: &[Finding], references: &HashMap<Uuid, String>, language: &str) -> String {
    let mut table = Table::new();
    table.load_preset(presets::UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(["Severity", "Rule", "Agreement", "Record", "What to do"]);
    for finding in findings {
        let text = finding.fix.as_ref().map_or(&finding.title, |fix| &fix.text);
        let said = text.get(language).unwrap_or_default();
        let record = finding.subject.href.clone().unwrap_or_else(|| finding.subject.id.clone());
        table.add_row([
            severity(finding.severity).to_owned(),
            finding.rule.clone(),
            references.get(&finding.grant_agreement_id).cloned().unwrap_or_default(),
            record,
            said.to_owned(),
        ]);
    }
    table.to_string()
}

fn severity(severity: Severity) -> &'static str {
    entity::vocab::Word::code(severity)
}
