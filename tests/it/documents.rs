//! What the repository's documents say is true of the program.
use grantline::config::describe;

fn read(name: &str) -> String {
    std::fs::read_to_string(format!("{}/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// The README's table of settings is the program's.
#[test]
fn the_readme_lists_every_setting() {
    let readme = read("README.md");
    for setting in describe() {
        let default =
            if setting.default.is_empty() { String::new() } else { format!("`{}`", setting.default) };
        let row = format!("| `{}` | `{}` | {default} | {} |", setting.flag, setting.env, setting.meaning);
        assert!(readme.contains(&row), "README.md lacks the row\n{row}");
    }
}

/// `.ci/run` tests with the README's own command.
#[test]
fn ci_runs_the_command_of_the_readme() {
    const COMMAND: &str = "cargo test --workspace";
    assert!(read("README.md").contains(&format!("\n    {COMMAND}\n")));
    assert!(read(".ci/run").lines().any(|line| line == COMMAND));
}

/// Contacts of the demo are units and organisations.
#[test]
fn the_demo_holds_no_personal_data() {
    for file in ["organisations", "funders", "programmes", "projects", "agreements", "events", "publications"]
    {
        let text = read(&format!("demo/{file}.json"));
        assert!(
            !text.contains("\"email\"") && !text.contains("\"phone\"") && !text.contains("person_id"),
            "{file}"
        );
    }
}
