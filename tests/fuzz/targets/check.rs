//! What has to hold for every answer, however malformed. The targets run it, and `cargo test` on the corpus.

use alioss::internals::replay::{answer, chunked};

const METHODS: [&str; 3] = ["GET", "HEAD", "PUT"];

/// The first byte says how the rest arrives: for which method, and in pieces of which size.
fn pieces(data: &[u8]) -> (&'static str, usize, &[u8]) {
    let (first, rest) = data.split_first().unwrap_or((&0, data));
    let method = METHODS[usize::from(*first) % METHODS.len()];
    let size = match usize::from(*first) / METHODS.len() {
        0 => rest.len().max(1),
        size => size,
    };
    (method, size, rest)
}

/// A whole answer: it means the same however it arrives.
pub fn whole_answer(data: &[u8]) {
    let (method, size, bytes) = pieces(data);
    let whole = answer(method, [bytes]);
    let apart = answer(method, bytes.chunks(size));
    match (whole, apart) {
        (Ok(whole), Ok(apart)) => {
            assert!((200..1000).contains(&whole.status));
            assert_eq!(whole.status, apart.status);
            assert_eq!(whole.headers, apart.headers);
            assert_eq!(whole.body, apart.body);
            assert!(whole.body.len() <= bytes.len());
            if whole.reusable {
                assert!(apart.reusable);
            }
            for (name, _) in whole.headers.iter() {
                assert_eq!(name, name.to_ascii_lowercase());
                assert!(whole.headers.get(name).is_some());
            }
        }
        (Err(whole), Err(_)) => assert!(whole.to_string().len() < 500, "{whole}"),
        // Pieces after the end of the body are not read, and a head that is too long may be refused before its end.
        (whole, apart) => assert!(
            bytes.len() > 96 * 1024,
            "in one piece {whole:?}, in several {apart:?}"
        ),
    }
}

/// A chunked body.
pub fn chunked_body(data: &[u8]) {
    let (_, size, bytes) = pieces(data);
    let whole = chunked([bytes]).map_err(|error| error.kind());
    let apart = chunked(bytes.chunks(size)).map_err(|error| error.kind());
    match (whole, apart) {
        (Ok(whole), Ok(apart)) => assert_eq!(whole, apart),
        (Err(_), Err(_)) => {}
        other => panic!("in one piece and in several: {other:?}"),
    }
}
