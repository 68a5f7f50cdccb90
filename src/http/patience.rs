//! How long a connection may take over the head of a request, or say nothing: one alarm a connection.
//!
//! The server sets a timer before each head and throws it away after it. To enter each into the runtime's wheel and to take it
//! out costs a plain question a twentieth of its time, and nearly none ever rings. So a connection has one alarm
//! that is left where it was set; when it rings, it is set again for what is due by then.

use hyper::rt::{Sleep, Timer};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::time;

/// The timer of one connection.
#[derive(Clone, Default)]
pub(super) struct Patience(Arc<Alarm>);

/// Set for the deadline that was the last when it was set.
type Alarm = Mutex<Option<Pin<Box<time::Sleep>>>>;

/// A deadline of the connection.
struct Until {
    deadline: time::Instant,
    alarm: Arc<Alarm>,
}

impl Timer for Patience {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        self.sleep_until(Instant::now() + duration)
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        Box::pin(Until { deadline: deadline.into(), alarm: Arc::clone(&self.0) })
    }
}

impl Future for Until {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        // A panic while it was held left an alarm all the same.
        let mut alarm = self.alarm.lock().unwrap_or_else(PoisonError::into_inner);
        let alarm = alarm.get_or_insert_with(|| Box::pin(time::sleep_until(self.deadline)));
        // An alarm that rings earlier than this deadline is set again then, not now.
        if alarm.deadline() > self.deadline {
            alarm.as_mut().reset(self.deadline);
        }
        while alarm.as_mut().poll(context).is_ready() {
            if alarm.deadline() >= self.deadline {
                return Poll::Ready(());
            }
            alarm.as_mut().reset(self.deadline);
        }
        Poll::Pending
    }
}

impl Sleep for Until {}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_deadline_is_kept_whatever_the_alarm_was_set_for() {
        let patience = Patience::default();
        let ms = Duration::from_millis;
        // Given up before they ring, as those of heads that come; the first leaves the alarm an hour away.
        for wait in [ms(3_600_000), ms(30), ms(3_600_000)] {
            let mut until = patience.sleep(wait);
            std::future::poll_fn(|context| {
                let _ = until.as_mut().poll(context);
                Poll::Ready(())
            })
            .await;
        }
        // Earlier than the alarm stands, later, and when it has rung.
        for wait in [ms(20), ms(60), ms(5), ms(0), ms(40)] {
            let start = Instant::now();
            patience.sleep(wait).await;
            assert!(start.elapsed() >= wait, "{wait:?}");
        }
    }
}
