//! Keys of RAM roles, from an STS that is spoken to over TLS and looks at what it is sent.

#[path = "sts/oidc.rs"]
mod oidc;
mod peer;
#[path = "sts/refusals.rs"]
mod refusals;
#[path = "peer/wire.rs"]
mod wire;

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use alioss::credentials::{Asking, Cached, Chain, CredentialsProvider, Recipe};
use alioss::internals::escape;
use alioss::internals::rpc;
use alioss::{Bucket, Config, Credentials, Error, Kind, Options, Timestamp};
use peer::{Peer, folder, read_head, read_request};
use wire::{Wire, identity};

const ROLE: &str = "acs:ram::1234567890123456:role/test-role";

/// A request as STS got it.
#[derive(Clone, Debug, Default)]
struct Asked {
    method: String,
    query: BTreeMap<String, String>,
    form: BTreeMap<String, String>,
}

fn pairs(text: &str) -> BTreeMap<String, String> {
    let decode = |text: &str| escape::decode(text).unwrap();
    let pair = |text: &str| {
        let (name, value) = text.split_once('=').unwrap();
        (decode(name), decode(value))
    };
    text.split('&')
        .filter(|part| !part.is_empty())
        .map(pair)
        .collect()
}

impl Asked {
    fn get(&self, name: &str) -> &str {
        let value = self.query.get(name).or(self.form.get(name));
        value.map_or("", String::as_str)
    }

    /// Whether it is signed with `secret`.
    fn is_signed_with(&self, secret: &str) -> bool {
        let all: Vec<_> = self
            .query
            .iter()
            .chain(&self.form)
            .filter(|(name, _)| *name != "Signature")
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        rpc::signature(&self.method, &all, secret) == self.get("Signature")
    }
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    since.as_secs() as i64
}

/// A good answer with keys number `number`, good for `life` seconds.
fn keys(number: usize, life: i64) -> (u16, String) {
    let end = Timestamp(now() + life)
        .iso8601_millis()
        .replace(".000Z", "Z");
    let keys = format!(
        r#"{{"RequestId":"R","Credentials":{{"AccessKeyId":"STS.id{number}","AccessKeySecret":"secret","SecurityToken":"token{number}","Expiration":"{end}"}}}}"#
    );
    (200, keys)
}

