//! The desk where changes are made, one after the other, by a thread behind those that answer.

use super::problem::Problem;
use crate::edit::Editor;
use crate::live::aside::step_back;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Sender};
use std::thread::JoinHandle;
use tokio::sync::oneshot;

/// What is done at the desk.
type Job = Box<dyn FnOnce(&Editor) + Send>;

/// The one writer of a service and its thread, which ends, its work done, when this is dropped.
pub(super) struct Desk {
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Desk {
    /// A desk for an editor.
    pub(super) fn of(editor: Editor) -> Self {
        let (jobs, waiting) = mpsc::channel::<Job>();
        let work = move || {
            step_back();
            for job in waiting {
                // A panic was told by the panic hook, and who asked is told by what is dropped; a commit is a transaction.
                drop(catch_unwind(AssertUnwindSafe(|| job(&editor))));
            }
        };
        // No thread to be had: the channel is closed, and whoever asks is told.
        let thread = std::thread::Builder::new().name("edit".to_owned()).spawn(work).ok();
        Desk { jobs: Some(jobs), thread }
    }

    /// Has something done by the editor; it is done also when nobody waits for it any more.
    ///
    /// # Errors
    /// An internal problem when it panics.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Editor) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let (tell, told) = oneshot::channel();
        let job: Job = Box::new(move |editor| {
            // Who asked may be gone.
            let _ = tell.send(job(editor));
        });
        if let Some(jobs) = &self.jobs {
            // A desk without a thread drops the job, and with it the end that tells.
            drop(jobs.send(job));
        }
        told.await.map_err(|error| Problem::internal(&error))
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        drop(self.jobs.take());
        if let Some(thread) = self.thread.take() {
            // Its panics were caught.
            drop(thread.join());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::profile::Profile;
    use crate::model::snapshot::CityRecord;
    use crate::model::version::Changeset;
    use crate::store::sqlite::SqliteStore;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;

    #[tokio::test]
    async fn a_panic_leaves_the_desk_open_and_what_was_asked_is_done_before_it_closes() {
        let folder = tempfile::tempdir().unwrap();
        let city = CityRecord {
            name: "示意市".to_owned(),
            region: "4205".to_owned(),
            profile: Profile::default(),
            origin: None,
        };
        let by = Changeset {
            author: "测试".to_owned(),
            at: "2026-11-30T08:00:00Z".to_owned(),
            reason: "测试".to_owned(),
        };
        let store = SqliteStore::create(&folder.path().join("city.gpkg"), &city, &by).unwrap();
        let desk = Desk::of(Editor::new(Box::new(store)));
        assert!(desk.ask(|_| -> () { panic!("a test of panics") }).await.is_err());
        assert_eq!(desk.ask(|editor| editor.scheduled().unwrap().len()).await.ok(), Some(0));
        let done = Arc::new(AtomicBool::new(false));
        let doing = Arc::clone(&done);
        let asked = desk.ask(move |_| {
            std::thread::sleep(Duration::from_millis(50));
            doing.store(true, Ordering::Relaxed);
        });
        // Whoever asked goes away while it is done, or before.
        drop(tokio::time::timeout(Duration::from_millis(1), asked).await);
        drop(desk);
        assert!(done.load(Ordering::Relaxed));
    }
}
