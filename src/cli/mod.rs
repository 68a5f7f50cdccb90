//! The commands of the program `wanmi`: arguments in, exit code out; one file a command.

pub mod backup;
pub mod check;
pub mod diff;
pub mod doctor;
pub mod export;
pub mod import;
pub mod init;
pub mod inspect;
pub mod locate;
pub mod log;
pub mod mapping;
pub mod open;
pub mod profile;
pub mod recode;
pub mod route;
pub mod rules;
pub mod scheduled;
pub mod serve;
pub mod settings;
pub mod show;
pub mod summary;
pub mod table;
pub mod undo;

use crate::config::read::ConfigError;
use crate::export::ExportError;
use crate::inventory::refused::Refused;
use crate::live::aside::step_back;
use crate::live::claim::ClaimError;
use crate::live::watch::LoadError;
use crate::model::version::Changeset;
use crate::store::StoreError;
use serve::ServeError;
use std::process::ExitCode;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// What `wanmi` can do.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Makes an empty city 新建城市
    Init(init::InitArgs),
    /// Shows what files hold: layers, fields, encoding, system 查看成果文件
    Inspect(inspect::InspectArgs),
    /// Reads, validates, compares and commits a delivery 导入普查成果
    Import(import::ImportArgs),
    /// Writes a first mapping for a delivery 字段映射
    Mapping(mapping::MappingArgs),
    /// Brings components to the classes of another edition 小类换版
    Recode(recode::RecodeArgs),
    /// Says which cell each place of a table lies in 批量定位
    Locate(locate::LocateArgs),
    /// Says who answers for each report, and why 批量派遣
    Route(route::RouteArgs),
    /// Tests, explains and shows the duty rules 职责规则
    Rules(rules::RulesArgs),
    /// Answers over HTTP and shows the map 启动服务
    Serve(serve::ServeArgs),
    /// Writes a layer of any version as a file 导出图层
    Export(export::ExportArgs),
    /// Proves every invariant of a city 检查城市数据
    Check(check::CheckArgs),
    /// Checks the set-up and says what to do 检查运行环境
    Doctor(doctor::DoctorArgs),
    /// Copies a city while it is in use 在线备份
    Backup(backup::BackupArgs),
    /// Lists the versions: who, when, why, what 版本记录
    Log(log::LogArgs),
    /// Shows a version, or one thing with its history 查看某一版本
    Show(show::ShowArgs),
    /// Says what differs between two versions 版本比较
    Diff(diff::DiffArgs),
    /// Shows the city's profile, or sets another 城市配置
    Profile(profile::ProfileArgs),
    /// Takes a version back by a version of its own 撤销
    Undo(undo::UndoArgs),
    /// Lists changes that take effect later, or takes one back 预定变更
    Scheduled(scheduled::ScheduledArgs),
}

impl Command {
    /// Runs the command; exit code 0 for success, 1 for findings.
    ///
    /// # Errors
    /// Wrong usage and unreadable input, which the program answers with exit code 2.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        if self.is_long() {
            step_back();
        }
        match self {
            Command::Init(args) => init::run(args),
            Command::Inspect(args) => inspect::run(&args),
            Command::Import(args) => import::run(args),
            Command::Mapping(args) => mapping::run(args),
            Command::Recode(args) => recode::run(args),
            Command::Locate(args) => locate::run(&args),
            Command::Route(args) => route::run(&args),
            Command::Rules(args) => rules::run(&args),
            Command::Serve(args) => serve::run(args),
            Command::Export(args) => export::run(args),
            Command::Check(args) => check::run(&args),
            Command::Doctor(args) => doctor::run(&args),
            Command::Backup(args) => backup::run(&args),
            Command::Log(args) => log::run(&args),
            Command::Show(args) => show::run(&args),
            Command::Diff(args) => diff::run(&args),
            Command::Profile(args) => profile::run(args),
            Command::Undo(args) => undo::run(args),
            Command::Scheduled(args) => scheduled::run(args),
        }
    }
}

impl Command {
    /// Whether it keeps the machine busy for a while; a service that runs beside it answers first.
    fn is_long(&self) -> bool {
        use Command::{Backup, Check, Export, Import, Recode, Undo};
        matches!(self, Import(_) | Recode(_) | Undo(_) | Export(_) | Check(_) | Backup(_))
    }
}

/// An error as the user sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The stable code.
    pub code: String,
    /// What is wrong, with its causes.
    pub sentence: String,
    /// What to do next.
    pub advice: Option<String>,
}

/// What to show of an error; `usage` is the code of what has none.
pub fn shown(error: &anyhow::Error) -> Shown {
    let causes: Vec<String> = error.chain().map(ToString::to_string).collect();
    let sentence = causes.join(": ");
    let find = error.chain();
    let by_cause = find.into_iter().find_map(|cause| {
        if let Some(refused) = cause.downcast_ref::<Refused>() {
            return Some((refused.code().to_owned(), Some(refused.advice().to_owned())));
        }
        code_of(cause).map(|code| (code.to_owned(), None))
    });
    let (code, advice) = by_cause.unwrap_or_else(|| ("usage".to_owned(), None));
    Shown { code, sentence, advice }
}

/// The stable code of a cause that has one.
fn code_of(cause: &(dyn std::error::Error + 'static)) -> Option<&'static str> {
    let store = cause.downcast_ref().map(StoreError::code);
    let table = || cause.downcast_ref().map(table::TableError::code);
    let load = || cause.downcast_ref().map(LoadError::code);
    let claim = || cause.downcast_ref().map(ClaimError::code);
    let serve = || cause.downcast_ref().map(ServeError::code);
    let export = || cause.downcast_ref().map(ExportError::code);
    let config = || cause.downcast_ref().map(ConfigError::code);
    let found = store.or_else(table).or_else(export).or_else(load);
    found.or_else(claim).or_else(serve).or_else(config)
}

/// Who commits, and why.
#[derive(Clone, Debug, clap::Args)]
pub struct Who {
    /// Who makes this version; the logged-in user when absent
    #[arg(long)]
    author: Option<String>,
    /// Why this version is made
    #[arg(long)]
    reason: Option<String>,
}

impl Who {
    /// The changeset of a command that starts now.
    fn changeset(self, reason: String) -> anyhow::Result<Changeset> {
        let by_system = || ["USER", "LOGNAME", "USERNAME"].iter().find_map(|name| std::env::var(name).ok());
        let author = self.author.or_else(by_system).unwrap_or_else(|| "unknown".to_owned());
        let at = OffsetDateTime::now_utc().replace_nanosecond(0)?.format(&Rfc3339)?;
        Ok(Changeset { author, at, reason: self.reason.unwrap_or(reason) })
    }
}
