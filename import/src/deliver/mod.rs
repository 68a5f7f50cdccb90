//! What a source holds: one file, or a folder or archive with many, each found and put together with its siblings.
//!
//! In flow order: [`Place`] (admitted before the jail) → [`walk`] → [`group`] (which files belong together) →
//! [`recognise`] (what a file is, by its content) → a [`Unit`] for a reader of its format. Archives are
//! unpacked into memory, one unit at a time, within a [`Budget`].

mod body;
mod budget;
mod group;
mod gunzip;
mod recognise;
mod unzip;
mod zip_name;

use std::path::{Path, PathBuf};

pub(crate) use body::{Body, Stream};
use budget::Budget;
use group::Group;
use recognise::Kind;
use unzip::Archive;

use crate::place::Place;
use crate::refused::Refused;
use crate::sink::Stopped;

/// Folders within folders.
const FOLDER_DEPTH_CAP: usize = 16;

/// What a reader of one format opens.
#[derive(Debug)]
pub(crate) enum Unit {
    /// `.shp` with its siblings.
    Shapefile(Shapefile),
    /// `.dbf` alone.
    Table { table: Body, code_page: Option<Body> },
    /// GeoJSON, or a sequence of it.
    Json(Body),
    /// `.gpkg`.
    GeoPackage(Body),
    /// `.fgb`.
    FlatGeobuf(Body),
    /// A table in text.
    Text(Body),
    /// `.xlsx`.
    Workbook(Body),
    /// A folder `.gdb`.
    Geodatabase(Geodatabase),
}

/// The files of a shapefile.
#[derive(Debug)]
pub(crate) struct Shapefile {
    pub(crate) shapes: Body,
    pub(crate) index: Option<Body>,
    pub(crate) table: Option<Body>,
    pub(crate) projection: Option<Body>,
    pub(crate) code_page: Option<Body>,
}

/// The files of a `FileGDB`.
#[derive(Debug)]
pub(crate) struct Geodatabase {
    /// Name to show.
    pub(crate) name: String,
    /// The folder on disk; else its files.
    pub(crate) folder: Option<PathBuf>,
    /// Its files in memory.
    pub(crate) members: Vec<Body>,
}

/// What was found.
#[derive(Debug)]
pub(crate) enum Found {
    /// Something to read.
    Unit(Unit),
    /// Something that is not read, for this reason.
    Refused(Refused),
    /// A file beside the data that is none.
    Skipped(Refused),
}

type Each<'a> = &'a mut dyn FnMut(Found) -> Result<(), Stopped>;

/// Gives everything a source holds to `each`, in the order of its paths.
///
/// # Errors
/// What `each` returns; what is wrong with files is [`Found::Refused`].
pub(crate) fn walk(place: &Place, each: Each<'_>) -> Result<(), Stopped> {
    let mut walk = Walk { budget: Budget::new(), each, found: 0 };
    if place.is_folder() {
        let files = folder(place.path(), &mut walk.budget);
        let result =
            files.map(|files| Holder::Folder { root: place.path().into(), name: place.name(), files });
        return match result {
            Ok(holder) => walk.holder(holder),
            Err(refused) => walk.tell(Found::Refused(refused)),
        };
    }
    match named(place) {
        Ok(Named::Shapefile(shapefile)) => walk.tell(Found::Unit(Unit::Shapefile(shapefile))),
        Ok(Named::Other(body)) => walk.file(body, place.siblings(), true),
        Err(refused) => walk.tell(Found::Refused(refused)),
    }
}

/// A file that was named itself.
#[expect(clippy::large_enum_variant, reason = "there are as many as files in a delivery")]
enum Named {
    Shapefile(Shapefile),
    Other(Body),
}

fn named(place: &Place) -> Result<Named, Refused> {
    let body = Body::disk(place.path().into(), place.name())?;
    if !recognise::is_shapes(&body)? {
        return Ok(Named::Other(body));
    }
    let sibling = |extension: &str| -> Result<Option<Body>, Refused> {
        let Some(path) = sibling(place.siblings(), place.path(), extension) else { return Ok(None) };
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Body::disk(path.clone(), name).map(Some)
    };
    Ok(Named::Shapefile(Shapefile {
        shapes: body,
        index: sibling("shx")?,
        table: sibling("dbf")?,
        projection: sibling("prj")?,
        code_page: sibling("cpg")?,
    }))
}

