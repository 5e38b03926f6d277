//! An established TLS connection: rustls turns bytes into records and back, the buffers and the socket are ours.
//!
//! rustls hands out each state of [`UnbufferedClientConnection::process_tls_records`] once, and what a state carries is
//! lost if it is dropped unread. So there is one loop that asks for it, [`Records::advance`], for shaking hands, reading and
//! writing alike.

use std::fmt;
use std::io;
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::client::{ClientConnectionData, UnbufferedClientConnection};
use rustls::pki_types::ServerName;
use rustls::unbuffered::{
    ConnectionState, EncodeError, EncodeTlsData, EncryptError, UnbufferedStatus,
};

use zeroize::Zeroize;

use super::room::{Input, Room};
use super::socket::{Fault, Received, Socket, Wait};

/// Largest plaintext of a record, and how much a record adds to it at most (RFC 8446, section 5.2; RFC 5246 allows more,
/// which nobody uses).
const RECORD: usize = 16 * 1024;
const OVERHEAD: usize = 256 + 5;

/// Room for what is received: first, and for bodies that go on.
const SMALL_INPUT: usize = 4 * 1024;
const LARGE_INPUT: usize = 128 * 1024;

/// How much is encrypted at a time.
const PIECE: usize = 4 * RECORD;

/// Buffers larger than this are not kept by an idle connection.
const IDLE_BUFFER: usize = 4 * 1024;

/// A TLS connection; the socket is lent for each use.
pub(crate) struct Records {
    tls: UnbufferedClientConnection,
    incoming: Input,
    outgoing: Room,
    /// What of `outgoing` has to be sent.
    unsent: std::ops::Range<usize>,
    /// Plaintext that had no room where it was wanted.
    spilled: Input,
    /// The end of a head and the begin of a body, on their way into one record.
    joined: Vec<u8>,
    /// The peer has said that nothing follows.
    is_closed: bool,
    /// The peer has closed the connection.
    is_eof: bool,
    /// What rustls has failed of. It must not be asked again.
    failure: Option<rustls::Error>,
    /// Sending has failed: what is left to do is to read.
    is_deaf: bool,
}

/// Where [`Records::advance`] came to a halt.
enum Halt {
    /// So many bytes of plaintext are in the caller's buffer.
    Plaintext(usize),
    /// More has to be received before there is any.
    NeedsInput,
    /// As many bytes of what was given have been encrypted.
    Encrypted(usize),
}

impl Records {
    pub fn new(
        config: Arc<ClientConfig>,
        name: ServerName<'static>,
    ) -> Result<Records, rustls::Error> {
        Ok(Records {
            tls: UnbufferedClientConnection::new(config, name)?,
            incoming: Input::default(),
            outgoing: Room::default(),
            unsent: 0..0,
            spilled: Input::default(),
            joined: Vec::new(),
            is_closed: false,
            is_eof: false,
            failure: None,
            is_deaf: false,
        })
    }

    /// Shakes hands.
    pub fn shake_hands(&mut self, socket: &Socket, wait: &mut Wait<'_>) -> Result<(), Fault> {
        loop {
            match self.advance(&mut [], Some(&[])) {
                Ok(Halt::Encrypted(_)) => return self.flush(socket, wait),
                Ok(_) => {}
                Err(cause) => {
                    // Tell the peer why, as far as it still listens.
                    let _ = self.flush(socket, wait);
                    return Err(cause);
                }
            }
            self.flush(socket, wait)?;
            if self.is_eof || self.is_closed {
                return Err(Fault::Io(io::ErrorKind::UnexpectedEof.into()));
            }
            self.receive_raw(socket, wait)?;
        }
    }

    /// Reads plaintext into `buffer`, which is not empty. Waits for it if `blocks`; else only takes in what the socket has,
    /// and the caller knows that it has something.
    pub fn receive(
        &mut self,
        socket: &Socket,
        buffer: &mut [u8],
        wait: &mut Wait<'_>,
        blocks: bool,
    ) -> Result<Received, Fault> {
        if !self.spilled.is_empty() {
            return Ok(Received::Bytes(self.spilled.take(buffer)));
        }
        let mut has_received = false;
        loop {
            match self.advance(buffer, None) {
                Ok(Halt::Plaintext(got)) => return Ok(Received::Bytes(got)),
                Ok(_) => {}
                Err(cause) => {
                    let _ = self.flush(socket, wait);
                    return Err(cause);
                }
            }
            if self.is_closed {
                return Ok(Received::End);
            }
            if self.is_eof {
                return Ok(Received::Cut);
            }
            if has_received && !blocks {
                return Ok(Received::Nothing);
            }
            // What the protocol has to say goes first, but reading does not depend on it.
            if let Err(Fault::Stop(error)) = self.flush(socket, wait) {
                return Err(Fault::Stop(error));
            }
            if buffer.len() >= RECORD && blocks {
                self.incoming.free(LARGE_INPUT).map_err(Fault::Stop)?;
            }
            self.receive_raw(socket, wait)?;
            has_received = true;
        }
    }

