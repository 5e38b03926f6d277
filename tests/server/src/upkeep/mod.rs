//! What the service does by itself, in its own time: rules of lifecycles, and logs of access. Here it is done when it is
//! asked for (`/_local/lifecycle`, `/_local/logs`), and by a clock of its own whose days can be short.

mod lifecycle;
mod logging;

use std::sync::{Arc, Weak};
use std::time::Duration;

pub use lifecycle::{DAY_MS, run as run_lifecycle};
pub use logging::{Logs, deliver as deliver_logs};

use crate::server::Shared;

/// Once a day, until the server is gone: rules, and logs. A day lasts so long.
pub async fn every_day(shared: Weak<Shared>, day: Duration) {
    let day_ms = i64::try_from(day.as_millis()).unwrap_or(DAY_MS).max(1);
    loop {
        tokio::time::sleep(day).await;
        let Some(shared) = shared.upgrade() else {
            return;
        };
        let now_ms = shared.clock.now_ms();
        run_lifecycle(&shared, now_ms, day_ms);
        tell_failure(deliver_logs(&shared, now_ms));
    }
}

/// Every hour, as the service does it.
pub async fn every_hour(shared: Weak<Shared>) {
    loop {
        tokio::time::sleep(Duration::from_secs(3600)).await;
        let Some(shared) = shared.upgrade() else {
            return;
        };
        let now_ms = shared.clock.now_ms();
        tell_failure(deliver_logs(&shared, now_ms));
    }
}

fn tell_failure(outcome: crate::errors::Result<Vec<String>>) {
    if let Err(error) = outcome {
        eprintln!("oss-local: a log could not be stored: {}", error.message);
    }
}

/// Starts the clocks.
pub fn start(shared: &Arc<Shared>, day: Option<Duration>) {
    match day {
        Some(day) => tokio::spawn(every_day(Arc::downgrade(shared), day)),
        None => tokio::spawn(every_hour(Arc::downgrade(shared))),
    };
}
