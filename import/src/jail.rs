//! What this process may do once it is inside: read the delivery, use some memory and time, nothing else.
//!
//! GDAL parses files that strangers send. The jail is entered before the delivery is opened, by the process
//! itself, and cannot be left. Where the kernel lacks a wall, the others still stand and a note says so.

use std::collections::BTreeMap;
use std::io;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr, RulesetCreatedAttr,
    RulesetError, RulesetStatus, Scope, path_beneath_rules,
};
use rlimit::Resource;
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter};

/// Address space: an unpacked GeoJSON of 1 GiB is held once while it grows and once by GDAL's parser.
const ADDRESS_SPACE_BYTES: u64 = 4 * 1024 * 1024 * 1024;
/// Processor time; the largest delivery we know takes a fraction of a minute.
const CPU_SECONDS: u64 = 600;
/// Files open at once; a shapefile needs six.
const OPEN_FILES: u64 = 64;

/// Where GDAL and PROJ keep their tables, and the loader its libraries.
const SYSTEM_PATHS: [&str; 6] =
    ["/usr/share", "/usr/lib", "/usr/local/share", "/usr/local/lib", "/lib", "/etc/ld.so.cache"];
/// Variables that name other places for the same tables.
const DATA_VARIABLES: [&str; 3] = ["PROJ_DATA", "PROJ_LIB", "GDAL_DATA"];

/// Calls that a reader of files needs; every other one fails as if this kernel did not have it.
///
/// No sockets, no programs or processes, no writing that landlock does not see as such, nothing that changes other
/// processes or the kernel. What reading makes through the C library is here: files, memory, time, signals to itself.
const ALLOWED_CALLS: &[i64] = &[
    // Reading and writing what is open; which files may be opened is landlock's affair.
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_pread64,
    libc::SYS_preadv,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_lseek,
    libc::SYS_openat,
    libc::SYS_close,
    libc::SYS_fstat,
    libc::SYS_newfstatat,
    libc::SYS_statx,
    libc::SYS_statfs,
    libc::SYS_fstatfs,
    libc::SYS_faccessat,
    libc::SYS_faccessat2,
    libc::SYS_readlinkat,
    libc::SYS_getdents64,
    libc::SYS_getcwd,
    libc::SYS_fcntl,
    libc::SYS_ioctl,
    libc::SYS_fadvise64,
    libc::SYS_readahead,
    libc::SYS_dup,
    libc::SYS_dup3,
    libc::SYS_ppoll,
    // Memory.
    libc::SYS_brk,
    libc::SYS_mmap,
    libc::SYS_mprotect,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_madvise,
    libc::SYS_membarrier,
    // Waiting for itself, and ending.
    libc::SYS_futex,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_set_robust_list,
    libc::SYS_rseq,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_restart_syscall,
    libc::SYS_tgkill,
    libc::SYS_exit,
    libc::SYS_exit_group,
    // Who and when.
    libc::SYS_getpid,
    libc::SYS_gettid,
    libc::SYS_getuid,
    libc::SYS_geteuid,
    libc::SYS_getgid,
    libc::SYS_getegid,
    libc::SYS_uname,
    libc::SYS_sysinfo,
    libc::SYS_prlimit64,
    libc::SYS_getrusage,
    libc::SYS_getrandom,
    libc::SYS_clock_gettime,
    libc::SYS_clock_getres,
    libc::SYS_clock_nanosleep,
    libc::SYS_nanosleep,
    libc::SYS_gettimeofday,
];

/// The same by the names that only this architecture still has.
#[cfg(target_arch = "x86_64")]
const ALLOWED_OLD_CALLS: &[i64] = &[
    libc::SYS_open,
    libc::SYS_stat,
    libc::SYS_lstat,
    libc::SYS_access,
    libc::SYS_readlink,
    libc::SYS_dup2,
    libc::SYS_poll,
    libc::SYS_getrlimit,
    libc::SYS_time,
];
/// Other architectures have only the new names.
#[cfg(not(target_arch = "x86_64"))]
const ALLOWED_OLD_CALLS: &[i64] = &[];

/// Enters the jail with read access to these paths and below them; returns a note for each wall that is missing.
///
/// Limits hold for the process, the other walls for the calling thread and those it starts: call it before
/// there are others.
pub(crate) fn enter<'a>(readable: impl Iterator<Item = &'a Path>) -> Vec<String> {
    let mut notes = limit_resources();
    match forbid_files(readable) {
        Ok(RulesetStatus::FullyEnforced | RulesetStatus::PartiallyEnforced) => {}
        Ok(_) => {
            notes.push("landlock is missing in this kernel: files outside the delivery stay readable".into());
        }
        Err(error) => notes.push(format!("landlock refused its rules: {error}")),
    }
    if let Err(error) = forbid_calls() {
        notes.push(format!("seccomp refused its filter: {error}"));
    }
    notes
}

/// Bounds memory, time and files; nothing may be written, and a crash leaves no image of the data.
fn limit_resources() -> Vec<String> {
    let mut limits = vec![
        (Resource::AS, ADDRESS_SPACE_BYTES),
        (Resource::CPU, CPU_SECONDS),
        (Resource::NOFILE, OPEN_FILES),
        (Resource::CORE, 0),
    ];
    let mut notes = Vec::new();
    if writes_to_files() {
        // The limit would end us at the first frame or message.
        notes.push("standard output or error is a file: the limit on written bytes is left out".into());
    } else {
        limits.push((Resource::FSIZE, 0));
    }
    for (resource, limit) in limits {
        // A limit that is already tighter stays: it cannot be raised again.
        let hard = resource.get().map_or(limit, |(_, hard)| hard.min(limit));
        if let Err(error) = resource.set(hard, hard) {
            notes.push(format!("limit {} cannot be set: {error}", resource.as_name()));
        }
    }
    notes
}

