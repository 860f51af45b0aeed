//! Every error of the API as one type, one table from code to status and words, one body: RFC 9457.
//! The body is written at the edge (`layers`), which knows the request's id and language.
use super::messages::{Language, fill, message};
use crate::shared::check::{Fault, Faults};
use crate::store::classify::{DbFault, classify};
use crate::store::{self, Referrer};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

/// A kind of problem. `detail` may name `{params}`.
pub struct Code {
    pub code: &'static str,
    pub status: u16,
    pub title: [&'static str; 2],
    pub detail: [&'static str; 2],
}

macro_rules! codes {
    ($($name:ident $code:literal $status:literal $en:literal / $lv:literal : $detail_en:literal / $detail_lv:literal;)*) => {
        $(pub const $name: &Code = &Code { code: $code, status: $status, title: [$en, $lv], detail: [$detail_en, $detail_lv] };)*
        /// Every code that an answer can carry, by status.
        pub const CODES: &[&Code] = &[$($name),*];
    };
}
codes! {
    BAD_PARAMETERS "bad_parameters" 400 "The address can't be understood" / "Adrese nav saprotama" : "Some parameters are unknown or have values that can't be read; each is named in errors." / "Daži parametri nav zināmi vai to vērtības nav nolasāmas; katrs nosaukts laukā errors.";
    MALFORMED_BODY "malformed_body" 400 "The body can't be read" / "Pieprasījuma saturs nav nolasāms" : "The body is not JSON as RFC 8259 has it: {reason}" / "Saturs nav JSON (RFC 8259): {reason}";
    MALFORMED_YAML "malformed_yaml" 400 "The body can't be read" / "Pieprasījuma saturs nav nolasāms" : "The body is not one document of YAML 1.2 as it is taken here: {reason}" / "Saturs nav viens YAML 1.2 dokuments, kādu te pieņem: {reason}";
    MALFORMED_HEADER "malformed_header" 400 "A header can't be read" / "Galvene nav nolasāma" : "{header}: {reason}" / "{header}: {reason}";
    UNAUTHENTICATED "unauthenticated" 401 "A valid token is needed" / "Vajadzīga derīga pilnvara" : "Send Authorization: Bearer <token>. The token is missing, unknown, expired or revoked." / "Sūtiet Authorization: Bearer <pilnvara>. Pilnvaras nav, tā nav zināma, ir beigusies vai atsaukta.";
    FORBIDDEN "forbidden" 403 "Your role does not allow this" / "Jūsu loma to neatļauj" : "The role {role} may not {action} here." / "Loma {role} šeit nedrīkst: {action}.";
    WITHHELD "withheld" 403 "This was not published" / "Šis nav publicēts" : "The record was published without these of its fields: {group}." / "Ieraksts publicēts bez šiem laukiem: {group}.";
    NOT_FOUND "not_found" 404 "There is nothing here" / "Šeit nekā nav" : "It does not exist, or it is not yours to see." / "Tā nav, vai arī tas jums nav pieejams.";
    METHOD_NOT_ALLOWED "method_not_allowed" 405 "This method does not work here" / "Šī metode šeit nedarbojas" : "The header Allow names the methods that do." / "Galvene Allow nosauc metodes, kas darbojas.";
    NOT_ACCEPTABLE "not_acceptable" 406 "No such format" / "Šāda formāta nav" : "The answer can't be given in the format asked for; possible are: {allowed}" / "Atbildi nevar sniegt prasītajā formātā; iespējams: {allowed}";
    TIMEOUT "timeout" 408 "It took too long" / "Pārāk ilgi" : "The request took longer than {seconds} seconds and was given up. Read the record before you repeat a change: it may just have been written." / "Pieprasījums ilga vairāk nekā {seconds} sekundes un tika pārtraukts. Pirms izmaiņas atkārtošanas nolasiet ierakstu: tā, iespējams, tomēr ir ierakstīta.";
    TRANSITION_REFUSED "transition_refused" 409 "The life cycle does not allow this" / "Dzīves cikls to neļauj" : "Everything that stands in the way is named in errors." / "Viss, kas traucē, nosaukts laukā errors.";
    REFERENCED "referenced" 409 "Others refer to this record" / "Uz šo ierakstu atsaucas citi" : "It can't be deleted while others refer to it; those that you may see are named in errors." / "To nevar dzēst, kamēr uz to atsaucas citi; redzamie nosaukti laukā errors.";
    CONFLICT "conflict" 409 "Another change came in between" / "Pa vidu notika cita izmaiņa" : "Read the record again and repeat the change." / "Nolasiet ierakstu vēlreiz un atkārtojiet izmaiņu.";
    KEY_IN_PROGRESS "idempotency_key_in_progress" 409 "A request with this key is still running" / "Pieprasījums ar šo atslēgu vēl tiek izpildīts" : "Send the same request with the same Idempotency-Key again in a moment: it is answered with what the first one does." / "Pēc brīža sūtiet to pašu pieprasījumu ar to pašu Idempotency-Key: atbilde būs tā pati, ko saņems pirmais.";
    VERSION_PUBLISHED "version_published" 409 "This version is published already" / "Šī versija jau ir publicēta" : "{version} was published with another content, and a published version never changes: give yours a new version." / "{version} ir publicēta ar citu saturu, un publicēta versija nemainās: dodiet savai jaunu versiju.";
    STALE_VERSION "stale_version" 412 "The record was changed since you read it" / "Ieraksts ir mainīts, kopš to nolasījāt" : "Its version is now {current}; read it again and repeat the change with its ETag." / "Tā versija tagad ir {current}; nolasiet to vēlreiz un atkārtojiet ar tā ETag.";
    BODY_TOO_LARGE "body_too_large" 413 "The body is too large" / "Saturs ir par lielu" : "At most {max} bytes are taken." / "Pieņem ne vairāk kā {max} baitus.";
    UNSUPPORTED_MEDIA_TYPE "unsupported_media_type" 415 "The body has another media type" / "Cits satura veids" : "Send Content-Type: {expected}" / "Sūtiet Content-Type: {expected}";
    KEY_REUSED "idempotency_key_reused" 422 "This key was used for another request" / "Šī atslēga jau izmantota citam pieprasījumam" : "Send the request as it was sent first, or this one with a new Idempotency-Key. Nothing was written." / "Sūtiet pieprasījumu, kā tas sūtīts pirmoreiz, vai šo ar jaunu Idempotency-Key. Nekas nav ierakstīts.";
    INVALID "invalid" 422 "The content is not valid" / "Saturs nav derīgs" : "Each fault is named in errors; nothing was written." / "Katra kļūda nosaukta laukā errors; nekas nav ierakstīts.";
    PRECONDITION_REQUIRED "precondition_required" 428 "If-Match is needed" / "Vajadzīgs If-Match" : "Read the record and send its ETag as If-Match, so that no change of others is lost." / "Nolasiet ierakstu un sūtiet tā ETag kā If-Match, lai citu izmaiņas nepazustu.";
    RATE_LIMITED "rate_limited" 429 "Too many requests" / "Pārāk daudz pieprasījumu" : "At most {max} requests a minute are taken per {of}; try again in {seconds} seconds." / "Minūtē pieņem ne vairāk kā {max} pieprasījumus ({of}); mēģiniet vēlreiz pēc {seconds} sekundēm.";
    BEYOND "range_not_satisfiable" 416 "The file ends before that" / "Fails beidzas agrāk" : "The header Range asks for bytes beyond the end; Content-Range tells how many there are." / "Galvene Range prasa baitus aiz beigām; Content-Range pasaka, cik to ir.";
    INTERNAL "internal" 500 "Something failed here" / "Te kaut kas neizdevās" : "The fault is ours and has been logged with this request's id." / "Kļūda ir mūsu; tā reģistrēta ar šī pieprasījuma numuru.";
    OVERLOADED "overloaded" 503 "Too many requests at a time" / "Pārāk daudz pieprasījumu vienlaikus" : "The request waited in vain for its turn, and nothing was done. Try again in a moment." / "Pieprasījums savu kārtu nesagaidīja, un nekas nav izdarīts. Mēģiniet pēc brīža vēlreiz.";
    UNAVAILABLE "unavailable" 503 "The database is away" / "Datubāze nav sasniedzama" : "Try again in a moment. Read the record before you repeat a change: it may just have been written." / "Mēģiniet pēc brīža vēlreiz. Pirms izmaiņas atkārtošanas nolasiet ierakstu: tā, iespējams, tomēr ir ierakstīta.";
    IDENTITY_AWAY "identity_provider_unavailable" 503 "The identity provider is away" / "Identitātes nodrošinātājs nav sasniedzams" : "Nobody can say for the moment whether the access token is good, and nothing was done. Try again in a moment." / "Pašlaik nav iespējams noteikt, vai piekļuves pilnvara ir derīga, un nekas nav izdarīts. Mēģiniet pēc brīža vēlreiz.";
    FILES_AWAY "file_store_unavailable" 503 "The files are away" / "Faili nav sasniedzami" : "The place where files are kept does not answer, and nothing was done. Try again in a moment." / "Failu krātuve neatbild, un nekas nav izdarīts. Mēģiniet pēc brīža vēlreiz.";
    STORAGE_FULL "storage_full" 507 "No space is left" / "Vairs nav vietas" : "Nothing was written. Reading goes on." / "Nekas nav ierakstīts. Lasīt var turpināt.";
}

/// A fault with its place: in the body, or in the address.
#[derive(Clone, Debug)]
pub struct Located {
    pub parameter: Option<String>,
    pub fault: Fault,
}

/// An error on its way out.
#[derive(Clone)]
pub struct Problem {
    pub code: &'static Code,
    // Apart, so that results that may carry a problem stay small.
    rest: Box<Rest>,
}

#[derive(Clone, Default)]
struct Rest {
    params: Map<String, Value>,
    errors: Vec<Located>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Problem {
    pub fn new(code: &'static Code) -> Self {
        Self { code, rest: Box::default() }
    }

    /// With the `{params}` of its detail.
    pub fn with(mut self, params: Value) -> Self {
        if let Value::Object(params) = params {
            self.rest.params.extend(params);
        }
        self
    }

    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.rest.headers.push((name, value));
        self
    }

    /// With the seconds after which to try again.
    pub fn retry_after(self, seconds: u32) -> Self {
        self.header(header::RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// Faults in the body.
    pub fn faults(code: &'static Code, faults: Faults) -> Self {
        let errors = faults.into_vec().into_iter().map(|fault| Located { parameter: None, fault }).collect();
        Self { code, rest: Box::new(Rest { errors, ..Rest::default() }) }
    }

    /// Faults in the address.
    pub fn parameters(errors: Vec<Located>) -> Self {
        Self { code: BAD_PARAMETERS, rest: Box::new(Rest { errors, ..Rest::default() }) }
    }

    /// The body, in a language.
    pub fn body(&self, language: Language, instance: &str, request_id: &str) -> ProblemBody {
        let index = match language {
            Language::En => 0,
            Language::Lv => 1,
        };
        ProblemBody {
            r#type: format!("/problems/{}", self.code.code),
            title: self.code.title[index].to_owned(),
            status: self.code.status,
            detail: fill(self.code.detail[index], &self.rest.params),
            instance: instance.chars().take(LONGEST_INSTANCE).collect(),
            code: self.code.code.to_owned(),
            request_id: request_id.to_owned(),
            errors: self
                .rest
                .errors
                .iter()
                .map(|e| ProblemError {
                    pointer: e.parameter.is_none().then(|| e.fault.pointer.clone()),
                    parameter: e.parameter.clone(),
                    code: e.fault.code.to_owned(),
                    message: said(&e.fault, language),
                    params: e.fault.params.clone(),
                })
                .collect(),
        }
    }
}

/// A guard's message is its own text in both languages; all others stand in the table.
fn said(fault: &Fault, language: Language) -> String {
    match fault.params.get("text").and_then(|text| text.get(language.tag())).and_then(Value::as_str) {
        Some(text) => text.to_owned(),
        None => message(fault.code, language, &fault.params),
    }
}

/// Characters of an address that an error repeats.
const LONGEST_INSTANCE: usize = 2000;

/// What went wrong, as `application/problem+json` (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// Explained by this server at this address.
    #[schema(example = "/problems/invalid", max_length = 200, pattern = "^/problems/[a-z_]+$")]
    pub r#type: String,
    /// For people, in the language of `Accept-Language` (en or lv).
    #[schema(example = "The content is not valid", format = "text", max_length = 200)]
    pub title: String,
    #[schema(example = 422, minimum = 400, maximum = 599)]
    pub status: u16,
    /// What happened here and what to do.
    #[schema(
        example = "Each fault is named in errors; nothing was written.",
        max_length = 2000,
        pattern = r"^[^\u0000]*$"
    )]
    pub detail: String,
    /// The path that was asked for; of a longer one its beginning.
    #[schema(example = "/v1/projects", max_length = 2000, pattern = "^/")]
    pub instance: String,
    /// For programs; never changes.
    #[schema(example = "invalid", max_length = 60, pattern = "^[a-z_]+$")]
    pub code: String,
    /// Also in the header `X-Request-Id` and in the server's log.
    #[schema(
        example = "01a200f1-dcc5-76cc-bb8c-f1aae5e27eb7",
        max_length = 128,
        pattern = "^[A-Za-z0-9._-]+$"
    )]
    pub request_id: String,
    /// Every fault at once.
    #[schema(max_items = 1000)]
    pub errors: Vec<ProblemError>,
}

