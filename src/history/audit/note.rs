//! Checkpoints as signed notes, in the formats of c2sp.org/tlog-checkpoint and c2sp.org/signed-note (Ed25519), and the
//! keys in theirs: text that other programs check too. Not where keys or checkpoints are kept.
use crate::store::digest::Hash;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, SecondsFormat, Utc};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};
use std::fmt;

/// Ed25519, in keys.
const ALGORITHM: u8 = 1;

/// Why a note or a key is not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    #[error("the key is not of the form <name>+<8 hexadecimal digits>+<base64>")]
    Key,
    #[error("a name of a key has 1 to 100 visible characters without +")]
    Name,
    #[error(
        "this is not a signed note with a checkpoint: an origin, a size, a root, a time, and a signature"
    )]
    Form,
    #[error("the note has no signature by the key of {0}")]
    Unsigned(String),
    #[error("the signature of {0} does not belong to this text: it was changed, or signed with another key")]
    Forged(String),
}

/// A public key with its name: `<name>+<id>+<base64>`.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    pub name: String,
    key: VerifyingKey,
}

/// A key that signs: `PRIVATE+KEY+<name>+<id>+<base64>`.
pub struct SecretKey {
    name: String,
    key: SigningKey,
}

/// What a checkpoint says: the history had so many entries, and this root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    pub origin: String,
    pub tree_size: u64,
    pub root: Hash,
    pub at: DateTime<Utc>,
}

fn checked_name(name: &str) -> Result<String, NoteError> {
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && c != '+';
    match name.chars().count() {
        1..=100 if name.chars().all(plain) => Ok(name.to_owned()),
        _ => Err(NoteError::Name),
    }
}

/// The first bytes of a hash over name and key: which key signed is seen without trying.
fn id(name: &str, key: &VerifyingKey) -> [u8; 4] {
    let hash = Sha256::new()
        .chain_update(name)
        .chain_update([b'\n', ALGORITHM])
        .chain_update(key.as_bytes())
        .finalize();
    [hash[0], hash[1], hash[2], hash[3]]
}

/// Name, id and bytes of a key's text.
fn parts(text: &str) -> Option<(&str, [u8; 4], [u8; 32])> {
    let mut parts = text.splitn(3, '+');
    let (name, id, data) = (parts.next()?, parts.next()?, parts.next()?);
    let data = STANDARD.decode(data).ok()?;
    let (algorithm, bytes) = data.split_first()?;
    let id = hex::decode(id).ok()?.try_into().ok()?;
    (*algorithm == ALGORITHM).then_some((name, id, bytes.try_into().ok()?))
}

fn shown(prefix: &str, name: &str, key: &VerifyingKey, bytes: &[u8; 32]) -> String {
    let data = STANDARD.encode([&[ALGORITHM][..], bytes].concat());
    format!("{prefix}{name}+{}+{data}", hex::encode(id(name, key)))
}

