//! Says what the library takes for the time of a machine of 32 bits, in seconds since 1970.

#[allow(dead_code)]
#[path = "../../src/ffi/os_clock.rs"]
mod os_clock;

fn main() {
    println!("{}", os_clock::system_time().unwrap().as_secs());
}
