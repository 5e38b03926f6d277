// Command conformance carries out the commands that the driver of the conformance scenarios sends it, and prints what
// came of each; see tests/conformance/README.md.
package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"

	oss "alioss/bindings/go"
)

func main() {
	in, out := bufio.NewReader(os.Stdin), bufio.NewWriter(os.Stdout)
	r := newRunner()
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			break
		}
		var words []string
		for _, word := range strings.Fields(line) {
			words = append(words, decode(word))
		}
		fmt.Fprintln(out, r.carryOut(words))
		out.Flush()
	}
	r.forget()
}

// decode returns the word that travelled.
func decode(word string) string {
	if word == "%" {
		return ""
	}
	var text strings.Builder
	for i := 0; i < len(word); i++ {
		if word[i] == '%' && i+2 < len(word) {
			if code, err := strconv.ParseUint(word[i+1:i+3], 16, 8); err == nil {
				text.WriteByte(byte(code))
				i += 2
				continue
			}
		}
		text.WriteByte(word[i])
	}
	return text.String()
}

// A result is a line of fields.
type result struct{ strings.Builder }

func newResult() *result {
	r := &result{}
	r.WriteString("result")
	return r
}

// bytes adds a field, also if it is empty.
func (r *result) bytes(name string, value []byte) {
	fmt.Fprintf(r, " %s=", name)
	for _, b := range value {
		if b > 0x20 && b < 0x7f && b != '%' {
			r.WriteByte(b)
		} else {
			fmt.Fprintf(r, "%%%02X", b)
		}
	}
}

// text adds a field that has a value.
func (r *result) text(name, value string) {
	if value != "" {
		r.bytes(name, []byte(value))
	}
}

func (r *result) number(name string, value int64) {
	r.text(name, strconv.FormatInt(value, 10))
}

// A runner keeps what a scenario has prepared.
type runner struct {
	options  oss.Options
	inputs   [][]string
	sessions map[string]*oss.Session
	buckets  map[string]*oss.Bucket
	services map[string]*oss.Service
}

func newRunner() *runner {
	return &runner{
		sessions: make(map[string]*oss.Session),
		buckets:  make(map[string]*oss.Bucket),
		services: make(map[string]*oss.Service),
	}
}

func (r *runner) forget() {
	for name := range r.sessions {
		r.free(name)
	}
	for name := range r.buckets {
		r.free(name)
	}
	for name := range r.services {
		r.free(name)
	}
	*r = *newRunner()
}

func (r *runner) free(name string) {
	if session := r.sessions[name]; session != nil {
		session.Close()
	}
	if bucket := r.buckets[name]; bucket != nil {
		bucket.Close()
	}
	if service := r.services[name]; service != nil {
		service.Close()
	}
	delete(r.sessions, name)
	delete(r.buckets, name)
	delete(r.services, name)
}

// carryOut does what a command says; its answer.
func (r *runner) carryOut(words []string) string {
	if len(words) == 0 {
		return "unsupported"
	}
	// Commands with too few words get empty ones.
	word := func(i int) string {
		if i < len(words) {
			return words[i]
		}
		return ""
	}
	switch words[0] {
	case "hello":
		return "ok 1 go"
	case "scenario":
		r.forget()
	case "env":
		if len(words) > 2 {
			os.Setenv(word(1), word(2))
		} else {
			os.Unsetenv(word(1))
		}
	case "config":
		r.options = oss.Options{}
	case "option":
		return r.option(words[1:])
	case "session", "bucket", "service":
		return r.open(words[0], word(1), word(2))
	case "free":
		r.free(word(1))
	case "header", "query", "range", "timeout_ms", "cancel_after_ms", "progress", "progress_stop", "want", "error_detail",
		"field", "text", "count", "initial_crc64", "callback", "part", "part_size", "workers", "prefetch",
		"record_directory", "no_record", "outcome_stop", "filter_out":
		r.inputs = append(r.inputs, words)
	case "threads":
		defer func() { r.inputs = nil }()
		return r.threads(words)
	default:
		defer func() { r.inputs = nil }()
		o := r.perform(words)
		if o == nil {
			return "unsupported"
		}
		return o.print(r.inputs)
	}
	return "ok"
}

func (r *runner) open(kind, handle, name string) string {
	r.free(handle)
	var err error
	switch kind {
	case "session":
		var session *oss.Session
		if session, err = oss.NewSession(r.options); err == nil {
			r.sessions[handle] = session
		}
	case "bucket":
		var bucket *oss.Bucket
		if bucket, err = oss.NewBucket(name, r.options); err == nil {
			r.buckets[handle] = bucket
		}
	default:
		var service *oss.Service
		if service, err = oss.NewService(r.options); err == nil {
			r.services[handle] = service
		}
	}
	answer := newResult()
	if err == nil {
		answer.number("opened", 1)
	} else {
		answer.number("opened", 0)
		answer.text("error", reason(err))
	}
	return answer.String()
}

// reason is the library's text alone.
func reason(err error) string {
	if e, ok := err.(*oss.Error); ok {
		return e.Reason
	}
	return err.Error()
}
