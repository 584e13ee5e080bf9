use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest as _, Sha256};

use super::{Block, Level, Method};

/// Compressed content that was kept from earlier packages.
///
/// What it gives is checked: a cache that lost or mixed up its values costs time only.
pub trait PackCache: Debug + Send + Sync {
    /// The value kept under a key.
    fn get(&self, key: &CacheKey) -> Option<Vec<u8>>;
    /// Keeps a value; a cache may forget it.
    fn put(&self, key: &CacheKey, value: &[u8]);
}

/// What content and way of compressing a value is of.
pub type CacheKey = [u8; 32];

/// How often a cache had what was asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CacheUse {
    /// Parts that were there.
    pub hits: u64,
    /// Parts that had to be compressed.
    pub misses: u64,
}

/// A cache and what it was good for.
pub(crate) struct Cached<'a> {
    pub(crate) cache: &'a dyn PackCache,
    hits: AtomicU64,
    misses: AtomicU64,
}

/// Shorter content is compressed sooner than it is looked up.
const LEAST: usize = 4096;
/// Changes with everything that changes the bytes of a compressed part.
const FORMAT: &[u8] = b"iisle package cache 4";
const STORED: u8 = 0;
const DEFLATED: u8 = 8;
/// After the compressed bytes: method, checksum of the bytes.
const TAIL: usize = 5;

impl<'a> Cached<'a> {
    pub(crate) fn new(cache: &'a dyn PackCache) -> Self {
        Self { cache, hits: AtomicU64::new(0), misses: AtomicU64::new(0) }
    }

    pub(crate) fn used(&self) -> CacheUse {
        CacheUse {
            hits: self.hits.load(Ordering::Relaxed),
            misses: self.misses.load(Ordering::Relaxed),
        }
    }

    /// The key of content; `way` tells whole files from parts and their last one.
    pub(crate) fn key(input: &[u8], level: Level, way: u8) -> Option<CacheKey> {
        (input.len() >= LEAST).then(|| {
            let mut hasher = Sha256::new();
            hasher.update(FORMAT);
            hasher.update([level.number(), way]);
            hasher.update(input);
            hasher.finalize().into()
        })
    }

    /// The part of a key, when it is there and whole.
    pub(crate) fn get(&self, key: &CacheKey, input: &[u8]) -> Option<Block> {
        let block = self.cache.get(key).and_then(|value| read(value, input));
        let counter = if block.is_some() { &self.hits } else { &self.misses };
        counter.fetch_add(1, Ordering::Relaxed);
        block
    }

    pub(crate) fn put(&self, key: &CacheKey, block: &Block) {
        // What is stored is the content itself: it is read anyway.
        let (method, bytes) = match block.method {
            Method::Stored => (STORED, &[][..]),
            Method::Deflated => (DEFLATED, block.bytes.as_slice()),
        };
        let mut value = Vec::with_capacity(bytes.len() + TAIL);
        value.extend(bytes);
        value.push(method);
        value.extend(crc32fast::hash(bytes).to_le_bytes());
        self.cache.put(key, &value);
    }
}

fn read(mut value: Vec<u8>, input: &[u8]) -> Option<Block> {
    let length = value.len().checked_sub(TAIL)?;
    let method = value[length];
    let wanted = u32::from_le_bytes(value[length + 1..].try_into().ok()?);
    value.truncate(length);
    if crc32fast::hash(&value) != wanted {
        return None;
    }
    let mut crc = crc32fast::Hasher::new();
    crc.update(input);
    let (method, bytes) = match method {
        STORED => (Method::Stored, input.to_vec()),
        DEFLATED => (Method::Deflated, value),
        _ => return None,
    };
    Some(Block { method, crc, length: input.len() as u64, bytes })
}
