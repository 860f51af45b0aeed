//! One message as plain text and as HTML, from the same parts.
use std::fmt::Write as _;

/// A part of a message. Its texts are single lines, not yet escaped.
pub(super) enum Block {
    Heading(String),
    Section(String),
    Group(String),
    Paragraph(String),
    /// Labels and values.
    Facts(Vec<(String, String)>),
    /// What it is, and its address.
    Entry(String, String),
    /// A word, and the address behind it.
    Link(String, String),
    Small(String),
}

pub(super) fn plain(blocks: &[Block]) -> String {
    let mut text = String::new();
    for block in blocks {
        if !text.is_empty() && !matches!(block, Block::Entry(..)) {
            text.push('\n');
        }
        // Writing to a text can't fail.
        let _ = match block {
            Block::Heading(one) | Block::Group(one) | Block::Paragraph(one) => writeln!(text, "{one}"),
            Block::Section(one) => writeln!(text, "{one}\n{}", "=".repeat(one.chars().count().min(72))),
            Block::Facts(facts) => {
                facts.iter().try_for_each(|(label, value)| writeln!(text, "{label}: {value}"))
            }
            Block::Entry(one, address) => writeln!(text, "* {one}\n  {address}"),
            Block::Link(word, address) => writeln!(text, "{word}: {address}"),
            Block::Small(one) => writeln!(text, "--\n{one}"),
        };
    }
    text
}

pub(super) fn html(title: &str, blocks: &[Block], language: &str) -> String {
    let mut text = format!(
        "<!DOCTYPE html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n<title>{}</title>\n</head>\n<body>\n",
        escaped(title)
    );
    let mut within = false;
    for block in blocks {
        let entry = matches!(block, Block::Entry(..));
        if entry != within {
            text.push_str(if entry { "<ul>\n" } else { "</ul>\n" });
            within = entry;
        }
        let _ = match block {
            Block::Heading(one) => writeln!(text, "<h1>{}</h1>", escaped(one)),
            Block::Section(one) => writeln!(text, "<h2>{}</h2>", escaped(one)),
            Block::Group(one) => writeln!(text, "<h3>{}</h3>", escaped(one)),
            Block::Paragraph(one) => writeln!(text, "<p>{}</p>", escaped(one)),
            Block::Facts(facts) => {
                let rows: Vec<String> = facts
                    .iter()
                    .map(|(label, value)| format!("{}: {}", escaped(label), escaped(value)))
                    .collect();
                writeln!(text, "<p>{}</p>", rows.join("<br>\n"))
            }
            Block::Entry(one, address) => {
                writeln!(text, "<li><a href=\"{}\">{}</a></li>", escaped(address), escaped(one))
            }
            Block::Link(word, address) => {
                writeln!(text, "<p>{}: <a href=\"{1}\">{1}</a></p>", escaped(word), escaped(address))
            }
            Block::Small(one) => writeln!(text, "<hr>\n<p><small>{}</small></p>", escaped(one)),
        };
    }
    text.push_str(if within { "</ul>\n</body>\n</html>\n" } else { "</body>\n</html>\n" });
    text
}

/// As text or as the value of an attribute between double quotes (HTML, section 13.3).
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}
