package main

import (
	"maps"
	"slices"
	"time"

	oss "alioss/bindings/go"
)

// onSettings is about what changes objects that are there, and what goes with them.
func (op *operation) onSettings() bool {
	b, ctx, options, key := op.bucket, op.ctx, op.options, op.word(2)
	switch op.words[0] {
	case "copy_object":
		op.answer, op.err = b.CopyObject(ctx, key, op.source(3), options...)
	case "append_object":
		result, err := b.AppendObjectBytes(ctx, key, op.number(3), newSource(op.word(4)).all(), options...)
		op.appended(result, err)
	case "append_object_stream":
		result, err := b.AppendObject(ctx, key, op.number(3), newSource(op.word(5)), append(options, oss.WithLength(op.number(4)))...)
		op.appended(result, err)
	case "seal_append_object":
		op.answer, op.err = b.SealAppendObject(ctx, key, op.number(3), options...)
	case "delete_multiple_objects":
		op.deleteMultiple()
	case "put_object_acl":
		op.answer, op.err = b.PutObjectACL(ctx, key, op.word(3), options...)
	case "get_object_acl":
		acl, err := b.GetObjectACL(ctx, key, options...)
		op.took(func() *oss.Answer { return &acl.Answer }, err)
	case "put_symlink":
		op.answer, op.err = b.PutSymlink(ctx, key, op.word(3), options...)
	case "get_symlink":
		link, err := b.GetSymlink(ctx, key, options...)
		if op.took(func() *oss.Answer { return &link.Answer }, err) {
			op.extra.text("symlink_target", link.Target)
		}
	case "put_object_tagging":
		var tags []oss.Tag
		for i := 3; i+1 < len(op.words); i += 2 {
			tags = append(tags, oss.Tag{Key: op.words[i], Value: op.words[i+1]})
		}
		op.answer, op.err = b.PutObjectTagging(ctx, key, tags, options...)
	case "get_object_tagging":
		tagging, err := b.GetObjectTagging(ctx, key, options...)
		op.took(func() *oss.Answer { return &tagging.Answer }, err)
	case "delete_object_tagging":
		op.answer, op.err = b.DeleteObjectTagging(ctx, key, options...)
	case "restore_object":
		op.answer, op.err = b.RestoreObject(ctx, key, int(op.number(3)), op.word(4), options...)
	case "clean_restored_object":
		op.answer, op.err = b.CleanRestoredObject(ctx, key, options...)
	case "process_object":
		op.answer, op.err = b.ProcessObject(ctx, key, op.word(3), options...)
	case "async_process_object":
		op.answer, op.err = b.AsyncProcessObject(ctx, key, op.word(3), options...)
	case "create_select_object_meta":
		meta, err := b.CreateSelectObjectMeta(ctx, key, options...)
		if op.took(func() *oss.Answer { return &meta.Answer }, err) {
			op.extra.number("splits", int64(meta.Splits))
			op.extra.number("rows", int64(meta.Rows))
			if meta.Columns > 0 {
				op.extra.number("columns", int64(meta.Columns))
			}
		}
	default:
		return false
	}
	return true
}

// source is what words from i on say: BUCKET KEY VERSION.
func (op *operation) source(i int) oss.CopySource {
	return oss.CopySource{Bucket: op.word(i), Key: op.word(i + 1), VersionID: op.word(i + 2)}
}

func (op *operation) appended(result *oss.AppendResult, err error) {
	op.took(func() *oss.Answer { return &result.Answer }, err)
}

func (op *operation) deleteMultiple() {
	var objects []oss.ObjectVersion
	for _, key := range op.words[min(3, len(op.words)):] {
		objects = append(objects, oss.ObjectVersion{Key: key})
	}
	options := op.options
	if op.word(2) == "1" {
		options = append(options, oss.WithQuiet())
	}
	result, err := op.bucket.DeleteMultipleObjects(op.ctx, objects, options...)
	if op.took(func() *oss.Answer { return &result.Answer }, err) {
		for _, object := range result.Objects {
			op.deleted(object)
		}
	}
}

// onUpload is about multipart uploads.
func (op *operation) onUpload() bool {
	b, ctx, options, key, id, number := op.bucket, op.ctx, op.options, op.word(2), op.word(3), int(op.number(4))
	switch op.words[0] {
	case "initiate_multipart_upload":
		upload, err := b.InitiateMultipartUpload(ctx, key, options...)
		if op.took(func() *oss.Answer { return &upload.Answer }, err) {
			op.extra.text("upload_id", upload.UploadID)
		}
	case "upload_part":
		part, err := b.UploadPartBytes(ctx, key, id, number, newSource(op.word(5)).all(), options...)
		op.uploaded(part, err)
	case "upload_part_stream":
		part, err := b.UploadPart(ctx, key, id, number, newSource(op.word(6)), append(options, oss.WithLength(op.number(5)))...)
		op.uploaded(part, err)
	case "upload_part_file":
		part, err := b.UploadPartFile(ctx, key, id, number, op.word(5), op.number(6), op.number(7), options...)
		op.uploaded(part, err)
	case "upload_part_copy":
		part, err := b.UploadPartCopy(ctx, key, id, number, op.source(5), options...)
		op.uploaded(part, err)
	case "complete_multipart_upload":
		op.answer, op.err = b.CompleteMultipartUpload(ctx, key, id, op.parts, options...)
	case "abort_multipart_upload":
		op.answer, op.err = b.AbortMultipartUpload(ctx, key, id, options...)
	case "list_parts":
		list(op.outcome, b.ListParts(ctx, key, id, options...), (*outcome).part)
	case "list_multipart_uploads":
		list(op.outcome, b.ListMultipartUploads(ctx, key, id, options...), (*outcome).upload)
	default:
		return false
	}
	return true
}

func (op *operation) uploaded(part *oss.UploadedPart, err error) {
	op.took(func() *oss.Answer { return &part.Answer }, err)
}

// onURL is about presigned URLs and forms.
func (op *operation) onURL() bool {
	b, ctx, options, url := op.bucket, op.ctx, op.options, op.word(2)
	switch op.words[0] {
	case "presign":
		presigned, err := b.Presign(ctx, op.word(2), op.word(3), seconds(op.number(4)), options...)
		if op.err = err; err == nil {
			op.signed(presigned.URL, presigned.Headers, presigned.Expiration)
		}
	case "post_policy":
		form, err := b.PostPolicy(ctx, seconds(op.number(2)), op.word(3), options...)
		if op.err = err; err == nil {
			op.signed(form.URL, form.Fields, form.Expiration)
		}
	case "put_object_by_url":
		op.answer, op.err = b.PutObjectByURL(ctx, url, newSource(op.word(3)).all(), options...)
	case "get_object_by_url":
		object, err := b.GetObjectByURL(ctx, url, options...)
		op.read(object, err, -1)
	case "get_object_by_url_to_file":
		op.answer, op.err = b.GetObjectByURLToFile(ctx, url, op.word(3), options...)
	case "head_object_by_url":
		op.answer, op.err = b.HeadObjectByURL(ctx, url, options...)
	default:
		return false
	}
	return true
}

func seconds(number int64) time.Duration {
	return time.Duration(number) * time.Second
}

func (o *outcome) signed(url string, along map[string]string, expiration time.Time) {
	o.extra.text("url", url)
	for _, name := range slices.Sorted(maps.Keys(along)) {
		o.extra.bytes("signed."+name, []byte(along[name]))
	}
	if !expiration.IsZero() {
		o.extra.number("expiration", expiration.Unix())
	}
}