/// Whether our own output goes to regular files.
fn writes_to_files() -> bool {
    [is_file(&io::stdout()), is_file(&io::stderr())].contains(&true)
}

fn is_file(stream: &impl AsFd) -> bool {
    let Ok(copy) = stream.as_fd().try_clone_to_owned() else { return false };
    std::fs::File::from(copy).metadata().is_ok_and(|metadata| metadata.is_file())
}

/// Landlock: reading these paths, what is below them, and the system's tables, no writing, no connection, no signal.
fn forbid_files<'a>(readable: impl Iterator<Item = &'a Path>) -> Result<RulesetStatus, RulesetError> {
    let abi = ABI::V6;
    let read = AccessFs::ReadFile | AccessFs::ReadDir;
    let readable = SYSTEM_PATHS
        .iter()
        .map(PathBuf::from)
        .chain(DATA_VARIABLES.iter().filter_map(std::env::var_os).map(PathBuf::from))
        .chain(readable.map(Path::to_path_buf));
    let status = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(abi))?
        .handle_access(AccessNet::from_all(abi))?
        .scope(Scope::from_all(abi))?
        .create()?
        .add_rules(path_beneath_rules(readable, read))?
        .restrict_self()?;
    Ok(status.ruleset)
}

/// Seccomp: what is not in [`ALLOWED_CALLS`] fails with "function not implemented", for which libraries have another way.
fn forbid_calls() -> Result<(), Box<dyn std::error::Error>> {
    let allowed = ALLOWED_CALLS.iter().chain(ALLOWED_OLD_CALLS);
    let rules: BTreeMap<_, _> = allowed.map(|call| (*call, Vec::new())).collect();
    let denied = SeccompAction::Errno(libc::ENOSYS as u32);
    let architecture = std::env::consts::ARCH.try_into()?;
    let program: BpfProgram =
        SeccompFilter::new(rules, denied, SeccompAction::Allow, architecture)?.try_into()?;
    seccompiler::apply_filter(&program)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::ErrorKind::PermissionDenied;

    use super::*;

    /// Runs `inside` on a thread of its own, because walls stay up.
    fn on_a_thread<T: Send>(inside: impl FnOnce() -> T + Send) -> T {
        std::thread::scope(|scope| scope.spawn(inside).join().expect("the thread does not panic"))
    }

    #[test]
    fn landlock_lets_the_delivery_be_read_and_nothing_be_written() {
        let delivery = tempfile::tempdir().unwrap();
        let secret = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(delivery.path().join("a.geojson"), "{}").unwrap();
        on_a_thread(|| {
            if forbid_files([delivery.path()].into_iter()).unwrap() == RulesetStatus::NotEnforced {
                println!("skipped: this kernel has no landlock");
                return;
            }
            assert!(File::open(delivery.path().join("a.geojson")).is_ok());
            assert!(File::open(secret.path()).is_err_and(|error| error.kind() == PermissionDenied));
            let written = File::create(delivery.path().join("b.geojson"));
            assert!(written.is_err_and(|error| error.kind() == PermissionDenied));
        });
    }

    #[test]
    fn seccomp_leaves_files_and_takes_the_network_programs_and_processes() {
        let walled = on_a_thread(|| {
            // A thread that seccomp walls in cannot start another one to be joined from, so it only tells.
            forbid_calls().map_err(|error| error.to_string())?;
            let absent = |error: io::Error| error.raw_os_error() == Some(libc::ENOSYS);
            let file = std::path::Path::new("/proc/self/exe");
            Ok::<_, String>([
                ("connect", std::net::TcpStream::connect("127.0.0.1:9").is_err_and(absent)),
                ("listen", std::net::UdpSocket::bind("127.0.0.1:0").is_err_and(absent)),
                ("unix", std::os::unix::net::UnixStream::connect("/dev/null").is_err_and(absent)),
                ("program", std::process::Command::new("true").status().is_err()),
                ("thread", std::thread::Builder::new().spawn(|| ()).is_err()),
                ("remove", std::fs::remove_file("/nowhere").is_err_and(absent)),
                ("rename", std::fs::rename("/nowhere", "/elsewhere").is_err_and(absent)),
                ("folder", std::fs::create_dir("/nowhere/folder").is_err_and(absent)),
                ("link", std::os::unix::fs::symlink("/nowhere", "/elsewhere").is_err_and(absent)),
                ("read", std::fs::File::open("/dev/null").is_ok()),
                ("look", file.metadata().is_ok() && file.read_link().is_ok()),
            ])
        });
        for (what, is_so) in walled.unwrap() {
            assert!(is_so, "{what}");
        }
    }

    #[test]
    fn every_allowed_call_is_listed_once() {
        let mut calls: Vec<i64> = ALLOWED_CALLS.iter().chain(ALLOWED_OLD_CALLS).copied().collect();
        let count = calls.len();
        calls.sort_unstable();
        calls.dedup();
        assert_eq!(calls.len(), count);
        for call in [libc::SYS_socket, libc::SYS_execve, libc::SYS_clone, libc::SYS_ptrace, libc::SYS_kill] {
            assert!(!calls.contains(&call), "{call}");
        }
    }
}
