//! The table beside the shapes: dBASE III in GBK, values padded with blanks to the width of their field.

use super::super::loss::{LossKind, Losses};
use super::super::output::{beside, failed};
use super::super::record::Record;
use super::super::{ExportError, Format};
use super::fields::Field;
use encoding_rs::{EncoderResult, GBK};
use std::borrow::Cow;
use std::io::{BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;
use time::OffsetDateTime;

/// dBASE III without a memo file.
const VERSION: u8 = 3;

/// The language byte of code page 936, GBK.
const LANGUAGE: u8 = 0x4D;

/// Bytes of a field's description, and of the head without them.
const PART_BYTES: u16 = 32;

/// After the last description, and after the last row.
const HEAD_END: u8 = 0x0D;
const FILE_END: u8 = 0x1A;

/// What GIS programs read of a table: offsets of 32 bits.
const MOST_BYTES: u64 = u32::MAX as u64;

/// Where the head counts the rows.
const ROWS_AT: u64 = 4;

/// A table being written.
pub(super) struct Dbf {
    file: BufWriter<NamedTempFile>,
    path: PathBuf,
    fields: Vec<Field>,
    row: Vec<u8>,
    row_bytes: u64,
    rows: u32,
}

impl Dbf {
    pub(super) fn begin(path: &Path, fields: &[Field]) -> Result<Self, ExportError> {
        let row_bytes = 1 + fields.iter().map(|field| u16::from(field.width)).sum::<u16>();
        let mut dbf = Dbf {
            file: BufWriter::new(beside(path)?),
            path: path.to_path_buf(),
            fields: fields.to_vec(),
            row: Vec::new(),
            row_bytes: u64::from(row_bytes),
            rows: 0,
        };
        let head = head(fields, row_bytes);
        dbf.file.write_all(&head).map_err(failed(path))?;
        Ok(dbf)
    }

    pub(super) fn put(&mut self, record: &Record<'_>, losses: &mut Losses) -> Result<(), ExportError> {
        if (u64::from(self.rows) + 2) * self.row_bytes > MOST_BYTES {
            return Err(ExportError::TooLarge { path: self.path.clone(), format: Format::Shp });
        }
        self.row.clear();
        self.row.push(b' ');
        for field in &self.fields {
            let value = record.values[field.column].as_deref().unwrap_or_default();
            let end = self.row.len() + usize::from(field.width);
            if field.date && !is_date(value) {
                losses.add(LossKind::NoDate, record.code(), &field.name, value);
            } else {
                let bytes = fitted(value, field, |kind| losses.add(kind, record.code(), &field.name, value));
                self.row.extend_from_slice(&bytes);
            }
            self.row.resize(end, b' ');
        }
        self.rows += 1;
        self.file.write_all(&self.row).map_err(failed(&self.path))
    }

    pub(super) fn finish(self) -> Result<NamedTempFile, ExportError> {
        let Dbf { mut file, path, rows, .. } = self;
        let end = |file: &mut BufWriter<NamedTempFile>| {
            file.write_all(&[FILE_END])?;
            file.seek(SeekFrom::Start(ROWS_AT))?;
            file.write_all(&rows.to_le_bytes())?;
            file.flush()
        };
        end(&mut file).map_err(failed(&path))?;
        file.into_inner().map_err(|error| failed(&path)(error.into_error()))
    }
}

fn head(fields: &[Field], row_bytes: u16) -> Vec<u8> {
    let today = OffsetDateTime::now_utc().date();
    let years = u8::try_from(today.year() - 1900).unwrap_or(u8::MAX);
    let mut head = vec![VERSION, years, u8::from(today.month()), today.day(), 0, 0, 0, 0];
    head.extend((PART_BYTES * (fields.len() as u16 + 1) + 1).to_le_bytes());
    head.extend(row_bytes.to_le_bytes());
    head.resize(usize::from(PART_BYTES), 0);
    head[29] = LANGUAGE;
    for field in fields {
        let start = head.len();
        head.extend(GBK.encode(&field.name).0.iter());
        head.resize(start + usize::from(PART_BYTES), 0);
        head[start + 11] = if field.date { b'D' } else { b'C' };
        head[start + 16] = field.width;
    }
    head.push(HEAD_END);
    head
}

/// Whether a text can stand in a date field: nothing, or a day that readers will not turn into another.
fn is_date(value: &str) -> bool {
    let digits = value.len() == 8 && value.bytes().all(|byte| byte.is_ascii_digit());
    let part = |range: std::ops::Range<usize>| value.get(range).and_then(|part| part.parse::<u8>().ok());
    value.is_empty()
        || digits
            && part(4..6).is_some_and(|month| (1..=12).contains(&month))
            && part(6..8).is_some_and(|day| (1..=31).contains(&day))
}

/// A value in GBK, no longer than its field; tells what was lost.
fn fitted<'a>(value: &'a str, field: &Field, mut tell: impl FnMut(LossKind)) -> Cow<'a, [u8]> {
    let width = usize::from(field.width);
    let clean = value.is_ascii() && !value.contains('\0') && value.trim() == value;
    if clean && value.len() <= width {
        return Cow::Borrowed(value.as_bytes());
    }
    let (whole, _, lost) = GBK.encode(value);
    let plain = !lost && whole.len() <= width && !value.contains('\0');
    if plain
        && GBK.decode_without_bom_handling_and_without_replacement(&whole).is_some_and(|back| back == value)
    {
        return whole;
    }
    // Something is lost: character by character, to see what.
    let (mut bytes, mut cut, mut unknown) = (Vec::with_capacity(width), false, value.contains('\0'));
    for character in value.chars().map(|c| if c == '\0' { '?' } else { c }) {
        let (encoded, known) = in_gbk(character);
        if bytes.len() + encoded.len() > width {
            cut = true;
            break;
        }
        unknown |= !known;
        bytes.extend_from_slice(&encoded);
    }
    if cut {
        tell(LossKind::TooLong);
    }
    if unknown {
        tell(LossKind::NotGbk);
    }
    Cow::Owned(bytes)
}

