//! A table of the nodes of an arena, by what they are: a hash table of places.
//!
//! The nodes stand in the arena alone, with their hashes, so that a table that grows looks at no node again.

/// Places by hash, open addressing with linear probing. Places are only added, and forgotten in the opposite order.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    /// As many as a power of two, at most three quarters of them taken; a slot holds a place and one, or 0.
    slots: Vec<u32>,
    taken: usize,
}

impl Table {
    /// The place with this hash for which `is` holds.
    pub fn find(&self, hash: u32, is: impl Fn(u32) -> bool) -> Option<u32> {
        let found = self.probe(hash).map(|slot| self.slots[slot]);
        let mut places = found.take_while(|&s| s != 0).map(|s| s - 1);
        places.find(|&place| is(place))
    }

    /// Adds a place, of which nothing is there yet. `hashes` tells those of the places that are.
    pub fn insert(&mut self, place: u32, hash: u32, hashes: impl Fn(u32) -> u32) {
        if 4 * (self.taken + 1) > 3 * self.slots.len() {
            let more = (2 * self.slots.len()).max(64);
            self.slots = vec![0; more];
            (0..place).for_each(|p| self.put(p, hashes(p)));
        }
        self.put(place, hash);
        self.taken += 1;
    }

    /// Forgets the place that was added last: its slot is the last one that a search for it comes to, and no other search
    /// goes through it.
    pub fn forget(&mut self, place: u32, hash: u32) {
        let slot = self
            .probe(hash)
            .find(|&slot| self.slots[slot] == place + 1)
            .expect("einstan internal error: a place that is in no table");
        self.slots[slot] = 0;
        self.taken -= 1;
    }

    fn put(&mut self, place: u32, hash: u32) {
        let free = self.probe(hash).find(|&slot| self.slots[slot] == 0);
        self.slots[free.expect("a quarter is free")] = place + 1;
    }

    /// The slots at which a place with this hash can stand, in order; none of an empty table.
    fn probe(&self, hash: u32) -> impl Iterator<Item = usize> + use<> {
        let len = self.slots.len();
        let first = hash as usize;
        (0..len).map(move |step| first.wrapping_add(step) & (len - 1))
    }
}
