//! Listening, bounded in connections and in patience, and stopping without breaking off answers.

use super::patience::Patience;
use super::router::router;
use super::{Service, door, wicket};
use crate::config::Limits;
use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use axum::routing::future::RouteFuture;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use std::convert::Infallible;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

/// How long to wait after a failed accept: it fails when there are no more files, and asking at once helps nobody.
const PAUSE: Duration = Duration::from_millis(100);

/// Requests under way on one HTTP/2 connection.
const STREAMS: u32 = 128;

/// What a connection too many is told.
const FULL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// Who asks, by address.
#[derive(Clone, Copy)]
pub(super) struct Peer(pub(super) IpAddr);

/// Serves HTTP/1.1 and HTTP/2 without TLS until `stop` is ready, then finishes what is under way, as long as the
/// configuration allows.
///
/// # Errors
/// None in this release: a listener that fails is tried again.
pub async fn serve(
    listener: TcpListener,
    service: Service,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let limits = service.shared.config.limits.clone();
    let places = Arc::new(Semaphore::new(limits.connections as usize));
    let builder = builder(&limits);
    let both = Arc::new((service.clone(), router(service)));
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, from) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection cannot be accepted");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            tokio::spawn(refuse(stream));
            continue;
        };
        // Replies are one small write each: waiting to fill a packet only costs the client time.
        drop(stream.set_nodelay(true));
        let answer = answering(Arc::clone(&both), Peer(from.ip()));
        let mut builder = builder.clone();
        builder.http1().timer(Patience::default());
        let connection = builder.serve_connection(TokioIo::new(stream), service_fn(answer)).into_owned();
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            // A client that breaks off or speaks no HTTP is no news.
            drop(connection.await);
            drop(place);
        });
    }
    drop(listener);
    let drain = Duration::from_secs(limits.drain_seconds.into());
    if tokio::time::timeout(drain, graceful.shutdown()).await.is_err() {
        tracing::warn!("stopped with answers under way");
    }
    Ok(())
}

fn builder(limits: &Limits) -> auto::Builder<TokioExecutor> {
    let patience = Duration::from_secs(limits.header_seconds.into());
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().header_read_timeout(patience);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .keep_alive_interval(patience)
        .keep_alive_timeout(patience);
    builder
}

/// Answers the requests of one connection: at door and wicket what is plain, else by the router.
fn answering(both: Arc<(Service, Router)>, peer: Peer) -> impl Fn(hyper::Request<Incoming>) -> Answer {
    move |request| {
        let (service, router) = &*both;
        if let Some(response) = door::answered(service, &request, peer) {
            return Answer::Ready(Some(response));
        }
        if wicket::is_plain(service, &request) {
            return Answer::Read(Box::pin(wicket::answered(Arc::clone(&both), request, peer)));
        }
        let mut request: Request = request.map(axum::body::Body::new);
        request.extensions_mut().insert(peer);
        Answer::Coming(Box::pin(tower::Service::call(&mut router.clone(), request)))
    }
}

/// An answer that is there, or on its way.
enum Answer {
    Ready(Option<Response>),
    /// Once the body of a plain report is read.
    Read(Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>),
    Coming(Pin<Box<RouteFuture<Infallible>>>),
}

impl Future for Answer {
    type Output = Result<Response, Infallible>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut *self {
            Answer::Ready(response) => {
                response.take().map_or(Poll::Pending, |response| Poll::Ready(Ok(response)))
            }
            Answer::Read(answer) => answer.as_mut().poll(context),
            Answer::Coming(answer) => answer.as_mut().poll(context),
        }
    }
}

/// Tells a connection too many to come back.
async fn refuse(mut stream: TcpStream) {
    let tell = async {
        stream.write_all(FULL).await?;
        stream.shutdown().await?;
        // Closing with bytes unread would reset the connection before the client has read this.
        while stream.read(&mut [0; 1024]).await? > 0 {}
        io::Result::Ok(())
    };
    // It may be gone already.
    drop(tokio::time::timeout(PAUSE, tell).await);
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
