//! Errors in the service's own form.

use std::borrow::Cow;

use crate::answer::Answer;
use crate::xml::Writer;

/// An answer that says no.
#[derive(Debug, Clone)]
pub struct ApiError {
    pub status: u16,
    pub code: Cow<'static, str>,
    /// Boxed to keep results small.
    pub message: Box<str>,
    pub ec: Option<Cow<'static, str>>,
    /// Further children of `Error`, e.g. `BucketName`.
    pub details: Vec<(&'static str, String)>,
    pub headers: Vec<(Cow<'static, str>, String)>,
}

pub type Result<T> = std::result::Result<T, ApiError>;

impl ApiError {
    pub fn new(
        status: u16,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
    ) -> ApiError {
        ApiError {
            status,
            code: code.into(),
            message: message.into().into_boxed_str(),
            ec: None,
            details: Vec::new(),
            headers: Vec::new(),
        }
    }

    pub fn ec(mut self, ec: &'static str) -> ApiError {
        self.ec = Some(ec.into());
        self
    }

    pub fn detail(mut self, name: &'static str, value: impl Into<String>) -> ApiError {
        self.details.push((name, value.into()));
        self
    }

    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> ApiError {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub fn argument(
        name: impl Into<String>,
        value: impl Into<String>,
        message: impl Into<String>,
    ) -> ApiError {
        ApiError::new(400, "InvalidArgument", message)
            .detail("ArgumentName", name)
            .detail("ArgumentValue", value)
    }

    pub fn denied(message: impl Into<String>) -> ApiError {
        ApiError::new(403, "AccessDenied", message)
    }

    pub fn malformed_xml(detail: impl Into<String>) -> ApiError {
        ApiError::new(400, "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema.")
            .detail("ErrorDetail", detail)
            .ec("0042-00000205")
    }

    pub fn no_such_bucket(bucket: &str) -> ApiError {
        ApiError::new(404, "NoSuchBucket", "The specified bucket does not exist.")
            .detail("BucketName", bucket)
            .ec("0015-00000101")
    }

    pub fn no_such_key(key: &str) -> ApiError {
        ApiError::new(404, "NoSuchKey", "The specified key does not exist.")
            .detail("Key", key)
            .ec("0026-00000001")
    }

    /// A name that no object can have.
    pub fn object_name(name: &str) -> ApiError {
        let message = if name.len() > 1023 {
            "The Length of Object name must be less than 1024."
        } else {
            "The specified object is not valid."
        };
        ApiError::new(400, "InvalidObjectName", message).detail("ObjectName", name)
    }

    pub fn no_such_upload(id: &str) -> ApiError {
        let message = "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.";
        ApiError::new(404, "NoSuchUpload", message)
            .detail("UploadId", id)
            .ec("0042-00000002")
    }

    pub fn no_such_version(key: &str, id: &str) -> ApiError {
        ApiError::new(
            404,
            "NoSuchVersion",
            "The specified version does not exist.",
        )
        .detail("Key", key)
        .detail("VersionId", id)
    }

    pub fn precondition(condition: &str) -> ApiError {
        ApiError::new(
            412,
            "PreconditionFailed",
            "At least one of the pre-conditions you specified did not hold.",
        )
        .detail("Condition", condition)
    }

    pub fn method_not_allowed(method: &str, resource: &str) -> ApiError {
        ApiError::new(
            405,
            "MethodNotAllowed",
            "The specified method is not allowed against this resource.",
        )
        .detail("ResourceType", resource)
        .detail("Method", method)
        .ec("0003-00000016")
    }

    pub fn not_implemented(what: &str) -> ApiError {
        ApiError::new(
            501,
            "NotImplemented",
            "A header you provided implies functionality that is not implemented.",
        )
        .detail("Header", what)
    }

    pub fn already_exists() -> ApiError {
        ApiError::new(
            409,
            "FileAlreadyExists",
            "The object you specified already exists and can not be overwritten.",
        )
    }

    pub fn immutable(key: &str) -> ApiError {
        let message = "The object you specified is immutable.";
        ApiError::new(409, "FileImmutable", message).detail("Key", key)
    }

    pub fn bucket_already_exists(bucket: &str) -> ApiError {
        let message = "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.";
        ApiError::new(409, "BucketAlreadyExists", message)
            .detail("BucketName", bucket)
            .ec("0015-00000104")
    }

    pub fn xml(&self, request_id: &str, host: &str) -> String {
        let mut xml = Writer::new("Error");
        xml.text("Code", &self.code)
            .text("Message", &self.message)
            .text("RequestId", request_id)
            .text("HostId", host);
        for (name, value) in &self.details {
            xml.text(name, value);
        }
        if let Some(ec) = &self.ec {
            xml.text("EC", ec).text(
                "RecommendDoc",
                &format!("https://api.aliyun.com/troubleshoot?q={ec}"),
            );
        }
        xml.finish()
    }

    /// The answer for this error. HEAD answers have no body, so the XML goes into a header.
    pub fn answer(self, request_id: &str, host: &str, head: bool) -> Answer {
        let xml = self.xml(request_id, host);
        let mut answer = Answer::new(self.status);
        if let Some(ec) = &self.ec {
            answer = answer.header("x-oss-ec", ec.as_ref());
        }
        if self.status == 304 {
            // No content at all, not even a type.
        } else if head {
            answer = answer
                .header("content-type", "application/xml")
                .header("x-oss-err", crate::base64(xml));
        } else {
            answer = answer
                .header("content-type", "application/xml")
                .bytes(xml.into_bytes());
        }
        answer.headers.extend(self.headers);
        answer
    }
}

/// Something of this machine went wrong: a full disk, say.
impl From<std::io::Error> for ApiError {
    fn from(error: std::io::Error) -> ApiError {
        ApiError::new(
            500,
            "InternalError",
            "We encountered an internal error. Please try again.",
        )
        .detail("ErrorDetail", error.to_string())
    }
}
