//! Waiting in processes with timers and without standard streams, over plain TCP and TLS.

mod peer;
mod support;
#[path = "peer/wire.rs"]
mod wire;

use std::time::Duration;

use support::{Linking, compile, succeed};
use wire::{WIRES, Wire};

#[test]
fn signals_do_not_stop_clocks_and_sockets_leave_standard_streams_alone() {
    let program = compile("tests/c/waiting.c", "c99", Linking::Shared);
    for wire in WIRES {
        // Neither reads nor answers.
        let peer = wire::start(wire, |_channel| std::thread::sleep(Duration::from_secs(60)));
        let scheme = if wire == Wire::Plain { "http" } else { "https" };
        let endpoint = format!("{scheme}://127.0.0.1:{}", peer.port());
        succeed(&[&program], &[&endpoint], &[]);
    }
}
