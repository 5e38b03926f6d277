package main

import (
	"errors"
	"fmt"
	"strconv"

	oss "alioss/bindings/go"
)

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
		if !o.hasBody && len(o.answer.Body) > 0 {
			o.Write(o.answer.Body)
		}
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
	return r.String() + o.extra.String() + o.entries.String()
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
	r.text("next_append_position", a.Header("x-oss-next-append-position"))
	if a.ContentLength >= 0 {
		r.number("content_length", a.ContentLength)
	}
	if !a.LastModified.IsZero() {
		r.number("last_modified", a.LastModified.Unix())
	}
	for _, input := range inputs {
		switch name := at(input, 1); input[0] {
		case "want":
			r.text("header."+name, a.Header(name))
		case "text":
			r.text("text."+name, a.Text(name))
		case "count":
			r.number("count."+name, int64(a.Count(name)))
		}
	}
}
