//! Signatures: the public keys of a JWK Set (RFC 7517) and three algorithms on ring (RFC 7518, 8037). There is nothing
//! here that signs, no secret key and no `none`: what is not in the list can't be asked for. Not which key is meant.
use crate::access::oidc::check::decoded;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde_json::Value;

/// NIST SP 800-131A: shorter ones are no longer to be trusted.
const LEAST_RSA_BITS: usize = 2048;
/// ring's own limit.
const MOST_RSA_BITS: usize = 8192;
const LONGEST_KID: usize = 255;

/// An algorithm that tokens may be signed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    Rs256,
    Es256,
    EdDsa,
}

impl Algorithm {
    /// By its name in `alg`. RFC 9864 names Ed25519 anew.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "RS256" => Some(Self::Rs256),
            "ES256" => Some(Self::Es256),
            "EdDSA" | "Ed25519" => Some(Self::EdDsa),
            _ => None,
        }
    }
}

/// A public key that signatures are checked with, for the one algorithm that it is made for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    pub kid: String,
    pub algorithm: Algorithm,
    material: Material,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Material {
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
    /// A point of P-256, uncompressed, or a point of Ed25519.
    Point(Vec<u8>),
}

impl Key {
    /// # Errors
    /// Why a JWK is of no use here: that is no fault of the set, which may hold keys for other purposes.
    pub fn from_jwk(jwk: &Value) -> Result<Self, &'static str> {
        let text = |name: &str| jwk[name].as_str();
        let bytes =
            |name: &str| text(name).and_then(decoded).ok_or("a member of the key is missing or broken");
        if ["d", "k", "p", "q", "dp", "dq", "qi"].iter().any(|secret| jwk.get(*secret).is_some()) {
            return Err("it is a secret key: the issuer must not publish it");
        }
        let kid =
            text("kid").filter(|kid| (1..=LONGEST_KID).contains(&kid.len())).ok_or("it has no usable kid")?;
        if jwk.get("use").is_some_and(|purpose| purpose != "sig") {
            return Err("it is not for signatures (use)");
        }
        let verifies = |ops: &Value| ops.as_array().is_some_and(|ops| ops.iter().any(|op| op == "verify"));
        if jwk.get("key_ops").is_some_and(|ops| !verifies(ops)) {
            return Err("it is not for verifying (key_ops)");
        }
        let (algorithm, material) = match (text("kty"), text("crv")) {
            (Some("RSA"), _) => (Algorithm::Rs256, rsa(&bytes("n")?, &bytes("e")?)?),
            (Some("EC"), Some("P-256")) => (Algorithm::Es256, point(&bytes("x")?, &bytes("y")?)?),
            (Some("OKP"), Some("Ed25519")) => match bytes("x")? {
                x if x.len() == 32 => (Algorithm::EdDsa, Material::Point(x)),
                _ => return Err("its point has not 32 bytes"),
            },
            _ => return Err("it is of no kind that is used here (RSA, P-256, Ed25519)"),
        };
        match jwk.get("alg") {
            Some(named) if named.as_str().and_then(Algorithm::named) != Some(algorithm) => {
                Err("it is for another algorithm (alg)")
            }
            _ => Ok(Self { kid: kid.to_owned(), algorithm, material }),
        }
    }

    /// Whether this key signed that.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let point = |with, point: &[u8]| UnparsedPublicKey::new(with, point).verify(message, signature);
        let verified = match (&self.material, self.algorithm) {
            (Material::Rsa { n, e }, Algorithm::Rs256) => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            }
            (Material::Point(p), Algorithm::Es256) => point(&ECDSA_P256_SHA256_FIXED, p),
            (Material::Point(p), Algorithm::EdDsa) => {
                UnparsedPublicKey::new(&ED25519, p).verify(message, signature)
            }
            // `from_jwk` makes no others.
            _ => return false,
        };
        verified.is_ok()
    }
}

fn rsa(n: &[u8], e: &[u8]) -> Result<Material, &'static str> {
    // RFC 7518, section 2, wants no zeros in front; some issuers send one all the same.
    let plain = |bytes: &[u8]| bytes.iter().copied().skip_while(|byte| *byte == 0).collect::<Vec<u8>>();
    let (n, e) = (plain(n), plain(e));
    let bits = n.first().map_or(0, |first| n.len() * 8 - first.leading_zeros() as usize);
    if !(LEAST_RSA_BITS..=MOST_RSA_BITS).contains(&bits) {
        return Err("its modulus has not 2048 to 8192 bits");
    }
    Ok(Material::Rsa { n, e })
}

