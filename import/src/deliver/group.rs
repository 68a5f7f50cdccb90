//! Which files of a folder or archive belong together.

use std::collections::{BTreeMap, HashMap};

/// Files, by their positions, that are read together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Group {
    /// A `.shp` and the siblings that matter.
    Shapefile {
        shapes: usize,
        index: Option<usize>,
        table: Option<usize>,
        projection: Option<usize>,
        code_page: Option<usize>,
    },
    /// A `.dbf` without `.shp`.
    Table { table: usize, code_page: Option<usize> },
    /// The files of a `FileGDB`, and its folder within the holder; empty when the holder itself is it.
    Geodatabase { folder: String, files: Vec<usize> },
    /// Anything else.
    Single(usize),
}

/// The first table of every `FileGDB`.
const CATALOGUE: &str = "a00000001.gdbtable";
/// Endings of files that belong to others and hold nothing we read.
const SIDECARS: [&str; 20] = [
    "shx", "prj", "cpg", "sbn", "sbx", "fbn", "fbx", "ain", "aih", "ixs", "mxs", "atx", "qix", "qpj", "qmd",
    "qml", "sld", "lyr", "cst", "csvt",
];

/// Puts files together; groups come in the order of the paths of their first files.
///
/// Siblings share folder and stem, upper and lower case alike.
pub(crate) fn groups(paths: &[String]) -> Vec<Group> {
    let databases = databases(paths);
    let inside = |path: &str| databases.keys().any(|folder| is_below(path, folder));
    let mut named: HashMap<(String, String), usize> = HashMap::new();
    for (index, path) in paths.iter().enumerate() {
        let (stem, ending) = split(path);
        named.entry((stem, ending)).or_insert(index);
    }
    let of = |stem: &str, ending: &str| named.get(&(stem.to_owned(), ending.to_owned())).copied();
    let mut groups: Vec<(usize, Group)> = databases
        .iter()
        .map(|(folder, files)| {
            let first = files.first().copied().unwrap_or(0);
            (first, Group::Geodatabase { folder: (*folder).to_owned(), files: files.clone() })
        })
        .collect();
    for (index, path) in paths.iter().enumerate().filter(|(_, path)| !inside(path)) {
        let (stem, ending) = split(path);
        let group = match ending.as_str() {
            "shp" => Group::Shapefile {
                shapes: index,
                index: of(&stem, "shx"),
                table: of(&stem, "dbf"),
                projection: of(&stem, "prj"),
                code_page: of(&stem, "cpg"),
            },
            "dbf" if of(&stem, "shp").is_some() => continue,
            "dbf" => Group::Table { table: index, code_page: of(&stem, "cpg") },
            _ if is_sidecar(path, &stem, &ending) => continue,
            _ => Group::Single(index),
        };
        groups.push((index, group));
    }
    groups.sort_by_key(|(index, _)| *index);
    groups.into_iter().map(|(_, group)| group).collect()
}

/// Files that are known to belong to others, and what operating systems leave behind.
fn is_sidecar(path: &str, stem: &str, ending: &str) -> bool {
    let last = path.rsplit('/').next().unwrap_or(path);
    let left_behind = path.starts_with("__MACOSX/")
        || last.starts_with("._")
        || matches!(last, ".DS_Store" | "Thumbs.db" | "desktop.ini");
    let metadata = ending == "xml" && split(stem).1 == "shp";
    let journal = ["gpkg-wal", "gpkg-shm", "gpkg-journal"].contains(&ending);
    left_behind || metadata || journal || SIDECARS.contains(&ending)
}

/// Folders that are `FileGDBs`, with the files directly in them.
fn databases(paths: &[String]) -> BTreeMap<&str, Vec<usize>> {
    let folder = |path: &'_ str| path.len() - path.rsplit('/').next().unwrap_or(path).len();
    let mut found: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for path in paths {
        let at = folder(path);
        if path.get(at..).is_some_and(|name| name.eq_ignore_ascii_case(CATALOGUE)) {
            found.insert(path.get(..at).unwrap_or_default().trim_end_matches('/'), Vec::new());
        }
    }
    for (index, path) in paths.iter().enumerate() {
        let at = folder(path);
        let holder = path.get(..at).unwrap_or_default().trim_end_matches('/');
        if let Some(files) = found.get_mut(holder) {
            files.push(index);
        }
    }
    found
}

fn is_below(path: &str, folder: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// A path without its ending, and the ending, both in lower case.
fn split(path: &str) -> (String, String) {
    let lower = path.to_lowercase();
    let name_at = lower.len() - lower.rsplit('/').next().unwrap_or(&lower).len();
    match lower.rfind('.').filter(|dot| *dot > name_at) {
        Some(dot) => (lower[..dot].to_owned(), lower[dot + 1..].to_owned()),
        None => (lower, String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(paths: &[&str]) -> Vec<Group> {
        groups(&paths.iter().map(|path| (*path).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn siblings_share_folder_and_stem_in_any_case() {
        let found =
            of(&["a/路灯.DBF", "a/路灯.shp", "a/路灯.Shx", "a/路灯.shp.xml", "b/路灯.cpg", "b/路灯.dbf"]);
        let shapefile =
            Group::Shapefile { shapes: 1, index: Some(2), table: Some(0), projection: None, code_page: None };
        assert_eq!(found, [shapefile, Group::Table { table: 5, code_page: Some(4) }]);
    }

    #[test]
    fn a_database_takes_its_files_and_nothing_else() {
        let found = of(&["x.gdb/a00000001.gdbtable", "x.gdb/gdb", "y.gpkg", "y.gpkg-wal"]);
        let database = Group::Geodatabase { folder: "x.gdb".into(), files: vec![0, 1] };
        assert_eq!(found, [database, Group::Single(2)]);
        assert_eq!(
            of(&["A00000001.gdbtable", "gdb"]),
            [Group::Geodatabase { folder: String::new(), files: vec![0, 1] }]
        );
    }

    #[test]
    fn what_systems_leave_behind_is_nothing() {
        assert_eq!(of(&["__MACOSX/._a.csv", ".DS_Store", "Thumbs.db", "a.csv"]), [Group::Single(3)]);
    }
}
