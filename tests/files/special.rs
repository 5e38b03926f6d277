//! Devices, pipes and sockets are neither waited for nor written to.

use super::*;

/// Paths that are not regular files, each of a kind of its own.
fn special_files(folder: &Path) -> Vec<PathBuf> {
    let fifo = folder.join("fifo");
    mkfifo(&fifo);
    let socket = folder.join("socket");
    std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let link = folder.join("link");
    symlink("/dev/null", &link).unwrap();
    let to_fifo = folder.join("to-fifo");
    symlink("fifo", &to_fifo).unwrap();
    vec![
        "/dev/null".into(),
        "/dev/zero".into(),
        "/dev/stdin".into(),
        fifo,
        socket,
        link,
        to_fifo,
        folder.to_owned(),
    ]
}

fn assert_not_regular(error: &Error, path: &Path) {
    assert_eq!(error.kind(), Kind::InvalidArgument, "{error}");
    let what = match path.is_dir() {
        true => "is a directory, not a file",
        false => "is not a regular file; use a stream for pipes and devices",
    };
    let words = format!("`path`: {} {what}", path.display());
    assert_eq!(error.to_string(), words);
}

#[test]
fn downloads_leave_devices_pipes_and_sockets_alone() {
    let (server, bucket) = bucket();
    let folder = scratch("special");
    let targets = special_files(&folder);
    let before = names(&folder);
    server.clear_requests();
    for path in &targets {
        let kind = |path: &Path| fs::symlink_metadata(path).unwrap().file_type();
        let was = kind(path);
        for result in download(&bucket, path) {
            assert_not_regular(&result.unwrap_err(), path);
        }
        assert_eq!(kind(path), was, "{}", path.display());
    }
    assert!(server.requests().is_empty(), "something was asked for");
    assert_eq!(names(&folder), before);
}

#[test]
fn uploads_refuse_devices_pipes_and_sockets_without_waiting_for_them() {
    let (server, bucket) = bucket();
    let folder = scratch("special-up");
    server.clear_requests();
    let options = Options::new();
    let began = Instant::now();
    for path in &special_files(&folder) {
        let put = bucket.put_object_file("b", path, &options);
        assert_not_regular(&put.unwrap_err(), path);
        let part = bucket.upload_part_file("b", "id", 1, path, 0, 1, &options);
        assert_not_regular(&part.unwrap_err(), path);
    }
    let fifo = File::options()
        .read(true)
        .write(true)
        .open(folder.join("fifo"))
        .unwrap();
    assert!(Body::file(&fifo).is_err(), "a pipe has no length");
    assert!(began.elapsed() < Duration::from_secs(30));
    assert!(server.requests().is_empty(), "something was sent");
}

#[test]
fn a_ca_file_is_a_file_of_bearable_size() {
    let folder = scratch("ca");
    let fifo = folder.join("fifo");
    mkfifo(&fifo);
    let large = folder.join("large");
    File::create(&large).unwrap().set_len(17 << 20).unwrap();
    let rows = [
        (fifo.as_path(), "is not a regular file\n"),
        (Path::new("/dev/zero"), "is not a regular file\n"),
        (folder.as_path(), "is a directory, not a file\n"),
        (Path::new(""), "`ca_file` is empty"),
        (large.as_path(), "has more than 16777216 bytes"),
    ];
    for (path, words) in rows {
        let mut config = config("https://localhost");
        config.ca_file(path);
        let error = Bucket::new(&config, "examplebucket").unwrap_err();
        let said = error.to_string() + "\n";
        assert!(
            said.starts_with("`ca_file`") && said.contains(words),
            "{}: {said}",
            path.display()
        );
    }
}

#[test]
fn a_token_file_that_is_a_pipe_is_not_waited_for() {
    use alioss::credentials::{OidcRole, Role};
    let folder = scratch("token");
    let fifo = folder.join("fifo");
    mkfifo(&fifo);
    let role = Role::new("acs:ram::1234567890123456:role/reader").unwrap();
    let provider = "acs:ram::1234567890123456:oidc-provider/ack";
    let mut config = config("http://127.0.0.1:1");
    config.credentials(std::sync::Arc::new(
        OidcRole::new(role, provider, fifo).unwrap(),
    ));
    let bucket = Bucket::new(&config, "examplebucket").unwrap();
    let error = bucket.head_object("a", &Options::new()).unwrap_err();
    assert_eq!(error.kind(), Kind::Credentials, "{error}");
    assert!(error.to_string().contains("not a regular file"), "{error}");
}
