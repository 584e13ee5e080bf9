/// Whose XPath it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dialect {
    /// The recommendation's.
    #[default]
    Standard,
    /// That of .NET's `System.Xml.XPath` over an `XmlDocument`, which differs from the
    /// recommendation:
    /// - texts are counted, cut and translated in UTF-16 code units; half a character becomes
    ///   U+FFFD;
    /// - whole numbers of more than 15 digits that end in zeros, and numbers with four zeros behind
    ///   the point, are written with an exponent (`1E+15`, `1E-05`), and zero may be `-0`;
    /// - the texts `Infinity` and `-Infinity`, in any case, are numbers;
    /// - two minus signs before an operand are none, so that it does not become a number;
    /// - `substring()` from behind the start, with a negative length, begins at the start;
    /// - `lang('')` is true where no language is known;
    /// - after `)`, when a predicate but the last asks for `last()`, all predicates are applied to
    ///   each node as if it were alone: `(//a)[last()][1]` is `//a`;
    /// - so are the predicates of a `descendant`, `descendant-or-self` or `following-sibling` step
    ///   from nodes that may stand above one another, when one but the first asks for a position:
    ///   `//a/descendant::b[@c][1]` is `//a/descendant::b[@c]`;
    /// - `following::processing-instruction('t')` selects elements named `t`;
    /// - `following-sibling` from a set that holds the root node leaves out what follows the nodes
    ///   on the top level, up to the document element;
    /// - CDATA without characters is a text node;
    /// - 200 levels of parentheses, predicates and arguments.
    ///
    /// The same: text, CDATA and white space side by side are one node, and what an entity brings
    /// stands where its reference stands; the document type is no node; white space outside the
    /// document element is none either. What `id()` finds is up to the tree; in an `XmlDocument`
    /// it finds nothing.
    ///
    /// What .NET finds wrong when it compiles an expression and what only when it runs it
    /// (prefixes, variables, unknown functions) is always an `XPathException`; here the latter two
    /// are found by [`XPath::parse`](super::XPath::parse) as well, and the first by
    /// [`XPath::check`](super::XPath::check), also in parts that are never reached, as there. Not
    /// imitated: names beyond the fourth edition of XML 1.0 are refused there; a prefix behind
    /// `namespace::` need not be bound; what a path begins with is found to be no node set only
    /// when the path is followed; children of what `following` selects sometimes come twice.
    ///
    /// Source: dotnet/runtime, `System.Private.Xml`, `System.Xml.XPath.Internal`, and comparisons
    /// with it under Mono.
    DotNet,
}
