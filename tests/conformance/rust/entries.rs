//! Entries of listings.

use alioss::{
    DeletedObject, ListedBucket, ListedObject, ListedPart, ListedUpload, ListedVersion,
    ObjectSummary, Timestamp,
};

use crate::words::Fields;

fn head(fields: &mut Fields, kind: &str, size: impl ToString, name: &str) {
    fields.text("entry", &format!("{kind},{},{name}", size.to_string()));
}

fn time(fields: &mut Fields, time: Option<Timestamp>) {
    fields.known("entry.time", time.map(|time| time.0));
}

fn prefix(fields: &mut Fields, name: &str) {
    head(fields, "prefix", -1, name);
}

fn summary(fields: &mut Fields, object: &ObjectSummary) {
    time(fields, object.last_modified);
    fields.text("entry.etag", &object.etag);
    fields.text("entry.storage_class", &object.storage_class);
    fields.text("entry.object_type", &object.object_type);
    fields.text("entry.restore_info", &object.restore_info);
    fields.text("entry.owner_id", &object.owner_id);
    fields.text("entry.owner_name", &object.owner_name);
}

pub fn object(fields: &mut Fields, entry: ListedObject) {
    match entry {
        ListedObject::CommonPrefix(name) => prefix(fields, &name),
        ListedObject::Object(object) => {
            head(fields, "object", object.size, &object.key);
            summary(fields, &object);
        }
    }
}

pub fn version(fields: &mut Fields, entry: ListedVersion) {
    let version = match entry {
        ListedVersion::CommonPrefix(name) => return prefix(fields, &name),
        ListedVersion::Version(version) => version,
    };
    match version.is_delete_marker {
        true => head(fields, "delete_marker", -1, &version.object.key),
        false => head(fields, "version", version.object.size, &version.object.key),
    }
    summary(fields, &version.object);
    fields.text("entry.version_id", &version.version_id);
    if version.is_latest {
        fields.number("entry.is_latest", 1);
    }
}

pub fn upload(fields: &mut Fields, entry: ListedUpload) {
    match entry {
        ListedUpload::CommonPrefix(name) => prefix(fields, &name),
        ListedUpload::Upload {
            key,
            upload_id,
            initiated,
            ..
        } => {
            head(fields, "upload", -1, &key);
            time(fields, initiated);
            fields.text("entry.upload_id", &upload_id);
        }
    }
}

pub fn part(fields: &mut Fields, part: ListedPart) {
    head(fields, "part", part.size, "");
    time(fields, part.last_modified);
    fields.text("entry.etag", &part.etag);
    fields.number("entry.part_number", part.number);
    fields.known("entry.crc64", part.crc64);
}

pub fn deleted(fields: &mut Fields, deleted: DeletedObject) {
    let kind = if deleted.is_deleted { "deleted" } else { "not_deleted" };
    head(fields, kind, -1, &deleted.key);
    fields.text("entry.version_id", &deleted.version_id);
    let marker = &deleted.delete_marker_version_id;
    fields.text("entry.delete_marker_version_id", marker);
    fields.text("entry.code", &deleted.code);
    fields.text("entry.message", &deleted.message);
}

pub fn bucket(fields: &mut Fields, bucket: ListedBucket) {
    head(fields, "bucket", -1, &bucket.name);
    time(fields, bucket.creation_date);
    fields.text("entry.storage_class", &bucket.storage_class);
    fields.text("entry.region", &bucket.region);
    fields.text("entry.location", &bucket.location);
    fields.text("entry.extranet_endpoint", &bucket.extranet_endpoint);
    fields.text("entry.intranet_endpoint", &bucket.intranet_endpoint);
}
