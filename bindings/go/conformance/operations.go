package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	oss "alioss/bindings/go"
)

// An outcome is what came of an operation.
type outcome struct {
	answer *oss.Answer
	err    error

	hasBody bool
	bytes   int64
	fnv     uint64
	body    []byte

	reports     int
	done, total int64
	entries     result
}

var errStop = errors.New("that is enough")

// maxBody is how long a body may be to be printed.
const maxBody = 1000

// Write makes an outcome the receiver of a body.
func (o *outcome) Write(p []byte) (int, error) {
	for _, b := range p {
		o.fnv = (o.fnv ^ uint64(b)) * 1099511628211
	}
	o.bytes += int64(len(p))
	o.hasBody = true
	if len(o.body) <= maxBody {
		o.body = append(o.body, p[:min(len(p), maxBody+1)]...)
	}
	return len(p), nil
}

// A stopper takes what comes until it is enough.
type stopper struct {
	*outcome
	enough int64
}

func (s stopper) Write(p []byte) (int, error) {
	s.outcome.Write(p)
	if s.bytes >= s.enough {
		return 0, errStop
	}
	return len(p), nil
}

// A source yields the body that a scenario describes.
type source struct {
	text    string
	isText  bool
	at, len int64
	givesUp bool
}

func newSource(text string) *source {
	kind, value, _ := strings.Cut(text, ":")
	if kind == "text" {
		return &source{text: value, isText: true, len: int64(len(value))}
	}
	length, _ := strconv.ParseInt(value, 10, 64)
	return &source{len: length, givesUp: kind == "stop"}
}

func (s *source) Read(p []byte) (int, error) {
	if s.at == s.len {
		if s.givesUp {
			return 0, errStop
		}
		return 0, io.EOF
	}
	n := 0
	for ; n < len(p) && s.at < s.len; n++ {
		if s.isText {
			p[n] = s.text[s.at]
		} else {
			p[n] = byte(s.at % 251)
		}
		s.at++
	}
	return n, nil
}

func (s *source) all() []byte {
	data := make([]byte, s.len)
	io.ReadFull(s, data)
	return data
}

// perform carries out an operation with the inputs; nil if there is none of that name.
func (r *runner) perform(words []string) *outcome {
	o := &outcome{fnv: 14695981039346656037}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var options []oss.Option
	for _, input := range r.inputs {
		first, _ := strconv.ParseInt(at(input, 1), 10, 64)
		switch input[0] {
		case "header":
			options = append(options, oss.WithHeader(at(input, 1), at(input, 2)))
		case "query":
			if len(input) > 2 {
				options = append(options, oss.WithQuery(input[1], input[2]))
			} else {
				options = append(options, oss.WithSubresource(at(input, 1)))
			}
		case "range":
			last, _ := strconv.ParseInt(at(input, 2), 10, 64)
			options = append(options, oss.WithRange(first, last))
		case "timeout_ms":
			options = append(options, oss.WithTimeout(time.Duration(first)*time.Millisecond))
		case "cancel_after_ms":
			if first == 0 {
				cancel()
			} else {
				defer time.AfterFunc(time.Duration(first)*time.Millisecond, cancel).Stop()
			}
		case "progress", "progress_stop":
			options = append(options, oss.WithProgress(func(done, total int64) error {
				o.reports++
				o.done, o.total = done, total
				if input[0] == "progress_stop" && done >= first {
					return errStop
				}
				return nil
			}))
		}
	}
	if !r.operate(ctx, words, options, o) {
		return nil
	}
	return o
}

func (r *runner) operate(ctx context.Context, words []string, options []oss.Option, o *outcome) bool {
	word := func(i int) string { return at(words, i) }
	number, _ := strconv.ParseInt(word(3), 10, 64)
	bucket, service := r.buckets[word(1)], r.services[word(1)]
	switch words[0] {
	case "list_buckets", "service_invoke":
		if service == nil {
			return false
		}
	default:
		if bucket == nil {
			return false
		}
	}
	switch words[0] {
	case "put_object":
		o.answer, o.err = bucket.PutObjectBytes(ctx, word(2), newSource(word(3)).all(), options...)
	case "put_object_file":
		o.answer, o.err = bucket.PutObjectFile(ctx, word(2), word(3), options...)
	case "put_object_stream":
		o.answer, o.err = bucket.PutObject(ctx, word(2), newSource(word(4)), append(options, oss.WithLength(number))...)
	case "get_object", "get_object_part":
		object, err := bucket.GetObject(ctx, word(2), options...)
		if err != nil {
			o.err = err
			break
		}
		defer object.Close()
		o.answer = &object.Answer
		buffer := make([]byte, 64*1024)
		for err == nil && (words[0] == "get_object" || o.bytes < number) {
			var got int
			if got, err = object.Read(buffer); got > 0 {
				o.Write(buffer[:got])
			}
		}
		if err != nil && err != io.EOF {
			o.err = err
		}
		o.hasBody = o.hasBody || o.err == nil
	case "get_object_to_buffer":
		buffer := make([]byte, number)
		var got int
		got, o.answer, o.err = bucket.GetObjectToBuffer(ctx, word(2), buffer, options...)
		if o.err == nil {
			o.Write(buffer[:got])
		}
	case "get_object_to_file":
		o.answer, o.err = bucket.GetObjectToFile(ctx, word(2), word(3), options...)
	case "get_object_to_stream":
		var w io.Writer = o
		if len(words) > 3 {
			w = stopper{o, number}
		}
		o.answer, o.err = bucket.GetObjectToWriter(ctx, word(2), w, options...)
		o.hasBody = o.hasBody || o.err == nil
	case "head_object":
		o.answer, o.err = bucket.HeadObject(ctx, word(2), options...)
	case "get_object_meta":
		o.answer, o.err = bucket.GetObjectMeta(ctx, word(2), options...)
	case "delete_object":
		o.answer, o.err = bucket.DeleteObject(ctx, word(2), options...)
	case "put_bucket":
		o.answer, o.err = bucket.PutBucket(ctx, options...)
	case "delete_bucket":
		o.answer, o.err = bucket.DeleteBucket(ctx, options...)
	case "list_objects_v2":
		list(o, bucket.ListObjectsV2(ctx, word(2), word(3), options...), (*outcome).object)
	case "list_buckets":
		list(o, service.ListBuckets(ctx, word(2), options...), (*outcome).bucket)
	case "invoke":
		o.answer, o.err = bucket.Invoke(ctx, word(2), word(3), newSource(word(4)).all(), options...)
		o.collected()
	case "service_invoke":
		o.answer, o.err = service.Invoke(ctx, word(2), newSource(word(3)).all(), options...)
		o.collected()
	default:
		return false
	}
	return true
}

