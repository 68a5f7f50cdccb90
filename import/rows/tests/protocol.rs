//! The protocol through its front door: what is written is read, what is damaged is named.

#![expect(clippy::unwrap_used, reason = "a failed unwrap in a test's own machinery is a failed test")]

use wanmi_rows::{
    BadRow, Columns, DeclaredCrs, DroppedAxes, FRAME_CAP_BYTES, Field, FieldKind, Frame, FrameReader,
    FrameWriter, Hello, Layer, NamedBy, PROTOCOL, ReadError, Refusal, Request, RequestError, Row, RowRef,
    Rows, Spelling, Value, ValueRef, Wanted, WriteError,
};

fn hello() -> Hello {
    Hello { protocol: PROTOCOL, importer: "0.1.0".into(), gdal: "3.6.2".into() }
}

fn layer() -> Frame {
    Frame::Layer(Layer {
        file: "部件.shp".into(),
        driver: "ESRI Shapefile".into(),
        name: "部件".into(),
        crs: Some(DeclaredCrs { epsg: Some(4490), name: "CGCS2000".into(), wkt: "GEOGCS[…]".into() }),
        encoding: Some("GBK".into()),
        encoding_by: NamedBy::Language(0x4D),
        fields: vec![
            Field { name: vec![0xB1, 0xEA, 0xCA, 0xB6], kind: FieldKind::Text, width: 20 },
            Field { name: b"N".to_vec(), kind: FieldKind::Int, width: 9 },
        ],
        geometry: "Point".into(),
        rows: Some(2),
        delimiter: None,
    })
}

fn row() -> Frame {
    Frame::Row(Row {
        number: 1,
        fid: Some(-3),
        values: vec![
            Value::Text((0..=255).collect()),
            Value::Int(i64::MIN),
            Value::Real(-0.0),
            Value::Real(f64::MAX),
            Value::Null,
        ],
        geometry: Some(vec![1, 1, 0, 0, 0]),
        dropped: DroppedAxes::Zm,
    })
}

fn bad_row() -> Frame {
    Frame::BadRow(BadRow { number: 2, code: "geometry_curved".into(), detail: "弧".into() })
}

const SOURCE: Frame = Frame::Source(0);

fn skipped() -> Frame {
    Frame::Skipped(Refusal {
        file: "a.txt".into(),
        code: "format_unknown".into(),
        detail: "d".into(),
        advice: "a".into(),
    })
}

fn refused() -> Frame {
    Frame::Refused(Refusal {
        file: "f".into(),
        code: "file_broken".into(),
        detail: "d".into(),
        advice: "a".into(),
    })
}

/// The bytes of a stream with these frames, the last of them last.
fn stream(frames: &[Frame]) -> Vec<u8> {
    let mut writer = FrameWriter::start(Vec::new(), hello()).unwrap();
    let (last, before) = frames.split_last().unwrap();
    for frame in before {
        writer.write(frame).unwrap();
    }
    writer.finish(last).unwrap()
}

/// One raw frame around any bytes.
fn raw(body: &[u8]) -> Vec<u8> {
    let mut bytes = (body.len() as u32).to_le_bytes().to_vec();
    bytes.extend_from_slice(body);
    bytes
}

fn read(bytes: &[u8]) -> Result<Vec<Frame>, ReadError> {
    FrameReader::open(bytes)?.collect()
}

#[test]
fn what_is_written_is_read_byte_for_byte() {
    for frames in [
        vec![SOURCE, layer(), row(), bad_row(), row(), Frame::End { rows: 3 }],
        vec![SOURCE, layer(), Frame::End { rows: 0 }],
        vec![SOURCE, layer(), layer(), Frame::Source(1), skipped(), layer(), Frame::End { rows: 0 }],
        vec![SOURCE, refused(), Frame::Source(1), layer(), row(), Frame::End { rows: 1 }],
        vec![SOURCE, layer(), row(), refused(), layer(), row(), Frame::End { rows: 2 }],
        vec![Frame::End { rows: 0 }],
    ] {
        let bytes = stream(&frames);
        assert_eq!(FrameReader::open(&bytes[..]).unwrap().hello(), &hello());
        assert_eq!(read(&bytes).unwrap(), frames);
    }
}

#[test]
fn the_bytes_of_a_frame_are_a_promise() {
    // Postcard has no field names: if this line changes, PROTOCOL must rise.
    assert_eq!(
        stream(&[Frame::End { rows: 300 }]),
        b"\x0e\0\0\0\x00\x03\x050.1.0\x053.6.2\x03\0\0\0\x07\xac\x02"
    );
}

