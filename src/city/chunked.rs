//! A long list of which a change touches little: whoever writes into a copy copies the chunk that it writes into.

use std::sync::Arc;

/// Members of a chunk.
const CHUNK: usize = 1_024;

/// A list in chunks; a copy shares them all.
#[derive(Clone, Debug)]
pub(super) struct Chunked<T> {
    /// Behind the last member the last chunk is filled up.
    chunks: Arc<[Arc<[T]>]>,
}

impl<T: Copy> Chunked<T> {
    /// As many times the same; one chunk stands for all.
    pub(super) fn filled(value: T, len: usize) -> Self {
        let chunk: Arc<[T]> = vec![value; CHUNK].into();
        Chunked { chunks: vec![chunk; len.div_ceil(CHUNK)].into() }
    }

    /// The members of a list; `beyond` fills the last chunk up.
    pub(super) fn of(members: &[T], beyond: T) -> Self {
        let chunk = |members: &[T]| -> Arc<[T]> {
            let mut chunk = members.to_vec();
            chunk.resize(CHUNK, beyond);
            chunk.into()
        };
        Chunked { chunks: members.chunks(CHUNK).map(chunk).collect() }
    }

    /// A member.
    #[inline]
    pub(super) fn get(&self, at: usize) -> T {
        self.chunks[at / CHUNK][at % CHUNK]
    }

    /// Writes a member. Cost: a copy of its chunk, and a pointer a chunk, the first time after a copy was made.
    pub(super) fn set(&mut self, at: usize, value: T) {
        let chunk = &mut Arc::make_mut(&mut self.chunks)[at / CHUNK];
        Arc::make_mut(chunk)[at % CHUNK] = value;
    }

    /// How many bytes the chunks hold, those that others share too.
    pub(super) fn bytes(&self) -> usize {
        self.chunks.len() * (CHUNK * size_of::<T>() + size_of::<Arc<[T]>>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::testing::Seed;

    #[test]
    fn a_copy_that_is_written_into_leaves_the_others_as_they_were() {
        let mut seed = Seed(5);
        for len in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 5 * CHUNK + 7] {
            let twin: Vec<u64> = (0..len).map(|_| seed.number()).collect();
            let mut versions = vec![(Chunked::of(&twin, 0), twin), (Chunked::filled(9, len), vec![9; len])];
            for _ in 0..if len == 0 { 0 } else { 40 } {
                let from = seed.number() as usize % versions.len();
                let (mut chunked, mut twin) = versions[from].clone();
                for _ in 0..seed.number() % 4 {
                    let (at, value) = (seed.number() as usize % len, seed.number());
                    chunked.set(at, value);
                    twin[at] = value;
                }
                versions.push((chunked, twin));
            }
            for (chunked, twin) in &versions {
                assert!((0..len).all(|at| chunked.get(at) == twin[at]), "{len}");
            }
        }
    }

    #[test]
    fn writing_one_member_copies_one_chunk() {
        let before = Chunked::filled(0_u64, 9 * CHUNK);
        let mut after = before.clone();
        after.set(4 * CHUNK + 3, 1);
        let shared = before.chunks.iter().zip(&*after.chunks).map(|(a, b)| Arc::ptr_eq(a, b));
        assert_eq!(shared.filter(|is_same| !is_same).count(), 1);
    }
}
