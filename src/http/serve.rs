//! Listening, and stopping without breaking off answers.

use super::Service;
use super::router::router;
use axum::serve::ListenerExt;
use std::io;
use std::time::Duration;
use tokio::net::TcpListener;

/// How long answers under way may take after the service was told to stop.
const DRAIN: Duration = Duration::from_secs(10);

/// Serves until `stop` is ready, then finishes what is under way, for at most ten seconds.
///
/// # Errors
/// When the listener fails for good.
pub async fn serve(
    listener: TcpListener,
    service: Service,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let (told, mut was_told) = tokio::sync::watch::channel(());
    let stop = async move {
        stop.await;
        drop(told);
    };
    // Replies are one small write each: waiting to fill a packet only costs the client time.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    let served = axum::serve(listener, router(service)).with_graceful_shutdown(stop);
    let too_late = async move {
        // An error is the dropped sender: the service was told to stop.
        while was_told.changed().await.is_ok() {}
        tokio::time::sleep(DRAIN).await;
    };
    tokio::select! {
        ended = served.into_future() => ended,
        () = too_late => Ok(()),
    }
}

/// Listens for the wish to stop, from now on: Ctrl-C, or SIGTERM where there are signals.
///
/// Must be called inside the runtime.
///
/// # Errors
/// When the system refuses to tell.
pub fn stop_signal() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (mut interrupted, mut terminated) =
            (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        Ok(async move {
            tokio::select! {
                _ = interrupted.recv() => {}
                _ = terminated.recv() => {}
            }
        })
    }
    #[cfg(not(unix))]
    Ok(async { drop(tokio::signal::ctrl_c().await) })
}
