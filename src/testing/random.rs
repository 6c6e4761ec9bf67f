//! Numbers made at random, the same ones for the same seed.

/// The generator splitmix64 (Steele, Lea and Flood, 2014).
#[derive(Clone, Debug)]
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Random(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number between two.
    pub(super) fn between(&mut self, from: f64, to: f64) -> f64 {
        let unit = (self.next() >> 11) as f64 / (1u64 << 53) as f64;
        from + (to - from) * unit
    }

    /// Numbers between -1 and 1, one beside each of `like`.
    pub(super) fn direction(&mut self, like: &[f64]) -> Vec<f64> {
        like.iter().map(|_| self.between(-1.0, 1.0)).collect()
    }

    /// A whole number below `n`, which is not zero.
    pub(super) fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    /// At most `count` of the numbers from `from` to `to`, in order.
    pub(super) fn some(&mut self, from: usize, to: usize, count: usize) -> Vec<usize> {
        let mut all: Vec<usize> = (from..to).collect();
        while all.len() > count {
            all.swap_remove(self.below(all.len()));
        }
        all.sort_unstable();
        all
    }
}
