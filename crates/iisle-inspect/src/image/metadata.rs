use super::source::{Source, Trouble};
use super::{Assembly, Image};

/// Streams of one metadata root; five are usual.
const MOST_STREAMS: u16 = 64;
/// Rows of one table that are looked at.
const MOST_ROWS: u32 = 4096;
const LONGEST_NAME: usize = 1024;

const TYPE_REF: usize = 0x01;
const MEMBER_REF: usize = 0x0a;
const CUSTOM_ATTRIBUTE: usize = 0x0c;
const MODULE_REF: usize = 0x1a;
const ASSEMBLY: usize = 0x20;
const ASSEMBLY_REF: usize = 0x23;

/// A column of a metadata table.
#[derive(Clone, Copy)]
enum Column {
    U16,
    U32,
    Text,
    Guid,
    Blob,
    Row(usize),
    /// Bits of the tag, and the tables it chooses from.
    Coded(u32, &'static [usize]),
}

use Column::{Blob, Coded, Guid, Row, Text, U16, U32};

const TYPE_DEF_OR_REF: Column = Coded(2, &[0x02, 0x01, 0x1b]);
const HAS_CONSTANT: Column = Coded(2, &[0x04, 0x08, 0x17]);
const HAS_CUSTOM_ATTRIBUTE: Column = Coded(
    5,
    &[
        0x06, 0x04, 0x01, 0x02, 0x08, 0x09, 0x0a, 0x00, 0x0e, 0x17, 0x14, 0x11, 0x1a, 0x1b, 0x20,
        0x23, 0x26, 0x27, 0x28, 0x2a, 0x2c, 0x2b,
    ],
);
const CUSTOM_ATTRIBUTE_TYPE: Column = Coded(3, &[0x06, 0x0a]);
const HAS_FIELD_MARSHAL: Column = Coded(1, &[0x04, 0x08]);
const HAS_DECL_SECURITY: Column = Coded(2, &[0x02, 0x06, 0x20]);
const MEMBER_REF_PARENT: Column = Coded(3, &[0x02, 0x01, 0x1a, 0x06, 0x1b]);
const HAS_SEMANTICS: Column = Coded(1, &[0x14, 0x17]);
const METHOD_DEF_OR_REF: Column = Coded(1, &[0x06, 0x0a]);
const MEMBER_FORWARDED: Column = Coded(1, &[0x04, 0x06]);
const RESOLUTION_SCOPE: Column = Coded(2, &[0x00, 0x1a, 0x23, 0x01]);

/// The tables up to `AssemblyRef`, by number.
///
/// Source: ECMA-335 II.22; the tables of edit-and-continue and the `*Ptr` ones: dotnet/runtime,
/// `System.Reflection.Metadata`.
const TABLES: [&[Column]; 0x24] = [
    &[U16, Text, Guid, Guid, Guid],
    &[RESOLUTION_SCOPE, Text, Text],
    &[U32, Text, Text, TYPE_DEF_OR_REF, Row(0x04), Row(0x06)],
    &[Row(0x04)],
    &[U16, Text, Blob],
    &[Row(0x06)],
    &[U32, U16, U16, Text, Blob, Row(0x08)],
    &[Row(0x08)],
    &[U16, U16, Text],
    &[Row(0x02), TYPE_DEF_OR_REF],
    &[MEMBER_REF_PARENT, Text, Blob],
    &[U16, HAS_CONSTANT, Blob],
    &[HAS_CUSTOM_ATTRIBUTE, CUSTOM_ATTRIBUTE_TYPE, Blob],
    &[HAS_FIELD_MARSHAL, Blob],
    &[U16, HAS_DECL_SECURITY, Blob],
    &[U16, U32, Row(0x02)],
    &[U32, Row(0x04)],
    &[Blob],
    &[Row(0x02), Row(0x14)],
    &[Row(0x14)],
    &[U16, Text, TYPE_DEF_OR_REF],
    &[Row(0x02), Row(0x17)],
    &[Row(0x17)],
    &[U16, Text, Blob],
    &[U16, Row(0x06), HAS_SEMANTICS],
    &[Row(0x02), METHOD_DEF_OR_REF, METHOD_DEF_OR_REF],
    &[Text],
    &[Blob],
    &[U16, MEMBER_FORWARDED, Text, Row(0x1a)],
    &[U32, Row(0x04)],
    &[U32, U32],
    &[U32],
    &[U32, U16, U16, U16, U16, U32, Blob, Text, Text],
    &[U32],
    &[U32, U32, U32],
    &[U16, U16, U16, U16, U32, Blob, Text, Text, Blob],
];

/// Where the tables lie and how wide their columns are.
struct Tables {
    rows: [u32; 64],
    offsets: [u64; TABLES.len()],
    heap_sizes: u8,
    strings: Option<(u64, u64)>,
}

/// Reads name, version and references of the assembly whose metadata lie at `root`.
///
/// Source: ECMA-335 II.24.
pub(super) fn read(
    source: &mut Source<'_>,
    root: u64,
    length: u64,
    image: &mut Image,
) -> Result<(), Trouble> {
    if source.bytes(root, 4)? != b"BSJB" {
        return Err(Trouble::damaged("the CLI metadata has no signature BSJB"));
    }
    let version_length = u64::from(source.u32(root + 12)?);
    let mut at = root + 16 + version_length;
    if version_length > length {
        return Err(Trouble::damaged("the CLI metadata is damaged"));
    }
    let streams = source.u16(at + 2)?;
    at += 4;
    let (mut tables, mut strings) = (None, None);
    for _ in 0..streams.min(MOST_STREAMS) {
        let place = (root + u64::from(source.u32(at)?), u64::from(source.u32(at + 4)?));
        let name = source.text(at + 8, 32)?;
        match name.as_str() {
            // `#-` is the same with tables in no order.
            "#~" | "#-" => tables = tables.or(Some(place)),
            "#Strings" => strings = strings.or(Some(place)),
            _ => {}
        }
        at += 8 + (name.len() as u64 / 4 + 1) * 4;
    }
    let Some((tables, _)) = tables else {
        return Err(Trouble::damaged("the CLI metadata has no tables"));
    };
    let tables = Tables::read(source, tables, strings)?;
    tables.read_assembly(source, image)
}

impl Tables {
    fn read(
        source: &mut Source<'_>,
        at: u64,
        strings: Option<(u64, u64)>,
    ) -> Result<Self, Trouble> {
        let heap_sizes = source.bytes(at + 6, 1)?[0];
        let valid = source.u64(at + 8)?;
        let mut rows = [0; 64];
        let mut next = at + 24;
        for (table, count) in rows.iter_mut().enumerate() {
            if valid >> table & 1 == 1 {
                *count = source.u32(next)?;
                next += 4;
            }
        }
        // An uncompressed heap may be followed by four bytes that say so.
        if heap_sizes & 0x40 != 0 {
            next += 4;
        }
        let mut tables = Self { rows, offsets: [0; TABLES.len()], heap_sizes, strings };
        for table in 0..TABLES.len() {
            tables.offsets[table] = next;
            next += u64::from(tables.rows[table]) * tables.row_width(table);
        }
        Ok(tables)
    }

