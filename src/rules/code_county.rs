//! A component's code begins with the county that it stands in (GB/T 47678.5).

use super::code::Code;
use super::finding::Breach;
use crate::model::code::RegionCode;
use crate::model::component::Component;

/// What is wrong with the first six digits of a component's code, given the district of the cell that holds it.
///
/// Codes of another form than the edition's, and districts without a code of six digits, are not compared.
pub fn code_county(component: &Component, district: Option<&RegionCode>) -> Option<Breach> {
    let code = component.code.as_str();
    let district = district.filter(|district| is_county(district.as_str()))?;
    component.edition.class_digits(code)?;
    if code.starts_with(district.as_str()) {
        return None;
    }
    let detail = format!("component {code} stands in district {district}");
    Some(Breach::new(Code::CodeCounty, detail).of("code", code).at(component.place.first()))
}

fn is_county(code: &str) -> bool {
    code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit())
}
