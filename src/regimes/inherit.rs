//! What a regime says once it has what it extends. A child overrides its parent key by key; rules merge by their rule,
//! obligations and visibility elements by their id; every other list, and every condition, is replaced as a whole. What
//! a document says of itself is not inherited. Pure: which documents there are is not known here.
use super::model::{OWN, RegimeKey};
use crate::shared::check::pointer_segment;
use serde_json::{Map, Value};

/// Regimes in one line of descent.
pub const DEEPEST: usize = 8;

/// Members that hold conditions: two conditions are never one.
const CONDITIONS: [&str; 3] = ["when", "applies_if", "extended_if"];

/// A document with all that it inherits.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolved<K = RegimeKey> {
    pub document: Value,
    /// Who said what: the places at which all comes from one, in the order of the document.
    pub origins: Vec<(String, K)>,
}

/// The member that names an entry of the list at this path; none where lists have no names.
pub fn named_by(path: &[&str]) -> Option<&'static str> {
    match path {
        ["rules"] => Some("rule"),
        ["reporting", "obligations"] | ["visibility", "elements"] => Some("id"),
        _ => None,
    }
}

/// A part of the result, and whose it is: the index of a document.
enum Node<'a> {
    Of(&'a Value, usize),
    Members(Vec<(&'a str, Node<'a>)>),
    Entries(Vec<Node<'a>>),
}

impl<'a> Node<'a> {
    fn members(self) -> Option<Vec<(&'a str, Self)>> {
        match self {
            Self::Members(members) => Some(members),
            Self::Of(Value::Object(map), of) => {
                Some(map.iter().map(|(name, value)| (name.as_str(), Self::Of(value, of))).collect())
            }
            _ => None,
        }
    }

    fn entries(self) -> Option<Vec<Self>> {
        match self {
            Self::Entries(entries) => Some(entries),
            Self::Of(Value::Array(list), of) => Some(list.iter().map(|value| Self::Of(value, of)).collect()),
            _ => None,
        }
    }

    fn is_map(&self) -> bool {
        matches!(self, Self::Members(_) | Self::Of(Value::Object(_), _))
    }

    fn is_list(&self) -> bool {
        matches!(self, Self::Entries(_) | Self::Of(Value::Array(_), _))
    }

    fn member(&self, name: &str) -> Option<&Value> {
        match self {
            Self::Of(value, _) => value.get(name),
            Self::Members(members) => {
                members.iter().find(|(n, _)| *n == name).and_then(|(_, node)| match node {
                    Self::Of(value, _) => Some(*value),
                    _ => None,
                })
            }
            Self::Entries(_) => None,
        }
    }

    fn value(&self) -> Value {
        match self {
            Self::Of(value, _) => (*value).clone(),
            Self::Members(members) => members
                .iter()
                .map(|(name, node)| ((*name).to_owned(), node.value()))
                .collect::<Map<_, _>>()
                .into(),
            Self::Entries(entries) => entries.iter().map(Self::value).collect(),
        }
    }

    /// Whose all of it is, where it is one document's.
    fn owner(&self) -> Option<usize> {
        let mut owners = match self {
            Self::Of(_, of) => return Some(*of),
            Self::Members(members) => members.iter().map(|(_, node)| node.owner()).collect::<Vec<_>>(),
            Self::Entries(entries) => entries.iter().map(Self::owner).collect(),
        };
        owners.dedup();
        match owners[..] {
            [one] => one,
            _ => None,
        }
    }

    fn origins(&self, at: &str, found: &mut Vec<(String, usize)>) {
        if let Some(owner) = self.owner() {
            found.push((at.to_owned(), owner));
            return;
        }
        match self {
            Self::Of(..) => {}
            Self::Members(members) => {
                for (name, node) in members {
                    node.origins(&format!("{at}{}", pointer_segment(name)), found);
                }
            }
            Self::Entries(entries) => {
                for (index, node) in entries.iter().enumerate() {
                    node.origins(&format!("{at}/{index}"), found);
                }
            }
        }
    }
}

/// What the last of a line of descent says: its ancestors first, the eldest at the beginning.
pub fn resolve<K: Clone>(line: &[(K, Value)]) -> Resolved<K> {
    resolve_with(line, 0)
}

/// The same where the last `further` documents only change what the one before them says, and have no name of their own.
pub fn resolve_with<K: Clone>(line: &[(K, Value)], further: usize) -> Resolved<K> {
    let inherited = |(index, (_, document)): (usize, &(K, Value))| {
        let mut document = document.clone();
        if let Some(map) = document.as_object_mut().filter(|_| index + 1 + further != line.len()) {
            map.retain(|name, _| !OWN.contains(&name.as_str()));
        }
        document
    };
    let documents: Vec<Value> = line.iter().enumerate().map(inherited).collect();
    let mut node: Option<Node> = None;
    for (index, document) in documents.iter().enumerate() {
        node = Some(match node {
            None => Node::Of(document, index),
            Some(parent) => over(parent, document, index, &mut Vec::new()),
        });
    }
    let (mut origins, mut document) = (Vec::new(), Value::Null);
    if let Some(node) = node {
        document = node.value();
        node.origins("", &mut origins);
    }
    let key = |(at, index): (String, usize)| line.get(index).map(|(key, _)| (at, key.clone()));
    Resolved { document, origins: origins.into_iter().filter_map(key).collect() }
}

fn over<'a>(parent: Node<'a>, child: &'a Value, of: usize, path: &mut Vec<&'a str>) -> Node<'a> {
    let whole = path.last().is_some_and(|name| CONDITIONS.contains(name));
    match child {
        Value::Object(map) if parent.is_map() && !whole => {
            let mut members = parent.members().unwrap_or_default();
            for (name, value) in map {
                path.push(name);
                match members.iter().position(|(known, _)| known == name) {
                    Some(at) => {
                        let (_, before) = members.remove(at);
                        members.insert(at, (name, over(before, value, of, path)));
                    }
                    None => members.push((name, Node::Of(value, of))),
                }
                path.pop();
            }
            Node::Members(members)
        }
        Value::Array(list) if parent.is_list() && named_by(path).is_some() => {
            let id = named_by(path).unwrap_or_default();
            let mut entries = parent.entries().unwrap_or_default();
            for value in list {
                // Steps into entries have no name: no list below is found by its path.
                path.push("*");
                let known =
                    value.get(id).and_then(|id_of| entries.iter().position(|e| e.member(id) == Some(id_of)));
                match known {
                    Some(at) => {
                        let before = entries.remove(at);
                        entries.insert(at, over(before, value, of, path));
                    }
                    None => entries.push(Node::Of(value, of)),
                }
                path.pop();
            }
            Node::Entries(entries)
        }
        _ => Node::Of(child, of),
    }
}

/// Where a place of the resolved document stands in the document that its author wrote: an entry that merged by name
/// has another index there.
pub fn written_at(place: &str, resolved: &Value, own: &Value) -> String {
    for (list, id) in [("/rules", "rule"), ("/reporting/obligations", "id"), ("/visibility/elements", "id")] {
        let Some(rest) = place.strip_prefix(list).and_then(|rest| rest.strip_prefix('/')) else { continue };
        let (index, below) =
            rest.split_once('/').map_or((rest, String::new()), |(i, below)| (i, format!("/{below}")));
        let name = resolved.pointer(&format!("{list}/{index}/{id}"));
        let entries = own.pointer(list).and_then(Value::as_array);
        let at = entries.and_then(|entries| entries.iter().position(|entry| entry.get(id) == name));
        return match at {
            Some(at) => format!("{list}/{at}{below}"),
            None => list.to_owned(),
        };
    }
    place.to_owned()
}

#[cfg(test)]
mod tests;
