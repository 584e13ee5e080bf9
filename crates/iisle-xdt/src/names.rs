/// The namespace the reference engine's types live in.
const NAMESPACE: &str = "Microsoft.Web.XmlTransform";

/// What the reference engine calls a type.
pub(crate) fn full_name(name: &str) -> String {
    format!("{NAMESPACE}.{name}")
}

/// Types of the reference engine that are neither transforms nor locators. It finds them by name,
/// and then says that they are of the wrong kind rather than unknown.
///
/// Source: the types of the namespace `Microsoft.Web.XmlTransform`.
pub(crate) const TYPES: [&str; 30] = [
    "AttributeTransform",
    "CommonErrors",
    "DefaultLocator",
    "IXmlFormattableAttributes",
    "IXmlOriginalDocumentService",
    "IXmlTransformationLogger",
    "InsertBase",
    "Locator",
    "MessageType",
    "MissingTargetMessage",
    "NamedTypeFactory",
    "PositionTrackingTextReader",
    "SetTokenizedAttributeStorage",
    "Transform",
    "TransformFlags",
    "WhitespaceTrackingTextReader",
    "XPathAxis",
    "XmlArgumentUtility",
    "XmlAttributePreservationDict",
    "XmlAttributePreservationProvider",
    "XmlAttributePreservingWriter",
    "XmlElementContext",
    "XmlFileInfoDocument",
    "XmlFormatter",
    "XmlNodeContext",
    "XmlNodeException",
    "XmlTransformableDocument",
    "XmlTransformation",
    "XmlTransformationException",
    "XmlTransformationLogger",
];

/// The reference engine's name of the locator that is used where none is named.
pub(crate) const DEFAULT_LOCATOR: &str = "DefaultLocator";
