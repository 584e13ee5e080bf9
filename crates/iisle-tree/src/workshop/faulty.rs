use std::io::{self, Read};

use iisle_path::RelPath;

use super::{Look, Spot, State, Waits, Workshop};
use crate::breaks::{Breaks, Fate};
use crate::digest::Checksum;
use crate::folder::Attributes;
use crate::{Durability, Stamp, TreeError};

/// How a change breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// Nothing has happened.
    Before,
    /// It has happened, but the caller does not learn that.
    After,
    /// A part of the bytes was written; where none are, as [`Before`](Self::Before).
    Half,
    /// Nothing has happened, for somebody holds the file.
    InUse,
}

/// A workshop that breaks on command, for tests of what works in one.
pub struct Faulty<'a> {
    shop: &'a dyn Workshop,
    breaks: Breaks<Broken>,
    boot: Option<String>,
}

impl std::fmt::Debug for Faulty<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Faulty").field("breaks", &self.breaks).finish_non_exhaustive()
    }
}

impl<'a> Faulty<'a> {
    /// Counts and never breaks.
    pub fn new(shop: &'a dyn Workshop) -> Self {
        Self { shop, breaks: Breaks::never(), boot: shop.boot() }
    }

    /// On a system that does not tell one of its runs from another.
    #[must_use]
    pub fn without_boot(self) -> Self {
        Self { boot: None, ..self }
    }

    /// Breaks the change number `number`, once.
    #[must_use]
    pub fn breaking(self, number: usize, how: Broken) -> Self {
        Self { breaks: self.breaks.once(number, how), ..self }
    }

    /// Breaks the change number `number` and every later one.
    #[must_use]
    pub fn dying(self, number: usize, how: Broken) -> Self {
        Self { breaks: self.breaks.dying(number, how), ..self }
    }

    /// The changes so far, in order: `rename stage/7`.
    pub fn calls(&self) -> Vec<String> {
        self.breaks.calls()
    }

    /// Does `change` as commanded; `half` is what is done of it when it breaks midway.
    fn call(
        &self,
        action: &'static str,
        spot: &Spot,
        change: impl FnOnce(Option<()>) -> Result<(), TreeError>,
    ) -> Result<(), TreeError> {
        let (number, fate) = self.breaks.next(format!("{action} {spot}"));
        let failure = || {
            let source = io::Error::other(format!("change {number} breaks on command"));
            Err(TreeError::io(action, spot.to_string(), source))
        };
        match fate {
            Fate::Passes => change(None),
            Fate::Breaks(Broken::After) => change(None).and_then(|()| failure()),
            Fate::Breaks(Broken::Half) => {
                // What it leaves is what counts, not what it says.
                drop(change(Some(())));
                failure()
            }
            Fate::Breaks(Broken::InUse) => Err(TreeError::InUse {
                path: spot.to_string(),
                holders: Vec::new(),
                source: io::Error::from(io::ErrorKind::ResourceBusy),
            }),
            Fate::Breaks(Broken::Before) | Fate::Lost => failure(),
        }
    }
}

impl Workshop for Faulty<'_> {
    fn waits(&self) -> Waits {
        self.shop.waits()
    }

    fn takes_files(&self, folder: &Spot) -> bool {
        self.shop.takes_files(folder)
    }

    fn state(&self, spot: &Spot) -> Result<Option<State>, TreeError> {
        self.shop.state(spot)
    }

    fn names(&self, folder: Option<&RelPath>) -> Result<Vec<String>, TreeError> {
        self.shop.names(folder)
    }

    fn below(&self, folder: &RelPath) -> Result<Vec<String>, TreeError> {
        self.shop.below(folder)
    }

    fn read(&self, spot: &Spot, limit: u64) -> Result<Vec<u8>, TreeError> {
        self.shop.read(spot, limit)
    }

    fn checksum(&self, spot: &Spot) -> Result<Checksum, TreeError> {
        self.shop.checksum(spot)
    }

    fn create(&self, spot: &Spot, look: Look<'_>, content: &mut dyn Read) -> Result<(), TreeError> {
        self.call("create", spot, |half| match half {
            None => self.shop.create(spot, look, content),
            Some(()) => self.shop.create(spot, look, &mut content.take(look.stamp.size / 2)),
        })
    }

    fn append(&self, spot: &Spot, bytes: &[u8], durability: Durability) -> Result<(), TreeError> {
        self.call("append", spot, |half| match half {
            None => self.shop.append(spot, bytes, durability),
            Some(()) => self.shop.append(spot, &bytes[..bytes.len() / 2], durability),
        })
    }

    fn touch(&self, spot: &Spot, stamp: Stamp) -> Result<(), TreeError> {
        self.call("touch", spot, |half| half.map_or_else(|| self.shop.touch(spot, stamp), Ok))
    }

    fn mark_directory(&self, spot: &Spot, marks: Attributes) -> Result<(), TreeError> {
        self.call("mark", spot, |half| {
            half.map_or_else(|| self.shop.mark_directory(spot, marks), Ok)
        })
    }

    fn link(&self, from: &Spot, to: &Spot) -> Result<(), TreeError> {
        self.call("link", to, |half| half.map_or_else(|| self.shop.link(from, to), Ok))
    }

    fn rename(&self, from: &Spot, to: &Spot) -> Result<(), TreeError> {
        self.call("rename", from, |half| half.map_or_else(|| self.shop.rename(from, to), Ok))
    }

    fn remove(&self, spot: &Spot) -> Result<(), TreeError> {
        self.call("remove", spot, |half| half.map_or_else(|| self.shop.remove(spot), Ok))
    }

    fn create_stage(&self, folder: &RelPath) -> Result<(), TreeError> {
        let spot = Spot::Work(folder.clone());
        self.call("mkdir", &spot, |half| half.map_or_else(|| self.shop.create_stage(folder), Ok))
    }

    fn create_site(&self) -> Result<(), TreeError> {
        self.call("mkdir", &Spot::Top, |half| half.map_or_else(|| self.shop.create_site(), Ok))
    }

    fn create_directory(&self, spot: &Spot) -> Result<(), TreeError> {
        self.call("mkdir", spot, |half| half.map_or_else(|| self.shop.create_directory(spot), Ok))
    }

    fn create_directory_for(&self, spot: &Spot, place: &Spot) -> Result<(), TreeError> {
        let make = || self.shop.create_directory_for(spot, place);
        self.call("mkdir", spot, |half| half.map_or_else(make, Ok))
    }

    fn remove_directory(&self, spot: &Spot) -> Result<(), TreeError> {
        self.call("rmdir", spot, |half| half.map_or_else(|| self.shop.remove_directory(spot), Ok))
    }

    fn retire_directory(&self, folder: &RelPath, to: &Spot) -> Result<(), TreeError> {
        self.call("retire", &Spot::Site(folder.clone()), |half| {
            half.map_or_else(|| self.shop.retire_directory(folder, to), Ok)
        })
    }

    fn remove_tree(&self, folder: &RelPath) -> Result<(), TreeError> {
        let spot = Spot::Work(folder.clone());
        self.call("empty", &spot, |half| half.map_or_else(|| self.shop.remove_tree(folder), Ok))
    }

    fn boot(&self) -> Option<String> {
        self.boot.clone()
    }

    fn is_on_own_volume(&self) -> bool {
        self.shop.is_on_own_volume()
    }

    fn flush(&self) -> Result<(), TreeError> {
        self.call("flush", &Spot::Top, |half| half.map_or_else(|| self.shop.flush(), Ok))
    }
}
