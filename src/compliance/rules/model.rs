//! What a rule answers: the finding, its outcome, what it rests on and what would mend it. Not the rules.
use super::words;
use chrono::NaiveDate;
use entity::vocab::Severity;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What came out for one subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Pass,
    Fail,
    NotApplicable,
    /// A fact that decides is missing. Never to be shown as a pass.
    InsufficientData,
}

impl Outcome {
    pub const ALL: [Self; 4] = [Self::Fail, Self::InsufficientData, Self::Pass, Self::NotApplicable];

    pub fn code(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::NotApplicable => "not_applicable",
            Self::InsufficientData => "insufficient_data",
        }
    }
}

/// How grave a failure is where nothing is lost yet.
pub fn at_most_a_warning(severity: Severity) -> Severity {
    if severity == Severity::Violation { Severity::Warning } else { severity }
}

/// A record that a finding is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Subject {
    pub resource: &'static str,
    pub id: String,
}

/// A field of a record, used or missing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Input {
    pub resource: &'static str,
    pub id: String,
    pub field: &'static str,
}

/// What would mend it: a message's code and what fills its gaps.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fix {
    pub code: &'static str,
    pub params: Map<String, Value>,
}

impl Fix {
    /// The sentence in Latvian or English; English where another language is asked for.
    pub fn text(&self, language: &str) -> String {
        words::fill(self.code, &self.params, language)
    }
}

/// The answer of one rule on one subject.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    pub rule: &'static str,
    pub subject: Subject,
    /// The same from one evaluation to the next: waivers and history hang on it.
    pub about: String,
    pub result: Outcome,
    pub severity: Severity,
    /// What was computed.
    pub values: Map<String, Value>,
    /// What it was computed from.
    pub inputs: Vec<Input>,
    /// Facts without which nothing can be said.
    pub missing: Vec<Input>,
    /// Parameters it rests on that nobody has confirmed: JSON pointers into the regime.
    pub unconfirmed: Vec<String>,
    pub fix: Option<Fix>,
}

/// A finding in the making, for one record.
#[derive(Clone, Debug)]
pub struct Draft {
    rule: &'static str,
    subject: Subject,
    part: Option<String>,
    result: Outcome,
    severity: Severity,
    values: Map<String, Value>,
    inputs: Vec<Input>,
    missing: Vec<Input>,
    unconfirmed: Vec<String>,
    fix: Option<Fix>,
}

impl Draft {
    /// A pass until something else is said.
    pub fn new(rule: &'static str, severity: Severity, resource: &'static str, id: &str) -> Self {
        Self {
            rule,
            subject: Subject { resource, id: id.to_owned() },
            part: None,
            result: Outcome::Pass,
            severity,
            values: Map::new(),
            inputs: Vec::new(),
            missing: Vec::new(),
            unconfirmed: Vec::new(),
            fix: None,
        }
    }

    /// Names a part of the subject, where one subject has several findings of a rule.
    pub fn part(mut self, part: impl Into<String>) -> Self {
        self.part = Some(part.into());
        self
    }

    /// A field of the subject. Without a value it is missing.
    pub fn need<T>(&mut self, field: &'static str, value: Option<T>) -> Option<T> {
        let input = Input { resource: self.subject.resource, id: self.subject.id.clone(), field };
        self.note(input, value)
    }

    /// A field of another record. Without a value it is missing.
    pub fn need_of<T>(
        &mut self,
        resource: &'static str,
        id: &str,
        field: &'static str,
        value: Option<T>,
    ) -> Option<T> {
        self.note(Input { resource, id: id.to_owned(), field }, value)
    }

    fn note<T>(&mut self, input: Input, value: Option<T>) -> Option<T> {
        match value {
            Some(_) => self.inputs.push(input),
            None => self.missing.push(input),
        }
        value
    }

    /// A field of the subject that was looked at, known or not.
    pub fn used(&mut self, field: &'static str) {
        self.inputs.push(Input { resource: self.subject.resource, id: self.subject.id.clone(), field });
    }

    /// A field of another record that was looked at.
    pub fn used_of(&mut self, resource: &'static str, id: &str, field: &'static str) {
        self.inputs.push(Input { resource, id: id.to_owned(), field });
    }

    pub fn value(&mut self, name: &str, value: impl Into<Value>) {
        self.values.insert(name.to_owned(), value.into());
    }

    pub fn date(&mut self, name: &str, date: NaiveDate) {
        self.value(name, date.to_string());
    }

    pub fn severity(&mut self, severity: Severity) {
        self.severity = severity;
    }

    pub fn unconfirmed(&mut self, paths: impl IntoIterator<Item = String>) {
        self.unconfirmed.extend(paths);
    }

    pub fn fix(&mut self, code: &'static str, params: &[(&str, Value)]) {
        let params = params.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        self.fix = Some(Fix { code, params });
    }

    pub fn fail(&mut self, code: &'static str, params: &[(&str, Value)]) {
        self.result = Outcome::Fail;
        self.fix(code, params);
    }

    pub fn is_failed(&self) -> bool {
        self.result == Outcome::Fail
    }

    /// Whether anything was missing so far.
    pub fn lacks(&self) -> bool {
        !self.missing.is_empty()
    }

    /// What it is now.
    pub fn done(self) -> Finding {
        self.end(None)
    }

    /// A failure whose remedy was named before.
    pub fn refused(self) -> Finding {
        self.end(Some(Outcome::Fail))
    }

    /// Nothing to judge here.
    pub fn not_applicable(self) -> Finding {
        self.end(Some(Outcome::NotApplicable))
    }

    /// Something that decides is missing.
    pub fn insufficient(mut self) -> Finding {
        if self.fix.is_none() {
            self.missing.sort();
            self.missing.dedup();
            let mut fields: Vec<Value> = self.missing.iter().map(|input| input.field.into()).collect();
            fields.dedup();
            self.fix("enter_facts", &[("fields", fields.into())]);
        }
        self.end(Some(Outcome::InsufficientData))
    }

    /// A failure stays one whatever else is missing; otherwise what is missing decides.
    pub fn judged(self) -> Finding {
        if self.lacks() && !self.is_failed() { self.insufficient() } else { self.done() }
    }

    fn end(mut self, result: Option<Outcome>) -> Finding {
        let Subject { resource, id } = &self.subject;
        let part = self.part.map(|part| format!(":{part}")).unwrap_or_default();
        self.inputs.sort();
        self.inputs.dedup();
        self.missing.sort();
        self.missing.dedup();
        self.unconfirmed.sort();
        self.unconfirmed.dedup();
        Finding {
            about: format!("{}:{resource}:{id}{part}", self.rule),
            rule: self.rule,
            result: result.unwrap_or(self.result),
            severity: self.severity,
            values: self.values,
            inputs: self.inputs,
            missing: self.missing,
            unconfirmed: self.unconfirmed,
            fix: self.fix,
            subject: self.subject,
        }
    }
}
