//! `wanmi serve`: the service over one city file.

use super::settings::Settings;
use crate::config::Log;
use crate::edit::Editor;
use crate::http::serve::{serve, stop_signal};
use crate::http::{Clock, Service};
use crate::inventory::classes::catalogue;
use crate::live::aside::step_back;
use crate::live::claim::{Claim, ClaimError};
use crate::live::past;
use crate::live::watch::{Source, start};
use crate::record::Record;
use crate::store::sqlite::{Access, SqliteStore};
use anyhow::Context;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use time::{OffsetDateTime, UtcOffset};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

/// Answers over HTTP from a city file, and shows every version committed beside it within a second.
#[derive(Debug, clap::Args)]
pub struct ServeArgs {
    /// The city file
    city: PathBuf,
    #[command(flatten)]
    settings: Settings,
}

/// Why the service does not start; other reasons are the store's and the claim's own.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address can be reached from elsewhere and nobody said that this is wanted.
    #[error(
        "{0} is reachable from other machines and there is no access control: listen on 127.0.0.1, or add --open \
         if that is wanted"
    )]
    NotLoopback(SocketAddr),
    /// The address cannot be had.
    #[error("cannot listen on {address}, choose another with --listen")]
    NotFree {
        /// The address.
        address: SocketAddr,
        /// The system's word.
        source: std::io::Error,
    },
}

impl ServeError {
    /// The stable code of the refusal.
    pub fn code(&self) -> &'static str {
        match self {
            ServeError::NotLoopback(_) => "listen_not_loopback",
            ServeError::NotFree { .. } => "listen_not_free",
        }
    }
}

/// Serves until Ctrl-C or SIGTERM; prints the address, once it answers there.
///
/// # Errors
/// [`ServeError`], [`ClaimError`], and what the store says of a file that it cannot open or load.
#[expect(clippy::needless_pass_by_value, reason = "a command owns its arguments, like every other")]
pub fn run(args: ServeArgs) -> anyhow::Result<ExitCode> {
    let config = args.settings.read()?;
    let listen = config.server.listen;
    if !config.server.open && !listen.ip().is_loopback() {
        return Err(ServeError::NotLoopback(listen).into());
    }
    log_to_stderr(&config.log);
    // Asked before there are threads: afterwards the system's offset cannot be read safely.
    let clock = clock(UtcOffset::current_local_offset().unwrap_or(UtcOffset::UTC));
    // Dropped last: see `Claim::of`.
    let _claim = claim(&args.city)?;
    // Cities are built by these threads, and nothing that is asked is; a pool that stands already is as good.
    drop(rayon::ThreadPoolBuilder::new().start_handler(|_| step_back()).build_global());
    let store = SqliteStore::open(&args.city, Access::Write)?;
    // A second connection: readers of the first one never wait for a change.
    let editor = Editor::new(Box::new(SqliteStore::open(&args.city, Access::Write)?));
    let (live, _watch) = start(source(store))?;
    let open = || SqliteStore::open(&args.city, Access::Read);
    let past = past::start(source(open()?), Box::new(open()?));
    let record = Record::open(&Record::path_of(&args.city))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let service = Service::new(live, clock, config).editable(editor).with_past(past).recording(record);
    runtime.block_on(answer(listen, service))?;
    Ok(ExitCode::SUCCESS)
}

fn source(store: SqliteStore) -> Source {
    let catalogue_of = Box::new(|profile: &_| catalogue(profile).map_err(Into::into));
    Source { store: Box::new(store), catalogue_of }
}

async fn answer(address: SocketAddr, service: Service) -> anyhow::Result<()> {
    let not_free = |source| ServeError::NotFree { address, source };
    let listener = TcpListener::bind(address).await.map_err(not_free)?;
    let stop = stop_signal().context("the system does not tell when to stop")?;
    writeln!(std::io::stdout(), "listening on http://{}", listener.local_addr()?)?;
    serve(listener, service, stop).await?;
    tracing::info!("stopped");
    Ok(())
}

/// Claims the city; a file that is no city is refused in the store's words, which say what to do.
fn claim(path: &Path) -> anyhow::Result<Claim> {
    match Claim::of(path) {
        Err(error @ ClaimError::Io { .. }) => {
            SqliteStore::open(path, Access::Read)?;
            Err(error.into())
        }
        claimed => Ok(claimed?),
    }
}

fn clock(offset: UtcOffset) -> Clock {
    Arc::new(move || OffsetDateTime::now_utc().to_offset(offset))
}

/// Standard output is for the address alone. `RUST_LOG` says how much is told; the configuration when it is silent.
fn log_to_stderr(log: &Log) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(&log.level));
    let told = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A logger that stands already is as good.
    if log.json { drop(told.json().try_init()) } else { drop(told.try_init()) }
}