#[test]
fn a_stream_cut_at_any_byte_is_truncated() {
    let bytes = stream(&[SOURCE, layer(), row(), bad_row(), Frame::End { rows: 2 }]);
    for cut in 0..bytes.len() {
        let error = read(&bytes[..cut]).unwrap_err();
        assert!(matches!(error, ReadError::Truncated { .. }), "cut at {cut} gives {error:?}");
    }
}

#[test]
fn a_truncated_stream_says_how_far_it_came_and_then_ends() {
    let mut bytes = FrameWriter::start(Vec::new(), hello()).map(|mut writer| {
        writer.write(&SOURCE).unwrap();
        writer.finish(&Frame::End { rows: 0 }).unwrap()
    });
    let bytes = bytes.as_mut().unwrap();
    bytes.truncate(bytes.len() - 1);
    let mut reader = FrameReader::open(&bytes[..]).unwrap();
    assert!(matches!(reader.next(), Some(Ok(Frame::Source(0)))));
    assert!(matches!(reader.next(), Some(Err(ReadError::Truncated { frames: 2 }))));
    assert!(reader.next().is_none());
}

#[test]
fn a_hostile_length_is_refused_before_memory_is_taken() {
    let mut bytes = stream(&[Frame::End { rows: 0 }]);
    bytes.truncate(4 + bytes[0] as usize);
    let hostile = [&bytes[..], &u32::MAX.to_le_bytes()].concat();
    let error = read(&hostile).unwrap_err();
    assert!(matches!(error, ReadError::TooLarge { frame: 2, bytes } if bytes == u32::MAX as usize));
    // A length just under the cap, with nothing behind it, must not cost the cap either.
    let mut reader_side =
        FrameReader::open(&[&bytes[..], &(FRAME_CAP_BYTES as u32).to_le_bytes()].concat()[..])
            .map(Iterator::collect::<Vec<_>>)
            .unwrap();
    assert!(matches!(reader_side.pop(), Some(Err(ReadError::Truncated { frames: 1 }))));
}

#[test]
fn a_count_inside_a_frame_is_a_claim_too() {
    // Layer with a name of 2^62 bytes: postcard must not believe it.
    let body = [&[2u8][..], &[0xff; 8], &[0x3f]].concat();
    let bytes = [stream(&[Frame::End { rows: 0 }])[..18].to_vec(), raw(&body)].concat();
    assert!(matches!(read(&bytes).unwrap_err(), ReadError::Garbage { frame: 2, source: Some(_) }));
    // Row with 2^28 values.
    let body = [&[3u8, 1, 0][..], &[0xff, 0xff, 0xff, 0x7f]].concat();
    let bytes = [stream(&[Frame::End { rows: 0 }])[..18].to_vec(), raw(&body)].concat();
    assert!(matches!(read(&bytes).unwrap_err(), ReadError::Garbage { frame: 2, .. }));
}

#[test]
fn garbage_is_named_and_never_panics() {
    assert!(matches!(read(b"GIF89a, or any other file").unwrap_err(), ReadError::TooLarge { frame: 1, .. }));
    assert!(matches!(read(&raw(b"\xff\xff")).unwrap_err(), ReadError::Garbage { frame: 1, .. }));
    let two_in_one = raw(&[7, 0, 7, 0]);
    assert!(matches!(read(&two_in_one).unwrap_err(), ReadError::Garbage { frame: 1, source: None }));
    // Every single-byte change is an error or another whole stream, never a panic.
    let bytes = stream(&[SOURCE, layer(), row(), bad_row(), Frame::End { rows: 2 }]);
    for at in 0..bytes.len() {
        for flip in [0x01, 0x80, 0xff] {
            let mut damaged = bytes.clone();
            damaged[at] ^= flip;
            let _verdict = read(&damaged);
        }
    }
}

#[test]
fn another_protocol_is_refused_by_number() {
    let mut other = hello();
    other.protocol = 1;
    let bytes = FrameWriter::start(Vec::new(), other).unwrap().finish(&Frame::End { rows: 0 }).unwrap();
    let error = read(&bytes).unwrap_err();
    assert!(matches!(&error, ReadError::WrongProtocol { found: 1, importer } if importer == "0.1.0"));
    assert_eq!(
        error.to_string(),
        r#"importer "0.1.0" speaks row protocol 1: this program needs 3; install both together"#
    );
}