    fn width(&self, column: Column) -> u64 {
        let heap = |bit: u8| if self.heap_sizes & bit == 0 { 2 } else { 4 };
        match column {
            U16 => 2,
            U32 => 4,
            Text => heap(1),
            Guid => heap(2),
            Blob => heap(4),
            Row(table) => {
                if self.rows[table] < 0x1_0000 {
                    2
                } else {
                    4
                }
            }
            Coded(bits, tables) => {
                let most = tables.iter().map(|table| self.rows[*table]).max().unwrap_or_default();
                if most < 1 << (16 - bits) { 2 } else { 4 }
            }
        }
    }

    fn row_width(&self, table: usize) -> u64 {
        TABLES[table].iter().map(|column| self.width(*column)).sum()
    }

    /// The value of a column in a row, counted from 0.
    fn value(
        &self,
        source: &mut Source<'_>,
        table: usize,
        row: u32,
        column: usize,
    ) -> Result<u32, Trouble> {
        let columns = TABLES[table];
        let before: u64 = columns[..column].iter().map(|column| self.width(*column)).sum();
        let at = self.offsets[table] + u64::from(row) * self.row_width(table) + before;
        if self.width(columns[column]) == 2 {
            source.u16(at).map(u32::from)
        } else {
            source.u32(at)
        }
    }

