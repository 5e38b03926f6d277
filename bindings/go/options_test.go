package oss

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestLegalOptions(t *testing.T) {
	pem := must(os.ReadFile(server.caFile))(t)
	session := must(NewSession(Options{PoolSize: 3}))(t)
	defer session.Close()
	port := server.http[strings.LastIndex(server.http, ":")+1:]
	signedBy := func(id string) func(*record) string {
		return func(r *record) string {
			if !strings.Contains(r.header("authorization"), id+"/") {
				return "authorization " + r.header("authorization")
			}
			return ""
		}
	}
	header := func(name, want string) func(*record) string {
		return func(r *record) string {
			if got := r.header(name); got != want {
				return fmt.Sprintf("%s is %q instead of %q", name, got, want)
			}
			return ""
		}
	}
	tls := func(version string) func(*record) string {
		return func(r *record) string {
			if r.TLSVersion != version {
				return "TLS " + r.TLSVersion
			}
			return ""
		}
	}
	fine := func(*record) string { return "" }
	for name, test := range map[string]struct {
		change func(*Options)
		seen   func(*record) string
	}{
		"defaults":   {func(*Options) {}, signedBy(keyID)},
		"user agent": {func(*Options) {}, func(r *record) string { return header("user-agent", "alioss/"+Version()+" (linux/"+arch(r)+")")(r) }},
		"app_name": {func(o *Options) { o.AppName = "camera 7" }, func(r *record) string {
			return header("user-agent", "alioss/"+Version()+" (linux/"+arch(r)+")/camera 7")(r)
		}},
		"signature version": {func(o *Options) { o.SignatureVersion = 1 }, func(r *record) string { return strings.TrimPrefix(r.header("authorization")[:4], "OSS ") }},
		"additional signed header": {func(o *Options) {
			o.AdditionalSignedHeaders = []string{"User-Agent"}
		}, func(r *record) string {
			if !strings.Contains(r.header("authorization"), "AdditionalHeaders=user-agent") {
				return r.header("authorization")
			}
			return ""
		}},
		"static keys": {func(o *Options) { o.Credentials = StaticCredentials(keyID, keySecret, "") }, signedBy(keyID)},
		"token": {func(o *Options) {
			o.Credentials = StaticCredentials("STS.local-access-key-id", "local-sts-access-key-secret", "local-security-token")
		}, header("x-oss-security-token", "local-security-token")},
		"environment": {func(o *Options) { o.Credentials = EnvironmentCredentials() }, signedBy(keyID)},
		"function":    {func(o *Options) { o.Credentials = CredentialsFunc(localKeys) }, signedBy(keyID)},
		"session":     {func(o *Options) { o.Session = session }, fine},
		"pool size":   {func(o *Options) { o.PoolSize = 10000 }, fine},
		"no pool":     {func(o *Options) { o.DisablePool = true }, fine},
		"time-outs": {func(o *Options) {
			o.ConnectTimeout, o.ReadTimeout, o.TotalTimeout = time.Second*9, time.Second*9, 7*24*time.Hour
		}, fine},
		"path style":      {func(o *Options) { o.PathStyle = true }, fine},
		"CA file":         {func(o *Options) { o.Endpoint, o.CAFile = server.https, server.caFile }, tls("TLSv1.3")},
		"CA PEM":          {func(o *Options) { o.Endpoint, o.CAPEM = server.https, pem }, tls("TLSv1.3")},
		"skip verify":     {func(o *Options) { o.Endpoint, o.InsecureSkipVerify = server.https, true }, tls("TLSv1.3")},
		"max TLS":         {func(o *Options) { o.Endpoint, o.CAPEM, o.MaxTLS = server.https, pem, TLS12 }, tls("TLSv1.2")},
		"min TLS":         {func(o *Options) { o.Endpoint, o.CAPEM, o.MinTLS = server.https, pem, TLS13 }, tls("TLSv1.3")},
		"crc64 off":       {func(o *Options) { o.DisableCRC64 = true }, fine},
		"attempts":        {func(o *Options) { o.Attempts = 100 }, fine},
		"skew correction": {func(o *Options) { o.DisableClockSkewCorrection = true }, fine},
		"user headers":    {func(o *Options) { o.UserHeaders = map[string]string{"x-oss-a": "1", "X-Custom": "2"} }, header("x-custom", "2")},
		"traffic limit":   {func(o *Options) { o.TrafficLimit = 838860800 }, header("x-oss-traffic-limit", "838860800")},
		"resolve": {func(o *Options) {
			o.Endpoint, o.PathStyle = "http://oss.example.com:"+port, true
			o.Resolve = []ResolveRule{{"*.example.com", "127.0.0.1"}, {"*", "127.0.0.2:1"}}
		}, header("host", "oss.example.com:"+port)},
		"proxy from environment, which has none": {func(o *Options) { o.ProxyFromEnv = true }, fine},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBucket(t, test.change)
			if _, err := b.PutObjectBytes(live(t), "key", []byte("hello")); err != nil {
				t.Fatal(err)
			}
			r := lastRequest(t, b)
			if wrong := test.seen(&r); wrong != "" {
				t.Fatal(wrong)
			}
		})
	}
}

