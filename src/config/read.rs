//! Reading a configuration: what is unknown, of the wrong type or out of range is refused with its place.

use super::{Config, Field, fields};
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// What environment variables begin with: `WANMI_LIMITS_CONNECTIONS` is `connections` in `[limits]`.
const PREFIX: &str = "WANMI_";

/// Why a configuration is refused.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{path} cannot be read")]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's word.
        source: std::io::Error,
    },
    /// The file is no TOML, names what is not there, or has a value of the wrong type.
    #[error("{path}:{line}: {what}")]
    File {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong, with the field.
        what: String,
    },
    /// An environment variable names no field or cannot be read as its value.
    #[error("environment variable {name}: {what}")]
    Variable {
        /// The variable.
        name: String,
        /// What is wrong.
        what: String,
    },
    /// The value of a flag cannot be read.
    #[error("--{name}: {what}")]
    Flag {
        /// The flag.
        name: String,
        /// What is wrong.
        what: String,
    },
}

impl ConfigError {
    /// The stable code of the refusal.
    pub fn code(&self) -> &'static str {
        match self {
            ConfigError::Io { .. } => "config_not_readable",
            ConfigError::File { .. } => "config_invalid",
            ConfigError::Variable { .. } => "config_variable_invalid",
            ConfigError::Flag { .. } => "config_flag_invalid",
        }
    }
}

/// The configuration of a file, when there is one, of environment variables over it, and of flags over both.
///
/// # Errors
/// [`ConfigError`] names the file and line, the variable, or the flag.
pub fn read(
    file: Option<&Path>,
    variables: impl IntoIterator<Item = (String, String)>,
    flags: &[(Field, String)],
) -> Result<Config, ConfigError> {
    let mut config = file.map_or_else(|| Ok(Config::default()), of_file)?;
    let mut variables: Vec<(String, String)> = variables.into_iter().collect();
    variables.sort();
    for (name, text) in &variables {
        if let Some(over) = over(&config, name, text)? {
            config = over;
        }
    }
    for (field, text) in flags {
        let refused = |what| ConfigError::Flag { name: field.flag(), what };
        config = with(&config, (&field.section, &field.name), text).map_err(refused)?;
    }
    Ok(config)
}

fn of_file(path: &Path) -> Result<Config, ConfigError> {
    let io = |source| ConfigError::Io { path: path.to_owned(), source };
    let text = std::fs::read_to_string(path).map_err(io)?;
    let refused = |line, what| ConfigError::File { path: path.to_owned(), line, what };
    let config: Config = toml::from_str(&text).map_err(|error| {
        let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
        refused(line, error.message().to_owned())
    })?;
    match out_of_range(&config) {
        None => Ok(config),
        Some((field, what)) => {
            let is_it = |line: &str| line.split('=').next().is_some_and(|key| key.trim().ends_with(field));
            let line = text.lines().position(is_it).map_or(1, |at| at + 1);
            Err(refused(line, what))
        }
    }
}

/// The configuration with one variable over it; `None` for a variable that is none of ours.
fn over(config: &Config, name: &str, text: &str) -> Result<Option<Config>, ConfigError> {
    let refused = |what: String| ConfigError::Variable { name: name.to_owned(), what };
    let Some(rest) = name.strip_prefix(PREFIX) else { return Ok(None) };
    let rest = rest.to_ascii_lowercase();
    let known = fields();
    let is_section = |section: &str| known.iter().any(|field| field.section == section);
    let Some(pair) = rest.split_once('_').filter(|(section, _)| is_section(section)) else {
        return Ok(None);
    };
    with(config, pair, text).map(Some).map_err(refused)
}

/// The configuration with one field changed, or what is wrong with that.
fn with(config: &Config, (section, field): (&str, &str), text: &str) -> Result<Config, String> {
    let mut table = Table::try_from(config).map_err(|error| error.to_string())?;
    let known = table.get_mut(section).and_then(Value::as_table_mut).and_then(|fields| fields.get_mut(field));
    let Some(value) = known else { return Err(format!("[{section}] has no field {field:?}")) };
    let wrong = |kind: &str| format!("{text:?} is not {kind}");
    *value = match value {
        Value::Integer(_) => Value::Integer(text.parse().map_err(|_not| wrong("a whole number"))?),
        Value::Boolean(_) => Value::Boolean(text.parse().map_err(|_not| wrong("true or false"))?),
        Value::Array(_) => {
            let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
            Value::Array(parts.map(|part| Value::String(part.to_owned())).collect())
        }
        _ => Value::String(text.to_owned()),
    };
    let config: Config = table.try_into().map_err(|error: toml::de::Error| error.message().to_owned())?;
    match out_of_range(&config) {
        None => Ok(config),
        Some((_, what)) => Err(what),
    }
}

