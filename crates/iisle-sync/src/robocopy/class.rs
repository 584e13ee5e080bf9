use iisle_tree::Ticks;
use iisle_tree::folder::{Attributes, Facts};

/// What a file of the source is beside the one of that name in the destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// The destination has none.
    Lonely,
    /// Written later than the other.
    Newer,
    /// Written earlier than the other.
    Older,
    /// Written at the same time, of another size.
    Changed,
    /// Of other attributes only.
    Tweaked,
    /// Changed otherwise, later than the copy and after the same last write.
    Modified,
    /// No difference that counts. Contents are never read.
    Same,
}

/// When two times are one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TimeRule {
    /// Differences below two seconds do not count: one side is FAT.
    pub two_seconds: bool,
    /// A difference of one hour does not count: one side moved its clock.
    pub one_hour: bool,
}

impl TimeRule {
    fn equal(self, a: Ticks, b: Ticks) -> bool {
        let difference = a.0.abs_diff(b.0);
        let tolerance = if self.two_seconds { 2 * Ticks::SECOND.unsigned_abs() } else { 1 };
        let hour = 3600 * Ticks::SECOND.unsigned_abs();
        difference < tolerance || (self.one_hour && difference.abs_diff(hour) < tolerance)
    }
}

/// Which classes are copied.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Classes {
    /// `/XL`: what only the source has stays there, directories too.
    pub exclude_lonely: bool,
    /// `/XN`.
    pub exclude_newer: bool,
    /// `/XO`.
    pub exclude_older: bool,
    /// `/XC`.
    pub exclude_changed: bool,
    /// `/XX`: what only the destination has is neither reported nor deleted.
    pub exclude_extra: bool,
    /// `/IS`.
    pub include_same: bool,
    /// `/IT`. Without it a tweaked file counts as the same.
    pub include_tweaked: bool,
    /// `/IM`. Without it a modified file counts as the same.
    pub include_modified: bool,
}

impl Classes {
    /// Whether files of that class are copied.
    pub fn copies(&self, class: Class) -> bool {
        match class {
            Class::Lonely => !self.exclude_lonely,
            Class::Newer => !self.exclude_newer,
            Class::Older => !self.exclude_older,
            Class::Changed => !self.exclude_changed,
            Class::Tweaked => self.include_tweaked,
            Class::Modified => self.include_modified,
            Class::Same => self.include_same,
        }
    }
}

/// The class of a file, given what is known of both sides.
///
/// Time comes before size. What nobody asked to be told apart from [`Class::Same`] is that.
pub fn classify(source: &Facts, destination: &Facts, times: TimeRule, classes: &Classes) -> Class {
    let (ours, theirs) = (source.modified, destination.modified);
    if !times.equal(ours, theirs) {
        return if ours > theirs { Class::Newer } else { Class::Older };
    }
    if source.size != destination.size {
        return Class::Changed;
    }
    let compared = |facts: &Facts| facts.attributes.and(Attributes::COMPARED);
    if classes.include_tweaked && compared(source) != compared(destination) {
        return Class::Tweaked;
    }
    // A copy cannot be given the change time of its source: one that was made after the last change
    // is up to date, or no run would ever come to an end.
    let changes = source.changed.zip(destination.changed);
    if classes.include_modified && changes.is_some_and(|(ours, theirs)| ours > theirs) {
        return Class::Modified;
    }
    Class::Same
}

#[cfg(test)]
mod tests {
    use super::{Class, Classes, TimeRule, classify};
    use iisle_tree::Ticks;
    use iisle_tree::folder::{Attributes, Facts};

    const NOON: i64 = 133_500_000_000_000_000;

    /// Sizes are equal unless said; `later` is how much later the source was written, in ticks.
    fn check(later: i64, times: TimeRule) -> Class {
        let facts = |ticks| Facts { size: 5, modified: Ticks(ticks), ..Facts::default() };
        classify(&facts(NOON + later), &facts(NOON), times, &Classes::default())
    }

    const EXACT: TimeRule = TimeRule { two_seconds: false, one_hour: false };
    const FFT: TimeRule = TimeRule { two_seconds: true, one_hour: false };
    const DST: TimeRule = TimeRule { two_seconds: false, one_hour: true };
    const BOTH: TimeRule = TimeRule { two_seconds: true, one_hour: true };

    #[test]
    fn times_decide_to_the_tick_unless_a_rule_forgives() {
        for (later, rule, class) in [
            (0, EXACT, Class::Same),
            (1, EXACT, Class::Newer),
            (-2_500_000, EXACT, Class::Older),
            (19_000_000, FFT, Class::Same),
            (-19_000_000, FFT, Class::Same),
            (20_000_000, FFT, Class::Newer),
            (36_000_000_000, EXACT, Class::Newer),
            (36_000_000_000, DST, Class::Same),
            (-36_000_000_000, DST, Class::Same),
            (36_010_000_000, DST, Class::Newer),
            (72_000_000_000, DST, Class::Newer),
            (36_015_000_000, BOTH, Class::Same),
            (35_985_000_000, BOTH, Class::Same),
            (36_020_000_000, BOTH, Class::Newer),
        ] {
            assert_eq!(check(later, rule), class, "{later} {rule:?}");
        }
    }

    #[test]
    fn time_comes_before_size_and_size_before_attributes() {
        let facts = |ticks, size, attributes| Facts {
            size,
            modified: Ticks(ticks),
            attributes,
            ..Facts::default()
        };
        let all = Classes { include_tweaked: true, include_modified: true, ..Classes::default() };
        let old = facts(NOON, 5, Attributes::NONE);
        let is = |source: Facts, classes| classify(&source, &old, EXACT, classes);
        assert_eq!(is(facts(NOON + 1, 9, Attributes::READ_ONLY), &all), Class::Newer);
        assert_eq!(is(facts(NOON, 9, Attributes::READ_ONLY), &all), Class::Changed);
        assert_eq!(is(facts(NOON, 5, Attributes::READ_ONLY), &all), Class::Tweaked);
        assert_eq!(is(facts(NOON, 5, Attributes::READ_ONLY), &Classes::default()), Class::Same);
        let changed = Facts { changed: Some(Ticks(1)), ..old };
        let other = Facts { changed: Some(Ticks(2)), ..old };
        assert_eq!(classify(&other, &changed, EXACT, &all), Class::Modified);
        assert_eq!(classify(&changed, &other, EXACT, &all), Class::Same, "the copy is later");
        assert_eq!(classify(&other, &changed, EXACT, &Classes::default()), Class::Same);
        assert_eq!(classify(&changed, &old, EXACT, &all), Class::Same, "one side does not know");
    }
}
