//! Tables as CSV, in the delivery's encoding, lines ended as on Windows.

use crate::write::text::Pen;

/// A table with a header line.
#[derive(Debug)]
pub(crate) struct Sheet {
    text: String,
}

impl Sheet {
    pub(crate) fn new(header: &[&str]) -> Self {
        let mut sheet = Sheet { text: String::new() };
        sheet.row(header);
        sheet
    }

    /// Adds a row; values with commas or quotes are quoted.
    pub(crate) fn row(&mut self, values: &[&str]) {
        for (i, value) in values.iter().enumerate() {
            if i > 0 {
                self.text.push(',');
            }
            if value.contains([',', '"', '\n']) {
                self.text.push('"');
                self.text.push_str(&value.replace('"', "\"\""));
                self.text.push('"');
            } else {
                self.text.push_str(value);
            }
        }
        self.text.push_str("\r\n");
    }

    pub(crate) fn bytes(&self, pen: Pen) -> Vec<u8> {
        pen.bytes(&self.text)
    }
}