/// The file of the same stem with another extension, in any case.
fn sibling<'a>(siblings: &'a [PathBuf], of: &Path, extension: &str) -> Option<&'a PathBuf> {
    siblings.iter().find(|path| {
        let stems = [path.file_stem(), of.file_stem()].map(Option::unwrap_or_default);
        let ending = path.extension().unwrap_or_default();
        stems[0].eq_ignore_ascii_case(stems[1]) && ending.eq_ignore_ascii_case(extension)
    })
}

/// A folder or an archive.
enum Holder {
    Folder { root: PathBuf, name: String, files: Vec<(String, PathBuf)> },
    Archive { archive: Archive, name: String },
}

impl Holder {
    fn name(&self) -> &str {
        match self {
            Holder::Folder { name, .. } | Holder::Archive { name, .. } => name,
        }
    }

    fn paths(&self) -> Vec<String> {
        match self {
            Holder::Folder { files, .. } => files.iter().map(|(path, _)| path.clone()).collect(),
            Holder::Archive { archive, .. } => {
                archive.members.iter().map(|member| member.path.clone()).collect()
            }
        }
    }

    fn body(&mut self, index: usize, budget: &mut Budget) -> Result<Body, Refused> {
        match self {
            Holder::Folder { files, name, .. } => {
                let (path, on_disk) = &files[index];
                Body::disk(on_disk.clone(), format!("{name}/{path}"))
            }
            Holder::Archive { archive, .. } => {
                let member = archive.members[index].clone();
                archive.unpack(&member, budget)
            }
        }
    }

    /// The `FileGDB` whose files these are.
    fn geodatabase(
        &mut self,
        inner: &str,
        files: &[usize],
        budget: &mut Budget,
    ) -> Result<Geodatabase, Refused> {
        let shown = if inner.is_empty() { self.name().into() } else { format!("{}/{inner}", self.name()) };
        if let Holder::Folder { root, .. } = self {
            let folder = if inner.is_empty() { root.clone() } else { root.join(inner) };
            return Ok(Geodatabase { name: shown, folder: Some(folder), members: Vec::new() });
        }
        let members = files.iter().map(|file| self.body(*file, budget)).collect::<Result<_, _>>()?;
        Ok(Geodatabase { name: shown, folder: None, members })
    }
}

struct Walk<'a> {
    budget: Budget,
    each: Each<'a>,
    /// Units and refusals so far.
    found: u64,
}

