//! What the operator decides: a TOML file, then environment variables, then flags; each later one wins.

pub mod read;

use std::net::SocketAddr;
use utoipa::ToSchema;

/// Everything that can be configured; what is left out has its default.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where and to whom the service answers.
    #[schema(inline)]
    pub server: Server,
    /// What a client may take of the service.
    #[schema(inline)]
    pub limits: Limits,
    /// What is told on standard error.
    #[schema(inline)]
    pub log: Log,
}

/// Where and to whom the service answers.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Server {
    /// Address and port; port 0 takes any free port.
    #[schema(value_type = String, example = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Allows an address that other machines reach; there is no access control yet.
    pub open: bool,
    /// Origins whose pages may call the service, `*` for all; none by default, so that browsers refuse.
    pub cors_origins: Vec<String>,
}

/// What a client may take of the service.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Connections at once; further ones get 503 and are closed.
    #[schema(minimum = 1)]
    pub connections: u32,
    /// Requests under way at once; further ones get 503 with Retry-After.
    #[schema(minimum = 1)]
    pub in_flight: u32,
    /// Seconds that the head of a request may take, and that an idle connection is kept.
    #[schema(minimum = 1)]
    pub header_seconds: u32,
    /// Seconds without a byte after which a body is given up, and a reply that nobody reads.
    #[schema(minimum = 1)]
    pub body_seconds: u32,
    /// The longest body in bytes; bulk calls are streams and have no limit.
    #[schema(minimum = 1)]
    pub body_bytes: u32,
    /// Bulk calls at once; further ones get 503 with Retry-After.
    #[schema(minimum = 1)]
    pub bulk_streams: u32,
    /// Bytes of a bulk body that are kept on disk while its client does not read the answers.
    #[schema(minimum = 1)]
    pub bulk_spool_bytes: u64,
    /// Requests a second from one address; 0 is no limit.
    pub rate_per_second: u32,
    /// Requests that one address may send at once after a pause.
    #[schema(minimum = 1)]
    pub rate_burst: u32,
    /// Whether the rate is limited for this machine too.
    pub rate_loopback: bool,
    /// Seconds that answers under way may take after the service was told to stop.
    pub drain_seconds: u32,
}

/// What is told on standard error.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// How much is told, as `RUST_LOG` says it: error, warn, info, debug, trace.
    pub level: String,
    /// A line for each request, without coordinates, codes and names.
    pub access: bool,
    /// Lines of JSON.
    pub json: bool,
}

impl Default for Server {
    fn default() -> Self {
        Server { listen: SocketAddr::from(([127, 0, 0, 1], 8080)), open: false, cors_origins: Vec::new() }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            connections: 1024,
            in_flight: 512,
            header_seconds: 30,
            body_seconds: 60,
            body_bytes: 64 * 1024,
            bulk_streams: 8,
            bulk_spool_bytes: 1 << 30,
            rate_per_second: 200,
            rate_burst: 400,
            rate_loopback: false,
            drain_seconds: 10,
        }
    }
}

impl Default for Log {
    fn default() -> Self {
        Log { level: "info".to_owned(), access: true, json: false }
    }
}

/// A field of the configuration, as file, variables and flags know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The section of the file that it stands in.
    pub section: String,
    /// Its name there.
    pub name: String,
    /// What it decides.
    pub about: String,
    /// Whether it is true or false.
    pub is_switch: bool,
}

impl Field {
    /// The name of its flag, without the dashes; what is about the server as a whole needs no section.
    pub fn flag(&self) -> String {
        let name = self.name.replace('_', "-");
        if self.section == "server" { name } else { format!("{}-{name}", self.section) }
    }
}

/// Every field, by section and name, as the schema of the file has them.
pub fn fields() -> Vec<Field> {
    use utoipa::PartialSchema;
    let schema = serde_json::to_value(Config::schema()).unwrap_or_default();
    let sections = schema["properties"].as_object().into_iter().flatten();
    let mut fields = Vec::new();
    for (section, of) in sections {
        let inner = of["oneOf"].as_array().and_then(|choices| choices.first()).unwrap_or(of);
        for (name, of) in inner["properties"].as_object().into_iter().flatten() {
            fields.push(Field {
                section: section.clone(),
                name: name.clone(),
                about: of["description"].as_str().unwrap_or_default().to_owned(),
                is_switch: of["type"] == "boolean",
            });
        }
    }
    fields
}

/// The JSON schema of a configuration file, as `schemas/config.schema.json` keeps it.
///
/// # Errors
/// When it cannot be written as JSON, which is not known to happen.
pub fn schema() -> Result<String, serde_json::Error> {
    use utoipa::PartialSchema;
    let mut schema = serde_json::to_value(Config::schema())?;
    if let Some(members) = schema.as_object_mut() {
        members.insert("$schema".to_owned(), "https://json-schema.org/draft/2020-12/schema".into());
        members.insert("title".to_owned(), "wanmi configuration".into());
    }
    refuse_others(&mut schema);
    Ok(serde_json::to_string_pretty(&schema)? + "\n")
}

/// Says of every object that it has no other members, as reading says it.
fn refuse_others(schema: &mut serde_json::Value) {
    let Some(members) = schema.as_object_mut() else { return };
    members.remove("required");
    if members.contains_key("properties") {
        members.insert("additionalProperties".to_owned(), false.into());
    }
    members.values_mut().for_each(refuse_others);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_is_fresh() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/config.schema.json");
        let schema = schema().unwrap();
        if std::env::var_os("WANMI_BLESS").is_some() {
            std::fs::write(path, &schema).unwrap();
        }
        let stored = std::fs::read_to_string(path).unwrap_or_default();
        assert!(stored == schema, "schemas/config.schema.json is stale: run the tests with WANMI_BLESS=1");
    }
}
