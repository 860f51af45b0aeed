//! From a typed filter to SQL.
use super::{Field, Filter, Kind, Op, Operand, any_case};
use crate::shared::identifier::normalise;
use crate::shared::text::fold;
use crate::store::db::Engine;
use crate::store::read::Reader;
use crate::store::{Resource, Result};
use sea_orm::sea_query::{Alias, Cond, Condition, Expr, ExprTrait, LikeExpr, Value};

/// The condition that all filters make together.
pub fn all(reader: &Reader<'_>, resource: &Resource, filters: &[Filter<'_>]) -> Result<Condition> {
    let mut all = Cond::all();
    for filter in filters {
        all = all.add(one(reader, resource, filter)?);
    }
    Ok(all)
}

fn one(reader: &Reader<'_>, resource: &Resource, filter: &Filter<'_>) -> Result<Condition> {
    let column = |name: &str| Expr::col((Alias::new(resource.table.name), Alias::new(name)));
    Ok(match filter {
        Filter::Member { field, op, values } => member(reader, resource, field, *op, values),
        Filter::UpdatedSince(at) => Cond::all().add(column("updated_at").gte(*at)),
        Filter::Search(words) => words.split_whitespace().fold(Cond::all(), |all, word| {
            let mut any = says(Expr::col((Alias::new(resource.table.name), Alias::new("search_text"))), word);
            for (id, table) in resource.named_by {
                let mut namesakes = reader.view.select_columns(table, "id", &["id", "search_text"]);
                namesakes.cond_where(says(Expr::col((Alias::new(*table), Alias::new("search_text"))), word));
                any = any.add(column(id).in_subquery(namesakes));
            }
            all.add(any)
        }),
        Filter::Related { relation, ids, codes } => {
            let target = reader.register.get(relation.resource)?;
            let mut columns = vec!["id"];
            columns.extend(target.code);
            let mut found = reader.view.select_columns(target.table.name, "id", &columns);
            let of = |name: &str| Expr::col((Alias::new(target.table.name), Alias::new(name)));
            let mut any = Cond::any().add(of("id").is_in(ids.iter().copied()));
            if let Some(code) = target.code {
                any = any.add(of(code).is_in(codes.iter().cloned()));
            }
            found.cond_where(any);
            Cond::all().add((relation.condition)(reader.view, found))
        }
    })
}

/// Whether a search text has a word, as text or as part of a number in its matching form.
fn says(text: Expr, word: &str) -> Condition {
    // A word of nothing but dashes or marks has no form of one of the two kinds.
    let forms = [fold(word), normalise(word)].into_iter().filter(|form| !form.is_empty());
    forms.fold(Cond::any(), |any, form| any.add(text.clone().like(LikeText::containing(&form))))
}

fn member(reader: &Reader<'_>, resource: &Resource, field: &Field, op: Op, values: &[Operand]) -> Condition {
    let column = field.expression(resource.table.name, reader.as_of);
    if op == Op::IsNull {
        let wanted = matches!(values.first(), Some(Operand::Flag(true)));
        let empty = match field.kind {
            Kind::Listed(_) => empty_list(reader.engine, resource, field.column),
            // Its column holds the search text; the list itself stands under its own name.
            Kind::Identifiers => empty_list(reader.engine, resource, field.path),
            _ => column.is_null(),
        };
        return if wanted { Cond::all().add(empty) } else { Cond::all().not().add(empty) };
    }
    match field.kind {
        Kind::Listed(of) => listed(reader.engine, resource, field, of, op, &texts(values)),
        Kind::Identifiers => {
            let keys: Vec<String> = texts(values).iter().map(|v| normalise(v)).collect();
            identifiers(resource, field, op, &keys)
        }
        Kind::Folded(form) => {
            let values: Vec<Operand> = texts(values).iter().map(|v| Operand::Text(form(v))).collect();
            scalar(column, op, &values)
        }
        _ if op == Op::Contains => texts(values)
            .iter()
            .fold(Cond::any(), |any, text| any.add(any_case::contains(reader.engine, column.clone(), text))),
        _ => scalar(column, op, values),
    }
}

fn scalar(column: Expr, op: Op, values: &[Operand]) -> Condition {
    let first = || values.first().map_or(Value::Bool(None), value);
    let each = || values.iter().map(value);
    let compare = match op {
        Op::Eq | Op::In => column.is_in(each()),
        // A member without a value is not equal to any.
        Op::Ne => return Cond::any().add(column.clone().is_not_in(each())).add(column.is_null()),
        Op::Gt => column.gt(first()),
        Op::Gte => column.gte(first()),
        Op::Lt => column.lt(first()),
        Op::Lte => column.lte(first()),
        Op::Contains => {
            return texts(values)
                .iter()
                .fold(Cond::any(), |any, text| any.add(column.clone().like(LikeText::containing(text))));
        }
        Op::IsNull => column.is_null(),
    };
    Cond::all().add(compare)
}

