//! What a format cannot hold: counted by code, the first few shown.

/// How many examples of a loss are kept.
const SAMPLES: usize = 5;

/// Why something does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LossKind {
    /// A character that GBK does not have.
    NotGbk,
    /// A text longer than its field.
    TooLong,
    /// A value for which the format has no field.
    NoField,
    /// A date that is none, in a date field.
    NoDate,
    /// A component of another edition than the one written.
    OtherEdition,
    /// A thing without a shape where every row has one.
    NoShape,
}

impl LossKind {
    /// The stable code.
    pub fn as_str(self) -> &'static str {
        match self {
            LossKind::NotGbk => "export_not_gbk",
            LossKind::TooLong => "export_too_long",
            LossKind::NoField => "export_no_field",
            LossKind::NoDate => "export_no_date",
            LossKind::OtherEdition => "export_other_edition",
            LossKind::NoShape => "export_no_shape",
        }
    }

    /// What to do about it.
    pub fn advice(self) -> &'static str {
        match self {
            LossKind::NotGbk => {
                "该字不在 GBK 内 · the character is not in GBK: use gpkg or geojson, or --lossy to write ?"
            }
            LossKind::TooLong => {
                "超出字段长度 · longer than the field: use gpkg or geojson, or --lossy to cut it"
            }
            LossKind::NoField => {
                "标准字段表中没有 · the standard has no such field: use gpkg or geojson, or --lossy to leave it out"
            }
            LossKind::NoDate => "不是日期 · no date: correct it, or --lossy to leave it out",
            LossKind::OtherEdition => {
                "标准版本不同 · of another edition: export with its --edition, or --lossy"
            }
            LossKind::NoShape => {
                "没有图形 · without a shape: use csv, gpkg or geojson, or --lossy to leave the row out"
            }
        }
    }
}

/// One example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// The code of the thing.
    pub code: String,
    /// The field, by the format's name.
    pub field: String,
    /// The value.
    pub value: String,
}

/// All losses of an export.
#[derive(Clone, Debug, Default)]
pub struct Losses {
    kinds: Vec<(LossKind, u64, Vec<Example>)>,
}

impl Losses {
    /// Adds one.
    pub fn add(&mut self, kind: LossKind, code: &str, field: &str, value: &str) {
        let index = self.kinds.iter().position(|(known, ..)| *known == kind).unwrap_or_else(|| {
            self.kinds.push((kind, 0, Vec::new()));
            self.kinds.len() - 1
        });
        let (_, count, examples) = &mut self.kinds[index];
        *count += 1;
        if examples.len() < SAMPLES {
            let (code, field) = (code.to_owned(), field.to_owned());
            let value = value.chars().take(60).collect();
            examples.push(Example { code, field, value });
        }
    }

    /// Whether everything fitted.
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    /// How many there are.
    pub fn total(&self) -> u64 {
        self.kinds.iter().map(|(_, count, _)| count).sum()
    }

    /// How many there are of a kind.
    pub fn count(&self, kind: LossKind) -> u64 {
        self.kinds.iter().find(|(known, ..)| *known == kind).map_or(0, |(_, count, _)| *count)
    }

    /// The kinds with their counts and examples, as they were met.
    pub fn iter(&self) -> impl Iterator<Item = (LossKind, u64, &[Example])> {
        self.kinds.iter().map(|(kind, count, examples)| (*kind, *count, &examples[..]))
    }
}
