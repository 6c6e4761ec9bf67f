//! A hash for the arena.

use std::hash::{Hash, Hasher};

/// Mixes what it gets: the arena looks nodes up all the time, and nobody chooses them to collide.
#[derive(Clone, Copy, Default)]
pub(super) struct Mixer(u64);

impl Mixer {
    pub fn of(what: &impl Hash) -> u32 {
        let mut mixer = Mixer::default();
        what.hash(&mut mixer);
        mixer.finish() as u32
    }
}

impl Hasher for Mixer {
    fn finish(&self) -> u64 {
        // A table looks at the upper bits and the lower ones.
        self.0 ^ (self.0 >> 32)
    }
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&b| self.write_u64(b.into()));
    }
    fn write_u8(&mut self, n: u8) {
        self.write_u64(n.into());
    }
    fn write_u32(&mut self, n: u32) {
        self.write_u64(n.into());
    }
    fn write_u64(&mut self, n: u64) {
        self.0 = (self.0.rotate_left(5) ^ n).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
    fn write_usize(&mut self, n: usize) {
        self.write_u64(n as u64);
    }
}