fn refusal(status: u16, code: &str) -> (u16, String) {
    let body =
        format!(r#"{{"RequestId":"REQ","HostId":"sts","Code":"{code}","Message":"Why not."}}"#);
    (status, body)
}

/// An STS that answers what `answer` says to the request of that number, and the requests it got.
fn sts(
    answer: impl Fn(usize, &Asked) -> (u16, String) + Send + Sync + 'static,
) -> (Peer, Arc<Mutex<Vec<Asked>>>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let asked = seen.clone();
    let peer = wire::start(Wire::Tls13, move |mut channel| {
        let head = read_head(&mut channel);
        let Some(line) = head.lines().next() else {
            return;
        };
        let length = head
            .lines()
            .find_map(|line| {
                line.to_lowercase()
                    .strip_prefix("content-length: ")
                    .map(str::to_owned)
            })
            .map_or(0, |length| length.parse().unwrap());
        let mut body = vec![0; length];
        channel.read_exact(&mut body).unwrap();
        let mut words = line.split(' ');
        let method = words.next().unwrap().to_owned();
        let query = words.next().unwrap().trim_start_matches("/?");
        let request = Asked {
            method,
            query: pairs(query),
            form: pairs(std::str::from_utf8(&body).unwrap()),
        };
        let number = {
            let mut asked = asked.lock().unwrap();
            asked.push(request.clone());
            asked.len()
        };
        let (status, body) = answer(number, &request);
        let date = Timestamp(now()).http_date();
        let text = format!(
            "HTTP/1.1 {status} X\r\nDate: {date}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        channel.write_all(text.as_bytes()).unwrap();
        channel.finish();
    });
    (peer, seen)
}

/// An OSS that takes everything, and the tokens it got.
fn oss() -> (Peer, Arc<Mutex<Vec<String>>>) {
    let tokens = Arc::new(Mutex::new(Vec::new()));
    let seen = tokens.clone();
    let peer = Peer::start(move |mut stream| {
        while let Some(head) = read_request(&mut stream) {
            let token = head
                .lines()
                .find_map(|line| line.strip_prefix("x-oss-security-token: "));
            seen.lock()
                .unwrap()
                .push(token.unwrap_or_default().to_owned());
            let answer = "HTTP/1.1 200 OK\r\nx-oss-request-id: 1\r\nContent-Length: 0\r\n\r\n";
            if stream.write_all(answer.as_bytes()).is_err() {
                return;
            }
        }
    });
    (peer, tokens)
}

fn bucket(oss: &Peer, provider: Arc<dyn CredentialsProvider>) -> Bucket {
    let mut config = Config::new();
    config
        .endpoint(&oss.endpoint())
        .region("cn-hangzhou")
        .ca_pem(identity().pem.as_bytes())
        .credentials(provider);
    Bucket::new(&config, "examplebucket").unwrap()
}

fn put(bucket: &Bucket) -> Result<(), Error> {
    let options = Options::new().timeout(Duration::from_secs(20));
    bucket.put_object("a.txt", "hello", &options).map(drop)
}

fn assume(sts: &Peer, more: &str) -> Recipe {
    let text = format!(
        "assume-role:{ROLE};sts-endpoint=127.0.0.1:{}{more}",
        sts.port()
    );
    Recipe::parse(&text).unwrap()
}

fn fixed(id: &str, secret: &str, token: Option<&str>) -> Arc<dyn CredentialsProvider> {
    let keys = alioss::Credentials::new(id, secret, token.map(str::to_owned));
    Arc::new(alioss::Static::new(keys).unwrap())
}

#[test]
fn a_role_is_taken_on_with_a_signed_request() {
    let (sts, seen) = sts(|_, _| keys(1, 3600));
    let (store, tokens) = oss();
    let policy =
        r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"oss:*","Resource":"* +~"}]}"#;
    let more =
        format!(";session-name=my.session;duration=900;external-id=partner:1;policy={policy}");
    let mut recipe = assume(&sts, &more);
    recipe.base(fixed("LTAIbase", "base-secret", None));
    let bucket = bucket(&store, recipe.build().unwrap());
    put(&bucket).unwrap();
    put(&bucket).unwrap();
    assert_eq!(*tokens.lock().unwrap(), ["token1", "token1"]);
    let seen = seen.lock().unwrap();
    assert_eq!(seen.len(), 1);
    let asked = &seen[0];
    assert!(asked.is_signed_with("base-secret"), "{asked:?}");
    for (name, value) in [
        ("Action", "AssumeRole"),
        ("Format", "JSON"),
        ("Version", "2015-04-01"),
        ("AccessKeyId", "LTAIbase"),
        ("RoleArn", ROLE),
        ("RoleSessionName", "my.session"),
        ("DurationSeconds", "900"),
        ("ExternalId", "partner:1"),
        ("Policy", policy),
        ("SecurityToken", ""),
    ] {
        assert_eq!(asked.get(name), value, "{name}");
    }
}

#[test]
fn temporary_keys_take_on_a_role_and_their_token_is_not_in_the_url() {
    let (sts, seen) = sts(|_, _| keys(1, 3600));
    let (store, _) = oss();
    let mut recipe = assume(&sts, "");
    recipe.base(fixed("STS.base", "base-secret", Some("base-token")));
    put(&bucket(&store, recipe.build().unwrap())).unwrap();
    let asked = seen.lock().unwrap()[0].clone();
    assert!(asked.is_signed_with("base-secret"));
    assert_eq!(asked.form["SecurityToken"], "base-token");
    assert!(!asked.query.contains_key("SecurityToken"));
}

