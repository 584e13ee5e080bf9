use std::io::{self, Read};

use iisle_path::RelPath;
use iisle_report::{Monitor, Phase};
use iisle_tree::{Content, Stamp, Tree, TreeError};

use crate::outcome::StepError;

/// A file of the source while it is copied. At its end it makes sure that it is still the file
/// that the plan is about, and fails the copy when it is not.
pub(crate) struct Watched<'a> {
    source: &'a dyn Tree,
    path: &'a RelPath,
    expected: Stamp,
    content: Box<dyn Content + 'a>,
    read: u64,
    monitor: &'a dyn Monitor,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Reading,
    /// The end was seen, and the file was the right one.
    Ended,
    Changed,
    /// The source failed, not the destination.
    Failed,
}

impl<'a> Watched<'a> {
    pub(crate) fn open(
        source: &'a dyn Tree,
        path: &'a RelPath,
        expected: Stamp,
        monitor: &'a dyn Monitor,
    ) -> Result<Self, TreeError> {
        let content = source.open(path)?;
        Ok(Self { source, path, expected, content, read: 0, monitor, state: State::Reading })
    }

    /// Whether the copy failed because the file is another one by now.
    pub(crate) fn is_changed(&self) -> bool {
        self.state == State::Changed || self.read > self.expected.size
    }

    /// Whether the copy failed because the file could not be read.
    pub(crate) fn is_failed(&self) -> bool {
        self.state == State::Failed
    }

    fn check(&mut self) -> io::Result<()> {
        let current = self.read == self.expected.size
            && self.source.is_current(self.path, self.expected).map_err(io::Error::other)?;
        self.state = if current { State::Ended } else { State::Changed };
        if current { Ok(()) } else { Err(io::Error::other("it changed while it was copied")) }
    }
}

impl Read for Watched<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.state == State::Ended || buffer.is_empty() {
            return Ok(0);
        }
        if self.monitor.is_interrupted() {
            self.state = State::Failed;
            return Err(io::Error::other(StepError::Interrupted));
        }
        match self.content.read(buffer) {
            Ok(0) => self.check().map(|()| 0),
            Ok(length) => {
                self.read += length as u64;
                self.monitor.advance(Phase::Copy, 0, length as u64);
                Ok(length)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => {
                self.state = State::Failed;
                Err(error)
            }
        }
    }
}
