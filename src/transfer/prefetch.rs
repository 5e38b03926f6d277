//! A large object that is read from its first byte to its last, while the parts that follow are on their way.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use super::multipart::lost;
use super::plan::{Part, Plan};
use super::pool::LOOK;
use super::ranged::RangedObject;
use super::thread::Process;
use super::{CHUNK, Common, Transfer, What, thread};
use crate::cancel::{Cancel, stopped};
use crate::crc64::{self, Crc64};
use crate::error::{Error, Kind, Result};
use crate::memory;
use crate::operations::{Bucket, Object};
use crate::request::{Options, Progress, Response};

impl Bucket {
    /// GetObject by several parts at the same time, read in order: for links that one connection does not fill. As many parts
    /// as the [`Transfer`] has workers are held in memory, read or still arriving; see [`Transfer::part_size`].
    ///
    /// The object is asked for first (HeadObject) and has to stay the same: if it changes, reading fails with
    /// [`Kind::Conflict`]. The read that brings the end compares the whole with the CRC-64 of the object. What fits into one
    /// part, a range, what the service makes of an object (`x-oss-process`), and anything with one worker, or if the system
    /// has no more threads, is read as by [`get_object`](Bucket::get_object), without threads. The timeout is of the whole, up
    /// to the last byte; dropping the result ends the threads.
    pub fn prefetch_object(
        &self,
        key: &str,
        transfer: &Transfer,
        options: &Options<'_>,
    ) -> Result<Prefetch> {
        transfer.check()?;
        let workers = transfer.checked_workers()?;
        let is_plain = options.range.is_some()
            || workers == 1
            || options
                .query
                .iter()
                .any(|(name, _)| name == "x-oss-process")
            || options
                .headers
                .iter()
                .any(|(name, _)| name.eq_ignore_ascii_case("range"));
        if is_plain {
            return Ok(Prefetch(Reading::Plain(self.get_object(key, options)?)));
        }
        let common = Common::new(&self.client, What::Other("prefetch_object"), options)?;
        let head = self.head_object(key, &common.options(|_| true))?;
        let mut single = options.clone();
        single.deadline = common.deadline;
        let Some(mut object) = RangedObject::new(self, key, common, &head) else {
            return Ok(Prefetch(Reading::Plain(self.get_object(key, &single)?)));
        };
        let plan = Plan::new("key", object.size, transfer.part_size)?;
        if plan.is_single() {
            return Ok(Prefetch(Reading::Plain(self.get_object(key, &single)?)));
        }
        let workers = object.share_traffic(workers);
        Ok(Prefetch(match Ahead::start(object, plan, workers, head) {
            Some(ahead) => Reading::Ahead(ahead),
            None => Reading::Plain(self.get_object(key, &single)?),
        }))
    }
}

/// An object that is read while more of it is fetched; from [`Bucket::prefetch_object`].
pub struct Prefetch(Reading);

#[expect(
    clippy::large_enum_variant,
    reason = "there is one per object, and a box would be an allocation more"
)]
enum Reading {
    Plain(Object),
    Ahead(Ahead),
}

impl std::fmt::Debug for Prefetch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Prefetch")
            .field("position", &self.position())
            .finish_non_exhaustive()
    }
}

impl Prefetch {
    /// Status and headers: of the object, by HeadObject, or of the answer if it is read without threads.
    pub fn response(&self) -> &Response {
        match &self.0 {
            Reading::Plain(object) => object.response(),
            Reading::Ahead(ahead) => &ahead.head,
        }
    }

    /// How many bytes have been read.
    pub fn position(&self) -> u64 {
        match &self.0 {
            Reading::Plain(object) => object.position(),
            Reading::Ahead(ahead) => ahead.position,
        }
    }

    /// Reads on: how many bytes, 0 at the end. `buffer` must not be empty. After an error every further read repeats it, and
    /// what came before is not the object.
    pub fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        match &mut self.0 {
            Reading::Plain(object) => object.read(buffer),
            Reading::Ahead(ahead) => ahead.read(buffer),
        }
    }
}

impl Prefetch {
    /// Copies all of it to `writer`.
    pub(crate) fn read_to(
        mut self,
        writer: &mut dyn io::Write,
        progress: Option<&Progress<'_>>,
    ) -> Result<Response> {
        let mut chunk = memory::zeros(CHUNK)?;
        loop {
            let got = self.read(&mut chunk)?;
            if got > 0 {
                let written = writer.write_all(chunk.get(..got).unwrap_or_default());
                written.map_err(|cause| {
                    Error::from_io(Kind::Io, "writing the object failed", cause)
                })?;
            }
            if let Some(progress) = progress
                && (got > 0 || self.position() == 0)
                && !progress(self.position(), self.response().content_length())
            {
                return Err(stopped());
            }
            if got == 0 {
                return Ok(self.response().clone());
            }
        }
    }
}

impl io::Read for Prefetch {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Prefetch::read(self, buffer).map_err(io::Error::other)
    }
}

/// The reader's side.
struct Ahead {
    head: Response,
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
    position: u64,
    /// The part that is being read, and how much of it was.
    current: Option<(Vec<u8>, usize)>,
    /// CRC-64 of the parts up to that one.
    crc: u64,
    failed: Option<Error>,
    process: Process,
}