func arch(r *record) string {
	agent := r.header("user-agent")
	_, rest, _ := strings.Cut(agent, "/")
	_, rest, _ = strings.Cut(rest, "/")
	name, _, _ := strings.Cut(rest, ")")
	return name
}

func localKeys(context.Context) (Keys, error) {
	return Keys{ID: keyID, Secret: keySecret}, nil
}

// Times are rounded up, so that none becomes another one that means something else.
func TestTimesAreRoundedUp(t *testing.T) {
	for d, want := range map[time.Duration]int64{
		0: 0, 1: 1, time.Millisecond: 1, 1900 * time.Microsecond: 2, -1: -1, -time.Millisecond: -1, -1900 * time.Microsecond: -2,
		math.MaxInt64: 9223372036855, math.MinInt64: -9223372036855,
	} {
		if got := int64(milliseconds(d)); got != want {
			t.Errorf("%v is %d ms, not %d", d, got, want)
		}
	}
	b := newBucket(t, func(o *Options) { o.ConnectTimeout, o.BackoffBase = time.Nanosecond*1_000_001, time.Microsecond })
	_, err := b.HeadObject(live(t), "key", WithTimeout(0))
	wantError(t, err, InvalidArgument)
	// Seconds, too: of uploads that are half a second old none began a whole one ago.
	must(b.InitiateMultipartUpload(live(t), "key"))(t)
	if aborted, err := b.AbortUploadsBefore(live(t), "", 24*time.Hour+1); aborted != 0 || err != nil {
		t.Error(aborted, err)
	}
	for _, err := range b.ListUploadsBefore(live(t), "", -1) {
		if wantError(t, err, InvalidArgument); !strings.Contains(err.Error(), "-1") {
			t.Error(err)
		}
	}
	signed := must(b.Presign(live(t), "GET", "key", time.Second/2))(t)
	if !strings.Contains(signed.URL, "x-oss-expires=1&") {
		t.Error(signed.URL)
	}
}

func TestIllegalOptions(t *testing.T) {
	session := must(NewSession(Options{}))(t)
	defer session.Close()
	closed := must(NewSession(Options{}))(t)
	closed.Close()
	for reason, change := range map[string]func(*Options){
		"`endpoint`: ":          func(o *Options) { o.Endpoint = "http://user@host" },
		"`region`: ":            func(o *Options) { o.Region = "oss-cn-hangzhou" },
		"`signature_version`: ": func(o *Options) { o.SignatureVersion = 2 },
		"`cloudbox_id`: ":       func(o *Options) { o.CloudboxID = "CB" },
		"`additional_signed_header`: \"a b\" is not a header name": func(o *Options) { o.AdditionalSignedHeaders = []string{"ok", "a b"} },
		"`pool_size`: -1":                     func(o *Options) { o.PoolSize = -1 },
		"`pool_size`: 10001 is out of range":  func(o *Options) { o.PoolSize = 10001 },
		"`disable_pool` and `pool_size`":      func(o *Options) { o.PoolSize, o.DisablePool = 1, true },
		"`connect_timeout`: -1 ms":            func(o *Options) { o.ConnectTimeout = -1 },
		"`read_timeout`: -2 ms":               func(o *Options) { o.ReadTimeout = -time.Millisecond - 1 },
		"`total_timeout`: 604800001 ms":       func(o *Options) { o.TotalTimeout = 7*24*time.Hour + 1 },
		"`connect_timeout`: 9223372036855 ms": func(o *Options) { o.ConnectTimeout = math.MaxInt64 },
		"`backoff`: -1 ms":                    func(o *Options) { o.BackoffBase = -1 },
		// Not the default of 200 ms, which fits under that cap neither.
		"`backoff`: 2 ms":    func(o *Options) { o.BackoffBase, o.BackoffCap = time.Millisecond+1, time.Millisecond },
		"`tls_versions`: ":   func(o *Options) { o.MinTLS, o.MaxTLS = TLS13, TLS12 },
		"`tls_versions`: 11": func(o *Options) { o.MinTLS = 11 },
		"`ca_file`: ":        func(o *Options) { o.CAFile = "/nonexistent" },
		"`ca_file` or `ca_pem` holds no certificate": func(o *Options) { o.CAPEM = []byte("no PEM") },
		"`insecure_skip_verify` and `ca_file`":       func(o *Options) { o.CAFile, o.InsecureSkipVerify = server.caFile, true },
		"`proxy`: ":                                  func(o *Options) { o.Proxy = "socks://host" },
		"`proxy` and `proxy_from_env`":               func(o *Options) { o.Proxy, o.ProxyFromEnv = "http://host", true },
		"`app_name`: ":                               func(o *Options) { o.AppName = "a\r\nb" },
		"`unlimited_attempts` and `attempts` contradict each other; give one of them": func(o *Options) { o.Attempts, o.UnlimitedAttempts = 5, true },
		"`attempts`: ":                           func(o *Options) { o.Attempts = 1<<40 + 3 },
		"`user_header`: ":                        func(o *Options) { o.UserHeaders = map[string]string{"Host": "x"} },
		"`resolve`: ":                            func(o *Options) { o.Resolve = []ResolveRule{{"*", "nowhere"}} },
		"`traffic_limit`: ":                      func(o *Options) { o.TrafficLimit = 1 },
		"`pool_size` belongs to the session":     func(o *Options) { o.PoolSize, o.Session = 1, session },
		"`resolve` belongs to the session":       func(o *Options) { o.Resolve, o.Session = []ResolveRule{{"*", "127.0.0.1"}}, session },
		"`app_name`: a NUL byte":                 func(o *Options) { o.AppName = "a\x00b" },
		"`credentials`: the function is nil":     func(o *Options) { o.Credentials = CredentialsFunc(nil) },
		"`endpoint`: \"http://a...\" has a path": func(o *Options) { o.Endpoint, o.Region = "http://a/b", "UPPER" },
	} {
		o := options()
		change(&o)
		_, err := NewBucket("examplebucket", o)
		status := InvalidArgument
		if o.CAFile == "/nonexistent" {
			status = IO
		}
		if e := wantError(t, err, status); !strings.HasPrefix(e.Reason, reason) {
			t.Errorf("%q instead of %q", e.Reason, reason)
		}
	}
	o := options()
	o.Session = closed
	if _, err := NewBucket("examplebucket", o); err != ErrClosed {
		t.Error(err)
	}
	for _, name := range []string{"", "ab", "UPPER", "a\x00bc", strings.Repeat("a", 64)} {
		_, err := NewBucket(name, options())
		if e := wantError(t, err, InvalidArgument); !strings.HasPrefix(e.Reason, "`name`: ") {
			t.Error(e)
		}
	}
	_, err := NewService(Options{Endpoint: server.http, Region: region, CName: true})
	wantError(t, err, InvalidArgument)
	_, err = NewBucket("examplebucket", Options{})
	wantError(t, err, InvalidArgument)
	_, err = NewSession(Options{Session: session})
	wantError(t, err, InvalidArgument)
}

