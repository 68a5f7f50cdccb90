//! The field names of the standards, known without a mapping (`data/classes/fields.csv`), and what names of layers say.

use super::class_names::ClassNames;
use super::mapping::{From, Lookup, Mapping, Source};
use super::target::{LayerKind, Target};
use crate::model::region::Level;
use crate::rules::code::Code;
use crate::rules::finding::Breach;
use std::collections::BTreeMap;

/// The names, one line a target: `layer,target,names`, names separated by `|`, the more telling first.
const NAMES: &str = include_str!("../../data/classes/fields.csv");

/// Chinese names from this many characters on are known by their beginning: a `.dbf` keeps ten bytes, five of GBK's.
const CUT_CHARS: usize = 5;

/// A layer as far as its names tell.
#[derive(Clone, Copy, Debug)]
pub struct Names<'a> {
    /// The layer's name.
    pub layer: &'a str,
    /// The file's name without folder and endings.
    pub file_stem: &'a str,
    /// The delivered fields.
    pub fields: &'a [String],
}

/// A mapping made of names, and what was assumed for it.
#[derive(Clone, Debug)]
pub struct Assumed {
    /// The mapping; targets that nothing fills are not in it.
    pub mapping: Mapping,
    /// What is worth telling.
    pub told: Vec<Breach>,
}

/// The mapping of a layer without one: fields named like targets, else as a standard names them; a class or a level that
/// no field holds is taken from the names of layer and file when they leave no doubt.
pub fn assumed(kind: LayerKind, names: Names<'_>, classes: &ClassNames) -> Assumed {
    let mut fields = BTreeMap::new();
    let mut taken = Vec::new();
    for target in kind.targets() {
        let Some(field) = field_of(kind, target, names.fields) else { continue };
        fields.insert(target, Source::field(field));
        if field != target.as_str() {
            taken.push(format!("{field} is {}", target.as_str()));
        }
    }
    let mut told = Vec::new();
    if !taken.is_empty() {
        told.push(Breach::new(Code::FieldsAssumed, taken.join(", ")));
    }
    match kind {
        LayerKind::Components => told.extend(assume_class(&mut fields, names, classes)),
        LayerKind::Regions => assume_level(&mut fields, names),
        _ => {}
    }
    let layers = Vec::new();
    let mapping = Mapping {
        layers,
        layer: kind,
        also: false,
        when: None,
        crs: None,
        encoding: None,
        edition: None,
        source_layer: None,
        geometry: None,
        keep: Vec::new(),
        fields,
    };
    Assumed { mapping, told }
}

/// The class from the name of the layer, of the file, of the component, or from its code: the first that there is.
fn assume_class(
    fields: &mut BTreeMap<Target, Source>,
    names: Names<'_>,
    classes: &ClassNames,
) -> Option<Breach> {
    if fields.contains_key(&Target::Class) {
        return None;
    }
    let of = |target: Target| match &fields.get(&target)?.from {
        From::Field(name) => Some(name.clone()),
        _ => None,
    };
    let (source, detail) = if let Some(class) = classes.find(names.layer) {
        let detail = format!("class {class} by the layer's name {:?}", names.layer);
        (Source::layer_name().naming(Lookup::Class), detail)
    } else if let Some(class) = classes.find(names.file_stem) {
        let detail = format!("class {class} by the file's name {:?}", names.file_stem);
        (Source::file_name().naming(Lookup::Class), detail)
    } else if let Some(field) = of(Target::Name) {
        let detail = format!("each row's class by the name in {field}");
        (Source::field(&field).naming(Lookup::Class), detail)
    } else {
        let field = of(Target::Code)?;
        let detail = format!("each row's class by the class digits in {field}");
        (Source::field(&field).naming(Lookup::ClassOfCode), detail)
    };
    fields.insert(Target::Class, source);
    Some(Breach::new(Code::ClassAssumed, detail))
}

/// The level of regions from the name of the layer or the file.
fn assume_level(fields: &mut BTreeMap<Target, Source>, names: Names<'_>) {
    if fields.contains_key(&Target::Level) {
        return;
    }
    let said = |name: &str| {
        let name = name.to_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| name.contains(word));
        let levels = [
            (Level::Community, says(&["社区", "村", "communit"])),
            (Level::Street, says(&["街道", "乡镇", "street"])),
            (Level::District, says(&["区县", "district"])),
        ];
        let mut named = levels.into_iter().filter(|(_, says)| *says);
        named.next().filter(|_| named.next().is_none())
    };
    if let Some((level, _)) = said(names.layer).or_else(|| said(names.file_stem)) {
        let constant = From::Constant(level.as_str().to_owned());
        fields.insert(Target::Level, Source { from: constant, ..Source::field("") });
    }
}