/// What the reader and the threads share.
struct Shared {
    object: RangedObject,
    plan: Plan,
    /// Parts that are held at the same time.
    window: u32,
    stop: Cancel,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Parts that were read to their end.
    read: u32,
    /// Parts that some thread has begun.
    begun: u32,
    /// By number: those that have arrived, with their CRC-64.
    arrived: BTreeMap<u32, (Vec<u8>, u64)>,
    spare: Vec<Vec<u8>>,
    failed: Option<Error>,
    is_closed: bool,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next part to fetch, as soon as there is room for it, and memory.
    fn take(&self) -> Option<(Part, Vec<u8>)> {
        let mut state = self.lock();
        loop {
            if state.is_closed || state.failed.is_some() {
                return None;
            }
            let part = self.plan.part_of(state.begun + 1)?;
            if state.begun < state.read.saturating_add(self.window) {
                state.begun += 1;
                return Some((part, state.spare.pop().unwrap_or_default()));
            }
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn work(&self) {
        while let Some((part, buffer)) = self.take() {
            let fetched = thread::catch(|| self.fetch(&part, buffer));
            let mut state = self.lock();
            match fetched {
                Ok(arrived) => {
                    state.arrived.insert(part.number, arrived);
                }
                Err(error) => {
                    state.failed.get_or_insert(error);
                }
            }
            drop(state);
            self.changed.notify_all();
        }
    }

    fn fetch(&self, part: &Part, mut buffer: Vec<u8>) -> Result<(Vec<u8>, u64)> {
        let length = usize::try_from(part.length).unwrap_or(usize::MAX);
        buffer.clear();
        memory::lengthen(&mut buffer, length)?;
        let mut object = self.object.open(part, &self.stop)?;
        let mut done = 0;
        let mut crc = Crc64::new();
        while done < length {
            let rest = buffer.get_mut(done..).unwrap_or_default();
            let got = object.read(rest)?;
            if got == 0 {
                return Err(Error::new(
                    Kind::Truncated,
                    format!("part {} has {done} bytes instead of {length}", part.number),
                ));
            }
            crc.update(rest.get(..got).unwrap_or_default());
            done += got;
        }
        Ok((buffer, crc.value()))
    }
}

impl Ahead {
    /// `None` if the system has no threads for it.
    fn start(object: RangedObject, plan: Plan, workers: usize, head: Response) -> Option<Ahead> {
        let mut ahead = Ahead {
            head,
            shared: Arc::new(Shared {
                object,
                plan,
                window: u32::try_from(workers).unwrap_or(u32::MAX),
                stop: Cancel::new(),
                state: Mutex::default(),
                changed: Condvar::new(),
            }),
            threads: Vec::new(),
            position: 0,
            current: None,
            crc: 0,
            failed: None,
            process: Process::this(),
        };
        for _ in 0..workers.min(plan.parts().count()) {
            let shared = Arc::clone(&ahead.shared);
            match thread::builder().spawn(thread::worker(move || shared.work())) {
                Ok(thread) => ahead.threads.push(thread),
                Err(_) => break,
            }
        }
        (!ahead.threads.is_empty()).then_some(ahead)
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        self.process.check()?;
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        if buffer.is_empty() || self.position == self.shared.plan.size {
            return Ok(0);
        }
        self.read_on(buffer).inspect_err(|error| {
            self.failed = Some(error.clone());
            self.end();
        })
    }

    fn read_on(&mut self, buffer: &mut [u8]) -> Result<usize> {
        self.shared.object.common.check()?;
        if self.current.is_none() {
            self.current = Some((self.next_part()?, 0));
        }
        let Some((bytes, at)) = &mut self.current else {
            return Err(lost());
        };
        let rest = bytes.get(*at..).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        let (Some(from), Some(to)) = (rest.get(..count), buffer.get_mut(..count)) else {
            return Err(lost());
        };
        to.copy_from_slice(from);
        *at += count;
        self.position += count as u64;
        if *at == bytes.len() {
            self.release();
        }
        Ok(count)
    }

    /// Waits for the part after those that were read. With the last one the whole has to be right.
    fn next_part(&mut self) -> Result<Vec<u8>> {
        let mut state = self.shared.lock();
        let number = state.read + 1;
        let (bytes, crc) = loop {
            if let Some(arrived) = state.arrived.remove(&number) {
                break arrived;
            }
            if let Some(error) = &state.failed {
                return Err(error.clone());
            }
            self.shared.object.common.check()?;
            let waited = self.shared.changed.wait_timeout(state, LOOK);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        };
        drop(state);
        self.crc = crc64::combine(self.crc, crc, bytes.len() as u64);
        if self.shared.plan.part_of(number + 1).is_none() {
            self.head.verified = self.shared.object.check_whole(self.crc)?;
        }
        Ok(bytes)
    }

    /// The current part was read: its memory is for another one.
    fn release(&mut self) {
        let Some((bytes, _)) = self.current.take() else {
            return;
        };
        let mut state = self.shared.lock();
        state.read += 1;
        state.spare.push(bytes);
        drop(state);
        self.shared.changed.notify_all();
        if self.position == self.shared.plan.size {
            self.end();
        }
    }

    /// Ends the threads, and gives their memory back.
    fn end(&mut self) {
        if !self.process.is_this() {
            std::mem::forget(std::mem::take(&mut self.threads));
            return;
        }
        self.shared.lock().is_closed = true;
        self.shared.stop.cancel();
        self.shared.changed.notify_all();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
        self.current = None;
        let mut state = self.shared.lock();
        state.arrived.clear();
        state.spare.clear();
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        self.end();
    }
}
