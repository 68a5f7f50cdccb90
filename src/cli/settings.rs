//! The configuration of a command: a file, environment variables over it, flags over both; one schema says what there is.

use crate::config::read::{ConfigError, read};
use crate::config::{Config, Field, fields};
use clap::{Arg, ArgMatches, Command, value_parser};
use std::path::PathBuf;
use std::sync::LazyLock;

/// The flag of each field.
static FLAGS: LazyLock<Vec<(Field, String)>> =
    LazyLock::new(|| fields().into_iter().map(|field| (field.clone(), field.flag())).collect());

/// Where the configuration comes from.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    file: Option<PathBuf>,
    flags: Vec<(Field, String)>,
}

impl Settings {
    /// Reads it.
    ///
    /// # Errors
    /// [`ConfigError`] names the file and line, the variable, or the flag.
    pub fn read(&self) -> Result<Config, ConfigError> {
        read(self.file.as_deref(), std::env::vars(), &self.flags)
    }

    /// The file, when one is named.
    pub fn file(&self) -> Option<&PathBuf> {
        self.file.as_ref()
    }
}

impl clap::Args for Settings {
    fn augment_args(command: Command) -> Command {
        let file = Arg::new("config")
            .long("config")
            .value_name("FILE")
            .env("WANMI_CONFIG")
            .value_parser(value_parser!(PathBuf))
            .help(
                "A configuration (TOML); environment variables WANMI_… win over it, flags over both 配置文件",
            );
        FLAGS.iter().fold(command.arg(file), |command, (field, name)| {
            let arg =
                Arg::new(name.as_str()).long(name.as_str()).help(field.about.as_str()).value_name("VALUE");
            command.arg(if field.is_switch {
                arg.num_args(0..=1).require_equals(true).default_missing_value("true")
            } else {
                arg
            })
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl clap::FromArgMatches for Settings {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut settings = Settings::default();
        settings.update_from_arg_matches(matches)?;
        Ok(settings)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        self.file = matches.get_one::<PathBuf>("config").cloned();
        let given =
            |(field, name): &(Field, String)| Some((field.clone(), matches.get_one::<String>(name)?.clone()));
        self.flags = FLAGS.iter().filter_map(given).collect();
        Ok(())
    }
}
