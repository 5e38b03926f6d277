//! What limits one call, whatever the number of requests it takes.

mod peer;

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use alioss::{Bucket, Cancel, Config, Kind, ListObjectsV2, Options};
use peer::{Peer, read_request};

/// A service whose listings never end and hold nothing; how many pages it sent.
fn endless_listing() -> (Peer, Arc<AtomicUsize>) {
    let pages = Arc::new(AtomicUsize::new(0));
    let counter = pages.clone();
    let peer = Peer::start(move |mut stream| {
        while read_request(&mut stream).is_some() {
            let page = counter.fetch_add(1, Ordering::SeqCst);
            let body = format!(
                "<ListBucketResult><IsTruncated>true</IsTruncated>\
                 <NextContinuationToken>{page}</NextContinuationToken></ListBucketResult>"
            );
            let head = format!(
                "HTTP/1.1 200 OK\r\nx-oss-request-id: R1\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            std::thread::sleep(Duration::from_millis(20));
            if stream.write_all((head + &body).as_bytes()).is_err() {
                return;
            }
        }
    });
    (peer, pages)
}

fn bucket(peer: &Peer, total: Option<Duration>) -> Bucket {
    let mut config = Config::new();
    config
        .endpoint(&peer.endpoint())
        .region("cn-hangzhou")
        .keys("id", "secret", None);
    if let Some(total) = total {
        config.total_timeout(total);
    }
    Bucket::new(&config, "bucket").unwrap()
}

#[test]
fn the_total_timeout_is_for_all_pages_up_to_the_next_entry() {
    let total = Duration::from_millis(500);
    for (configured, of_call) in [(Some(total), None), (None, Some(total))] {
        let (peer, pages) = endless_listing();
        let mut options = Options::new();
        if let Some(timeout) = of_call {
            options = options.timeout(timeout);
        }
        let error = bucket(&peer, configured)
            .list_objects_v2(ListObjectsV2::default(), &options)
            .next()
            .unwrap()
            .unwrap_err();
        assert_eq!(error.kind(), Kind::Timeout, "{error}");
        let pages = pages.load(Ordering::SeqCst);
        assert!((1..=26).contains(&pages), "{pages} pages");
    }
}

#[test]
fn a_listing_without_entries_can_be_cancelled() {
    let (peer, _) = endless_listing();
    let cancel = Cancel::new();
    let error = std::thread::scope(|scope| {
        let canceller = cancel.clone();
        scope.spawn(move || {
            std::thread::sleep(Duration::from_millis(200));
            canceller.cancel();
        });
        let options = Options::new().cancel(&cancel);
        bucket(&peer, None)
            .list_objects_v2(ListObjectsV2::default(), &options)
            .next()
            .unwrap()
            .unwrap_err()
    });
    assert_eq!(error.kind(), Kind::Cancelled, "{error}");
}