fn point(x: &[u8], y: &[u8]) -> Result<Material, &'static str> {
    if x.len() != 32 || y.len() != 32 {
        return Err("its coordinates have not 32 bytes");
    }
    // SEC 1, section 2.3.3: uncompressed. Whether it lies on the curve ring finds out.
    Ok(Material::Point([&[4], x, y].concat()))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
pub mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use ring::rand::SystemRandom;
    use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};
    use serde_json::json;

    /// A key pair of a test, made for it.
    pub enum Pair {
        P256(EcdsaKeyPair),
        Ed25519(Ed25519KeyPair),
    }

    impl Pair {
        pub fn p256() -> Self {
            let (rng, with) = (SystemRandom::new(), &ECDSA_P256_SHA256_FIXED_SIGNING);
            let pair = EcdsaKeyPair::generate_pkcs8(with, &rng).unwrap();
            Self::P256(EcdsaKeyPair::from_pkcs8(with, pair.as_ref(), &rng).unwrap())
        }

        pub fn ed25519() -> Self {
            let pair = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
            Self::Ed25519(Ed25519KeyPair::from_pkcs8(pair.as_ref()).unwrap())
        }

        pub fn jwk(&self, kid: &str) -> Value {
            let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
            match self {
                Self::P256(pair) => {
                    let point = pair.public_key().as_ref();
                    json!({"kty": "EC", "crv": "P-256", "kid": kid, "x": text(&point[1..33]), "y": text(&point[33..])})
                }
                Self::Ed25519(pair) => {
                    json!({"kty": "OKP", "crv": "Ed25519", "kid": kid, "x": text(pair.public_key().as_ref())})
                }
            }
        }

        pub fn sign(&self, message: &[u8]) -> Vec<u8> {
            match self {
                Self::P256(pair) => pair.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec(),
                Self::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
            }
        }
    }

    #[test]
    fn a_signature_is_good_for_its_message_and_its_key_only() {
        for make in [Pair::p256, Pair::ed25519] {
            let (pair, other) = (make(), make());
            let key = Key::from_jwk(&pair.jwk("a")).unwrap();
            let signature = pair.sign(b"message");
            assert!(key.verifies(b"message", &signature));
            assert!(!key.verifies(b"massage", &signature) && !key.verifies(b"message", &[]));
            assert!(!key.verifies(b"message", &signature[..signature.len() - 1]));
            assert!(!Key::from_jwk(&other.jwk("a")).unwrap().verifies(b"message", &signature));
        }
    }

    #[test]
    fn a_key_says_what_it_is_for() {
        let with = |name: &str, value: Value| {
            let mut jwk = Pair::p256().jwk("a");
            jwk[name] = value;
            Key::from_jwk(&jwk).map(|key| key.algorithm)
        };
        for (name, good, bad) in [
            ("use", json!("sig"), json!("enc")),
            ("key_ops", json!(["verify"]), json!(["sign"])),
            ("alg", json!("ES256"), json!("RS256")),
            ("kid", json!("b"), json!("")),
            ("crv", json!("P-256"), json!("P-384")),
            ("extra", json!(1), json!(1)),
        ] {
            assert_eq!(with(name, good), Ok(Algorithm::Es256), "{name}");
            assert!(name == "extra" || with(name, bad).is_err(), "{name}");
        }
        assert!(with("d", json!("AA")).is_err(), "a secret key");
        assert!(with("x", json!("AA")).is_err() && with("y", Value::Null).is_err());
        assert_eq!(Key::from_jwk(&Pair::ed25519().jwk("a")).unwrap().algorithm, Algorithm::EdDsa);
        assert!(Key::from_jwk(&json!({"kty": "oct", "kid": "a", "k": "c2VjcmV0"})).is_err());
        assert!(Key::from_jwk(&json!("a")).is_err() && Key::from_jwk(&json!({})).is_err());
    }

    #[test]
    fn rsa_keys_have_2048_bits_at_least() {
        let of = |first: u8, bytes: usize, zeros: usize| {
            let mut n = vec![0; zeros];
            n.push(first);
            n.resize(zeros + bytes, 0xff);
            let jwk = json!({"kty": "RSA", "kid": "a", "n": URL_SAFE_NO_PAD.encode(n), "e": "AQAB"});
            Key::from_jwk(&jwk).map(|key| key.algorithm)
        };
        assert_eq!(of(0x80, 256, 0), Ok(Algorithm::Rs256));
        assert_eq!(of(0x80, 256, 1), Ok(Algorithm::Rs256), "a zero in front");
        assert!(of(0x7f, 256, 0).is_err(), "2047 bits");
        assert!(of(0xff, 128, 0).is_err() && of(0xff, 128, 128).is_err() && of(1, 1025, 0).is_err());
    }
}