    /// Encrypts and sends some of `first` and then `second`: how many bytes of them need not be given again. All of them
    /// are sent once that is so for the last one and nothing waits any more.
    pub fn send(
        &mut self,
        socket: &Socket,
        first: &[u8],
        second: &[u8],
        wait: &mut Wait<'_>,
    ) -> Result<usize, Fault> {
        if !self.unsent.is_empty() {
            self.flush(socket, wait)?;
        }
        let encrypted = if first.is_empty() {
            self.encrypt(second.get(..PIECE).unwrap_or(second))?
        } else {
            // One record for both, as far as they fit.
            let mut joined = std::mem::take(&mut self.joined);
            joined.clear();
            joined.reserve(RECORD.min(first.len() + second.len()));
            joined.extend_from_slice(first.get(..RECORD).unwrap_or(first));
            let (head, room) = (joined.len(), RECORD - joined.len());
            joined.extend_from_slice(second.get(..room).unwrap_or(second));
            let encrypted = self.encrypt(&joined);
            // Heads have tokens of temporary keys.
            joined.get_mut(..head).unwrap_or_default().zeroize();
            self.joined = joined;
            encrypted?
        };
        match self.flush(socket, wait) {
            // What is encrypted stays so; the rest of it is sent by the next call.
            Err(Fault::PeerSpeaks) => Ok(encrypted),
            done => done.map(|()| encrypted),
        }
    }

    /// Sends what waits.
    pub fn flush(&mut self, socket: &Socket, wait: &mut Wait<'_>) -> Result<(), Fault> {
        while !self.unsent.is_empty() {
            if self.is_deaf {
                self.unsent = 0..0;
                return Ok(());
            }
            let bytes = self.outgoing.get(self.unsent.start, self.unsent.end);
            match socket.send(bytes, &[], wait) {
                Ok(sent) => self.unsent.start += sent,
                Err(Fault::Io(cause)) => {
                    self.is_deaf = true;
                    self.unsent = 0..0;
                    return Err(Fault::Io(cause));
                }
                Err(fault) => return Err(fault),
            }
        }
        self.unsent = 0..0;
        Ok(())
    }

    /// Whether an idle connection can take another request, now that the socket has something to read or bytes are left.
    pub fn is_quiet(&mut self, socket: &Socket, wait: &mut Wait<'_>) -> bool {
        let mut byte = [0];
        let received = self.receive(socket, &mut byte, wait, false);
        matches!(received, Ok(Received::Nothing))
    }

    /// Whether something has been received that was not asked for, or the end.
    pub fn has_leftover(&mut self) -> bool {
        let is_broken = !self.incoming.is_empty() && self.advance(&mut [], None).is_err();
        is_broken || self.is_closed || !self.spilled.is_empty()
    }

    /// Overwrites what was received. To be used no more.
    #[cfg(feature = "credentials")]
    pub fn wipe(&mut self) {
        self.incoming.wipe();
        self.spilled.wipe();
    }

    /// Gives back the memory that an idle connection does not need.
    pub fn rest(&mut self) {
        self.incoming.shrink(IDLE_BUFFER);
        self.spilled.shrink(0);
        self.outgoing.shrink(IDLE_BUFFER);
        if self.joined.capacity() > IDLE_BUFFER {
            self.joined = Vec::new();
        }
    }

    fn encrypt(&mut self, plaintext: &[u8]) -> Result<usize, Fault> {
        match self.advance(&mut [], Some(plaintext))? {
            Halt::Encrypted(amount) => Ok(amount),
            // The peer has closed its side in the middle of a handshake, or rustls waits for something.
            _ => Err(Fault::Io(io::ErrorKind::BrokenPipe.into())),
        }
    }

    fn receive_raw(&mut self, socket: &Socket, wait: &mut Wait<'_>) -> Result<(), Fault> {
        // A record that has begun has to fit.
        let pending = self.incoming.unread().len();
        let size = match pending {
            0 => SMALL_INPUT,
            // A message of the handshake can have several records; rustls limits how many.
            _ => (RECORD + OVERHEAD).max(pending + SMALL_INPUT),
        };
        let got = socket.receive(self.incoming.free(size).map_err(Fault::Stop)?, wait)?;
        self.incoming.received(got);
        self.is_eof = got == 0;
        Ok(())
    }

