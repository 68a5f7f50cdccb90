//! The peer: an axum handler that knows its answer, a JSON body as long as the service's.
//!
//! `empty PORT FILE`: every path and method under `/` answers with the bytes of the file.

use axum::Router;
use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::routing::any;
use axum::serve::ListenerExt;

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (port, file) = (arguments.next().unwrap_or_default().parse()?, arguments.next().unwrap_or_default());
    let body: &'static [u8] = Vec::leak(std::fs::read(file)?);
    // A body that is sent is read, as any handler would.
    let answer = move |_sent: Bytes| async move { ([(CONTENT_TYPE, "application/json")], body) };
    let router = Router::new().fallback(any(answer));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
        let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
        axum::serve(listener, router).await
    })?;
    Ok(())
}