pub(super) fn value(operand: &Operand) -> Value {
    match operand {
        Operand::Text(text) => text.clone().into(),
        Operand::Id(id) => (*id).into(),
        Operand::Date(date) => (*date).into(),
        Operand::Instant(at) => (*at).into(),
        Operand::Integer(number) => (*number).into(),
        Operand::Flag(flag) => (*flag).into(),
    }
}

fn texts(values: &[Operand]) -> Vec<String> {
    values
        .iter()
        .filter_map(|v| match v {
            Operand::Text(text) => Some(text.clone()),
            _ => None,
        })
        .collect()
}

/// A `LIKE` pattern for text that occurs as it is: its `%` and `_` mean themselves.
pub struct LikeText;
impl LikeText {
    pub fn containing(text: &str) -> LikeExpr {
        let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        LikeExpr::new(format!("%{escaped}%")).escape('\\')
    }
}

/// Whether a JSON list holds any of the values, itself or in its objects' `member`.
pub fn json_any(
    engine: Engine,
    table: &str,
    column: &str,
    member: Option<&str>,
    test: (&str, Vec<Value>),
) -> Expr {
    let (operator, values) = test;
    let element = element(engine, member);
    let (source, bind) = (unnest(engine, table, column), marks(engine, values.len()));
    Expr::cust_with_values(
        format!("EXISTS (SELECT 1 FROM {source} WHERE {element} {operator} {bind})"),
        values,
    )
}

/// `json_each(…) AS item`, one row an element.
pub(super) fn unnest(engine: Engine, table: &str, column: &str) -> String {
    match engine {
        Engine::Sqlite => format!("json_each(\"{table}\".\"{column}\") AS item"),
        Engine::Postgres => format!("jsonb_array_elements(\"{table}\".\"{column}\") AS item(value)"),
    }
}

/// The text of an element, or of its member.
pub(super) fn element(engine: Engine, member: Option<&str>) -> String {
    match (engine, member) {
        (Engine::Sqlite, None) => "item.value".into(),
        (Engine::Sqlite, Some(member)) => format!("json_extract(item.value, '$.{member}')"),
        (Engine::Postgres, None) => "(item.value #>> '{}')".into(),
        (Engine::Postgres, Some(member)) => format!("(item.value ->> '{member}')"),
    }
}

fn marks(engine: Engine, count: usize) -> String {
    let marks: Vec<String> = match engine {
        Engine::Sqlite => (0..count).map(|_| "?".into()).collect(),
        Engine::Postgres => (1..=count).map(|n| format!("${n}")).collect(),
    };
    format!("({})", marks.join(", "))
}

fn listed(
    engine: Engine,
    resource: &Resource,
    field: &Field,
    of: Option<&str>,
    op: Op,
    values: &[String],
) -> Condition {
    let table = resource.table.name;
    let any_of = || {
        let values: Vec<Value> = values.iter().map(|v| v.clone().into()).collect();
        json_any(engine, table, field.column, of, ("IN", values))
    };
    match op {
        Op::Ne => Cond::all().not().add(any_of()),
        Op::Contains => {
            let source = unnest(engine, table, field.column);
            let (element, operator) = (element(engine, of), any_case::operator(engine));
            let found =
                format!("EXISTS (SELECT 1 FROM {source} WHERE {element} {operator} {})", marks(engine, 1));
            values.iter().fold(Cond::any(), |any, text| {
                let pattern = any_case::pattern(engine, text);
                any.add(Expr::cust_with_values(found.clone(), [Value::from(pattern)]))
            })
        }
        _ => Cond::all().add(any_of()),
    }
}

fn empty_list(engine: Engine, resource: &Resource, column: &str) -> Expr {
    let source = unnest(engine, resource.table.name, column);
    Expr::cust(format!("NOT EXISTS (SELECT 1 FROM {source})"))
}

/// Identifiers are matched in the search text, where each stands in its matching form between bars.
fn identifiers(resource: &Resource, field: &Field, op: Op, keys: &[String]) -> Condition {
    let column = || Expr::col((Alias::new(resource.table.name), Alias::new(field.column)));
    let any = keys.iter().fold(Cond::any(), |any, key| {
        let text = if op == Op::Contains { key.clone() } else { format!("|{key}|") };
        any.add(column().like(LikeText::containing(&text)))
    });
    if op == Op::Ne { any.not() } else { any }
}
