use iisle_tree::Durability;
use iisle_tree::digest::Digest;
use iisle_tree::workshop::{Spot, Workshop};
use serde_json::{Value, json};

use super::StagedError;
use super::layout::work;

/// How far a deployment has come. Written before the fact, except that `Committed` says that
/// everything is swapped in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    /// Files are being swapped in.
    Swapping,
    /// It is being taken back.
    GoingBack,
    /// Everything is swapped in.
    Committed,
    /// And nothing is left to do; the backup stays.
    Done,
}

impl Phase {
    const ALL: [Self; 4] = [Self::Swapping, Self::GoingBack, Self::Committed, Self::Done];

    fn word(self) -> &'static str {
        match self {
            Self::Swapping => "SWAP-BEGIN",
            Self::GoingBack => "ROLLBACK-BEGIN",
            Self::Committed => "COMMIT",
            Self::Done => "DONE",
        }
    }
}

/// More is no journal of ours: a line for each phase, and phases can be entered again.
const LIMIT: u64 = 1 << 20;

/// The journal of the deployment in a work folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Journal {
    /// The phase entered last.
    pub(super) phase: Phase,
    /// What the plan it belongs to looks like.
    pub(super) plan: Digest,
    lines: usize,
}

pub(super) fn spot() -> Spot {
    work("journal")
}

impl Journal {
    /// Begins a journal, of which there is none so far: files are about to be swapped in.
    pub(super) fn begin(shop: &dyn Workshop, plan: Digest) -> Result<Self, StagedError> {
        let mut journal = Self { phase: Phase::Swapping, plan, lines: 0 };
        journal.enter(shop, Phase::Swapping)?;
        Ok(journal)
    }

    /// Notes that a phase is entered, and has it on the medium where what follows depends on it.
    pub(super) fn enter(&mut self, shop: &dyn Workshop, phase: Phase) -> Result<(), StagedError> {
        let durability = match phase {
            // Each is followed by a flush of the volume, or says nothing new.
            Phase::Swapping | Phase::Committed | Phase::Done => Durability::Cached,
            Phase::GoingBack => Durability::Flushed,
        };
        let text = line(self.lines + 1, phase, &self.plan);
        // A line that an earlier run left unfinished is ended first.
        let text = if self.lines == 0 { text } else { format!("\n{text}") };
        shop.append(&spot(), text.as_bytes(), durability)?;
        self.phase = phase;
        self.lines += 1;
        Ok(())
    }

    /// The journal of an earlier run; `None` when there is none, or when not even its first line
    /// was finished.
    pub(super) fn read(shop: &dyn Workshop) -> Result<Option<Self>, StagedError> {
        if shop.state(&spot())?.is_none() {
            return Ok(None);
        }
        let bytes = shop.read(&spot(), LIMIT)?;
        let mut journal: Option<Self> = None;
        for line in String::from_utf8_lossy(&bytes).lines().filter(|line| !line.is_empty()) {
            // A torn line is one that was never written.
            let Some((number, phase, plan)) = parse(line) else { continue };
            let known = journal.as_ref().is_none_or(|journal| journal.plan == plan);
            if known {
                journal = Some(Self { phase, plan, lines: number });
            }
        }
        Ok(journal)
    }
}

fn line(number: usize, phase: Phase, plan: &Digest) -> String {
    let said = json!({ "n": number, "phase": phase.word(), "plan": plan.to_string() });
    let crc = crc32fast::hash(said.to_string().as_bytes());
    let mut whole = said;
    whole["crc"] = Value::from(format!("{crc:08x}"));
    format!("{whole}\n")
}

fn parse(line: &str) -> Option<(usize, Phase, Digest)> {
    let mut value: Value = serde_json::from_str(line).ok()?;
    let crc = value.as_object_mut()?.remove("crc")?;
    let expected = format!("{:08x}", crc32fast::hash(value.to_string().as_bytes()));
    if crc.as_str() != Some(&expected) {
        return None;
    }
    let phase = Phase::ALL.into_iter().find(|phase| value["phase"] == phase.word())?;
    let plan = Digest::parse(value["plan"].as_str()?)?;
    Some((usize::try_from(value["n"].as_u64()?).ok()?, phase, plan))
}

#[cfg(test)]
mod tests {
    use super::{Journal, Phase, line, parse, spot};
    use iisle_tree::Durability;
    use iisle_tree::digest::Digest;
    use iisle_tree::workshop::{LocalWorkshop, Workshop};

    // SD-18
    #[test]
    fn a_line_torn_at_any_byte_was_never_written() {
        let whole = line(3, Phase::Swapping, &Digest::of(b"plan"));
        assert_eq!(parse(whole.trim_end()), Some((3, Phase::Swapping, Digest::of(b"plan"))));
        for end in 0..whole.len() - 1 {
            assert_eq!(parse(&whole[..end]), None, "{end}");
        }
        assert_eq!(parse(&whole.trim_end().replace("\"n\":3", "\"n\":4")), None, "the sum differs");
    }

    // SD-18
    #[test]
    fn the_last_whole_line_counts_and_writing_goes_on_behind_a_torn_one() {
        let folder = tempfile::tempdir().unwrap();
        let shop = LocalWorkshop::beside(&folder.path().join("site")).unwrap();
        assert_eq!(Journal::read(&shop).unwrap(), None);
        let mut journal = Journal::begin(&shop, Digest::of(b"plan")).unwrap();
        let torn = line(2, Phase::Committed, &journal.plan);
        shop.append(&spot(), &torn.as_bytes()[..20], Durability::Cached).unwrap();
        assert_eq!(Journal::read(&shop).unwrap(), Some(journal.clone()));
        journal.enter(&shop, Phase::GoingBack).unwrap();
        assert_eq!(Journal::read(&shop).unwrap().unwrap().phase, Phase::GoingBack);
    }
}
