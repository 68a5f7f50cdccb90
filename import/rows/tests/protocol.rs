//! The protocol through its front door: what is written is read, what is damaged is named.

#![expect(clippy::unwrap_used, reason = "a failed unwrap in a test's own machinery is a failed test")]

use wanmi_rows::{
    BadRow, DeclaredCrs, DroppedAxes, FRAME_CAP_BYTES, Field, FieldKind, Frame, FrameReader, FrameWriter,
    Hello, Layer, PROTOCOL, ReadError, Refusal, Row, Value, WriteError,
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
        fields: vec![
            Field { name: vec![0xB1, 0xEA, 0xCA, 0xB6], kind: FieldKind::Text },
            Field { name: b"N".to_vec(), kind: FieldKind::Int },
        ],
        geometry: "Point".into(),
        rows: Some(2),
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

fn refused() -> Frame {
    Frame::Refused(Refusal { code: "file_broken".into(), detail: "d".into(), advice: "a".into() })
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
        vec![layer(), row(), bad_row(), row(), Frame::End { rows: 3 }],
        vec![layer(), Frame::End { rows: 0 }],
        vec![layer(), layer(), Frame::End { rows: 0 }],
        vec![refused()],
        vec![layer(), row(), refused()],
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
        b"\x0e\0\0\0\x00\x01\x050.1.0\x053.6.2\x03\0\0\0\x04\xac\x02"
    );
}

#[test]
fn a_stream_cut_at_any_byte_is_truncated() {
    let bytes = stream(&[layer(), row(), bad_row(), Frame::End { rows: 2 }]);
    for cut in 0..bytes.len() {
        let error = read(&bytes[..cut]).unwrap_err();
        assert!(matches!(error, ReadError::Truncated { .. }), "cut at {cut} gives {error:?}");
    }
}

#[test]
fn a_truncated_stream_says_how_far_it_came_and_then_ends() {
    let mut bytes = FrameWriter::start(Vec::new(), hello()).map(|mut writer| {
        writer.write(&layer()).unwrap();
        writer.finish(&Frame::End { rows: 0 }).unwrap()
    });
    let bytes = bytes.as_mut().unwrap();
    bytes.truncate(bytes.len() - 1);
    let mut reader = FrameReader::open(&bytes[..]).unwrap();
    assert!(matches!(reader.next(), Some(Ok(Frame::Layer(_)))));
    assert!(matches!(reader.next(), Some(Err(ReadError::Truncated { frames: 2 }))));
    assert!(reader.next().is_none());
}

#[test]
fn a_hostile_length_is_refused_before_memory_is_taken() {
    let mut bytes = stream(&[layer(), Frame::End { rows: 0 }]);
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
    let body = [&[1u8][..], &[0xff; 8], &[0x3f]].concat();
    let bytes = [stream(&[Frame::End { rows: 0 }])[..18].to_vec(), raw(&body)].concat();
    assert!(matches!(read(&bytes).unwrap_err(), ReadError::Garbage { frame: 2, source: Some(_) }));
    // Row with 2^28 values.
    let body = [&[2u8, 1, 0][..], &[0xff, 0xff, 0xff, 0x7f]].concat();
    let bytes = [stream(&[Frame::End { rows: 0 }])[..18].to_vec(), raw(&body)].concat();
    assert!(matches!(read(&bytes).unwrap_err(), ReadError::Garbage { frame: 2, .. }));
}

#[test]
fn garbage_is_named_and_never_panics() {
    assert!(matches!(read(b"GIF89a, or any other file").unwrap_err(), ReadError::TooLarge { frame: 1, .. }));
    assert!(matches!(read(&raw(b"\xff\xff")).unwrap_err(), ReadError::Garbage { frame: 1, .. }));
    let two_in_one = [raw(&[4, 0, 4, 0]), vec![]].concat();
    assert!(matches!(read(&two_in_one).unwrap_err(), ReadError::Garbage { frame: 1, source: None }));
    // Every single-byte change is an error or another whole stream, never a panic.
    let bytes = stream(&[layer(), row(), bad_row(), Frame::End { rows: 2 }]);
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
    other.protocol = 2;
    let bytes = FrameWriter::start(Vec::new(), other).unwrap().finish(&Frame::End { rows: 0 }).unwrap();
    let error = read(&bytes).unwrap_err();
    assert!(matches!(&error, ReadError::WrongProtocol { found: 2, importer } if importer == "0.1.0"));
    assert_eq!(
        error.to_string(),
        r#"importer "0.1.0" speaks row protocol 2: this program needs 1; install both together"#
    );
}

#[test]
fn frames_out_of_their_order_are_refused() {
    let handshake_missing = raw(&postcard_end());
    assert!(matches!(read(&handshake_missing).unwrap_err(), ReadError::OutOfOrder { frame: 1, .. }));
    let row_first = stream(&[row(), Frame::End { rows: 1 }]);
    assert!(matches!(read(&row_first).unwrap_err(), ReadError::OutOfOrder { frame: 2, .. }));
    let twice = stream(&[Frame::Hello(hello()), Frame::End { rows: 0 }]);
    assert!(matches!(read(&twice).unwrap_err(), ReadError::OutOfOrder { frame: 2, .. }));
    let more = [stream(&[Frame::End { rows: 0 }]), vec![0]].concat();
    assert!(matches!(read(&more).unwrap_err(), ReadError::OutOfOrder { frame: 3, .. }));
}

/// `Frame::End { rows: 0 }` as the wire has it.
fn postcard_end() -> Vec<u8> {
    vec![4, 0]
}

#[test]
fn a_frame_too_large_is_not_written_and_the_stream_goes_on() {
    let mut writer = FrameWriter::start(Vec::new(), hello()).unwrap();
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
    assert_eq!(read(&bytes).unwrap(), [layer(), bad_row(), Frame::End { rows: 1 }]);
}