#[test]
fn keys_of_a_role_are_renewed_with_another_nonce() {
    let (sts, seen) = sts(|number, _| keys(number, 2));
    let (store, tokens) = oss();
    let mut recipe = assume(&sts, "");
    recipe.base(fixed("LTAIbase", "base-secret", None));
    let bucket = bucket(&store, recipe.build().unwrap());
    put(&bucket).unwrap();
    std::thread::sleep(Duration::from_millis(2100));
    put(&bucket).unwrap();
    assert_eq!(*tokens.lock().unwrap(), ["token1", "token2"]);
    let seen = seen.lock().unwrap();
    assert_ne!(seen[0].get("SignatureNonce"), seen[1].get("SignatureNonce"));
}

/// Gives other keys each time, and tells who asked.
#[derive(Default)]
struct Base(Mutex<Vec<std::thread::ThreadId>>);

impl CredentialsProvider for Base {
    fn credentials(&self, _: &Asking<'_>) -> Result<Option<Arc<Credentials>>, Error> {
        let mut threads = self.0.lock().unwrap();
        threads.push(std::thread::current().id());
        let id = format!("LTAIbase{}", threads.len());
        Ok(Some(Arc::new(Credentials::new(id, "base-secret", None))))
    }
}

#[test]
fn keys_that_sts_refuses_are_asked_for_once_more() {
    for (code, works) in [
        ("InvalidAccessKeyId.NotFound", true),
        ("InvalidSecurityToken.Expired", true),
        ("NoPermission", false),
    ] {
        let (sts, seen) = sts(move |_, asked| match asked.get("AccessKeyId") {
            "LTAIbase1" => refusal(403, code),
            _ => keys(1, 3600),
        });
        let (store, _) = oss();
        let mut recipe = assume(&sts, "");
        recipe.base(Arc::new(Base::default()));
        let result = put(&bucket(&store, recipe.build().unwrap()));
        assert_eq!(result.is_ok(), works, "{code}: {result:?}");
        assert_eq!(seen.lock().unwrap().len(), 1 + usize::from(works), "{code}");
    }
    // Keys that are always the same are not sent again.
    let (sts, seen) = sts(|_, _| refusal(404, "InvalidAccessKeyId.NotFound"));
    let (store, _) = oss();
    let mut recipe = assume(&sts, "");
    recipe.base(fixed("LTAIbase", "base-secret", None));
    put(&bucket(&store, recipe.build().unwrap())).unwrap_err();
    assert_eq!(seen.lock().unwrap().len(), 1);
}

#[test]
fn a_function_of_the_callers_below_a_role_is_never_asked_on_another_thread() {
    let (sts, _) = sts(|number, _| keys(number, 4));
    let (store, _) = oss();
    let base = Arc::new(Base::default());
    let mut recipe = assume(&sts, "");
    let chain: Vec<Arc<dyn CredentialsProvider>> = vec![Arc::new(Cached::as_told(base.clone()))];
    recipe.base(Arc::new(Chain::of(chain)));
    let bucket = bucket(&store, recipe.build().unwrap());
    let end = Instant::now() + Duration::from_secs(20);
    while base.0.lock().unwrap().len() < 3 {
        assert!(Instant::now() < end, "nobody renews");
        put(&bucket).unwrap();
        std::thread::sleep(Duration::from_millis(20));
    }
    let this = std::thread::current().id();
    let threads = base.0.lock().unwrap();
    assert!(threads.iter().all(|thread| *thread == this), "{threads:?}");
}

