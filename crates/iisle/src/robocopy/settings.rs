use std::collections::BTreeMap;
use std::path::PathBuf;

use super::dates::Age;
use super::own::Own;
use super::switches::{Switch, Value};

/// Everything that was typed, job files included, last values winning.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Settings {
    /// As typed.
    pub(super) source: Option<PathBuf>,
    /// As typed.
    pub(super) destination: Option<PathBuf>,
    pub(super) include: Vec<String>,
    pub(super) exclude_files: Vec<String>,
    pub(super) exclude_directories: Vec<String>,
    /// By the name of the switch.
    switches: BTreeMap<&'static str, Value>,
    pub(super) own: Own,
}

impl Settings {
    pub(super) fn set(&mut self, switch: &Switch, value: Value) {
        // `/LOG:a /LOG+:b` is one log: the last.
        let rivals: &[&str] = match switch.name {
            "LOG" | "LOG+" | "UNILOG" | "UNILOG+" => &["LOG", "LOG+", "UNILOG", "UNILOG+"],
            _ => &[],
        };
        for rival in rivals {
            self.switches.remove(rival);
        }
        self.switches.insert(switch.name, value);
    }

    /// What `other` says besides, or instead.
    pub(super) fn merge(&mut self, other: Self) {
        let Self {
            source,
            destination,
            include,
            exclude_files,
            exclude_directories,
            switches,
            own,
        } = other;
        self.source = source.or(self.source.take());
        self.destination = destination.or(self.destination.take());
        self.include.extend(include);
        self.exclude_files.extend(exclude_files);
        self.exclude_directories.extend(exclude_directories);
        for (name, value) in switches {
            if let Some(switch) = super::switches::find(name) {
                self.set(switch, value);
            }
        }
        self.own = self.own.merged(own);
    }

    /// The names of the switches that were given.
    pub(super) fn given(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        self.switches.iter().map(|(name, value)| (*name, value))
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.switches.contains_key(name)
    }

    pub(super) fn has_any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.has(name))
    }

    pub(super) fn value(&self, name: &str) -> Option<&Value> {
        self.switches.get(name)
    }

    pub(super) fn number(&self, name: &str) -> Option<u64> {
        match self.value(name)? {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }

    pub(super) fn letters(&self, name: &str) -> Option<&str> {
        match self.value(name)? {
            Value::Letters(letters) => Some(letters),
            _ => None,
        }
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        match self.value(name)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn age(&self, name: &str) -> Option<Age> {
        match self.value(name)? {
            Value::Age(age) => Some(*age),
            _ => None,
        }
    }

    /// Whether subdirectories are walked, and whether empty ones are made.
    pub(super) fn walks(&self) -> bool {
        self.has_any(&["S", "E", "MIR"])
    }

    pub(super) fn walks_all(&self) -> bool {
        self.has_any(&["E", "MIR"])
    }

    /// What files are copied with, as letters.
    pub(super) fn copy_letters(&self) -> String {
        match () {
            () if self.has("NOCOPY") => String::new(),
            () if self.has("COPYALL") => "DATSOU".into(),
            () if self.has("SEC") => "DATS".into(),
            () => self.letters("COPY").unwrap_or("DAT").into(),
        }
    }

    /// What directories are copied with, as letters.
    pub(super) fn directory_letters(&self) -> String {
        if self.has("NODCOPY") {
            return String::new();
        }
        self.letters("DCOPY").unwrap_or("DA").into()
    }

    pub(super) fn retries(&self) -> u64 {
        self.number("R").unwrap_or(1_000_000)
    }

    pub(super) fn wait_seconds(&self) -> u64 {
        self.number("W").unwrap_or(30)
    }

    /// How many files are copied at a time, when more than one.
    pub(super) fn threads(&self) -> Option<u64> {
        self.has("MT").then(|| self.number("MT").unwrap_or(8))
    }
}