// The region alone leads to its endpoints; only the errors show here, as nothing listens there.
func TestEndpointsOfARegion(t *testing.T) {
	for want, change := range map[string]func(*Options){
		"oss-cn-hangzhou.aliyuncs.com":          func(*Options) {},
		"oss-cn-hangzhou-internal.aliyuncs.com": func(o *Options) { o.InternalEndpoint = true },
		"oss-accelerate.aliyuncs.com":           func(o *Options) { o.AccelerateEndpoint = true },
		"cn-hangzhou.oss.aliyuncs.com":          func(o *Options) { o.DualStack = true },
	} {
		o := Options{Region: region, Attempts: 1, Resolve: []ResolveRule{{"examplebucket." + want, "127.0.0.1:1"}, {"*", "127.0.0.1:2"}}}
		change(&o)
		b := must(NewBucket("examplebucket", o))(t)
		_, err := b.HeadObject(live(t), "key")
		if e := wantError(t, err, Network); !strings.Contains(e.Reason, want) || strings.Contains(e.Reason, "127.0.0.1:2") {
			t.Errorf("%s: %s", want, e.Reason)
		}
		b.Close()
	}
	_, err := NewBucket("examplebucket", Options{Region: region, InternalEndpoint: true, DualStack: true})
	wantError(t, err, InvalidArgument)
}

func TestSecretsAreNotPrinted(t *testing.T) {
	o := options()
	o.Proxy = "http://user:sesame@host"
	o.Credentials = StaticCredentials("id", "sesame", "sesame")
	keys := Keys{ID: "id", Secret: "sesame", Token: "sesame"}
	named := CredentialsFrom("process:/bin/keys sesame")
	for _, value := range []any{o, &o, keys, &keys, o.Credentials, named} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
			if text := fmt.Sprintf(verb, value); strings.Contains(text, "sesame") {
				t.Errorf("%s of %T: %s", verb, value, text)
			}
		}
	}
}

func TestSharedSession(t *testing.T) {
	session := must(NewSession(Options{}))(t)
	a, b := newBucket(t, func(o *Options) { o.Session = session }), newBucket(t, func(o *Options) { o.Session = session })
	session.Close()
	session.Close()
	for range 3 {
		for _, bucket := range []*Bucket{a, b} {
			must(bucket.PutObjectBytes(live(t), "key", nil))(t)
		}
	}
	connection := lastRequest(t, a).Connection
	for _, r := range append(requests(t, a), requests(t, b)...) {
		if r.Connection != connection {
			t.Fatal("the connection was not shared")
		}
	}
}

// What is given is used during the call only.
func TestCAFileIsReadOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ca.pem")
	pem := must(os.ReadFile(server.caFile))(t)
	if err := os.WriteFile(path, pem, 0o600); err != nil {
		t.Fatal(err)
	}
	b := newBucket(t, func(o *Options) { o.Endpoint, o.CAFile = server.https, path })
	os.Remove(path)
	must(b.PutObjectBytes(live(t), "key", []byte("hello")))(t)
}
