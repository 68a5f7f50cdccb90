//! A change as text, in parts: what a scheduled changeset is kept as until its hour.
//!
//! The names below are part of the file's form: a change that waits for months is read by a later program.

use super::fault::{Fault, Step};
use super::things;
use crate::geom::lattice::Position;
use crate::model::cell::{BorderArc, Cell, Parents};
use crate::model::code::{CellCode, ClassCode, ComponentCode, RegionCode, ThingCode};
use crate::model::component::{Component, Place, Unit};
use crate::model::profile::Profile;
use crate::model::region::{Level, Region};
use crate::model::text::Text;
use crate::model::thing::Thing;
use crate::store::{Change, CoverChange};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Components in a part: some megabytes of text.
const PART: usize = 4_096;

type Spot = [i64; 2];

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Part {
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<Box<Profile>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cover: Option<CoverPart>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    regions: Vec<RegionPart>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    gone_regions: Vec<(Level, String)>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    things: Vec<ThingPart>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    gone_things: Vec<(String, String)>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    components: Vec<ComponentPart>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    gone: Vec<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CoverPart {
    origin: Spot,
    arcs: Vec<(Option<String>, Option<String>, Vec<Spot>)>,
    cells: Vec<CellPart>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CellPart {
    code: String,
    name: Option<String>,
    community: Option<String>,
    street: Option<String>,
    district: Option<String>,
    started: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RegionPart {
    level: Level,
    code: String,
    name: String,
    parent: Option<String>,
    border: Vec<Vec<Vec<Spot>>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ThingPart {
    kind: String,
    code: String,
    values: BTreeMap<Text, Text>,
    place: Option<PlacePart>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ComponentPart {
    code: String,
    edition: String,
    class: String,
    name: Option<Text>,
    state: Option<Text>,
    /// Code and name of the competent unit, of the owner and of the maintainer.
    units: [(Option<Text>, Option<Text>); 3],
    delivered_cell: Option<String>,
    surveyed: Option<Text>,
    changed: Option<Text>,
    data_source: Option<Text>,
    note: Option<Text>,
    extra: BTreeMap<String, String>,
    place: PlacePart,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum PlacePart {
    Point(Spot),
    Line(Vec<Vec<Spot>>),
    Polygon(Vec<Vec<Vec<Spot>>>),
}

/// Writes a change as texts, one after the other; no text is longer than some megabytes but that of a cover.
pub(super) fn write(change: &Change, mut tell: impl FnMut(String) -> Step<()>) -> Step<()> {
    let mut send = |part: &Part| {
        let text = serde_json::to_string(part).map_err(|error| Fault::inconsistent(error.to_string()))?;
        tell(text)
    };
    send(&Part {
        profile: change.profile.clone(),
        cover: change.cover.as_ref().map(cover_part),
        regions: change.regions.iter().map(region_part).collect(),
        gone_regions: change.gone_regions.iter().map(|(level, code)| (*level, code.to_string())).collect(),
        things: change.things.iter().map(thing_part).collect(),
        gone_things: change
            .gone_things
            .iter()
            .map(|(kind, code)| (kind.to_string(), code.to_string()))
            .collect(),
        ..Part::default()
    })?;
    for components in change.components.chunks(PART) {
        send(&Part { components: components.iter().map(component_part).collect(), ..Part::default() })?;
    }
    for gone in change.gone.chunks(PART) {
        send(&Part { gone: gone.iter().map(ComponentCode::to_string).collect(), ..Part::default() })?;
    }
    Ok(())
}

/// Adds what a text of [`write`] says to a change.
pub(super) fn read(text: &str, change: &mut Change) -> Step<()> {
    let part: Part = serde_json::from_str(text).map_err(|error| Fault::Damaged(error.to_string()))?;
    change.profile = part.profile.or(change.profile.take());
    change.cover = part.cover.map(cover).transpose()?.or(change.cover.take());
    for other in part.regions {
        change.regions.push(region(other)?);
    }
    for (level, code) in part.gone_regions {
        change.gone_regions.push((level, RegionCode::new(&code)?));
    }
    for other in part.things {
        change.things.push(thing(other)?);
    }
    for (kind, code) in part.gone_things {
        change.gone_things.push((things::kind(&kind)?, ThingCode::new(&code)?));
    }
    for other in part.components {
        change.components.push(component(other)?);
    }
    for code in part.gone {
        change.gone.push(ComponentCode::new(&code)?);
    }
    Ok(())
}

fn spot(position: &Position) -> Spot {
    [position.x, position.y]
}

fn position([x, y]: Spot) -> Position {
    Position { x, y }
}

fn spots(line: &[Position]) -> Vec<Spot> {
    line.iter().map(spot).collect()
}

fn positions(line: Vec<Spot>) -> Vec<Position> {
    line.into_iter().map(position).collect()
}

fn nested(rings: &[Vec<Vec<Position>>]) -> Vec<Vec<Vec<Spot>>> {
    rings.iter().map(|rings| rings.iter().map(|ring| spots(ring)).collect()).collect()
}

fn unnested(rings: Vec<Vec<Vec<Spot>>>) -> Vec<Vec<Vec<Position>>> {
    rings.into_iter().map(|rings| rings.into_iter().map(positions).collect()).collect()
}

fn place_part(place: &Place) -> PlacePart {
    match place {
        Place::Point(at) => PlacePart::Point(spot(at)),
        Place::Line(lines) => PlacePart::Line(lines.iter().map(|line| spots(line)).collect()),
        Place::Polygon(polygons) => PlacePart::Polygon(nested(polygons)),
    }
}

fn place(part: PlacePart) -> Place {
    match part {
        PlacePart::Point(at) => Place::Point(position(at)),
        PlacePart::Line(lines) => Place::Line(lines.into_iter().map(positions).collect()),
        PlacePart::Polygon(polygons) => Place::Polygon(unnested(polygons)),
    }
}

fn cover_part(cover: &CoverChange) -> CoverPart {
    let code = |code: &Option<CellCode>| code.as_ref().map(CellCode::to_string);
    let arc = |arc: &BorderArc| (code(&arc.left), code(&arc.right), spots(&arc.points));
    let cell = |Cell { code, name, parents, started }: &Cell| {
        let parent = |code: &Option<RegionCode>| code.as_ref().map(RegionCode::to_string);
        CellPart {
            code: code.to_string(),
            name: name.clone(),
            community: parent(&parents.community),
            street: parent(&parents.street),
            district: parent(&parents.district),
            started: started.clone(),
        }
    };
    CoverPart {
        origin: spot(&cover.origin),
        arcs: cover.arcs.iter().map(arc).collect(),
        cells: cover.cells.iter().map(cell).collect(),
    }
}

fn cover(part: CoverPart) -> Step<CoverChange> {
    let side = |code: Option<String>| code.as_deref().map(CellCode::new).transpose();
    let arc = |(left, right, points)| -> Step<BorderArc> {
        Ok(BorderArc { left: side(left)?, right: side(right)?, points: positions(points) })
    };
    let cell = |part: CellPart| -> Step<Cell> {
        let parents = Parents {
            community: region_code(part.community.as_deref())?,
            street: region_code(part.street.as_deref())?,
            district: region_code(part.district.as_deref())?,
        };
        Ok(Cell { code: CellCode::new(&part.code)?, name: part.name, parents, started: part.started })
    };
    Ok(CoverChange {
        origin: position(part.origin),
        arcs: part.arcs.into_iter().map(arc).collect::<Step<_>>()?,
        cells: part.cells.into_iter().map(cell).collect::<Step<_>>()?,
    })
}

fn region_code(code: Option<&str>) -> Step<Option<RegionCode>> {
    Ok(code.map(RegionCode::new).transpose()?)
}

fn region_part(region: &Region) -> RegionPart {
    RegionPart {
        level: region.level,
        code: region.code.to_string(),
        name: region.name.clone(),
        parent: region.parent.as_ref().map(RegionCode::to_string),
        border: nested(&region.border),
    }
}

fn region(part: RegionPart) -> Step<Region> {
    Ok(Region {
        level: part.level,
        code: RegionCode::new(&part.code)?,
        name: part.name,
        parent: region_code(part.parent.as_deref())?,
        border: unnested(part.border),
    })
}

fn thing_part(thing: &Thing) -> ThingPart {
    ThingPart {
        kind: thing.kind.to_string(),
        code: thing.code.to_string(),
        values: thing.values.clone(),
        place: thing.place.as_ref().map(place_part),
    }
}

fn thing(part: ThingPart) -> Step<Thing> {
    Ok(Thing {
        kind: things::kind(&part.kind)?,
        code: ThingCode::new(&part.code)?,
        values: part.values,
        place: part.place.map(place),
    })
}

fn component_part(c: &Component) -> ComponentPart {
    ComponentPart {
        code: c.code.to_string(),
        edition: c.edition.as_str().to_owned(),
        class: c.class.to_string(),
        name: c.name.clone(),
        state: c.state.clone(),
        units: [&c.competent, &c.owner, &c.maintainer].map(|unit| (unit.code.clone(), unit.name.clone())),
        delivered_cell: c.delivered_cell.as_ref().map(CellCode::to_string),
        surveyed: c.surveyed.clone(),
        changed: c.changed.clone(),
        data_source: c.data_source.clone(),
        note: c.note.clone(),
        extra: c.extra.clone(),
        place: place_part(&c.place),
    }
}

fn component(part: ComponentPart) -> Step<Component> {
    let [competent, owner, maintainer] = part.units.map(|(code, name)| Unit { code, name });
    Ok(Component {
        code: ComponentCode::new(&part.code)?,
        edition: part.edition.parse().map_err(|error| Fault::Damaged(format!("{error}")))?,
        class: ClassCode::new(&part.class)?,
        name: part.name,
        state: part.state,
        competent,
        owner,
        maintainer,
        delivered_cell: part.delivered_cell.as_deref().map(CellCode::new).transpose()?,
        surveyed: part.surveyed,
        changed: part.changed,
        data_source: part.data_source,
        note: part.note,
        extra: part.extra,
        place: place(part.place),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::thing::ThingKind;
    use crate::store::samples::{self, component_code, everything, thing_code};
    use proptest::prelude::*;

    fn again(change: &Change) -> Change {
        let mut texts = Vec::new();
        write(change, |text| {
            texts.push(text);
            Ok(())
        })
        .unwrap();
        let mut back = Change::default();
        for text in &texts {
            read(text, &mut back).unwrap();
        }
        back
    }

    #[test]
    fn a_change_with_everything_comes_back() {
        let change = Change {
            profile: Some(Box::new(samples::city().profile)),
            gone_regions: vec![(Level::Street, RegionCode::new("420502009").unwrap())],
            gone_things: vec![(ThingKind::Road, thing_code(3))],
            gone: (100..100 + 2 * PART as u32).map(component_code).collect(),
            ..everything()
        };
        assert_eq!(again(&change), change);
        assert_eq!(again(&Change::default()), Change::default());
    }

    proptest! {
        #[test]
        fn any_component_comes_back(components in proptest::collection::vec(samples::any_component(), 0..9)) {
            let change = Change { components, ..Change::default() };
            prop_assert_eq!(again(&change), change);
        }
    }

    /// A text as this program writes it today; a later one must read it.
    #[test]
    fn the_form_of_the_text_stays() {
        let change = Change {
            components: vec![samples::component(99)],
            regions: vec![samples::region(Level::Street, "420502001", "示意街道")],
            gone: vec![component_code(7)],
            ..Change::default()
        };
        let mut texts = Vec::new();
        write(&change, |text| {
            texts.push(text);
            Ok(())
        })
        .unwrap();
        let expected = [
            r#"{"regions":[{"level":"street","code":"420502001","name":"示意街道","parent":"420502","border":[]}]}"#,
            concat!(
                r#"{"components":[{"code":"42050201000000099","edition":"gbt47678.5-2026","class":"01099","#,
                r#""name":"下水道井盖","state":"完好","units":[["114205000000000013","第13养护所"],"#,
                r#"["114205000000000033","第33养护所"],["114205000000000014","第14养护所"]],"#,
                r#""delivered_cell":"420502001003000","surveyed":"20260401","changed":null,"data_source":"实测","#,
                r#""note":"井盖有裂纹","extra":{"材质":"铸铁"},"#,
                r#""place":{"polygon":[[[[11129383981,3070168171],[11129384281,3070168171],[11129384281,3070168471],"#,
                r#"[11129383981,3070168471]]]]}}]}"#
            ),
            r#"{"gone":["42050201000000007"]}"#,
        ];
        assert_eq!(texts, expected);
    }

    #[test]
    fn what_no_program_wrote_is_damage() {
        for text in ["", "{", r#"{"walls":[]}"#, r#"{"gone":[""]}"#, r#"{"gone_things":[["lamps","1"]]}"#] {
            assert!(matches!(read(text, &mut Change::default()), Err(Fault::Damaged(_))), "{text}");
        }
    }
}
