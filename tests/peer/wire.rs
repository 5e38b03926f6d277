//! The same misbehaviour over plain TCP and over TLS 1.2 and 1.3, byte for byte.
#![allow(dead_code)] // each test uses its part

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, OnceLock};

use alioss::{Bucket, Config};
use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection};

use crate::peer::{Peer, reset};

/// What lies between client and peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    Plain,
    Tls12,
    Tls13,
}

pub const WIRES: [Wire; 3] = [Wire::Plain, Wire::Tls12, Wire::Tls13];

/// A certificate, in PEM and as rustls takes it, and its key.
pub struct Identity {
    pub pem: String,
    pub certificate: CertificateDer<'static>,
    pub key: PrivatePkcs8KeyDer<'static>,
}

impl Identity {
    pub fn new(params: CertificateParams) -> Identity {
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Identity {
            pem: certificate.pem(),
            certificate: certificate.der().clone(),
            key: PrivatePkcs8KeyDer::from(key.serialize_der()),
        }
    }

    pub fn of(name: &str) -> Identity {
        Identity::new(CertificateParams::new([name.to_owned()]).unwrap())
    }

    /// How a server with this certificate speaks TLS.
    pub fn server(&self, wire: Wire) -> Arc<ServerConfig> {
        let version = match wire {
            Wire::Tls12 => &rustls::version::TLS12,
            _ => &rustls::version::TLS13,
        };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[version])
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![self.certificate.clone()], self.key.clone_key().into());
        Arc::new(config.unwrap())
    }
}

pub fn identity() -> &'static Identity {
    static IDENTITY: OnceLock<Identity> = OnceLock::new();
    IDENTITY.get_or_init(|| Identity::of("127.0.0.1"))
}

/// One side of a connection.
pub struct Channel {
    pub stream: TcpStream,
    pub tls: Option<ServerConnection>,
}

impl Channel {
    /// What was written, and that nothing follows: over TLS with a close_notify.
    pub fn finish(mut self) {
        if let Some(tls) = &mut self.tls {
            tls.send_close_notify();
            let _ = tls.write_tls(&mut self.stream);
        }
        let _ = self.stream.shutdown(Shutdown::Write);
        self.drain();
    }

    /// FIN, over TLS without a word.
    pub fn cut(&mut self) {
        let _ = self.stream.shutdown(Shutdown::Write);
    }

    /// RST.
    pub fn reset(self) {
        reset(self.stream);
    }

    /// Reads and forgets until the client closes, so that no RST takes what was written away from it.
    pub fn drain(&mut self) {
        while self.stream.read(&mut [0; 65536]).is_ok_and(|got| got > 0) {}
    }

    /// Has TLS 1.3 change the keys of this direction, and ask for new ones of the other.
    pub fn update_keys(&mut self) {
        if let Some(tls) = &mut self.tls {
            let _ = tls.refresh_traffic_keys();
            while tls.wants_write() {
                let _ = tls.write_tls(&mut self.stream);
            }
        }
    }

    /// Fails as after a record that cannot be decrypted: a fatal alert goes to the client.
    pub fn alert(&mut self) {
        let tls = self.tls.as_mut().unwrap();
        let garbage = [23, 3, 3, 0, 20].into_iter().chain([7; 20]);
        let garbage: Vec<u8> = garbage.collect();
        tls.read_tls(&mut garbage.as_slice()).unwrap();
        assert!(tls.process_new_packets().is_err());
        while tls.wants_write() {
            let _ = tls.write_tls(&mut self.stream);
        }
    }
}

impl Read for Channel {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &mut self.tls {
            Some(tls) => rustls::Stream::new(tls, &mut self.stream).read(buffer),
            None => self.stream.read(buffer),
        }
    }
}

impl Write for Channel {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.tls {
            Some(tls) => {
                let written = rustls::Stream::new(tls, &mut self.stream).write(bytes)?;
                rustls::Stream::new(tls, &mut self.stream).flush()?;
                Ok(written)
            }
            None => self.stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The server's side of a handshake; what it has to say after that is not sent yet. `None` if the client gives up.
pub fn handshake(config: &Arc<ServerConfig>, stream: &mut TcpStream) -> Option<ServerConnection> {
    let mut tls = ServerConnection::new(config.clone()).unwrap();
    while tls.is_handshaking() {
        tls.complete_io(stream).ok()?;
    }
    Some(tls)
}

/// A peer on that wire. Over TLS, `serve` begins after the handshake.
pub fn start(wire: Wire, serve: impl Fn(Channel) + Send + Sync + 'static) -> Peer {
    let config = (wire != Wire::Plain).then(|| identity().server(wire));
    Peer::start(move |mut stream| {
        stream.set_nodelay(true).unwrap();
        let Some(config) = &config else {
            return serve(Channel { stream, tls: None });
        };
        let Some(mut tls) = handshake(config, &mut stream) else {
            return;
        };
        while tls.wants_write() {
            tls.write_tls(&mut stream).unwrap();
        }
        serve(Channel {
            stream,
            tls: Some(tls),
        });
    })
}

/// How to reach `peer`.
pub fn config(peer: &Peer, wire: Wire) -> Config {
    let scheme = if wire == Wire::Plain { "http" } else { "https" };
    let mut config = Config::new();
    config
        .endpoint(&format!("{scheme}://127.0.0.1:{}", peer.port()))
        .region("cn-hangzhou")
        .keys("id", "secret", None)
        .attempts(1);
    if wire != Wire::Plain {
        config.ca_pem(identity().pem.as_bytes());
    }
    config
}

pub fn bucket(peer: &Peer, wire: Wire) -> Bucket {
    Bucket::new(&config(peer, wire), "examplebucket").unwrap()
}
