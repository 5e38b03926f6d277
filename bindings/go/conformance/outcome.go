package main

import (
	"errors"
	"io"
	"strconv"
	"strings"

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
	extra       result // what only some operations have
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