#[test]
fn frames_out_of_their_order_are_refused() {
    let handshake_missing = raw(&postcard_end());
    assert!(matches!(read(&handshake_missing).unwrap_err(), ReadError::OutOfOrder { frame: 1, .. }));
    for first in [row(), layer(), refused(), skipped()] {
        let no_source = stream(&[first, Frame::End { rows: 1 }]);
        assert!(matches!(read(&no_source).unwrap_err(), ReadError::OutOfOrder { frame: 2, .. }));
    }
    for before in [SOURCE, refused(), skipped()] {
        let no_layer = stream(&[SOURCE, layer(), before, row(), Frame::End { rows: 1 }]);
        assert!(matches!(read(&no_layer).unwrap_err(), ReadError::OutOfOrder { frame: 5, .. }));
    }
    let twice = stream(&[Frame::Hello(hello()), Frame::End { rows: 0 }]);
    assert!(matches!(read(&twice).unwrap_err(), ReadError::OutOfOrder { frame: 2, .. }));
    let more = [stream(&[Frame::End { rows: 0 }]), vec![0]].concat();
    assert!(matches!(read(&more).unwrap_err(), ReadError::OutOfOrder { frame: 3, .. }));
}

/// `Frame::End { rows: 0 }` as the wire has it.
fn postcard_end() -> Vec<u8> {
    vec![7, 0]
}

#[test]
fn a_row_of_borrowed_values_has_the_same_bytes() {
    let Frame::Row(owned) = row() else { unreachable!() };
    let values: Vec<ValueRef<'_>> = owned
        .values
        .iter()
        .map(|value| match value {
            Value::Null => ValueRef::Null,
            Value::Text(bytes) => ValueRef::Text(bytes),
            Value::Int(number) => ValueRef::Int(*number),
            Value::Real(number) => ValueRef::Real(*number),
        })
        .collect();
    let borrowed = RowRef {
        number: owned.number,
        fid: owned.fid,
        values: &values,
        geometry: owned.geometry.as_deref(),
        dropped: owned.dropped,
    };
    let mut writer = FrameWriter::start(Vec::new(), hello()).unwrap();
    writer.write(&SOURCE).unwrap();
    writer.write(&layer()).unwrap();
    writer.row(&borrowed).unwrap();
    let bytes = writer.finish(&Frame::End { rows: 1 }).unwrap();
    assert_eq!(bytes, stream(&[SOURCE, layer(), row(), Frame::End { rows: 1 }]));
}

#[test]
fn a_request_is_read_as_it_was_written_and_nothing_else_is() {
    let request = Request {
        protocol: PROTOCOL,
        sources: vec![
            Wanted { path: vec![b'/', 0xB2, 0xBF], layer: None, columns: Vec::new() },
            Wanted {
                path: b"/a.csv".to_vec(),
                layer: Some("l".into()),
                columns: vec![Columns::Xy {
                    x: vec![Spelling(b"lng".to_vec())],
                    y: vec![Spelling(b"lat".to_vec())],
                }],
            },
        ],
        rows: Rows::Sample(7),
    };
    let mut bytes = Vec::new();
    request.write(&mut bytes).unwrap();
    assert_eq!(Request::read(&bytes[..]).unwrap(), request);
    for cut in 0..bytes.len() {
        assert!(
            matches!(Request::read(&bytes[..cut]).unwrap_err(), RequestError::Garbage(_)),
            "cut at {cut}"
        );
    }
    let mut older = Vec::new();
    Request { protocol: 1, ..request }.write(&mut older).unwrap();
    assert!(matches!(Request::read(&older[..]).unwrap_err(), RequestError::WrongProtocol(1)));
}

#[test]
fn a_frame_too_large_is_not_written_and_the_stream_goes_on() {
    let mut writer = FrameWriter::start(Vec::new(), hello()).unwrap();
    writer.write(&SOURCE).unwrap();
    writer.write(&layer()).unwrap();
    let huge = Frame::Row(Row {
        number: 1,
        fid: None,
        values: vec![],
        geometry: Some(vec![0; FRAME_CAP_BYTES]),
        dropped: DroppedAxes::None,
    });
    assert!(matches!(writer.write(&huge), Err(WriteError::TooLarge { .. })));
    writer.write(&bad_row()).unwrap();
    let bytes = writer.finish(&Frame::End { rows: 1 }).unwrap();
    assert_eq!(read(&bytes).unwrap(), [SOURCE, layer(), bad_row(), Frame::End { rows: 1 }]);
}
