//! Who is called after an upload, by http or https.
//!
//! Only addresses of this machine are called: a test server must not talk to strangers. Their certificates are not
//! checked, because those of servers on one's own machine are seldom signed by anybody.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// Longer answers are cut off.
const LARGEST: u64 = 4 << 20;

pub struct Request<'a> {
    pub url: &'a str,
    /// Instead of the host in the URL.
    pub host: Option<&'a str>,
    pub kind: &'static str,
    pub body: &'a str,
    /// Whether TLS names the host.
    pub server_name: bool,
}

/// Status and body of the answer.
pub async fn post(request: &Request<'_>) -> Result<(u16, Vec<u8>), String> {
    let (secure, rest) = match request.url.split_once("://") {
        Some(("http", rest)) => (false, rest),
        Some(("https", rest)) => (true, rest),
        Some(_) => return Err("only http:// and https:// can be called".to_owned()),
        None => (false, request.url),
    };
    let (authority, path) = rest
        .find(['/', '?'])
        .map_or((rest, ""), |at| rest.split_at(at));
    let slash = if path.starts_with('/') { "" } else { "/" };
    let (name, port) = match authority.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => {
            let number = port.parse::<u16>();
            (name, number.map_err(|_| "the port is not a number")?)
        }
        _ => (authority, if secure { 443 } else { 80 }),
    };
    let name = name.trim_matches(['[', ']']);
    let address: IpAddr = match name {
        "localhost" => Ipv4Addr::LOCALHOST.into(),
        ip => ip
            .parse()
            .map_err(|_| "only addresses of this machine are called")?,
    };
    if !address.is_loopback() {
        return Err("only addresses of this machine are called".to_owned());
    }
    let host = request.host.unwrap_or(authority);
    let head = format!(
        "POST {slash}{path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: {}\r\nContent-Length: {}\r\nUser-Agent: ehttp-client/0.0.1\r\nConnection: close\r\n\r\n{}",
        request.kind,
        request.body.len(),
        request.body
    );
    let stream = TcpStream::connect(SocketAddr::new(address, port)).await;
    let stream = stream.map_err(|error| error.to_string())?;
    let bytes = if secure {
        let host = crate::address::host_name(host);
        let config = tls(request.server_name)?;
        let server = ServerName::try_from(host.clone()).unwrap_or(ServerName::from(address));
        let connector = TlsConnector::from(Arc::new(config));
        let stream = connector.connect(server, stream).await;
        talk(stream.map_err(|error| error.to_string())?, &head).await
    } else {
        talk(stream, &head).await
    };
    let bytes = bytes.map_err(|error| error.to_string())?;
    read_answer(&bytes).ok_or_else(|| "the callback answered no HTTP".to_owned())
}

async fn talk(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    head: &str,
) -> std::io::Result<Vec<u8>> {
    stream.write_all(head.as_bytes()).await?;
    let mut bytes = Vec::new();
    let mut stream = stream.take(LARGEST);
    // Some keep the connection open after their answer, whatever they were asked for.
    while !is_whole(&bytes) {
        match stream.read_buf(&mut bytes).await {
            Ok(0) => break,
            Ok(_) => {}
            // Not everybody says goodbye in TLS.
            Err(error)
                if error.kind() == std::io::ErrorKind::UnexpectedEof && !bytes.is_empty() =>
            {
                break;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(bytes)
}

/// Whether an answer that says where it ends has come to that end.
fn is_whole(bytes: &[u8]) -> bool {
    let Some((head, body)) = split_head(bytes) else {
        return false;
    };
    let fields = head.split("\r\n").filter_map(|line| line.split_once(':'));
    let mut lengths = fields.filter(|(name, _)| name.trim() == "content-length");
    match lengths.next() {
        Some((_, length)) => length
            .trim()
            .parse()
            .is_ok_and(|length: usize| body.len() >= length),
        None => is_chunked(&head) && body.ends_with(b"0\r\n\r\n") && read_answer(bytes).is_some(),
    }
}

fn is_chunked(head: &str) -> bool {
    head.contains("\r\ntransfer-encoding: chunked")
}

/// The head in lower case, and what comes after it.
fn split_head(bytes: &[u8]) -> Option<(String, &[u8])> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
    Some((head, &bytes[end + 4..]))
}

fn tls(server_name: bool) -> Result<ClientConfig, String> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    let mut config = builder
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Unchecked(provider)))
        .with_no_client_auth();
    config.enable_sni = server_name;
    Ok(config)
}

/// Takes any certificate; who has its key is still proven.
#[derive(Debug)]
struct Unchecked(Arc<rustls::crypto::CryptoProvider>);

impl ServerCertVerifier for Unchecked {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signed, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signed, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

/// Status and body of an answer that was read to its end.
fn read_answer(bytes: &[u8]) -> Option<(u16, Vec<u8>)> {
    let (head, body) = split_head(bytes)?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    if !is_chunked(&head) {
        return Some((status, body.to_vec()));
    }
    let (mut out, mut rest) = (Vec::new(), body);
    loop {
        let line = rest.windows(2).position(|window| window == b"\r\n")?;
        let size = std::str::from_utf8(&rest[..line]).ok()?.split(';').next()?;
        let size = usize::from_str_radix(size.trim(), 16).ok()?;
        if size == 0 {
            return Some((status, out));
        }
        let (chunk, behind) = rest.get(line + 2..)?.split_at_checked(size)?;
        out.extend_from_slice(chunk);
        rest = behind.strip_prefix(b"\r\n")?;
    }
}