/// The first number that must not be zero and is, with what is wrong.
fn out_of_range(config: &Config) -> Option<(&'static str, String)> {
    let limits = &config.limits;
    let least_one = [
        ("connections", u64::from(limits.connections)),
        ("in_flight", u64::from(limits.in_flight)),
        ("header_seconds", u64::from(limits.header_seconds)),
        ("body_seconds", u64::from(limits.body_seconds)),
        ("body_bytes", u64::from(limits.body_bytes)),
        ("bulk_streams", u64::from(limits.bulk_streams)),
        ("bulk_spool_bytes", limits.bulk_spool_bytes),
        ("rate_burst", u64::from(limits.rate_burst)),
    ];
    let zero = least_one.into_iter().find(|(_, number)| *number == 0)?;
    Some((zero.0, format!("limits.{} is 0; it must be at least 1", zero.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, variables: &[(&str, &str)]) -> Result<Config, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("wanmi.toml");
        std::fs::write(&path, text).unwrap();
        let variables = variables.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        read(Some(&path), variables, &[]).map_err(|error| {
            error.to_string().replace(folder.path().to_str().unwrap(), "").trim_start_matches('/').to_owned()
        })
    }

    #[test]
    fn a_variable_wins_over_the_file_and_the_file_over_the_default() {
        let config = of(
            "[server]\nlisten = \"127.0.0.1:9000\"\n[limits]\nconnections = 7\nin_flight = 8\n",
            &[
                ("WANMI_LIMITS_IN_FLIGHT", "9"),
                ("WANMI_SERVER_CORS_ORIGINS", "https://a.example, https://b.example"),
                ("WANMI_LOG_JSON", "true"),
                ("WANMI_IMPORT", "/usr/bin/wanmi-import"),
                ("PATH", "/bin"),
            ],
        )
        .unwrap();
        assert_eq!((config.limits.connections, config.limits.in_flight), (7, 9));
        assert_eq!(config.server.listen.port(), 9000);
        assert_eq!(config.server.cors_origins, ["https://a.example", "https://b.example"]);
        assert!(config.log.json && config.log.access);
        assert_eq!(read(None, [], &[]).unwrap(), Config::default());
    }

    #[test]
    fn every_field_has_a_flag_that_wins_over_all() {
        let set = |name: &str, text: &str| {
            let field = fields().into_iter().find(|field| field.flag() == name).unwrap();
            read(None, [("WANMI_LIMITS_IN_FLIGHT".to_owned(), "9".to_owned())], &[(field, text.to_owned())])
        };
        assert_eq!(set("limits-in-flight", "10").unwrap().limits.in_flight, 10);
        assert_eq!(set("cors-origins", "a,b").unwrap().server.cors_origins, ["a", "b"]);
        assert_eq!(set("limits-connections", "1").unwrap().limits.in_flight, 9);
        let refused = set("limits-connections", "0").unwrap_err();
        assert_eq!(
            refused.to_string(),
            "--limits-connections: limits.connections is 0; it must be at least 1"
        );
        assert_eq!(refused.code(), "config_flag_invalid");
        assert_eq!(set("listen", "here").unwrap_err().code(), "config_flag_invalid");
        let table = Table::try_from(Config::default()).unwrap();
        let of_table = table.values().map(|section| section.as_table().unwrap().len()).sum::<usize>();
        assert_eq!(fields().len(), of_table, "the schema and the configuration have the same fields");
        assert!(fields().iter().all(|field| field.about.len() > 10));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line_and_field() {
        let refused = |text| of(text, &[]).unwrap_err();
        assert!(
            refused("[limits]\nconnections = 1\nconnection = 2\n").starts_with("wanmi.toml:3: unknown field")
        );
        assert!(refused("\n[limits]\nin_flight = \"many\"\n").starts_with("wanmi.toml:3: invalid type"));
        assert_eq!(
            refused("[limits]\nconnections = 0\n"),
            "wanmi.toml:2: limits.connections is 0; it must be at least 1"
        );
        assert!(refused("[limits\n").starts_with("wanmi.toml:1: "));
        assert!(refused("[server]\nlisten = \"here\"\n").starts_with("wanmi.toml:2: "));
        let variable = |name, text| of("", &[(name, text)]).unwrap_err();
        assert_eq!(
            variable("WANMI_LIMITS_CONNECTIONS", "x"),
            "environment variable WANMI_LIMITS_CONNECTIONS: \"x\" is not a whole number"
        );
        assert_eq!(
            variable("WANMI_LIMITS_CONNECTION", "1"),
            "environment variable WANMI_LIMITS_CONNECTION: [limits] has no field \"connection\""
        );
        assert!(variable("WANMI_LIMITS_RATE_BURST", "0").contains("at least 1"));
        let missing = read(Some(Path::new("no/such.toml")), [], &[]).unwrap_err();
        assert_eq!(
            (missing.code(), missing.to_string()),
            ("config_not_readable", "no/such.toml cannot be read".into())
        );
    }
}