/// A character in GBK, `?` when GBK lacks it or gives another one back.
fn in_gbk(character: char) -> (Vec<u8>, bool) {
    let mut text = [0; 4];
    let text = character.encode_utf8(&mut text);
    let mut bytes = [0; 8];
    let (result, _, written) = GBK.new_encoder().encode_from_utf8_without_replacement(text, &mut bytes, true);
    let encoded = &bytes[..written];
    let back =
        || GBK.decode_without_bom_handling_and_without_replacement(encoded).is_some_and(|back| back == *text);
    if result == EncoderResult::InputEmpty && back() { (encoded.to_vec(), true) } else { (vec![b'?'], false) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(width: u8) -> Field {
        Field { name: "MC".to_owned(), width, date: false, column: 0 }
    }

    fn fit(value: &str, width: u8) -> (Vec<u8>, Vec<LossKind>) {
        let mut told = Vec::new();
        let bytes = fitted(value, &field(width), |kind| told.push(kind)).into_owned();
        (bytes, told)
    }

    #[test]
    fn a_text_is_cut_between_characters_and_told() {
        assert_eq!(fit("路灯", 4), (vec![0xC2, 0xB7, 0xB5, 0xC6], vec![]));
        assert_eq!(fit("路灯", 3), (vec![0xC2, 0xB7], vec![LossKind::TooLong]));
        assert_eq!(fit("lamp", 3), (b"lam".to_vec(), vec![LossKind::TooLong]));
    }

    #[test]
    fn what_gbk_lacks_becomes_a_question_mark_and_is_told() {
        assert_eq!(fit("㐀a", 9), (b"?a".to_vec(), vec![LossKind::NotGbk]));
        assert_eq!(fit("🏮", 9).1, [LossKind::NotGbk]);
        assert_eq!(fit("€", 9), (vec![0x80], vec![]));
        assert_eq!(fit("a\0b", 9), (b"a?b".to_vec(), vec![LossKind::NotGbk]));
    }

    #[test]
    fn days_are_days_and_nothing_is_one() {
        assert!(["", "20261124", "20240229"].iter().all(|day| is_date(day)));
        assert!(
            !["2026-11-24", "20261301", "20261100", "2026112", "二〇二四"].iter().any(|day| is_date(day))
        );
    }
}