/// What the environment and files say of a role; each case is a process of its own: this program again.
#[test]
fn files_and_variables_say_how_a_role_is_taken_on() {
    let given = |name: &str| std::env::var(name);
    if let Ok(store) = given("STORE") {
        let mut config = Config::new();
        let recipe = Recipe::parse(&given("RECIPE").unwrap()).unwrap();
        config
            .endpoint(&store)
            .region("cn-hangzhou")
            .ca_pem(given("PEM").unwrap().as_bytes())
            .credentials(recipe.build().unwrap());
        return put(&Bucket::new(&config, "examplebucket").unwrap()).unwrap();
    }
    let folder = folder("sts_profiles");
    let profile = |id: &str| {
        format!(
            r#"{{"name":"{id}","mode":"RamRoleArn","access_key_id":"{id}","access_key_secret":"s","sts_token":"left","ram_role_arn":"{ROLE}"}}"#
        )
    };
    let section = |id: &str| {
        format!(
            "[{id}]\ntype = ram_role_arn\naccess_key_id = {id}\naccess_key_secret = s\nsecurity_token = left\nrole_arn = {ROLE}\n"
        )
    };
    let (json, ini) = (folder.join("config.json"), folder.join("credentials"));
    let config = format!(
        r#"{{"profiles":[{},{}]}}"#,
        profile("LTAIjson"),
        profile("STS.json")
    );
    std::fs::write(&json, config).unwrap();
    std::fs::write(&ini, section("LTAIini") + &section("STS.ini")).unwrap();
    let role = format!("assume-role:{ROLE}");
    let named = format!("{role};session-name=own");
    for (recipe, token, session_name) in [
        // A token beside keys that do not expire is one of earlier keys.
        ("profile:LTAIjson", "", "alioss"),
        ("profile:LTAIini", "", "alioss"),
        ("profile:STS.json", "left", "alioss"),
        ("profile:STS.ini", "left", "alioss"),
        (&role, "", "from-variable"),
        (&named, "", "own"),
    ] {
        let (sts, seen) = sts(|_, _| keys(1, 3600));
        let (store, _) = oss();
        let output = std::process::Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "files_and_variables_say_how_a_role_is_taken_on",
                "--nocapture",
            ])
            .env("STORE", store.endpoint())
            .env("RECIPE", recipe)
            .env("PEM", &identity().pem)
            .env("ALIBABA_CLOUD_CONFIG_FILE", &json)
            .env("ALIBABA_CLOUD_CREDENTIALS_FILE", &ini)
            .env(
                "ALIBABA_CLOUD_STS_ENDPOINT",
                format!("127.0.0.1:{}", sts.port()),
            )
            .env(
                "ALIBABA_CLOUD_ROLE_SESSION_NAME",
                match session_name {
                    // What is not asked for need not be right.
                    "own" => "not a name!",
                    _ => "from-variable",
                },
            )
            .env("OSS_ACCESS_KEY_ID", "LTAIbase")
            .env("OSS_ACCESS_KEY_SECRET", "s")
            .output()
            .unwrap();
        assert!(output.status.success(), "{recipe}: {output:?}");
        let asked = seen.lock().unwrap()[0].clone();
        assert_eq!(asked.get("SecurityToken"), token, "{recipe}");
        assert_eq!(asked.get("RoleSessionName"), session_name, "{recipe}");
    }
}

#[test]
fn metadata_and_loopback_know_no_proxy() {
    let metadata = Peer::start(|mut stream| {
        while let Some(head) = read_request(&mut stream) {
            let answer = match head.starts_with("put ") {
                true => "HTTP/1.1 404 X\r\nContent-Length: 0\r\n\r\n".to_owned(),
                false => {
                    let (_, body) = keys(1, 3600);
                    let body = body
                        .replace(
                            r#"{"RequestId":"R","Credentials":{"#,
                            r#"{"Code":"Success","#,
                        )
                        .replace("}}", "}");
                    format!(
                        "HTTP/1.1 200 X\r\nContent-Length: {}\r\n\r\n{body}",
                        body.len()
                    )
                }
            };
            if stream.write_all(answer.as_bytes()).is_err() {
                return;
            }
        }
    });
    for text in [
        format!("ecs-ram-role:r;endpoint={}", metadata.endpoint()),
        format!("uri:{}/keys", metadata.endpoint()),
    ] {
        let mut config = Config::new();
        config
            .region("cn-hangzhou")
            .proxy("http://127.0.0.1:1")
            .attempts(1)
            .credentials_from(&text);
        let bucket = Bucket::new(&config, "examplebucket").unwrap();
        // The keys come; the request itself goes to the proxy, which is not there.
        let error = put(&bucket).unwrap_err();
        assert_eq!(error.kind(), Kind::Network, "{error}");
        assert!(error.to_string().contains("127.0.0.1:1"), "{error}");
    }
}
