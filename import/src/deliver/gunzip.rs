//! Unpacking of `.gz`, with bounds that a decompression bomb meets early.

use std::io::{self, Read};

use flate2::read::MultiGzDecoder;

use crate::deliver::budget::Budget;
use crate::refused::Refused;

/// Unpacks `packed_bytes` of gzip, one member or several, into memory.
///
/// # Errors
/// [`Refused::FileTruncated`] when the packed bytes end too soon, [`Refused::FileTooLarge`] beyond the
/// bounds, [`Refused::FileBroken`] for anything that is not gzip.
pub(crate) fn gunzip(
    packed: impl Read,
    packed_bytes: u64,
    file: &str,
    budget: &mut Budget,
) -> Result<Vec<u8>, Refused> {
    budget.unpack(MultiGzDecoder::new(packed), packed_bytes, file, broken)
}

#[expect(clippy::needless_pass_by_value, reason = "the budget hands the error over")]
fn broken(error: io::Error, file: &str) -> Refused {
    let file = file.to_owned();
    match error.kind() {
        io::ErrorKind::UnexpectedEof => {
            Refused::FileTruncated { file, detail: "the packed bytes end before the data does".into() }
        }
        _ => Refused::FileBroken { file, detail: format!("not readable as gzip: {error}") },
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn pack(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn check(packed: &[u8]) -> Result<Vec<u8>, &'static str> {
        gunzip(packed, packed.len() as u64, "f.gz", &mut Budget::new()).map_err(|refused| refused.code())
    }

    #[test]
    fn what_was_packed_comes_back_also_from_several_members() {
        let two = [pack(b"\xe9\x83\xa8"), pack(b"\xe4\xbb\xb6")].concat();
        assert_eq!(check(&two).unwrap(), "部件".as_bytes());
    }

    #[test]
    fn gzip_cut_at_any_byte_is_truncated() {
        let packed = pack(b"{\"type\": \"FeatureCollection\", \"features\": []}");
        for cut in 0..packed.len() {
            assert_eq!(check(&packed[..cut]), Err("file_truncated"), "cut at {cut}");
        }
    }

    #[test]
    fn a_bomb_is_stopped_at_its_ratio_and_a_small_file_is_not() {
        assert_eq!(check(&pack(&vec![0; 64 << 20])), Err("file_too_large"));
        assert_eq!(check(&pack(&vec![0; 1 << 20])).map(|bytes| bytes.len()), Ok(1 << 20));
    }

    #[test]
    fn a_damaged_byte_is_found_by_the_checksum() {
        let mut packed = pack(b"{\"type\": \"FeatureCollection\", \"features\": []}");
        let middle = packed.len() / 2;
        packed[middle] ^= 0x10;
        assert_eq!(check(&packed), Err("file_broken"));
        assert_eq!(check(b"{\"type\": \"FeatureCollection\"}"), Err("file_broken"));
    }
}
