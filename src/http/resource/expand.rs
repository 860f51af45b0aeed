//! What a caller wants to see of a record: neighbours brought in whole (`expand`) and members left out (`fields`).
use super::Face;
use crate::http::ask::Params;
use crate::http::{contract, face};
use crate::store::{Link, Record};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Paths of `expand` go this deep.
const DEPTH: usize = 2;

/// Neighbours to bring in, and theirs.
#[derive(Debug, Default)]
pub struct Expand(pub BTreeMap<&'static str, Expand>);

/// `expand` and `fields` of a request.
#[derive(Debug, Default)]
pub struct Wish {
    pub expand: Expand,
    fields: Option<Vec<Vec<String>>>,
}

impl Wish {
    /// Takes both parameters; faults stay there.
    pub fn take(params: &mut Params, face: &'static Face) -> Self {
        let mut wish = Self::default();
        for path in params.list("expand").unwrap_or_default() {
            if !wish.expand.add(face, &path, DEPTH) {
                params.refuse("expand", "unknown_path", json!({"value": path, "allowed": expandable(face)}));
            }
        }
        if let Some(paths) = params.list("fields") {
            for path in &paths {
                let steps: Vec<&str> = path.split('.').collect();
                if let Err(allowed) = wish.expand.knows(face, &steps) {
                    params.refuse("fields", "unknown_path", json!({"value": path, "allowed": allowed}));
                }
            }
            wish.fields = Some(paths.iter().map(|p| p.split('.').map(str::to_owned).collect()).collect());
        }
        wish
    }

    /// The members that were asked for, in the record's own order.
    pub fn prune(&self, record: Record) -> Record {
        match &self.fields {
            None => record,
            Some(paths) => {
                let paths: Vec<&[String]> = paths.iter().map(Vec::as_slice).collect();
                pruned(record, &paths)
            }
        }
    }
}

fn pruned(record: Record, paths: &[&[String]]) -> Record {
    let mut kept = Record::new();
    for (name, value) in record {
        let below: Vec<&[String]> =
            paths.iter().filter(|p| p.first() == Some(&name)).map(|p| &p[1..]).collect();
        if below.is_empty() {
            continue;
        }
        let value = match value {
            _ if below.iter().any(|p| p.is_empty()) => value,
            Value::Object(map) => Value::Object(pruned(map, &below)),
            Value::Array(list) => list
                .into_iter()
                .map(|item| match item {
                    Value::Object(map) => Value::Object(pruned(map, &below)),
                    other => other,
                })
                .collect(),
            other => other,
        };
        kept.insert(name, value);
    }
    kept
}

/// All paths that a resource can be expanded by.
pub fn expandable(face: &Face) -> Vec<String> {
    let mut paths = Vec::new();
    for neighbour in face.resource.neighbours {
        paths.push(neighbour.name.to_owned());
        for further in face_of(neighbour.resource).map_or(&[][..], |f| f.resource.neighbours) {
            paths.push(format!("{}.{}", neighbour.name, further.name));
        }
    }
    paths
}

fn face_of(resource: &str) -> Option<&'static Face> {
    face(resource)
}

impl Expand {
    /// Whether a path leads to a member of the answer: of the record or of what was brought in beside it.
    ///
    /// # Errors
    /// The members that are known where the path leaves the answer.
    pub fn knows(&self, face: &Face, steps: &[&str]) -> Result<(), Vec<String>> {
        let Some((first, rest)) = steps.split_first() else { return Ok(()) };
        let neighbour = face.resource.neighbours.iter().find(|n| n.name == *first);
        let brought = neighbour.and_then(|n| Some((n, self.0.get(n.name)?, face_of(n.resource)?)));
        let own = super::schema::members(face);
        match brought {
            Some((neighbour, below, target)) => match (&neighbour.link, rest) {
                (Link::Column(_), rest) | (Link::Through { .. }, ["items", rest @ ..]) => {
                    below.knows(target, rest)
                }
                (Link::Through { .. }, [] | ["next"]) => Ok(()),
                (Link::Through { .. }, _) => Err(vec!["items".into(), "next".into()]),
            },
            None if own.iter().any(|name| name == first) => contract().path(face.schema, steps),
            // What `expand` did not ask for is not there.
            None => Err(own.into_iter().chain(self.0.keys().map(|name| (*name).to_owned())).collect()),
        }
    }

    fn add(&mut self, at: &Face, path: &str, depth: usize) -> bool {
        let (first, rest) = path.split_once('.').map_or((path, None), |(f, r)| (f, Some(r)));
        let Some(neighbour) = at.resource.neighbours.iter().find(|n| n.name == first && depth > 0) else {
            return false;
        };
        let below = self.0.entry(neighbour.name).or_default();
        match (rest, face_of(neighbour.resource)) {
            (None, _) => true,
            (Some(rest), Some(face)) => below.add(face, rest, depth - 1),
            (Some(_), None) => false,
        }
    }
}