    /// Lets rustls go on until there is plaintext for `buffer`, `plaintext` is encrypted, or input is needed.
    fn advance(&mut self, buffer: &mut [u8], plaintext: Option<&[u8]>) -> Result<Halt, Fault> {
        if let Some(cause) = &self.failure {
            return Err(Fault::Io(io::Error::other(cause.clone())));
        }
        let mut filled = 0;
        loop {
            let UnbufferedStatus { mut discard, state } =
                self.tls.process_tls_records(self.incoming.unread_mut());
            let state = match state {
                Ok(state) => state,
                Err(cause) => {
                    self.incoming.consume(discard);
                    self.failure = Some(cause.clone());
                    self.queue_alert();
                    return Err(Fault::Io(io::Error::other(cause)));
                }
            };
            let mut halt = None;
            match state {
                ConnectionState::ReadTraffic(mut traffic) => {
                    // A record that does not fit any more stays where it is, if something can be given out already.
                    let next = traffic.peek_len().map_or(0, std::num::NonZero::get);
                    if filled > 0 && next > buffer.len() - filled {
                        halt = Some(Halt::Plaintext(filled));
                    } else if let Some(record) = traffic.next_record() {
                        let record = record.map_err(|cause| Fault::Io(io::Error::other(cause)))?;
                        discard += record.discard;
                        let room = buffer.get_mut(filled..).unwrap_or_default();
                        let amount = room.len().min(record.payload.len());
                        let (now, later) = record.payload.split_at(amount);
                        if let Some(room) = room.get_mut(..amount) {
                            room.copy_from_slice(now);
                        }
                        filled += amount;
                        self.spilled.append(later).map_err(Fault::Stop)?;
                    }
                }
                ConnectionState::EncodeTlsData(mut message) => {
                    encode_message(&mut message, &mut self.outgoing, &mut self.unsent)?;
                }
                // Everything that was encoded is sent before the next wait, in the order in which it was encoded.
                ConnectionState::TransmitTlsData(transmission) => transmission.done(),
                ConnectionState::PeerClosed => {
                    // Sending may go on all the same.
                    self.is_closed = true;
                    halt = plaintext.is_none().then_some(Halt::NeedsInput);
                }
                ConnectionState::WriteTraffic(mut traffic) => {
                    halt = Some(match plaintext {
                        Some([]) => Halt::Encrypted(0),
                        Some(plaintext) => {
                            encode(&mut self.outgoing, &mut self.unsent, |room| {
                                traffic
                                    .encrypt(plaintext, room)
                                    .map_err(|cause| match cause {
                                        EncryptError::InsufficientSize(size) => {
                                            Some(size.required_size)
                                        }
                                        EncryptError::EncryptExhausted => None,
                                    })
                            })?;
                            Halt::Encrypted(plaintext.len())
                        }
                        None => Halt::NeedsInput,
                    });
                }
                // BlockedHandshake; Closed, which needs a word of ours that is never given; ReadEarlyData is for servers.
                _ => halt = Some(Halt::NeedsInput),
            }
            self.incoming.consume(discard);
            match halt {
                Some(Halt::NeedsInput) if filled > 0 => return Ok(Halt::Plaintext(filled)),
                Some(halt) => return Ok(halt),
                None if filled > 0 && filled == buffer.len() => {
                    return Ok(Halt::Plaintext(filled));
                }
                None => {}
            }
        }
    }

    /// After an error: has the alert that tells the peer encoded. rustls still has marks in the bytes it was given, and is
    /// asked this once only.
    fn queue_alert(&mut self) {
        let UnbufferedStatus { state, .. } =
            self.tls.process_tls_records(self.incoming.unread_mut());
        if let Ok(ConnectionState::EncodeTlsData(mut message)) = state {
            let _ = encode_message(&mut message, &mut self.outgoing, &mut self.unsent);
        }
    }
}

fn encode_message(
    message: &mut EncodeTlsData<'_, ClientConnectionData>,
    outgoing: &mut Room,
    unsent: &mut std::ops::Range<usize>,
) -> Result<(), Fault> {
    encode(outgoing, unsent, |room| {
        message.encode(room).map_err(|cause| match cause {
            EncodeError::InsufficientSize(size) => Some(size.required_size),
            EncodeError::AlreadyEncoded => None,
        })
    })
}

/// Has `write` add its bytes to what waits in `outgoing`. It says how many those are, or how much room it needs.
fn encode(
    outgoing: &mut Room,
    unsent: &mut std::ops::Range<usize>,
    mut write: impl FnMut(&mut [u8]) -> Result<usize, Option<usize>>,
) -> Result<(), Fault> {
    let size = outgoing.size();
    match write(outgoing.get_mut(unsent.end, size)) {
        Ok(written) => unsent.end += written,
        Err(Some(needed)) => {
            outgoing
                .grow(unsent.end + needed, unsent.end)
                .map_err(Fault::Stop)?;
            let size = outgoing.size();
            match write(outgoing.get_mut(unsent.end, size)) {
                Ok(written) => unsent.end += written,
                Err(_) => return Err(Fault::Io(io::ErrorKind::OutOfMemory.into())),
            }
        }
        Err(None) => return Err(Fault::Io(io::Error::other("TLS cannot encrypt any more"))),
    }
    Ok(())
}

impl fmt::Debug for Records {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Records").finish_non_exhaustive()
    }
}
