//! The driver of the conformance scenarios; see `tests/conformance/README.md`.

mod peer;
mod support;

#[path = "conformance/driver/mod.rs"]
mod driver;

use std::io::ErrorKind;
use std::net::{TcpListener, TcpStream};

use driver::{Runner, compile};
use peer::ClosedPort;

/// All runners. A runner needs an entry here and a test below.
const RUNNERS: [Runner; 5] = [
    Runner {
        name: "rust",
        command: compile::rust,
    },
    Runner {
        name: "c",
        command: compile::c,
    },
    Runner {
        name: "c-options",
        command: compile::c_options,
    },
    Runner {
        name: "cpp",
        command: compile::cpp,
    },
    Runner {
        name: "cpp-clang",
        command: compile::cpp_clang,
    },
];

#[test]
fn rust() {
    driver::run_all(&RUNNERS, "rust");
}

#[test]
fn c() {
    driver::run_all(&RUNNERS, "c");
}

#[test]
fn c_options() {
    driver::run_all(&RUNNERS, "c-options");
}

#[test]
fn cpp() {
    driver::run_all(&RUNNERS, "cpp");
}

#[test]
fn cpp_clang() {
    driver::run_all(&RUNNERS, "cpp-clang");
}

/// Defaults of a minute: all runners and scenarios at once, because they only wait.
#[test]
fn defaults_that_take_a_minute() {
    driver::run_slow(&RUNNERS);
}

#[test]
fn scenarios_cover_every_option() {
    driver::scenario::check(&RUNNERS);
}

/// Scenarios run at once: what stands for a service that is not there must not become another scenario's server.
#[test]
fn a_closed_port_stays_closed() {
    let closed = ClosedPort::start();
    let taken = TcpListener::bind(("127.0.0.1", closed.port())).map(drop);
    assert_eq!(taken.unwrap_err().kind(), ErrorKind::AddrInUse);
    let reached = TcpStream::connect(("127.0.0.1", closed.port())).map(drop);
    assert_eq!(reached.unwrap_err().kind(), ErrorKind::ConnectionRefused);
}

/// A driver that lets everything pass would prove nothing.
#[test]
fn driver_notices_what_is_wrong() {
    driver::notices(&RUNNERS[0]);
}
