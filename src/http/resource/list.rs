//! `GET /v1/<resource>`: a page, filtered, sorted, expanded, counted; as JSON or CSV.
use super::Face;
use super::answer::bytes_answer;
use super::csv;
use super::further::{linked, next_address};
use super::represent::represent;
use super::seen;
use super::unit::begin_read;
use super::{Wish, records_answer};
use crate::access::Action;
use crate::http::ask::Ask;
use crate::http::cursor::Cursor;
use crate::http::filter::listing;
use crate::http::problem::{NOT_ACCEPTABLE, Problem};
use crate::state::AppState;
use crate::store::listing;
use axum::extract::State;
use axum::http::header;
use axum::response::Response;
use serde_json::{Value, json};

const FORMATS: [&str; 2] = ["json", "csv"];

pub async fn list(
    face: &'static Face,
    State(state): State<AppState>,
    mut ask: Ask,
) -> Result<Response, Problem> {
    ask.must(Action::Read, face.resource.name)?;
    let as_csv = wants_csv(&mut ask)?;
    let listing = listing(&mut ask, &state, face.resource);
    let wish = Wish::take(&mut ask.params, face);
    let columns = csv::columns(&mut ask.params, face, as_csv);
    ask.params.done()?;
    let snapshot = begin_read(&state, &ask, listing.moment).await?;
    let reader = snapshot.reader();
    let page = listing::list(&reader, face.resource, &listing.query).await?;
    let records = represent(&reader, face, &ask.caller, &page.rows, &wish.expand).await?;
    drop(snapshot);
    seen::log(&state, &ask, face, &wish.expand, &records).await;
    let next = page.next.map(|after| {
        let cursor = Cursor { binding: listing.binding.clone(), as_of: listing.moment.as_of, after };
        next_address(&ask, &cursor.seal(&state.cursor_key))
    });
    let response = if as_csv {
        bytes_answer(&ask, csv::MEDIA_TYPE, csv::write(records, &columns, ask.language))
    } else {
        let items: Vec<Value> = records.into_iter().map(|r| Value::Object(wish.prune(r))).collect();
        let mut body = json!({"items": items});
        if let Some(next) = &next {
            body["next"] = json!(next);
        }
        if let Some(total) = page.total {
            body["total"] = json!(total);
        }
        if !page.facets.is_empty() {
            body["facets"] = facets(&page.facets);
        }
        records_answer(&ask, &body)
    };
    Ok(linked(response, next.as_deref()))
}

fn facets(facets: &[listing::Facet]) -> Value {
    let buckets = |facet: &listing::Facet| -> Vec<Value> {
        facet.buckets.iter().map(|b| json!({"value": b.value, "count": b.count})).collect()
    };
    facets.iter().map(|f| (f.path.clone(), json!(buckets(f)))).collect::<serde_json::Map<_, _>>().into()
}

/// Media types of `Accept`, the most wanted first, without the unwanted (RFC 9110, 12.4.2).
fn by_weight(accept: &str) -> Vec<String> {
    let weighed = |part: &str| {
        let mut pieces = part.split(';').map(str::trim);
        let media_type = pieces.next().unwrap_or_default().to_ascii_lowercase();
        let weight = pieces.find_map(|p| p.strip_prefix("q=")).map_or(Some(1.0), |q| q.parse::<f32>().ok());
        (weight.unwrap_or(0.0), media_type)
    };
    let mut types: Vec<(f32, String)> = accept.split(',').map(weighed).filter(|(q, _)| *q > 0.0).collect();
    types.sort_by(|a, b| b.0.total_cmp(&a.0));
    types.into_iter().map(|(_, media_type)| media_type).collect()
}

/// `format=csv`, else what `Accept` wants most of what we can give.
fn wants_csv(ask: &mut Ask) -> Result<bool, Problem> {
    if let Some(format) = ask.params.text("format") {
        if !FORMATS.contains(&format.as_str()) {
            ask.params.refuse("format", "unacceptable", json!({"value": format, "allowed": FORMATS}));
        }
        return Ok(format == "csv");
    }
    let Some(accept) = ask.header(header::ACCEPT) else { return Ok(false) };
    for media_type in by_weight(accept) {
        match media_type.as_str() {
            "application/json" | "application/*" | "*/*" | "" => return Ok(false),
            "text/csv" | "text/*" => return Ok(true),
            _ => {}
        }
    }
    Err(Problem::new(NOT_ACCEPTABLE).with(json!({"allowed": ["application/json", "text/csv"]})))
}