/// The delivered field that a target is taken from: named like it, else the most telling name of a standard.
fn field_of(kind: LayerKind, target: Target, fields: &[String]) -> Option<&str> {
    let named = |name: &str| {
        let exact = fields.iter().find(|field| field.as_str() == name);
        exact.or_else(|| fields.iter().find(|field| field.to_lowercase() == name.to_lowercase()))
    };
    let names = || standard_names(kind, target);
    let whole = named(target.as_str()).or_else(|| names().into_iter().find_map(named));
    let cut = || {
        fields.iter().find(|field| {
            let long = !field.is_ascii() && field.chars().count() >= CUT_CHARS;
            long && names().iter().any(|name| name.starts_with(field.as_str())) && {
                let others = kind.targets().into_iter().filter(|other| *other != target);
                !others
                    .flat_map(|other| standard_names(kind, other))
                    .any(|name| name.starts_with(field.as_str()))
            }
        })
    };
    whole.or_else(cut).map(String::as_str)
}

/// What the standards call a target; the Chinese title of a thing's field is one of its names.
fn standard_names(kind: LayerKind, target: Target) -> Vec<&'static str> {
    let listed = NAMES.lines().skip(1).find_map(|line| {
        let mut columns = line.splitn(3, ',');
        let own = columns.next() == Some(kind.as_str()) && columns.next() == Some(target.as_str());
        own.then(|| columns.next())?
    });
    let title = match kind {
        LayerKind::Things(kind) => kind.field(target.as_str()).map(|field| field.title),
        _ => None,
    };
    listed.into_iter().flat_map(|names| names.split('|')).chain(title).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::classes::catalogue;
    use crate::model::class::Edition;
    use crate::model::profile::Profile;

    fn of(edition: Edition, layer: &str, fields: &[&str]) -> Assumed {
        let fields: Vec<String> = fields.iter().map(ToString::to_string).collect();
        let classes = ClassNames::new(&catalogue(&Profile::default()).unwrap(), edition);
        let names = Names { layer, file_stem: "x", fields: &fields };
        assumed(LayerKind::Components, names, &classes)
    }

    fn source(assumed: &Assumed, target: Target) -> String {
        match &assumed.mapping.fields[&target].from {
            From::Field(name) => name.clone(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn the_names_of_all_editions_and_chinese_headers_are_known_in_any_case() {
        let new = of(Edition::Gbt47678, "BJ01001", &["glbjbsm", "GLBJMC", "ZGBMDM", "SZDYWGBSM", "BZ"]);
        assert_eq!(source(&new, Target::Code), "glbjbsm");
        assert_eq!(source(&new, Target::Cell), "SZDYWGBSM");
        assert_eq!(source(&new, Target::Class), "LayerName");
        let old = of(Edition::Gbt30428, "parts", &["ObjID", "ObjName", "DeptCode3", "BGID"]);
        assert_eq!(source(&old, Target::MaintainerCode), "DeptCode3");
        assert_eq!(source(&old, Target::Class), "ObjName");
        let chinese = of(Edition::Gbt47678, "部件", &["部件标识码", "主管部门代", "主管部门名", "备注"]);
        assert_eq!(source(&chinese, Target::CompetentCode), "主管部门代");
        assert_eq!(source(&chinese, Target::CompetentName), "主管部门名");
        assert_eq!(source(&chinese, Target::Class), "部件标识码");
        let codes: Vec<Code> = chinese.told.iter().map(|breach| breach.code).collect();
        assert_eq!(codes, [Code::FieldsAssumed, Code::ClassAssumed]);
    }

    #[test]
    fn targets_come_before_standard_names_and_nothing_is_told_of_them() {
        let plain = of(Edition::Gbt47678, "BJ01001", &["code", "class", "GLBJBSM"]);
        assert_eq!(source(&plain, Target::Code), "code");
        assert!(plain.told.is_empty(), "{:?}", plain.told);
    }

    #[test]
    fn every_line_names_a_target_of_its_layer() {
        for line in NAMES.lines().skip(1) {
            let columns: Vec<&str> = line.split(',').collect();
            let kind: LayerKind = columns[0].parse().unwrap();
            assert!(kind.targets().iter().any(|target| target.as_str() == columns[1]), "{line}");
            assert!(columns.len() == 3 && !columns[2].is_empty(), "{line}");
        }
    }
}
