//! Work that stands behind the readers: whoever asks is answered first, and changing, building and folding take what is left.

/// Puts the calling thread, and threads that it will start, behind those that answer.
///
/// On one busy core a reader otherwise waits for a whole slice of whoever builds. Where threads have no priority of
/// their own (elsewhere than on Linux) nothing happens. It cannot be taken back.
pub fn step_back() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{getpriority_process, setpriority_process};
        /// A tenth of the share of a thread that answers, never nothing.
        const BEHIND: i32 = 10;
        /// The last place there is.
        const LAST: i32 = 19;
        // Of this thread alone: on Linux each has its own. A system that refuses keeps all alike.
        if let Ok(own) = getpriority_process(None) {
            let _ = setpriority_process(None, (own + BEHIND).min(LAST));
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use rustix::process::getpriority_process;

    #[test]
    fn only_the_thread_that_steps_back_and_its_own_do() {
        let before = getpriority_process(None).unwrap();
        let behind = std::thread::spawn(|| {
            step_back();
            let own = getpriority_process(None).unwrap();
            let of_started = std::thread::spawn(|| getpriority_process(None).unwrap()).join().unwrap();
            (own, of_started)
        });
        let (own, of_started) = behind.join().unwrap();
        assert_eq!(own, (before + 10).min(19));
        assert_eq!(of_started, own);
        assert_eq!(getpriority_process(None).unwrap(), before);
    }
}
