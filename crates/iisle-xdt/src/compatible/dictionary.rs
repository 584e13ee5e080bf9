/// A map of short texts that goes through its entries in the order .NET's `Dictionary` does: that
/// of their adding, but an entry added after others were removed takes the place of the one
/// removed last.
#[derive(Debug, Clone, Default)]
pub(super) struct Dictionary {
    places: Vec<Option<(Box<str>, Box<str>)>>,
    /// Places that are free, the one to be taken next last.
    free: Vec<usize>,
}

impl Dictionary {
    pub(super) fn get(&self, key: &str) -> Option<&str> {
        self.entries().find(|(known, _)| *known == key).map(|(_, value)| value)
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = (&str, &str)> {
        self.places.iter().flatten().map(|(key, value)| (&**key, &**value))
    }

    pub(super) fn len(&self) -> usize {
        self.places.len() - self.free.len()
    }

    pub(super) fn set(&mut self, key: &str, value: &str) {
        let mut entries = self.places.iter_mut().flatten();
        if let Some((_, known)) = entries.find(|(known, _)| **known == *key) {
            *known = value.into();
            return;
        }
        let entry = Some((key.into(), value.into()));
        match self.free.pop() {
            Some(place) => self.places[place] = entry,
            None => self.places.push(entry),
        }
    }

    pub(super) fn remove(&mut self, key: &str) {
        let is_it = |entry: &Option<(Box<str>, Box<str>)>| {
            entry.as_ref().is_some_and(|(known, _)| **known == *key)
        };
        if let Some(place) = self.places.iter().position(is_it) {
            self.places[place] = None;
            self.free.push(place);
        }
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::Dictionary;

    #[test]
    fn what_is_added_late_takes_the_place_that_became_free_last() {
        let mut map = Dictionary::default();
        for key in ["a", "b", "c"] {
            map.set(key, key);
        }
        map.remove("a");
        map.remove("b");
        map.set("d", "1");
        map.set("c", "2");
        map.set("e", "3");
        map.set("f", "4");
        let all: Vec<_> = map.entries().collect();
        assert_eq!(all, [("e", "3"), ("d", "1"), ("c", "2"), ("f", "4")]);
        assert_eq!(map.len(), 4);
    }
}
