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
