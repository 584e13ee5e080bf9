/// An absolute XPath, in one piece and in those it was made of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Path {
    pub(crate) text: String,
    /// Each is evaluated from what the one before selects, the first from the document.
    pub(crate) pieces: Vec<Piece>,
}

/// What one transform element adds to a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) text: String,
    /// The index of the transform element, whose namespaces it is written in.
    pub(crate) element: usize,
}

impl Path {
    /// The path with a step behind it.
    pub(crate) fn then(&self, step: String, element: usize) -> Self {
        let text = appended(&self.text, &step);
        let mut pieces = self.pieces.clone();
        let text_of_piece = if pieces.is_empty() { appended("", &step) } else { step };
        pieces.push(Piece { text: text_of_piece, element });
        Self { text, pieces }
    }

    /// An absolute path.
    pub(crate) fn absolute(text: &str, element: usize) -> Self {
        let text = text.to_owned();
        Self { pieces: vec![Piece { text: text.clone(), element }], text }
    }
}

/// A path with more behind it.
pub(super) fn appended(path: &str, step: &str) -> String {
    let slash = if path.ends_with('/') { "" } else { "/" };
    format!("{path}{slash}{step}")
}
