//! The program as people start it.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use super::{Answer, raw};

pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_oss-local"));
    command.args(["--port", "0", "--https-port", "0"]);
    command
}

pub struct Running {
    pub child: Child,
    pub ready: Value,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn start(arguments: &[&str]) -> Running {
    let mut command = program();
    command.args(arguments);
    start_as(command)
}

/// Started by a command that ends in the program's own arguments.
pub fn start_as(mut command: Command) -> Running {
    let mut child = command
        .arg("--json")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap())
        .read_line(&mut line)
        .unwrap();
    let ready = serde_json::from_str(&line).unwrap_or_else(|_| {
        let mut error = String::new();
        let _ = child.stderr.as_mut().unwrap().read_to_string(&mut error);
        panic!("{line}{error}")
    });
    Running { child, ready }
}

impl Running {
    pub fn port(&self) -> u16 {
        self.ready["http_port"].as_u64().unwrap() as u16
    }

    pub fn get(&self, path: &str, more: &str) -> Answer {
        let head =
            format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{more}\r\n");
        raw(self.port(), head.as_bytes())
    }

    /// Ends it by a signal; says how it ended.
    pub fn signal(mut self, name: &str) -> Option<i32> {
        let pid = self.child.id().to_string();
        let kill = Command::new("kill")
            .args(["-s", name, &pid])
            .status()
            .unwrap();
        assert!(kill.success());
        self.child.wait().unwrap().code()
    }
}
