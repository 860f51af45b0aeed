//! The house's arrows: which file may name what, read from the tree (ARCHITECTURE.md, "The arrows").
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms in the order of dependence: each may use those before it, never those after.
const ROOMS: [&str; 16] = [
    "organisations",
    "funders",
    "access",
    "documents",
    "projects",
    "agreements",
    "events",
    "claims",
    "reporting",
    "waivers",
    "lifecycle",
    "regimes",
    "compliance",
    "history",
    "exports",
    "reminders",
];

/// Files of rules and types: no database, no HTTP, no clock.
const PURE: [&str; 7] =
    ["sea_orm", "axum", "crate::http", "crate::state", "crate::store", "async fn", "Utc::now"];

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()) {
        if entry.is_dir() {
            found.extend(files(&entry));
        } else if entry.extension().is_some_and(|e| e == "rs") {
            found.push(entry);
        }
    }
    found
}

/// A file's code up to its tests, without comments, and its path below `src`.
fn code() -> Vec<(String, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    files(&src)
        .into_iter()
        .map(|file| {
            let text = fs::read_to_string(&file).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap();
            let code: Vec<&str> = code.lines().filter(|l| !l.trim_start().starts_with("//")).collect();
            (file.strip_prefix(&src).unwrap().display().to_string(), code.join("\n"))
        })
        .collect()
}

fn room(path: &str) -> Option<usize> {
    ROOMS.iter().position(|room| path.starts_with(&format!("{room}/")))
}

#[test]
fn pure_files_know_no_database_no_http_and_no_clock() {
    let mut wrong = Vec::new();
    for (path, code) in code() {
        let name = path.rsplit('/').next().unwrap();
        let pure = [
            "shared/",
            "compliance/rules/",
            "exports/ical",
            "reminders/rule",
            "reminders/text",
            "reminders/key",
        ]
        .iter()
        .any(|folder| path.starts_with(folder))
            || ["model.rs", "status.rs", "rules.rs", "plan.rs", "calendar.rs"].contains(&name)
            || ["regimes/terms.rs", "regimes/path.rs", "regimes/condition.rs"].contains(&path.as_str());
        for word in PURE.iter().filter(|word| pure && code.contains(**word)) {
            wrong.push(format!("{path} names {word}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn rooms_use_only_those_above_them() {
    let mut wrong = Vec::new();
    for (path, code) in code() {
        let Some(own) = room(&path) else { continue };
        for below in &ROOMS[own + 1..] {
            if code.contains(&format!("crate::{below}")) || code.contains(&format!("{{{below},")) {
                wrong.push(format!("{path} uses {below}, which stands below it"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn nothing_imports_the_http_side_of_a_room_and_stores_know_no_http() {
    let mut wrong = Vec::new();
    for (path, code) in code() {
        if code.contains("::api::") {
            wrong.push(format!("{path} reaches into an api"));
        }
        let store = path.starts_with("store/") || path.ends_with("/store.rs");
        for word in ["axum", "utoipa", "crate::http"].iter().filter(|word| store && code.contains(**word)) {
            wrong.push(format!("{path} names {word}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Statements that change rows stand in the store alone; what is not part of the register beside it: principals and
/// tokens, the log
/// of who read personal data, checkpoints and verifications in their rooms, and the installation's own secrets in
/// `state.rs`.
#[test]
fn no_other_way_to_write_exists() {
    const WRITES: [&str; 7] = [
        "Query::insert",
        "Query::update",
        "Query::delete",
        ".exec(",
        "exec_without_returning",
        "execute(",
        "ActiveModel",
    ];
    const OUTSIDE: [&str; 7] = [
        "access/feeds/store.rs",
        "access/principals.rs",
        "access/store.rs",
        "access/persons/reads.rs",
        "history/audit/store.rs",
        "reminders/store.rs",
        "state.rs",
    ];
    let allowed = |path: &str| path.starts_with("store/") || OUTSIDE.contains(&path);
    let mut wrong = Vec::new();
    for (path, code) in code() {
        for word in WRITES.iter().filter(|word| !allowed(&path) && code.contains(**word)) {
            wrong.push(format!("{path} names {word}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_file_says_what_it_is_for() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut wrong = Vec::new();
    for folder in ["src", "entity/src", "migration/src", "tests/it"] {
        for file in files(&src.join(folder)) {
            let text = fs::read_to_string(&file).unwrap();
            if !text.starts_with("//!") {
                wrong.push(format!("{} begins without a word", file.display()));
            }
            if text.lines().count() > 450 {
                wrong.push(format!("{} is longer than 450 lines", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Every name that a resource gives to another is known, and every part and column is there.
#[test]
fn the_register_is_consistent() {
    let register = &grantline::REGISTER;
    for resource in register.resources {
        let columns: Vec<&str> = resource.table.columns().iter().map(|c| c.name).collect();
        let names = resource.neighbours.iter().map(|n| n.resource);
        for name in names.chain(resource.relations.iter().map(|r| r.resource)) {
            assert!(register.find(name).is_some(), "{} names {name}", resource.name);
        }
        for field in resource.fields {
            assert!(columns.contains(&field.column), "{} has no column {}", resource.name, field.column);
        }
        for column in resource.table.hidden {
            assert!(columns.contains(column), "{} hides {column}", resource.name);
        }
        for part in resource.parts {
            assert!(part.table.columns().iter().any(|c| c.name == part.parent), "{}", part.name);
        }
        assert!(grantline::http::face(resource.name).is_some(), "{} has no face", resource.name);
        assert!(register.reach.order.contains(&resource.name), "scopes know nothing of {}", resource.name);
    }
    assert_eq!(register.reach.order.len(), register.resources.len());
}
