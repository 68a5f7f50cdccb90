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

/// Calls that reach the network, other processes or the kernel's insides; a reader of files needs none.
const FORBIDDEN_CALLS: [i64; 22] = [
    libc::SYS_socket,
    libc::SYS_socketpair,
    libc::SYS_connect,
    libc::SYS_bind,
    libc::SYS_listen,
    libc::SYS_accept,
    libc::SYS_accept4,
    libc::SYS_sendto,
    libc::SYS_sendmsg,
    libc::SYS_sendmmsg,
    libc::SYS_execve,
    libc::SYS_execveat,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    // A ring makes calls that the filter does not see.
    libc::SYS_io_uring_setup,
    libc::SYS_bpf,
    libc::SYS_keyctl,
    libc::SYS_mount,
    libc::SYS_unshare,
    libc::SYS_userfaultfd,
    libc::SYS_perf_event_open,
];

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

/// Seccomp: [`FORBIDDEN_CALLS`] fail with "operation not permitted".
fn forbid_calls() -> Result<(), Box<dyn std::error::Error>> {
    let rules: BTreeMap<_, _> = FORBIDDEN_CALLS.iter().map(|call| (*call, Vec::new())).collect();
    let denied = SeccompAction::Errno(libc::EPERM as u32);
    let architecture = std::env::consts::ARCH.try_into()?;
    let program: BpfProgram =
        SeccompFilter::new(rules, SeccompAction::Allow, denied, architecture)?.try_into()?;
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
    fn seccomp_forbids_connections_and_programs_but_not_files() {
        on_a_thread(|| {
            forbid_calls().unwrap();
            let connected = std::net::TcpStream::connect("127.0.0.1:9");
            assert_eq!(connected.unwrap_err().raw_os_error(), Some(libc::EPERM));
            let started = std::process::Command::new("true").status();
            assert_eq!(started.unwrap_err().kind(), PermissionDenied);
            assert!(File::open("/dev/null").is_ok());
        });
    }
}