impl Walk<'_> {
    fn tell(&mut self, found: Found) -> Result<(), Stopped> {
        self.found += u64::from(!matches!(found, Found::Skipped(_)));
        (self.each)(found)
    }

    /// Everything in a folder or an archive.
    fn holder(&mut self, mut holder: Holder) -> Result<(), Stopped> {
        let before = self.found;
        for group in group::groups(&holder.paths()) {
            match self.unit(&group, &mut holder) {
                Ok(Some(unit)) => self.tell(Found::Unit(unit))?,
                Ok(None) => {
                    let Group::Single(index) = group else { continue };
                    match holder.body(index, &mut self.budget) {
                        Ok(body) => self.file(body, &[], false)?,
                        Err(refused) => self.tell(Found::Refused(refused))?,
                    }
                }
                Err(refused) => self.tell(Found::Refused(refused))?,
            }
        }
        if self.found == before {
            let why = "nothing in it is of a known format".into();
            let file = holder.name().to_owned();
            return self.tell(Found::Refused(Refused::FormatUnknown { file, why }));
        }
        Ok(())
    }

    /// The unit that a group of files makes; `None` for a file that must be looked at.
    fn unit(&mut self, group: &Group, holder: &mut Holder) -> Result<Option<Unit>, Refused> {
        let budget = &mut self.budget;
        let mut of = |index: Option<usize>| index.map(|index| holder.body(index, budget)).transpose();
        Ok(Some(match group {
            Group::Single(_) => return Ok(None),
            Group::Shapefile { shapes, index, table, projection, code_page } => {
                let Some(shapes) = of(Some(*shapes))? else { return Ok(None) };
                Unit::Shapefile(Shapefile {
                    shapes,
                    index: of(*index)?,
                    table: of(*table)?,
                    projection: of(*projection)?,
                    code_page: of(*code_page)?,
                })
            }
            Group::Table { table, code_page } => {
                let Some(table) = of(Some(*table))? else { return Ok(None) };
                Unit::Table { table, code_page: of(*code_page)? }
            }
            Group::Geodatabase { folder, files } => {
                Unit::Geodatabase(holder.geodatabase(folder, files, &mut self.budget)?)
            }
        }))
    }

    /// One file, by its content; `named` when the user pointed at it.
    fn file(&mut self, body: Body, siblings: &[PathBuf], named: bool) -> Result<(), Stopped> {
        let unit = match recognise::kind(&body, named) {
            Ok(Kind::Zip) => return self.archive(&body),
            Ok(Kind::Gzip) => return self.packed(&body),
            Ok(Kind::Json) => Unit::Json(body),
            Ok(Kind::GeoPackage) => Unit::GeoPackage(body),
            Ok(Kind::FlatGeobuf) => Unit::FlatGeobuf(body),
            Ok(Kind::Text) => Unit::Text(body),
            Ok(Kind::Table) => match code_page(&body, siblings) {
                Ok(code_page) => Unit::Table { table: body, code_page },
                Err(refused) => return self.tell(Found::Refused(refused)),
            },
            Err(refused @ Refused::FormatUnknown { .. }) if !named => {
                return self.tell(Found::Skipped(refused));
            }
            Err(refused) => return self.tell(Found::Refused(refused)),
        };
        self.tell(Found::Unit(unit))
    }

    fn archive(&mut self, body: &Body) -> Result<(), Stopped> {
        let opened = self.budget.enter(&body.name).and_then(|()| Archive::open(body, &mut self.budget));
        let archive = match opened {
            Ok(archive) => archive,
            Err(refused) => return self.tell(Found::Refused(refused)),
        };
        let has = |path: &str| archive.members.iter().any(|member| member.path == path);
        let result = if has("[Content_Types].xml") && has("xl/workbook.xml") {
            self.workbook(body, archive)
        } else {
            self.holder(Holder::Archive { archive, name: body.name.clone() })
        };
        self.budget.leave();
        result
    }

    /// A workbook is a zip that another library unpacks: first we see that it unpacks within bounds.
    fn workbook(&mut self, body: &Body, mut archive: Archive) -> Result<(), Stopped> {
        for member in archive.members.clone() {
            if let Err(refused) = archive.unpack(&member, &mut self.budget) {
                return self.tell(Found::Refused(refused));
            }
        }
        self.tell(Found::Unit(Unit::Workbook(body.clone())))
    }

    /// A `.gz`: what was packed, under its name without the ending.
    fn packed(&mut self, body: &Body) -> Result<(), Stopped> {
        let opened = self.budget.enter(&body.name).and_then(|()| body.open());
        let unpacked = opened
            .and_then(|stream| gunzip::gunzip(stream, body.bytes(), &body.name, &mut self.budget))
            .map(|bytes| Body::memory(bytes, body.name.clone()));
        let result = match unpacked {
            Ok(unpacked) => self.file(unpacked, &[], true),
            Err(refused) => self.tell(Found::Refused(refused)),
        };
        self.budget.leave();
        result
    }
}

fn code_page(body: &Body, siblings: &[PathBuf]) -> Result<Option<Body>, Refused> {
    let Some(path) = body.path().and_then(|of| sibling(siblings, of, "cpg")) else { return Ok(None) };
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Body::disk(path.clone(), name).map(Some)
}

/// The regular files of a folder and the folders in it, by path; links are left out.
fn folder(root: &Path, budget: &mut Budget) -> Result<Vec<(String, PathBuf)>, Refused> {
    let mut files = Vec::new();
    let mut open = vec![(String::new(), root.to_path_buf(), 0)];
    while let Some((prefix, path, depth)) = open.pop() {
        let shown = || path.display().to_string();
        let unreadable = |source| Refused::FileUnreadable { path: shown(), source };
        for entry in path.read_dir().map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            budget.files(1, &shown())?;
            let inner = format!("{prefix}{}", entry.file_name().to_string_lossy());
            let kind = entry.file_type().map_err(unreadable)?;
            if kind.is_file() {
                files.push((inner, entry.path()));
            } else if kind.is_dir() && depth < FOLDER_DEPTH_CAP {
                open.push((format!("{inner}/"), entry.path(), depth + 1));
            }
        }
    }
    files.sort();
    Ok(files)
}

/// The last part of a shown name, without its endings: `路灯` for `普查.zip/道路/路灯.shp` and `路灯.csv.gz`.
pub(crate) fn stem(name: &str) -> &str {
    let last = name.rsplit('/').next().unwrap_or(name);
    let plain = last.strip_suffix(".gz").or_else(|| last.strip_suffix(".GZ")).unwrap_or(last);
    plain.rsplit_once('.').map_or(plain, |(stem, _)| stem)
}
