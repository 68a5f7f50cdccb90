//! Text as bytes of the delivery's encoding.

use crate::order::Charset;

/// Encodes texts; what the charset lacks becomes `?`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pen(pub(crate) Charset);

impl Pen {
    /// The bytes of a text.
    pub(crate) fn bytes(self, text: &str) -> Vec<u8> {
        let encoding = match self.0 {
            Charset::Gbk => encoding_rs::GBK,
            Charset::Gb18030 => encoding_rs::GB18030,
            Charset::Utf8 => return text.as_bytes().to_vec(),
        };
        encoding.encode(text).0.into_owned()
    }

    /// The bytes of a text, cut to a width before a character that does not fit.
    pub(crate) fn fitted(self, text: &str, width: usize) -> Vec<u8> {
        let mut bytes = self.bytes(text);
        let mut end = text.len();
        while bytes.len() > width {
            end = text[..end].char_indices().next_back().map_or(0, |(i, _)| i);
            bytes = self.bytes(&text[..end]);
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(Pen(Charset::Gbk).bytes("井盖"), [0xbe, 0xae, 0xb8, 0xc7]);
        assert_eq!(Pen(Charset::Gbk).fitted("井盖", 3), [0xbe, 0xae]);
        assert_eq!(Pen(Charset::Utf8).fitted("井盖", 5), "井".as_bytes());
        assert!(Pen(Charset::Gbk).fitted("井", 1).is_empty());
    }
}
