//! `wanmi doctor`: is everything set up, and what to do where it is not.

use super::settings::Settings;
use super::shown;
use crate::config::Config;
use crate::inventory::read::Importer;
use crate::live::claim::{Claim, ClaimError};
use crate::store::Store;
use crate::store::sqlite::{Access, SqliteStore};
use std::io::{self, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use wanmi_rows::Rows;

/// Free bytes below which a disk is nearly full.
const LOW_BYTES: u64 = 1 << 30;

/// Files that a service has open beside its connections.
const OTHER_FILES: u64 = 64;

/// Arguments of `wanmi doctor`.
#[derive(Debug, clap::Args)]
pub struct DoctorArgs {
    /// The city file that is to be served
    city: PathBuf,
    /// One JSON object a check
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    settings: Settings,
}

/// How a check went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    Ok,
    Warning,
    Bad,
}

/// A check and what came of it.
#[derive(Debug, serde::Serialize)]
struct Checked {
    /// The stable code of the check.
    check: &'static str,
    verdict: Verdict,
    /// What was found.
    found: String,
    /// What to do; null when it is well.
    advice: Option<String>,
}

/// What is wrong, and what to do about it.
type Wrong = (Verdict, String, String);

/// Runs all checks: exit code 0 when a service would start, 1 when something must be done first.
///
/// # Errors
/// When standard output is gone.
pub fn run(args: &DoctorArgs) -> anyhow::Result<ExitCode> {
    let mut checks = Vec::new();
    let config = match args.settings.read() {
        Ok(config) => {
            let file =
                args.settings.file().map_or_else(|| "defaults".to_owned(), |file| file.display().to_string());
            checks.push(checked("config", Ok(file)));
            config
        }
        Err(error) => {
            let advice = "按提示修正该行 / correct that line, variable or flag; schemas/config.schema.json lists all fields";
            checks.push(checked("config", Err((Verdict::Bad, told(&error.into()), advice.to_owned()))));
            Config::default()
        }
    };
    let city = args.city.as_path();
    checks.push(checked("city_file", city_file(city)));
    checks.push(checked("city_writable", writable(city)));
    checks.push(checked("city_free", free(city)));
    checks.push(checked("importer", importer()));
    checks.push(checked("listen", listen(&config)));
    let folder = city.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let size = std::fs::metadata(city).map_or(0, |file| file.len());
    checks.push(checked("disk_of_city", disk(folder, size.max(LOW_BYTES))));
    let spool = config.limits.bulk_spool_bytes.saturating_mul(config.limits.bulk_streams.into());
    checks.push(checked("disk_for_bulk_calls", disk(&std::env::temp_dir(), spool)));
    checks.push(checked("open_files", open_files(&config)));
    tell(&checks, args.json)?;
    let is_bad = checks.iter().any(|check| check.verdict == Verdict::Bad);
    Ok(if is_bad { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn checked(check: &'static str, result: Result<String, Wrong>) -> Checked {
    match result {
        Ok(found) => Checked { check, verdict: Verdict::Ok, found, advice: None },
        Err((verdict, found, advice)) => Checked { check, verdict, found, advice: Some(advice) },
    }
}

/// An error in one line, with its code.
fn told(error: &anyhow::Error) -> String {
    let shown = shown(error);
    format!("{}: {}", shown.code, shown.sentence)
}

fn bad(found: String, advice: &str) -> Wrong {
    (Verdict::Bad, found, advice.to_owned())
}

fn city_file(path: &Path) -> Result<String, Wrong> {
    let advice = "检查路径；`wanmi init` 新建，备份可恢复 / check the path; `wanmi init` makes a city, a backup restores one";
    let refused = |error: crate::store::StoreError| bad(told(&error.into()), advice);
    let store = SqliteStore::open(path, Access::Read).map_err(refused)?;
    let newest = store.newest().map_err(refused)?;
    let frame = store.frame(newest).map_err(refused)?;
    let (name, cells) = (frame.city.name, frame.cells.len());
    let program = env!("CARGO_PKG_VERSION");
    let found = format!("{name}, 版本 version {newest}, {cells} cells; wanmi {program}");
    if cells == 0 {
        let advice = "先导入单元网格 / import cells first: wanmi import CITY FILE --layer cells";
        return Err((Verdict::Warning, found, advice.to_owned()));
    }
    Ok(found)
}

/// Whether this user may write the file, and files beside it: SQLite keeps its log there.
fn writable(path: &Path) -> Result<String, Wrong> {
    let advice = "给运行用户写权限（文件与目录）/ let the user who runs wanmi write the file and its folder";
    let refused = |error: io::Error| bad(format!("{}: {error}", path.display()), advice);
    std::fs::OpenOptions::new().write(true).open(path).map_err(refused)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let beside = |error: io::Error| bad(format!("{}: {error}", folder.display()), advice);
    tempfile::Builder::new().prefix(".wanmi-doctor").tempfile_in(folder).map_err(beside)?;
    Ok(format!("{} and its folder", path.display()))
}

fn free(path: &Path) -> Result<String, Wrong> {
    match Claim::of(path) {
        Ok(_) => Ok("no other `wanmi serve` has it".to_owned()),
        Err(error @ ClaimError::Taken { .. }) => {
            let advice = "正常：服务已在运行；要换一个先停它 / fine when that is the service you want; stop it to start another";
            Err((Verdict::Warning, told(&error.into()), advice.to_owned()))
        }
        Err(error) => Err(bad(told(&error.into()), "检查文件权限 / check the file's permissions")),
    }
}

/// The importer, asked for nothing: it says its version before anything else.
fn importer() -> Result<String, Wrong> {
    let asked = Importer::find().and_then(|importer| importer.read(&[], Rows::All, |_| Ok(())));
    match asked {
        Ok(()) => Ok("wanmi-import speaks the same protocol".to_owned()),
        Err(refused) => {
            let advice = format!("{}（只影响导入 / only imports need it）", refused.advice());
            Err((Verdict::Warning, told(&refused.into()), advice))
        }
    }
}

fn listen(config: &Config) -> Result<String, Wrong> {
    let address = config.server.listen;
    if !config.server.open && !address.ip().is_loopback() {
        let advice = "用 127.0.0.1，或加 --open / listen on 127.0.0.1, or add --open if that is wanted";
        return Err(bad(format!("{address} is reachable from other machines"), advice));
    }
    match TcpListener::bind(address) {
        Ok(_) => Ok(format!("{address} is free")),
        Err(error) => {
            let advice = "换端口：--listen 127.0.0.1:8081 / choose another port, or stop what has it";
            Err(bad(format!("{address}: {error}"), advice))
        }
    }
}

/// Whether a disk has room.
fn disk(folder: &Path, wanted: u64) -> Result<String, Wrong> {
    let Ok(disk) = rustix::fs::statvfs(folder) else {
        let advice = "检查目录 / check the folder";
        return Err(bad(format!("{} cannot be asked", folder.display()), advice));
    };
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    let found = format!("{}: {} MB free", folder.display(), free >> 20);
    if free < wanted {
        let advice = format!("腾出空间：至少 {} MB / make room, {} MB at least", wanted >> 20, wanted >> 20);
        let verdict = if free < LOW_BYTES / 16 { Verdict::Bad } else { Verdict::Warning };
        return Err((verdict, found, advice));
    }
    Ok(found)
}

/// Whether as many connections as configured may be open, where the system tells.
fn open_files(config: &Config) -> Result<String, Wrong> {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let may: Option<u64> = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    let needs = u64::from(config.limits.connections) + OTHER_FILES;
    match may {
        Some(may) if may < needs => {
            let advice =
                format!("ulimit -n {needs}，或减小 limits.connections / or lower limits.connections");
            Err((Verdict::Warning, format!("{may} files may be open, {needs} are needed"), advice))
        }
        Some(may) => Ok(format!("{may} may be open, {needs} are needed")),
        None => Ok("not limited, as far as the system tells".to_owned()),
    }
}

fn tell(checks: &[Checked], json: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for check in checks {
        if json {
            serde_json::to_writer(&mut out, check)?;
            writeln!(out)?;
            continue;
        }
        let mark = match check.verdict {
            Verdict::Ok => "正常 ok     ",
            Verdict::Warning => "注意 warning",
            Verdict::Bad => "错误 bad    ",
        };
        writeln!(out, "{mark}  {}: {}", check.check, check.found)?;
        if let Some(advice) = &check.advice {
            writeln!(out, "              → {advice}")?;
        }
    }
    Ok(())
}
