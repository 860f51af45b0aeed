//! Where files are kept, as it is written in settings. Reading them only: `store` opens the place.
use object_store::path::Path as Key;
use std::fmt;
use std::path::PathBuf;
use url::Url;

/// A folder of this machine, or a bucket of S3 or what speaks like it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    Folder(PathBuf),
    Bucket(Bucket),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    pub name: String,
    /// What the keys of all files begin with; empty for the whole bucket.
    pub prefix: Key,
    pub access: Access,
}

/// How a bucket is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// None for Amazon's own. Servers that are named are asked for `endpoint/bucket`, as most of them want it.
    pub endpoint: Option<Url>,
    pub region: String,
    pub access_key_id: String,
    pub secret_access_key: Secret,
}

/// A text that must not come into logs.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Place {
    /// Reads the path of a folder, or `s3://bucket/prefix` with its access.
    ///
    /// # Errors
    /// A sentence of what would be right.
    pub fn parse(text: &str, access: Option<Access>) -> Result<Self, String> {
        let Some(bucket) = text.strip_prefix("s3://") else {
            // Any other scheme is a mistake rather than a folder with such a name.
            return match text {
                "" => Err("write the path of a folder, or s3://bucket/prefix.".into()),
                _ if text.contains("://") => {
                    Err("write the path of a folder, or s3://bucket/prefix; no other stores are known."
                        .into())
                }
                _ => Ok(Self::Folder(text.into())),
            };
        };
        let (name, prefix) = bucket.split_once('/').unwrap_or((bucket, ""));
        let prefix = Key::parse(prefix).ok().filter(|_| is_bucket(name)).ok_or(
            "write s3://bucket/prefix: a bucket of 3 to 63 of a-z, 0-9, - and ., and a prefix without empty steps.",
        )?;
        let access = access.ok_or("a bucket also needs a region, the id of an access key and its secret.")?;
        Ok(Self::Bucket(Bucket { name: name.to_owned(), prefix, access }))
    }
}

fn is_bucket(name: &str) -> bool {
    let allowed =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.');
    (3..=63).contains(&name.len()) && name.bytes().all(allowed)
}

/// Reads the address of a server that speaks like S3.
///
/// # Errors
/// A sentence of what would be right.
pub fn endpoint(text: &str) -> Result<Url, String> {
    Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host() && url.path() == "/")
        .filter(|url| url.query().is_none() && url.fragment().is_none())
        .filter(|url| url.username().is_empty() && url.password().is_none())
        .ok_or(
            "write an address without a path, such as https://s3.example.org or http://localhost:9000."
                .into(),
        )
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;

    fn access() -> Access {
        Access {
            endpoint: Some(endpoint("http://localhost:9000").unwrap()),
            region: "eu-north-1".into(),
            access_key_id: "key".into(),
            secret_access_key: Secret::new("hush-hush"),
        }
    }

    #[test]
    fn places_are_read() {
        assert_eq!(Place::parse("data/files", None), Ok(Place::Folder("data/files".into())));
        for (text, name, prefix) in [
            ("s3://grants", "grants", ""),
            ("s3://grants/", "grants", ""),
            ("s3://grants.example/a/b", "grants.example", "a/b"),
            ("s3://grants/a/", "grants", "a"),
        ] {
            let Ok(Place::Bucket(bucket)) = Place::parse(text, Some(access())) else { panic!("{text}") };
            assert_eq!((bucket.name.as_str(), bucket.prefix.as_ref()), (name, prefix), "{text}");
        }
    }

    #[test]
    fn what_is_no_place_is_refused() {
        for text in
            ["", "file:///tmp", "S3://grants", "https://x", "s3://", "s3://ab", "s3://Grants", "s3://a_b_c"]
        {
            assert!(Place::parse(text, Some(access())).is_err(), "{text}");
        }
        for text in ["s3://grants/a//b", "s3://grants/a/../b", "s3:///a", "s3://user:word@grants/a"] {
            assert!(Place::parse(text, Some(access())).is_err(), "{text}");
        }
        assert!(Place::parse("s3://grants", None).unwrap_err().contains("region"));
    }

    #[test]
    fn endpoints_are_whole_servers() {
        assert!(endpoint("https://s3.example.org").is_ok());
        assert!(endpoint("http://127.0.0.1:9000/").is_ok());
        for text in [
            "",
            "s3.example.org",
            "ftp://x",
            "https://x/path",
            "https://x?y",
            "https://u:p@x",
            "https://x/#y",
        ] {
            assert!(endpoint(text).is_err(), "{text}");
        }
    }

    #[test]
    fn debug_keeps_the_secret() {
        let place = Place::parse("s3://grants", Some(access())).unwrap();
        let shown = format!("{place:?} {place:#?}");
        assert!(shown.contains("grants") && !shown.contains("hush"), "{shown}");
    }
}
