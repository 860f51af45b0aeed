//! A wording with gaps, `{author}`, and where a folded text has it. Not how texts are folded.
use super::{Folded, Gaps};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Words(String),
    Gap(String),
}

#[derive(Clone, Debug)]
pub struct Template {
    pieces: Vec<Piece>,
}

impl Template {
    pub(super) fn new(text: &str) -> Self {
        let folded = Folded::new(text);
        let (mut pieces, mut rest) = (Vec::new(), folded.text());
        while let Some((before, name, after)) = gap(rest) {
            pieces.push(Piece::Words(before.to_owned()));
            pieces.push(Piece::Gap(name.to_owned()));
            rest = after;
        }
        pieces.push(Piece::Words(rest.to_owned()));
        pieces.retain(|piece| *piece != Piece::Words(String::new()));
        Self { pieces }
    }

    /// Whether it has a gap for which there is no name.
    pub(super) fn lacks(&self, gaps: &Gaps) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Gap(name) if gaps.of(name).is_empty()))
    }

    /// Its first place in a folded text, in bytes.
    pub(super) fn find(&self, text: &str, gaps: &Gaps) -> Option<(usize, usize)> {
        let (first, rest) = self.pieces.split_first()?;
        let starts = match first {
            Piece::Words(words) => vec![words.as_str()],
            Piece::Gap(name) => gaps.of(name).iter().map(String::as_str).collect(),
        };
        let whole = matches!(first, Piece::Gap(_));
        let places = starts.iter().flat_map(|start| text.match_indices(*start)).filter_map(|(at, start)| {
            let end = at + start.len();
            let bounded =
                !whole || (is_free(text[..at].chars().next_back()) && is_free(text[end..].chars().next()));
            bounded.then(|| follow(text, end, rest, gaps)).flatten().map(|end| (at, end))
        });
        places.min()
    }
}

/// The end of the pieces, if they stand here one after the other.
fn follow(text: &str, at: usize, pieces: &[Piece], gaps: &Gaps) -> Option<usize> {
    let Some((first, rest)) = pieces.split_first() else { return Some(at) };
    match first {
        Piece::Words(words) => text[at..]
            .starts_with(words.as_str())
            .then(|| follow(text, at + words.len(), rest, gaps))
            .flatten(),
        Piece::Gap(name) => {
            // English texts put an article before a name that is kept without one.
            let articles = ["", "the "].into_iter().filter(|article| text[at..].starts_with(article));
            articles
                .flat_map(|article| gaps.of(name).iter().map(move |name| (at + article.len(), name)))
                .filter(|(at, name)| text[*at..].starts_with(name.as_str()))
                .map(|(at, name)| at + name.len())
                // `Valsts robežsardze` is not the beginning of `Valsts robežsardzes koledža`.
                .filter(|end| is_free(text[*end..].chars().next()))
                .find_map(|end| follow(text, end, rest, gaps))
        }
    }
}

fn is_free(neighbour: Option<char>) -> bool {
    neighbour.is_none_or(|c| !c.is_alphanumeric())
}

/// What stands before the first gap, its name, and what stands after it. Other braces are plain text.
fn gap(text: &str) -> Option<(&str, &str, &str)> {
    let known = ["author", "granting_authority", "reference"];
    let places = text.match_indices('{').filter_map(|(at, _)| {
        let (name, after) = text[at + 1..].split_once('}')?;
        known.contains(&name).then_some((&text[..at], name, after))
    });
    places.into_iter().next()
}