/// One fault, and where it is.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemError {
    /// JSON pointer into the body (RFC 6901); null where the fault is in the address.
    #[schema(required, example = "/planned_period/end", format = "json-pointer", max_length = 2000)]
    pub pointer: Option<String>,
    /// The query or path parameter; null where the fault is in the body.
    #[schema(required, max_length = 2000, pattern = r"^[^\u0000]*$")]
    pub parameter: Option<String>,
    /// For programs; never changes.
    #[schema(example = "before_start", max_length = 60, pattern = "^[a-z_]+$")]
    pub code: String,
    /// For people.
    #[schema(
        example = "the end 2019-01-01 is before the start 2019-11-01",
        max_length = 10000,
        pattern = r"^[^\u0000]*$"
    )]
    pub message: String,
    /// What the message is made of.
    #[schema(value_type = Object)]
    pub params: Map<String, Value>,
}

impl IntoResponse for Problem {
    /// The status and headers; the body follows at the edge.
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.code.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        for (name, value) in &self.rest.headers {
            response.headers_mut().append(name, value.clone());
        }
        // Where nothing more exact was said.
        if self.code.status == 401 {
            let usual = HeaderValue::from_static("Bearer");
            response.headers_mut().entry(header::WWW_AUTHENTICATE).or_insert(usual);
        }
        if self.code.status == 503 {
            response.headers_mut().entry(header::RETRY_AFTER).or_insert(HeaderValue::from_static("5"));
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl From<store::Error> for Problem {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::NotFound => Self::new(NOT_FOUND),
            store::Error::Stale { current } => Self::new(STALE_VERSION).with(json!({"current": current})),
            store::Error::Invalid(faults) => Self::faults(INVALID, faults),
            store::Error::Refused(faults) => Self::faults(TRANSITION_REFUSED, faults),
            store::Error::Referenced(by) => Self::faults(REFERENCED, referenced(&by)),
            store::Error::Database(error) => database(&error),
        }
    }
}

