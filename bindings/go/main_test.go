package oss

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
)

// Where the tests send their requests. OSS_TEST_ENDPOINT, OSS_TEST_HTTPS_ENDPOINT and OSS_TEST_CA_FILE say where a
// local server runs; without them one is started, by the command in OSS_TEST_SERVER or else by cargo.
var server struct {
	http, https, caFile string
}

const (
	keyID     = "local-access-key-id"
	keySecret = "local-access-key-secret"
	region    = "cn-hangzhou"
)

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	os.Setenv("OSS_ACCESS_KEY_ID", keyID)
	os.Setenv("OSS_ACCESS_KEY_SECRET", keySecret)
	os.Unsetenv("OSS_SESSION_TOKEN")
	server.http, server.https = os.Getenv("OSS_TEST_ENDPOINT"), os.Getenv("OSS_TEST_HTTPS_ENDPOINT")
	server.caFile = os.Getenv("OSS_TEST_CA_FILE")
	if server.http == "" {
		stop, err := startServer()
		if err != nil {
			fmt.Fprintln(os.Stderr, "the local server does not start:", err)
			return 1
		}
		defer stop()
	}
	return m.Run()
}

func startServer() (stop func(), err error) {
	words := strings.Fields(os.Getenv("OSS_TEST_SERVER"))
	if len(words) == 0 {
		words = []string{"cargo", "run", "--quiet", "-p", "oss-local", "--"}
	}
	command := exec.Command(words[0], append(words[1:], "--port", "0", "--https-port", "0")...)
	command.Stderr = os.Stderr
	out, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, err
	}
	plain := regexp.MustCompile(`^\s+(http://\S+)`)
	secure := regexp.MustCompile(`^\s+(https://\S+)\s+CA: (\S+)`)
	lines := bufio.NewScanner(out)
	for (server.http == "" || server.https == "") && lines.Scan() {
		if found := plain.FindStringSubmatch(lines.Text()); found != nil {
			server.http = found[1]
		} else if found := secure.FindStringSubmatch(lines.Text()); found != nil {
			server.https, server.caFile = found[1], found[2]
		}
	}
	go io.Copy(io.Discard, out)
	stop = func() {
		command.Process.Kill()
		command.Wait()
	}
	if server.https == "" {
		stop()
		return nil, errors.New("it did not say where it listens")
	}
	return stop, nil
}

// options reach the local server.
func options() Options {
	return Options{Endpoint: server.http, Region: region}
}

var buckets atomic.Int64

// newBucket makes a bucket of the test's own, and returns it opened with the options.
func newBucket(t testing.TB, change ...func(*Options)) *Bucket {
	t.Helper()
	o := options()
	for _, change := range change {
		change(&o)
	}
	name := fmt.Sprintf("go-%d-%d", os.Getpid(), buckets.Add(1))
	plain, err := NewBucket(name, options())
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Close()
	if _, err := plain.PutBucket(live(t)); err != nil {
		t.Fatal(err)
	}
	b, err := NewBucket(name, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}

// admin talks to the server's own pages.
func admin(t testing.TB, method, path string, body any) []byte {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequest(method, server.http+"/_local/"+path, bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != 200 {
		t.Fatalf("%s %s: %v %s %s", method, path, err, response.Status, answer)
	}
	return answer
}

// fault makes requests for this bucket go wrong, times of them.
func fault(t testing.TB, b *Bucket, times int, action map[string]any, conditions ...string) {
	t.Helper()
	rule := map[string]any{"bucket": b.Name(), "times": times, "action": action}
	for i := 0; i+1 < len(conditions); i += 2 {
		rule[conditions[i]] = conditions[i+1]
	}
	admin(t, "POST", "rules", rule)
}

type record struct {
	Method     string
	Target     string
	Headers    [][2]string
	TLSVersion string `json:"tls_version"`
	Status     int
	Operation  string
	Connection int
}

func (r *record) header(name string) string {
	for _, header := range r.Headers {
		if header[0] == name {
			return header[1]
		}
	}
	return ""
}

// requests returns what the server saw of this bucket, without PutBucket.
func requests(t testing.TB, b *Bucket) []record {
	t.Helper()
	var all, own []record
	if err := json.Unmarshal(admin(t, "GET", "requests", nil), &all); err != nil {
		t.Fatal(err)
	}
	for _, r := range all {
		if strings.Contains(r.Target, b.Name()) && r.Operation != "PutBucket" {
			own = append(own, r)
		}
	}
	return own
}

func lastRequest(t testing.TB, b *Bucket) record {
	t.Helper()
	all := requests(t, b)
	if len(all) == 0 {
		t.Fatal("the server saw no request")
	}
	return all[len(all)-1]
}

// pattern is content whose every byte tells where it belongs.
func pattern(size int) []byte {
	data := make([]byte, size)
	for i := range data {
		data[i] = byte(i % 251)
	}
	return data
}

// must fails the test if there is an error.
func must[T any](value T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

// wantError fails the test unless err is of that status, and returns it.
func wantError(t testing.TB, err error, status Status) *Error {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || !errors.Is(err, status) || e.Status != status {
		t.Fatalf("%+v (%v) instead of %v", e, err, status)
	}
	return e
}

// wantBody fails the test unless key has this content.
func wantBody(t testing.TB, b *Bucket, key string, want []byte) {
	t.Helper()
	object, err := b.GetObject(live(t), key)
	if err != nil {
		t.Fatal(err)
	}
	defer object.Close()
	got, err := io.ReadAll(object)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Fatalf("%s has %d bytes that are not the %d that were stored", key, len(got), len(want))
	}
}

// live is a context that can end, and does so with the test.
func live(t testing.TB) context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	return ctx
}

// contexts are one that cannot end and one that can: they go different ways.
func contexts(t *testing.T) map[string]context.Context {
	return map[string]context.Context{"background": context.Background(), "cancellable": live(t)}
}

// LocalOptions are [options] for the examples, which stand outside the package.
func LocalOptions() Options {
	return options()
}