impl PublicKey {
    /// # Errors
    /// [`NoteError::Key`].
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let (name, given, bytes) = parts(text.trim()).ok_or(NoteError::Key)?;
        let key = VerifyingKey::from_bytes(&bytes).map_err(|_| NoteError::Key)?;
        let name = checked_name(name)?;
        if id(&name, &key) == given { Ok(Self { name, key }) } else { Err(NoteError::Key) }
    }

    /// The checkpoint that a note of this key tells.
    ///
    /// # Errors
    /// When the note is none, or not signed by this key.
    pub fn open(&self, note: &str) -> Result<Checkpoint, NoteError> {
        let (text, signatures) = split(note)?;
        let own = [id(&self.name, &self.key).as_slice(), b""].concat();
        let mut tried = false;
        for line in signatures.lines() {
            let Some((name, data)) = line.strip_prefix("— ").and_then(|l| l.split_once(' ')) else {
                return Err(NoteError::Form);
            };
            let data = STANDARD.decode(data).map_err(|_| NoteError::Form)?;
            if name != self.name || !data.starts_with(&own) {
                continue;
            }
            tried = true;
            let signature = data.get(4..).and_then(|bytes| Signature::from_slice(bytes).ok());
            if signature.is_some_and(|s| self.key.verify_strict(text.as_bytes(), &s).is_ok()) {
                return Checkpoint::parse(text);
            }
        }
        let name = self.name.clone();
        Err(if tried { NoteError::Forged(name) } else { NoteError::Unsigned(name) })
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&shown("", &self.name, &self.key, self.key.as_bytes()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

const PRIVATE: &str = "PRIVATE+KEY+";

impl SecretKey {
    /// A key of 32 random bytes.
    ///
    /// # Errors
    /// [`NoteError::Name`].
    pub fn new(name: &str, seed: &[u8; 32]) -> Result<Self, NoteError> {
        Ok(Self { name: checked_name(name)?, key: SigningKey::from_bytes(seed) })
    }

    /// # Errors
    /// [`NoteError::Key`].
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let (name, given, seed) = text.trim().strip_prefix(PRIVATE).and_then(parts).ok_or(NoteError::Key)?;
        let key = Self::new(name, &seed)?;
        let right = id(&key.name, &key.key.verifying_key()) == given;
        if right { Ok(key) } else { Err(NoteError::Key) }
    }

    /// The text to keep secret.
    pub fn text(&self) -> String {
        shown(PRIVATE, &self.name, &self.key.verifying_key(), self.key.as_bytes())
    }

    pub fn public(&self) -> PublicKey {
        PublicKey { name: self.name.clone(), key: self.key.verifying_key() }
    }

    /// The signed note of a checkpoint whose origin is this key's name.
    pub fn sign(&self, tree_size: u64, root: Hash, at: DateTime<Utc>) -> String {
        let text = Checkpoint { origin: self.name.clone(), tree_size, root, at }.text();
        let signature = self.key.sign(text.as_bytes()).to_bytes();
        let data = [&id(&self.name, &self.key.verifying_key())[..], &signature].concat();
        format!("{text}\n— {} {}\n", self.name, STANDARD.encode(data))
    }
}

/// Text and signatures of a note.
fn split(note: &str) -> Result<(&str, &str), NoteError> {
    let at = note.rfind("\n\n").ok_or(NoteError::Form)?;
    Ok((&note[..=at], &note[at + 2..]))
}

/// What a note claims to tell, whoever signed it.
///
/// # Errors
/// [`NoteError::Form`].
pub fn claimed(note: &str) -> Result<Checkpoint, NoteError> {
    Checkpoint::parse(split(note)?.0)
}

impl Checkpoint {
    fn text(&self) -> String {
        let at = self.at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        format!("{}\n{}\n{}\ntime {at}\n", self.origin, self.tree_size, STANDARD.encode(self.root))
    }

    fn parse(text: &str) -> Result<Self, NoteError> {
        let read = || {
            let mut lines = text.lines();
            let origin = lines.next()?.to_owned();
            let tree_size = lines.next()?.parse().ok()?;
            let root = STANDARD.decode(lines.next()?).ok()?.try_into().ok()?;
            let at = lines.next()?.strip_prefix("time ")?.parse().ok()?;
            Some(Self { origin, tree_size, root, at })
        };
        // Another spelling of the same would be another text.
        read().filter(|checkpoint| checkpoint.text() == text).ok_or(NoteError::Form)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;

    fn signed() -> (SecretKey, String) {
        let key = SecretKey::new("grants.example.org", &[7; 32]).unwrap();
        let note = key.sign(3, [9; 32], "2026-11-22T10:00:00Z".parse().unwrap());
        (key, note)
    }

    #[test]
    fn a_note_opens_with_its_key_alone() {
        let (key, note) = signed();
        let read = PublicKey::parse(&key.public().to_string()).unwrap();
        let checkpoint = read.open(&note).unwrap();
        assert_eq!((checkpoint.tree_size, checkpoint.root), (3, [9; 32]));
        assert_eq!(claimed(&note).unwrap(), checkpoint);
        let other = SecretKey::new("grants.example.org", &[8; 32]).unwrap().public();
        assert_eq!(other.open(&note), Err(NoteError::Unsigned("grants.example.org".into())));
        let again = SecretKey::parse(&key.text()).unwrap();
        assert_eq!(again.public(), key.public());
    }

    #[test]
    fn no_byte_of_a_note_or_key_can_be_changed() {
        let (key, note) = signed();
        let public = key.public();
        for at in 0..note.len() {
            let mut bytes = note.clone().into_bytes();
            bytes[at] ^= 1;
            let Ok(changed) = String::from_utf8(bytes) else { continue };
            assert!(public.open(&changed).is_err(), "{at}: {changed}");
        }
        let text = public.to_string();
        for at in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1;
            let Ok(changed) = String::from_utf8(bytes) else { continue };
            // Base64 may spell the unused bits of its last character in several ways; nothing else may pass.
            assert!(PublicKey::parse(&changed).is_err(), "{at}: {changed}");
        }
        for name in ["", "a b", "a+b", "a\n"] {
            assert!(SecretKey::new(name, &[1; 32]).is_err(), "{name:?}");
        }
        for text in ["", "a+b", "PRIVATE+KEY+a+00000000+AQ==", &text] {
            assert!(SecretKey::parse(text).is_err(), "{text}");
        }
    }

    /// A key and a note that Go's golang.org/x/mod/sumdb/note documents: our reading of the formats is theirs.
    #[test]
    fn a_key_of_others_is_read() {
        let key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        assert_eq!(PublicKey::parse(key).unwrap().to_string(), key);
        let note = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
        // Its signature holds; it only tells no checkpoint.
        assert_eq!(PublicKey::parse(key).unwrap().open(note), Err(NoteError::Form));
    }
}