fn referenced(by: &[Referrer]) -> Faults {
    let mut faults = Faults::default();
    for Referrer { resource, id } in by {
        faults.add("", "referenced_by", json!({"resource": resource, "id": id}));
    }
    faults
}

/// What the database said stays in the log; the answer says what it means to the caller.
fn database(error: &sea_orm::DbErr) -> Problem {
    match classify(error) {
        DbFault::Unavailable => {
            tracing::warn!(%error, "the database is away");
            Problem::new(UNAVAILABLE)
        }
        DbFault::Crowded => {
            tracing::warn!(%error, "a request waited in vain for a connection");
            Problem::new(OVERLOADED)
        }
        DbFault::DiskFull => {
            tracing::error!(%error, "no space is left");
            Problem::new(STORAGE_FULL)
        }
        DbFault::Unique { constraint } => {
            // Checked before; only a racing writer gets here.
            let member = constraint.rsplit('.').next().unwrap_or_default().to_owned();
            let mut faults = Faults::default();
            faults.add(format!("/{member}"), "already_taken", json!({"value": member}));
            Problem::faults(INVALID, faults)
        }
        DbFault::ForeignKey | DbFault::Busy => Problem::new(CONFLICT),
        _ => {
            tracing::error!(%error, "the database refused a statement");
            Problem::new(INTERNAL)
        }
    }
}