func (o *outcome) collected() {
	if o.err == nil {
		o.Write(o.answer.Body)
	}
}

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
	e := &o.entries
	kind := "object"
	if entry.IsPrefix {
		kind = "prefix"
	}
	e.text("entry", fmt.Sprintf("%s,%d,%s", kind, entry.Size, entry.Key))
	o.time("entry.time", entry.LastModified)
	e.text("entry.etag", entry.ETag)
	e.text("entry.storage_class", entry.StorageClass)
	e.text("entry.object_type", entry.Type)
	e.text("entry.restore_info", entry.RestoreInfo)
	e.text("entry.owner_id", entry.OwnerID)
	e.text("entry.owner_name", entry.OwnerName)
}

func (o *outcome) bucket(entry oss.ListedBucket) {
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

// status is the name of how the operation ended.
func (o *outcome) status() string {
	var status oss.Status
	if o.err != nil && !errors.As(o.err, &status) {
		var e *oss.Error
		if !errors.As(o.err, &e) {
			return fmt.Sprintf("%T", o.err)
		}
		status = e.Status
	}
	return status.String()
}

func (o *outcome) print(inputs [][]string) string {
	r := newResult()
	r.text("status", o.status())
	var e *oss.Error
	switch {
	case errors.As(o.err, &e):
		o.printError(r, e, inputs)
	case o.err != nil:
		r.text("error", o.err.Error())
	case o.answer != nil:
		o.printAnswer(r, inputs)
	}
	if o.hasBody {
		r.number("bytes", o.bytes)
		r.text("fnv", fmt.Sprintf("%016x", o.fnv))
		if o.bytes <= maxBody {
			r.bytes("body", o.body)
		}
	}
	if o.reports > 0 {
		r.text("progress", fmt.Sprintf("%d/%d", o.done, o.total))
	}
	return r.String() + o.entries.String()
}

func (o *outcome) printError(r *result, e *oss.Error, inputs [][]string) {
	if e.HTTPStatus != 0 {
		r.number("http_status", int64(e.HTTPStatus))
	}
	r.text("request_id", e.RequestID)
	r.text("error", e.Reason)
	r.text("code", e.Code)
	r.text("message", e.Message)
	r.text("host_id", e.HostID)
	r.text("ec", e.EC)
	if e.Retryable {
		r.number("retryable", 1)
	} else {
		r.number("retryable", 0)
	}
	if e.Attempts > 0 {
		r.number("attempts", int64(e.Attempts))
	}
	for _, input := range inputs {
		if input[0] == "error_detail" {
			r.text("error_detail."+at(input, 1), e.Detail(at(input, 1)))
		}
	}
}

func (o *outcome) printAnswer(r *result, inputs [][]string) {
	a := o.answer
	r.number("http_status", int64(a.HTTPStatus))
	r.text("request_id", a.RequestID)
	r.text("etag", a.ETag)
	r.text("version_id", a.VersionID)
	if a.CRC64 != 0 {
		r.text("crc64", strconv.FormatUint(a.CRC64, 10))
	}
	if a.ContentLength >= 0 {
		r.number("content_length", a.ContentLength)
	}
	if !a.LastModified.IsZero() {
		r.number("last_modified", a.LastModified.Unix())
	}
	for _, input := range inputs {
		if input[0] == "want" {
			r.text("header."+at(input, 1), a.Header(at(input, 1)))
		}
	}
}

// threads runs an operation in many goroutines that begin together.
func (r *runner) threads(words []string) string {
	count, _ := strconv.Atoi(at(words, 1))
	times, _ := strconv.Atoi(at(words, 2))
	if len(words) < 4 {
		return "unsupported"
	}
	var group sync.WaitGroup
	var mutex sync.Mutex
	counts := make(map[string]int64)
	var bytes int64
	var failure *outcome
	known := true
	// All really begin together: otherwise Go notices only after a while that some wait in C, and lets the next ones run.
	runtime.GOMAXPROCS(max(count, runtime.NumCPU()))
	start := make(chan struct{})
	for range count {
		group.Add(1)
		go func() {
			defer group.Done()
			<-start
			for range times {
				o := r.perform(words[3:])
				mutex.Lock()
				if o == nil {
					known = false
				} else {
					counts[o.status()]++
					bytes += o.bytes
					if o.err != nil {
						failure = o
					}
				}
				mutex.Unlock()
			}
		}()
	}
	close(start)
	group.Wait()
	if !known {
		return "unsupported"
	}
	answer := newResult()
	if failure != nil {
		answer.text("status", failure.status())
		answer.text("error", reason(failure.err))
	} else {
		answer.text("status", oss.Status(0).String())
	}
	for status, n := range counts {
		answer.number("count."+status, n)
	}
	answer.number("bytes", bytes)
	return answer.String()
}
