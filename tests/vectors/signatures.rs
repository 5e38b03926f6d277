//! Signatures: what both versions make of a request, of a link and of a form.

use super::*;

/// Canonical request, its hash and the string to sign.
fn check_v4_steps(case: &Case, parts: &Parts<'_, '_>) -> Result<(), String> {
    let names = v4::additional_names(&case.additional_headers(), parts.headers);
    case.same("canonical_additional_headers", &names.join(";"))?;
    let mut request = String::new();
    v4::canonical_request(&mut request, parts, &names);
    case.same("canonical_request", &request)?;
    let hash = Sha256::digest(&request);
    case.same("canonical_request_sha256", &hex(&hash))?;
    let mut to_sign = String::new();
    v4::string_to_sign(
        &mut to_sign,
        case.text("time_iso8601"),
        &case.scope(),
        &hash.into(),
    );
    case.same("string_to_sign", &to_sign)?;
    let day = &case.text("time_iso8601")[..8];
    let key = v4::signing_key(case.text("access_key_secret"), day, &case.scope());
    case.same("signing_key_hex", &hex(&*key))
}

/// Signs the request of a case by `sign`, and looks at its steps, at its headers and at the signature, which follows `mark`.
fn check_header(
    case: &Case,
    sign: impl FnOnce(&mut Message<'_, '_>),
    check_steps: fn(&Case, &Parts<'_, '_>) -> Result<(), String>,
    mark: &str,
) -> Result<(), String> {
    case.check_surroundings()?;
    let dates = Dates::default();
    let (query, mut headers) = (case.query(), case.headers());
    let mut message = Message {
        method: case.text("method"),
        bucket: case.bucket(),
        key: case.key(),
        query: &query,
        headers: &mut headers,
        dates: &dates,
    };
    sign(&mut message);
    check_steps(case, &message.parts())?;
    case.check_headers_added(&headers)?;
    let mut headers = headers.iter();
    let (_, authorization) = headers.find(|header| header.0 == "authorization").unwrap();
    let (_, signature) = authorization.rsplit_once(mark).unwrap();
    case.same("signature", signature)?;
    case.same("authorization", authorization)
}

/// The link of a case, before it is signed.
fn link<'m, 'a>(
    case: &Case<'m>,
    query: &'m mut Vec<Parameter<'a>>,
    headers: &'m [Header<'a>],
) -> presign::Link<'m, 'a> {
    presign::Link {
        method: case.text("method"),
        bucket: case.bucket(),
        key: case.key(),
        query,
        headers,
    }
}

/// What of it is signed.
fn parts<'m, 'a>(
    case: &Case<'m>,
    query: &'m [Parameter<'a>],
    headers: &'m [Header<'a>],
) -> Parts<'m, 'a> {
    Parts {
        method: case.text("method"),
        bucket: case.bucket(),
        key: case.key(),
        query,
        headers,
    }
}

#[test]
fn v4_header() {
    let keys = SigningKeys::default();
    run("v4_header", |case| {
        let (credentials, additional) = (case.credentials(), case.additional_headers());
        let (scope, time) = (case.scope(), case.time());
        let sign = |message: &mut Message<'_, '_>| {
            v4::sign(message, &credentials, &scope, time, &additional, &keys);
        };
        check_header(case, sign, check_v4_steps, "Signature=")
    });
}

#[test]
fn v4_presign() {
    let keys = SigningKeys::default();
    run("v4_presign", |case| {
        case.check_surroundings()?;
        let (mut query, headers) = (case.query(), case.headers());
        let mut link = link(case, &mut query, &headers);
        let (credentials, additional) = (case.credentials(), case.additional_headers());
        let to_send = presign::v4(
            &mut link,
            &credentials,
            &case.scope(),
            case.time(),
            case.expires(),
            &additional,
            &keys,
        );
        let to_send = to_send.map_err(|error| error.to_string())?;
        let expected: BTreeMap<&str, &str> = case
            .expect("headers_to_send")
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str().unwrap()))
            .collect();
        let lower: Vec<String> = to_send
            .iter()
            .map(|header| header.0.to_lowercase())
            .collect();
        let found: BTreeMap<&str, &str> = lower
            .iter()
            .map(String::as_str)
            .zip(to_send.iter().map(|header| header.1.trim()))
            .collect();
        same(
            "headers_to_send",
            &format!("{expected:?}"),
            &format!("{found:?}"),
        )?;

        let url = case.endpoint().url_for(case.bucket(), case.key(), &query);
        same_url("url", case.expect("url").as_str().unwrap(), &url)?;
        let (name, signature) = query.pop().unwrap();
        same("last parameter", "x-oss-signature", &name)?;
        case.same("signature", &signature.unwrap())?;
        check_v4_steps(case, &parts(case, &query, &headers))
    });
}

fn check_v1_steps(case: &Case, parts: &Parts<'_, '_>) -> Result<(), String> {
    let mut resource = String::new();
    v1::canonical_resource(&mut resource, parts);
    case.same("canonicalized_resource", &resource)?;
    let mut to_sign = String::new();
    v1::string_to_sign(
        &mut to_sign,
        parts,
        case.expect("date_line").as_str().unwrap(),
    );
    case.same("string_to_sign", &to_sign)
}

#[test]
fn v1_header() {
    run("v1_header", |case| {
        let sign = |message: &mut Message<'_, '_>| {
            v1::sign(message, &case.credentials(), case.time());
        };
        check_header(case, sign, check_v1_steps, ":")
    });
}

#[test]
fn v1_presign() {
    run("v1_presign", |case| {
        case.check_surroundings()?;
        let (mut query, headers) = (case.query(), case.headers());
        let mut link = link(case, &mut query, &headers);
        v1::presign(&mut link, &case.credentials(), case.time(), case.expires())
            .map_err(|error| error.to_string())?;
        let url = case.endpoint().url_for(case.bucket(), case.key(), &query);
        same_url("url", case.expect("url").as_str().unwrap(), &url)?;
        let parameter = |name: &str| {
            let found = query.iter().find(|parameter| parameter.0 == name);
            found
                .and_then(|(_, value)| value.as_deref())
                .unwrap_or_default()
                .to_owned()
        };
        case.same("signature", &parameter("Signature"))?;
        let until = case.expect("expires_at_unix").to_string();
        same("expires_at_unix", &until, &parameter("Expires"))?;
        check_v1_steps(case, &parts(case, &query, &headers))
    });
}

#[test]
fn post_policy_forms() {
    let keys = SigningKeys::default();
    run("post_policy", |case| {
        let (policy, credentials) = (case.text("policy_text"), case.credentials());
        let fields = |name: &str, found: Vec<post_policy::Field>| {
            let expected: BTreeMap<&str, &str> = case
                .expect(name)
                .as_object()
                .unwrap()
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str().unwrap()))
                .collect();
            let count = found.len();
            let found: BTreeMap<&str, &str> = found
                .iter()
                .map(|(name, value)| (*name, value.as_str()))
                .collect();
            ensure(count == found.len(), "every field once")?;
            same(name, &format!("{expected:?}"), &format!("{found:?}"))
        };
        fields("v1_form_fields", v1::form(policy, &credentials))?;
        let v4_fields = post_policy::v4(policy, &credentials, &case.scope(), case.time(), &keys);
        fields("v4_form_fields", v4_fields)?;
        let day = &case.text("time_iso8601")[..8];
        let key = v4::signing_key(case.text("access_key_secret"), day, &case.scope());
        case.same("v4_signing_key_hex", &hex(&*key))
    });
}
