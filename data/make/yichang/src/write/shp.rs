//! The geometry of a shapefile and its index (ESRI Shapefile Technical Description, 1998).

use std::io::{self, Seek, SeekFrom, Write};

/// A kind of shape, by its number in the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Point = 1,
    Line = 3,
    Polygon = 5,
}

/// A shape to write.
#[derive(Clone, Debug)]
pub(crate) enum Shape<'a> {
    /// No geometry.
    Null,
    Point([f64; 2]),
    Line(&'a [[f64; 2]]),
    /// Rings as they stand: closed here, not turned here.
    Rings(&'a [Vec<[f64; 2]>]),
}

/// Geometry being written.
#[derive(Debug)]
pub(crate) struct Shapes<W: Write + Seek> {
    shp: W,
    shx: W,
    kind: Kind,
    /// The length of .shp so far, in bytes.
    length: u64,
    records: u32,
    low: [f64; 2],
    high: [f64; 2],
}

const HEAD: usize = 100;

impl<W: Write + Seek> Shapes<W> {
    /// Leaves room for the headers.
    pub(crate) fn new(mut shp: W, mut shx: W, kind: Kind) -> io::Result<Self> {
        shp.write_all(&[0; HEAD])?;
        shx.write_all(&[0; HEAD])?;
        Ok(Shapes {
            shp,
            shx,
            kind,
            length: HEAD as u64,
            records: 0,
            low: [f64::INFINITY; 2],
            high: [f64::NEG_INFINITY; 2],
        })
    }

    /// Writes one shape.
    pub(crate) fn write(&mut self, shape: &Shape<'_>) -> io::Result<()> {
        let mut content = Vec::with_capacity(64);
        match shape {
            Shape::Null => content.extend(0_i32.to_le_bytes()),
            Shape::Point(at) => {
                content.extend((Kind::Point as i32).to_le_bytes());
                push_place(&mut content, *at);
                self.grow(at);
            }
            Shape::Line(line) => self.parts(&mut content, &[line.to_vec()]),
            Shape::Rings(rings) => {
                let closed: Vec<Vec<[f64; 2]>> =
                    rings.iter().map(|ring| ring.iter().chain(ring.first()).copied().collect()).collect();
                self.parts(&mut content, &closed);
            }
        }
        self.records += 1;
        let words = (content.len() / 2) as i32;
        self.shx.write_all(&((self.length / 2) as i32).to_be_bytes())?;
        self.shx.write_all(&words.to_be_bytes())?;
        self.shp.write_all(&self.records.to_be_bytes())?;
        self.shp.write_all(&words.to_be_bytes())?;
        self.shp.write_all(&content)?;
        self.length += 8 + content.len() as u64;
        Ok(())
    }

    fn parts(&mut self, content: &mut Vec<u8>, parts: &[Vec<[f64; 2]>]) {
        content.extend((self.kind as i32).to_le_bytes());
        let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
        for at in parts.iter().flatten() {
            widen(&mut low, &mut high, at);
            self.grow(at);
        }
        push_place(content, low);
        push_place(content, high);
        let points: usize = parts.iter().map(Vec::len).sum();
        content.extend((parts.len() as i32).to_le_bytes());
        content.extend((points as i32).to_le_bytes());
        let mut begin = 0_i32;
        for part in parts {
            content.extend(begin.to_le_bytes());
            begin += part.len() as i32;
        }
        for at in parts.iter().flatten() {
            push_place(content, *at);
        }
    }

    fn grow(&mut self, at: &[f64; 2]) {
        widen(&mut self.low, &mut self.high, at);
    }

    /// Writes the headers.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        let index = HEAD as u64 + 8 * u64::from(self.records);
        let (low, high) =
            if self.low[0] <= self.high[0] { (self.low, self.high) } else { ([0.0; 2], [0.0; 2]) };
        let head = |length: u64| {
            let mut head = vec![0_u8; HEAD];
            head[..4].copy_from_slice(&9994_i32.to_be_bytes());
            head[24..28].copy_from_slice(&((length / 2) as i32).to_be_bytes());
            head[28..32].copy_from_slice(&1000_i32.to_le_bytes());
            head[32..36].copy_from_slice(&(self.kind as i32).to_le_bytes());
            for (i, number) in [low[0], low[1], high[0], high[1]].into_iter().enumerate() {
                head[36 + 8 * i..44 + 8 * i].copy_from_slice(&number.to_le_bytes());
            }
            head
        };
        let heads = [(&mut self.shp, self.length), (&mut self.shx, index)];
        for (out, length) in heads {
            out.seek(SeekFrom::Start(0))?;
            out.write_all(&head(length))?;
            out.flush()?;
        }
        Ok(())
    }
}

fn push_place(content: &mut Vec<u8>, at: [f64; 2]) {
    content.extend(at[0].to_le_bytes());
    content.extend(at[1].to_le_bytes());
}

fn widen(low: &mut [f64; 2], high: &mut [f64; 2], at: &[f64; 2]) {
    for axis in 0..2 {
        low[axis] = low[axis].min(at[axis]);
        high[axis] = high[axis].max(at[axis]);
    }
}