    fn text(
        &self,
        source: &mut Source<'_>,
        table: usize,
        row: u32,
        column: usize,
    ) -> Result<String, Trouble> {
        let index = u64::from(self.value(source, table, row, column)?);
        match self.strings {
            Some((offset, length)) if index < length => source.text(offset + index, LONGEST_NAME),
            _ => Err(Trouble::damaged("a name lies outside the CLI metadata")),
        }
    }

    fn assembly(
        &self,
        source: &mut Source<'_>,
        table: usize,
        row: u32,
        (version, name): (usize, usize),
    ) -> Result<Assembly, Trouble> {
        let mut parts = Vec::new();
        for column in version..version + 4 {
            parts.push(self.value(source, table, row, column)?.to_string());
        }
        Ok(Assembly { name: self.text(source, table, row, name)?, version: parts.join(".") })
    }

    fn read_assembly(&self, source: &mut Source<'_>, image: &mut Image) -> Result<(), Trouble> {
        if self.rows[ASSEMBLY] > 0 {
            image.assembly = Some(self.assembly(source, ASSEMBLY, 0, (1, 7))?);
        }
        for row in 0..self.rows[ASSEMBLY_REF].min(MOST_ROWS) {
            image.references.push(self.assembly(source, ASSEMBLY_REF, row, (0, 6))?);
        }
        for row in 0..self.rows[MODULE_REF].min(MOST_ROWS) {
            let name = self.text(source, MODULE_REF, row, 0)?;
            if !name.is_empty() {
                image.native_references.push(name);
            }
        }
        image.reference_assembly = image.il_only && self.is_reference_assembly(source)?;
        Ok(())
    }

    /// Whether the attribute `ReferenceAssembly` stands on the assembly. The table of attributes is
    /// sorted by what they stand on.
    fn is_reference_assembly(&self, source: &mut Source<'_>) -> Result<bool, Trouble> {
        // Row 1 of `Assembly`, as `HasCustomAttribute` writes it.
        const ON_ASSEMBLY: u32 = (1 << 5) | 0xe;
        let count = self.rows[CUSTOM_ATTRIBUTE];
        let (mut low, mut high) = (0, count);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.value(source, CUSTOM_ATTRIBUTE, middle, 0)? < ON_ASSEMBLY {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        for row in low..count.min(low.saturating_add(MOST_ROWS)) {
            if self.value(source, CUSTOM_ATTRIBUTE, row, 0)? != ON_ASSEMBLY {
                break;
            }
            if self.attribute_name(source, row)?.as_deref() == Some("ReferenceAssemblyAttribute") {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The type of an attribute that is defined in another assembly.
    fn attribute_name(&self, source: &mut Source<'_>, row: u32) -> Result<Option<String>, Trouble> {
        let constructor = self.value(source, CUSTOM_ATTRIBUTE, row, 1)?;
        let (tag, member) = (constructor & 7, constructor >> 3);
        if tag != 3 || member == 0 || member > self.rows[MEMBER_REF] {
            return Ok(None);
        }
        let parent = self.value(source, MEMBER_REF, member - 1, 0)?;
        let (tag, reference) = (parent & 7, parent >> 3);
        if tag != 1 || reference == 0 || reference > self.rows[TYPE_REF] {
            return Ok(None);
        }
        self.text(source, TYPE_REF, reference - 1, 1).map(Some)
    }
}
