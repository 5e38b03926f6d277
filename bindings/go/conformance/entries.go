package main

import (
	"fmt"
	"iter"
	"strconv"
	"time"

	oss "alioss/bindings/go"
)

func list[E any](o *outcome, entries iter.Seq2[E, error], add func(*outcome, E)) {
	for entry, err := range entries {
		if err != nil {
			o.err = err
			return
		}
		add(o, entry)
	}
}

func (o *outcome) object(entry oss.ListedObject) {
	kind := "object"
	if entry.IsPrefix {
		kind = "prefix"
	}
	o.named(kind, entry)
}

func (o *outcome) version(entry oss.ListedVersion) {
	kind := "version"
	switch {
	case entry.IsPrefix:
		kind = "prefix"
	case entry.IsDeleteMarker:
		kind = "delete_marker"
	}
	o.named(kind, entry.ListedObject)
	o.entries.text("entry.version_id", entry.VersionID)
	if entry.IsLatest {
		o.entries.number("entry.is_latest", 1)
	}
}

func (o *outcome) named(kind string, entry oss.ListedObject) {
	e := &o.entries
	e.text("entry", fmt.Sprintf("%s,%d,%s", kind, entry.Size, entry.Key))
	o.time("entry.time", entry.LastModified)
	e.text("entry.etag", entry.ETag)
	e.text("entry.storage_class", entry.StorageClass)
	e.text("entry.object_type", entry.Type)
	e.text("entry.restore_info", entry.RestoreInfo)
	e.text("entry.owner_id", entry.OwnerID)
	e.text("entry.owner_name", entry.OwnerName)
}

func (o *outcome) upload(entry oss.ListedUpload) {
	kind := "upload"
	if entry.IsPrefix {
		kind = "prefix"
	}
	o.entries.text("entry", kind+",-1,"+entry.Key)
	o.time("entry.time", entry.Initiated)
	o.entries.text("entry.upload_id", entry.UploadID)
}

func (o *outcome) part(entry oss.Part) {
	e := &o.entries
	e.text("entry", fmt.Sprintf("part,%d,", entry.Size))
	o.time("entry.time", entry.LastModified)
	e.text("entry.etag", entry.ETag)
	e.number("entry.part_number", int64(entry.Number))
	if entry.CRC64 != 0 {
		e.text("entry.crc64", strconv.FormatUint(entry.CRC64, 10))
	}
}

func (o *outcome) deleted(entry oss.DeletedObject) {
	e := &o.entries
	kind := "not_deleted"
	if entry.IsDeleted {
		kind = "deleted"
	}
	e.text("entry", kind+",-1,"+entry.Key)
	e.text("entry.version_id", entry.VersionID)
	e.text("entry.delete_marker_version_id", entry.DeleteMarkerVersionID)
	e.text("entry.code", entry.Code)
	e.text("entry.message", entry.Message)
}

func (o *outcome) listedBucket(entry oss.ListedBucket) {
	e := &o.entries
	e.text("entry", "bucket,-1,"+entry.Name)
	o.time("entry.time", entry.CreationDate)
	e.text("entry.storage_class", entry.StorageClass)
	e.text("entry.region", entry.Region)
	e.text("entry.location", entry.Location)
	e.text("entry.extranet_endpoint", entry.ExtranetEndpoint)
	e.text("entry.intranet_endpoint", entry.IntranetEndpoint)
}

func (o *outcome) time(name string, when time.Time) {
	if !when.IsZero() {
		o.entries.number(name, when.Unix())
	}
}
