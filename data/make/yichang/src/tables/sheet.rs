//! Tables as CSV, in the delivery's encoding, lines ended as on Windows; or as a workbook.

use crate::write::text::Pen;
use crate::write::xlsx;

/// A table with a header line.
#[derive(Debug)]
pub(crate) struct Sheet {
    rows: Vec<Vec<String>>,
}

impl Sheet {
    pub(crate) fn new(header: &[&str]) -> Self {
        let mut sheet = Sheet { rows: Vec::new() };
        sheet.row(header);
        sheet
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, values: &[&str]) {
        self.rows.push(values.iter().map(|value| (*value).to_owned()).collect());
    }

    /// As CSV; values with commas or quotes are quoted.
    pub(crate) fn csv(&self, pen: Pen) -> Vec<u8> {
        let mut text = String::new();
        for row in &self.rows {
            for (i, value) in row.iter().enumerate() {
                if i > 0 {
                    text.push(',');
                }
                if value.contains([',', '"', '\n']) {
                    text.push('"');
                    text.push_str(&value.replace('"', "\"\""));
                    text.push('"');
                } else {
                    text.push_str(value);
                }
            }
            text.push_str("\r\n");
        }
        pen.bytes(&text)
    }

    /// As a workbook with one sheet of this name.
    pub(crate) fn xlsx(&self, name: &str) -> Vec<u8> {
        xlsx::workbook(name, &self.rows)
    }
}
