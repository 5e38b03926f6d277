package main

import (
	"context"
	"io"
	"strconv"

	oss "alioss/bindings/go"
)

// An operation is a command with all that it needs; what comes of it goes into the outcome.
type operation struct {
	*outcome
	ctx     context.Context
	words   []string
	options []oss.Option
	parts   []oss.Part

	onOutcome func(oss.Outcome) error
	filter    func(name string) bool

	bucket  *oss.Bucket
	service *oss.Service
}

func (op *operation) word(i int) string {
	return at(op.words, i)
}

func (op *operation) number(i int) int64 {
	number, _ := strconv.ParseInt(op.word(i), 10, 64)
	return number
}

// carryOut reports whether there is an operation of that name.
func (op *operation) carryOut() bool {
	if op.service != nil {
		return op.onService()
	}
	return op.bucket != nil && (op.onObject() || op.onSettings() || op.onTransfer() || op.onUpload() || op.onURL() || op.onBucket())
}

// took takes the answer of a result, if there is one.
func (op *operation) took(answer func() *oss.Answer, err error) bool {
	if op.err = err; err == nil {
		op.answer = answer()
	}
	return err == nil
}

func (op *operation) onService() bool {
	switch op.words[0] {
	case "list_buckets":
		list(op.outcome, op.service.ListBuckets(op.ctx, op.word(2), op.options...), (*outcome).listedBucket)
	case "describe_regions":
		regions, err := op.service.DescribeRegions(op.ctx, op.options...)
		op.took(func() *oss.Answer { return &regions.Answer }, err)
	case "service_invoke":
		op.answer, op.err = op.service.Invoke(op.ctx, op.word(2), newSource(op.word(3)).all(), op.options...)
		op.collected()
	default:
		return false
	}
	return true
}

// collected has the body printed, also if it is empty.
func (op *operation) collected() {
	if op.err == nil {
		op.Write(op.answer.Body)
	}
}

func (op *operation) onBucket() bool {
	b, ctx, options := op.bucket, op.ctx, op.options
	switch op.words[0] {
	case "put_bucket":
		op.answer, op.err = b.PutBucket(ctx, options...)
	case "delete_bucket":
		op.answer, op.err = b.DeleteBucket(ctx, options...)
	case "bucket_exists":
		exists, err := b.BucketExists(ctx, options...)
		op.exists(exists, err)
	case "get_bucket_info":
		info, err := b.GetBucketInfo(ctx, options...)
		op.took(func() *oss.Answer { return &info.Answer }, err)
	case "get_bucket_stat":
		stat, err := b.GetBucketStat(ctx, options...)
		op.took(func() *oss.Answer { return &stat.Answer }, err)
	case "get_bucket_location":
		location, err := b.GetBucketLocation(ctx, options...)
		op.took(func() *oss.Answer { return &location.Answer }, err)
	case "get_bucket_acl":
		acl, err := b.GetBucketACL(ctx, options...)
		op.took(func() *oss.Answer { return &acl.Answer }, err)
	case "put_bucket_acl":
		op.answer, op.err = b.PutBucketACL(ctx, op.word(2), options...)
	case "list_objects_v2":
		list(op.outcome, b.ListObjectsV2(ctx, op.word(2), op.word(3), options...), (*outcome).object)
	case "list_objects":
		list(op.outcome, b.ListObjects(ctx, op.word(2), op.word(3), options...), (*outcome).object)
	case "list_object_versions":
		list(op.outcome, b.ListObjectVersions(ctx, op.word(2), op.word(3), options...), (*outcome).version)
	case "invoke":
		op.answer, op.err = b.Invoke(ctx, op.word(2), op.word(3), newSource(op.word(4)).all(), options...)
		op.collected()
	default:
		return false
	}
	return true
}

func (o *outcome) exists(exists bool, err error) {
	if o.err = err; err != nil {
		return
	}
	if exists {
		o.extra.number("exists", 1)
	} else {
		o.extra.number("exists", 0)
	}
}

func (op *operation) onObject() bool {
	b, ctx, options, key := op.bucket, op.ctx, op.options, op.word(2)
	switch op.words[0] {
	case "put_object":
		op.answer, op.err = b.PutObjectBytes(ctx, key, newSource(op.word(3)).all(), options...)
	case "put_object_file":
		op.answer, op.err = b.PutObjectFile(ctx, key, op.word(3), options...)
	case "put_object_stream":
		op.answer, op.err = b.PutObject(ctx, key, newSource(op.word(4)), append(options, oss.WithLength(op.number(3)))...)
	case "get_object":
		object, err := b.GetObject(ctx, key, options...)
		op.read(object, err, -1)
	case "get_object_part":
		object, err := b.GetObject(ctx, key, options...)
		op.read(object, err, op.number(3))
	case "select_object":
		rows, err := b.SelectObject(ctx, key, op.word(3), options...)
		op.read(rows, err, -1)
	case "get_object_to_buffer":
		buffer := make([]byte, op.number(3))
		var got int
		got, op.answer, op.err = b.GetObjectToBuffer(ctx, key, buffer, options...)
		if op.err == nil {
			op.Write(buffer[:got])
		}
	case "get_object_to_file":
		op.answer, op.err = b.GetObjectToFile(ctx, key, op.word(3), options...)
	case "get_object_to_stream":
		var w io.Writer = op.outcome
		if len(op.words) > 3 {
			w = stopper{op.outcome, op.number(3)}
		}
		op.answer, op.err = b.GetObjectToWriter(ctx, key, w, options...)
		op.hasBody = op.hasBody || op.err == nil
	case "head_object":
		op.answer, op.err = b.HeadObject(ctx, key, options...)
	case "get_object_meta":
		op.answer, op.err = b.GetObjectMeta(ctx, key, options...)
	case "delete_object":
		op.answer, op.err = b.DeleteObject(ctx, key, options...)
	case "object_exists":
		exists, err := b.ObjectExists(ctx, key, options...)
		op.exists(exists, err)
	default:
		return false
	}
	return true
}

// read reads an object until enough bytes or more have come; -1 is all.
func (op *operation) read(object *oss.Object, err error, enough int64) {
	if !op.took(func() *oss.Answer { return &object.Answer }, err) {
		return
	}
	defer object.Close()
	buffer := make([]byte, 64*1024)
	for err == nil && (enough < 0 || op.bytes < enough) {
		var got int
		if got, err = object.Read(buffer); got > 0 {
			op.Write(buffer[:got])
		}
	}
	if err != nil && err != io.EOF {
		op.err = err
	}
	op.hasBody = op.hasBody || op.err == nil
}
