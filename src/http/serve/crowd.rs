//! How many connections each address has open. Not rates of requests, and not who asks.
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

/// Counts connections by address; clones count together.
#[derive(Clone, Debug, Default)]
pub(super) struct Crowd(Arc<Mutex<HashMap<IpAddr, usize>>>);

/// A connection's place in the crowd, for as long as it lives.
#[derive(Debug)]
pub(super) struct Place {
    crowd: Crowd,
    of: IpAddr,
}

impl Crowd {
    /// A place for one more connection of this address; none where it has as many as it may.
    pub(super) fn enter(&self, address: IpAddr, most: usize) -> Option<Place> {
        let of = owner(address);
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(of).or_default();
        (*count < most).then(|| {
            *count += 1;
            Place { crowd: self.clone(), of }
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.crowd.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.of) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.of);
            }
        }
    }
}

/// Whoever has one IPv6 address has the whole network of 64 bits around it.
fn owner(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX)).into(),
        v4 => v4,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;

    #[test]
    fn each_owner_of_addresses_has_its_places_and_gets_them_back() {
        let crowd = Crowd::default();
        let enter = |address: &str| crowd.enter(address.parse().unwrap(), 2);
        let one = enter("10.0.0.1").unwrap();
        let _two = enter("::ffff:10.0.0.1").unwrap();
        assert!(enter("10.0.0.1").is_none());
        let _other = enter("10.0.0.2").unwrap();
        drop(one);
        let _again = enter("10.0.0.1").unwrap();
        let (near, far) = (enter("2001:db8::1").unwrap(), enter("2001:db8::ffff:2").unwrap());
        assert!(enter("2001:db8::3").is_none() && enter("2001:db8:0:1::3").is_some());
        drop((near, far));
        assert_eq!(crowd.0.lock().unwrap().len(), 2, "nothing is kept of who is gone");
    }
}
