//! Names and where they lead: escaping, endpoints, buckets and keys.

use super::*;

#[test]
fn url_escape() {
    run("url_escape", |case| {
        let (bucket, key) = (case.bucket(), case.key());
        let endpoint = |addressing| Endpoint {
            scheme: Scheme::Https,
            host: "host".to_owned(),
            port: None,
            addressing,
        };
        let target = |addressing| endpoint(addressing).target_for(bucket, key, &[]);
        case.same("virtual_host_target", &target(Addressing::VirtualHost))?;
        same(
            "cname target",
            &target(Addressing::Cname),
            &target(Addressing::VirtualHost),
        )?;
        case.same("path_style_target", &target(Addressing::PathStyle))?;

        let parts = Parts {
            method: "GET",
            bucket,
            key,
            query: &[],
            headers: &[],
        };
        let mut request = String::new();
        v4::canonical_request(&mut request, &parts, &[]);
        case.same(
            "canonical_uri_v4",
            request.split('\n').nth(1).unwrap_or_default(),
        )?;
        let mut resource = String::new();
        v1::canonical_resource(&mut resource, &parts);
        case.same("v1_resource", &resource)?;

        let text = key.unwrap_or_default();
        for encoded in [escape::encode(text), escape::encode_path(text)] {
            let decoded = escape::decode(&encoded).map_err(|error| error.to_string())?;
            same("decoded", text, &decoded)?;
        }
        Ok(())
    });
}

#[test]
fn endpoints() {
    run("endpoint", |case| {
        let difference = ENDPOINT_DIFFERENCES
            .iter()
            .find(|(id, ..)| *id == case.id())
            .map(|(_, difference, _)| *difference);
        let resolved = endpoint::resolve(&EndpointOptions {
            endpoint: case.input("endpoint").as_str(),
            region: case.input("region").as_str(),
            cname: case.flag("use_cname"),
            path_style: case.flag("use_path_style"),
            internal: case.flag("use_internal"),
            accelerate: case.flag("use_accelerate"),
            dual_stack: case.flag("use_dualstack"),
            cloudbox_id: case.input("cloud_box_id").as_str(),
            bucket: case.bucket(),
        });
        let refused = difference == Some(Difference::Refused)
            || !case.expect("error").is_null()
            || !case.value["stricter_client_should_reject"].is_null();
        match resolved {
            Err(error) => ensure(refused, &format!("refused: {error}")),
            Ok(resolved) if refused => Err(format!("accepted: {resolved:?}")),
            Ok(resolved) => check_endpoint(case, &resolved, difference),
        }
    });
}

fn check_endpoint(
    case: &Case,
    resolved: &Resolved,
    difference: Option<Difference>,
) -> Result<(), String> {
    let scope_region = match difference {
        Some(Difference::Cloudbox(id)) => id,
        _ => case.expect("scope_region").as_str().unwrap(),
    };
    same(
        "scope_region",
        scope_region,
        resolved.scope_region.as_deref().unwrap_or("(none)"),
    )?;
    match difference {
        Some(Difference::Cloudbox(_)) => same("scope_product", "oss-cloudbox", resolved.product)?,
        _ => case.same("scope_product", resolved.product)?,
    }
    let levels = [
        ("service", None, None),
        ("bucket", case.bucket(), None),
        ("object", case.bucket(), case.key()),
    ];
    for (level, bucket, key) in levels {
        let expected = |name: &str| case.expect(level)[name].as_str().unwrap();
        let (mut scheme, mut host) = (expected("scheme"), expected("host").to_lowercase());
        let mut target = expected("target").to_owned();
        match difference {
            Some(Difference::Https) => scheme = "https",
            Some(Difference::NoDefaultPort) => host = host.replace(":80", ""),
            Some(Difference::PathStyle) => {
                if let Some(bucket) = bucket {
                    host = host.replace(&format!("{bucket}."), "");
                    target = format!("/{bucket}{target}");
                }
            }
            _ => {}
        }
        let endpoint = &resolved.endpoint;
        same(&format!("{level} scheme"), scheme, endpoint.scheme.as_str())?;
        same(&format!("{level} host"), &host, &endpoint.host_for(bucket))?;
        same(
            &format!("{level} target"),
            &target,
            &endpoint.target_for(bucket, key, &[]),
        )?;
    }
    Ok(())
}

#[test]
fn bucket_names() {
    run("bucket_names", |case| {
        let result = names::check_bucket_name(case.text("name"));
        ensure(
            case.expect("valid") == result.is_ok(),
            &format!("{result:?}"),
        )
    });
}

#[test]
fn object_keys() {
    run("object_keys", |case| {
        let result = names::check_object_key(case.text("key"));
        let allowed = case.expect("allowed_by_service_rules");
        ensure(allowed == result.is_ok(), &format!("{result:?}"))
    });
}
