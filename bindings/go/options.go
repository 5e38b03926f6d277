package oss

// #include "shim.h"
import "C"

import (
	"runtime/cgo"
	"sort"
	"time"
	"unsafe"
)

// A TLSVersion is a version of TLS.
type TLSVersion int

const (
	// TLS12 is TLS 1.2 (RFC 5246).
	TLS12 TLSVersion = C.OSS_TLS_1_2
	// TLS13 is TLS 1.3 (RFC 8446).
	TLS13 TLSVersion = C.OSS_TLS_1_3
)

// A ResolveRule replaces looking a host up.
type ResolveRule struct {
	// Host is a name, "*.suffix", or "*" for all names but localhost.
	Host string
	// Address is an IP address, with a port (which replaces that of the endpoint) or without.
	Address string
}

// Options say how to reach the service. A field's zero value is its default, and what is on by default is named in the
// negative. Bad values make [NewBucket], [NewService] and [NewSession] fail with an error that names the option.
// Options that belong to the session may not be given together with Session.
type Options struct {
	// Endpoint is the host of the service, [http[s]://]host[:port]; https if no scheme is given. With only a Region,
	// that region's public endpoint is used.
	Endpoint string
	// Region is a region id such as "cn-hangzhou". V4 signatures need it, unless the endpoint is a host of Alibaba
	// Cloud that names it.
	Region string
	// SignatureVersion is 4 (default) or 1.
	SignatureVersion int
	// CName: the endpoint is a custom domain bound to the bucket; host and URL carry no bucket name.
	CName bool
	// PathStyle puts the bucket into the path instead of the host name; automatic for IP addresses and "localhost".
	PathStyle bool
	// InternalEndpoint takes, with only a Region, its internal endpoint, for Alibaba Cloud's own machines.
	InternalEndpoint bool
	// AccelerateEndpoint takes, with only a Region, the global acceleration endpoint.
	AccelerateEndpoint bool
	// DualStack takes, with only a Region, its endpoint with IPv4 and IPv6 addresses.
	DualStack bool
	// CloudboxID is the id of a cloud box ("cb-..."), which stands for the region in V4 signatures.
	CloudboxID string
	// AdditionalSignedHeaders are headers that V4 also signs wherever a request carries them. A presigned URL carries those
	// that it is given, so never host.
	AdditionalSignedHeaders []string

	// Credentials say where keys come from. nil is the provider that OSS_CREDENTIALS in the environment names, else
	// [EnvironmentCredentials].
	Credentials Credentials

	// Session shares the connections of a session; nil makes one of its own. The session may be closed before what
	// uses it.
	Session *Session
	// PoolSize is how many idle connections are kept per host, 1..10000, default 10; more goroutines than that still
	// work. Belongs to the session.
	PoolSize int
	// DisablePool keeps no idle connections: a pool size of 0. Belongs to the session.
	DisablePool bool

	// ConnectTimeout limits TCP connect, proxy and TLS handshake, all addresses together; 1 ms to 7 days, default 60 s.
	// Times are rounded up to milliseconds.
	ConnectTimeout time.Duration
	// ReadTimeout limits how long no byte moves in either direction; 1 ms to 7 days, default 60 s. Slow but moving is
	// fine.
	ReadTimeout time.Duration
	// TotalTimeout limits a whole request with its retries and the reading of its answer, also where it waits for a reader
	// or writer of yours; 1 ms to 7 days, default none. See also [WithTimeout].
	TotalTimeout time.Duration

	// MinTLS and MaxTLS are the lowest and highest version of TLS, default [TLS12] and [TLS13]. Belong to the session.
	MinTLS, MaxTLS TLSVersion
	// CAFile is the path of a PEM file with the only roots to trust, read once. Belongs to the session.
	CAFile string
	// CAPEM has the only roots to trust, in PEM. Belongs to the session.
	CAPEM []byte
	// InsecureSkipVerify accepts any certificate: whoever sits in between can read and change everything. Belongs to
	// the session.
	InsecureSkipVerify bool

	// Proxy is an HTTP proxy, http://[user:password@]host[:port]; https goes through a CONNECT tunnel. Default none.
	// Belongs to the session.
	Proxy string
	// ProxyFromEnv takes the proxy from HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY, read once. Belongs to the
	// session.
	ProxyFromEnv bool

	// AppName ends the User-Agent. Up to 128 visible ASCII characters and blanks.
	AppName string
	// DisableCRC64 leaves out comparing the CRC-64 of uploads and whole downloads with the service's.
	DisableCRC64 bool
	// DisableFileSync gives downloaded files their names without an fsync of their content before: a power failure may
	// then leave a file that is cut.
	DisableFileSync bool
	// Attempts is how many times a request is sent at most, 1..100, default 3; 1: it is never repeated. Only what may be
	// repeated is. Not counted: one more when a kept connection has broken, or clock or keys were refused.
	Attempts int
	// UnlimitedAttempts repeats until TotalTimeout, which has to be set, or until the context ends.
	UnlimitedAttempts bool
	// BackoffBase and BackoffCap bound the waits between attempts, which are random: the bound is BackoffBase at first
	// (default 200 ms), doubles each time, and never exceeds BackoffCap (default 20 s, at most an hour). A Retry-After of
	// the service prolongs a wait, up to 60 s; if it asks for more, the error is returned at once.
	BackoffBase, BackoffCap time.Duration
	// Clock is what time it is, for machines whose clock is not set: it dates signatures, and it decides whether
	// certificates are valid (in the options that a session is made from). Called in several goroutines at once; if it
	// panics, that goes on where the request was made. Default: the system's clock.
	Clock func() time.Time
	// DisableClockSkewCorrection leaves the clock alone when the service refuses a request for it. Else it is corrected
	// until it is set.
	DisableClockSkewCorrection bool
	// UserHeaders are sent with every request, unless the request brings its own.
	UserHeaders map[string]string
	// Resolve says where to connect instead of looking hosts up; the first rule that fits counts. Host header,
	// certificate check and signature stay as they are. Belongs to the session.
	Resolve []ResolveRule
	// TrafficLimit limits each upload and download, in bit/s, 819200..838860800. Default none.
	TrafficLimit int64

	// Observer is told of every call when it is over, for metrics and logs; see [LogCalls].
	Observer Observer
}

// String names the endpoint and keeps everything secret out of logs.
func (o Options) String() string {
	return "oss.Options{Endpoint: " + o.Endpoint + ", Region: " + o.Region + "}"
}

// GoString is String, for the same reason.
func (o Options) GoString() string {
	return o.String()
}

// A config is a configuration in the making, of one goroutine.
type config struct {
	ptr   *C.oss_config
	first *Error // the first bad value
	needs []func()
}

// fail notes a bad value, unless there was one before.
func (c *config) fail(err *Error) {
	if c.first == nil {
		c.first = err
	}
}

// check looks at the result of a setter.
func (c *config) check(status C.oss_status) {
	if status != C.OSS_OK {
		c.fail(newError(Status(status), C.GoString(C.oss_config_error(c.ptr))))
	}
}

// refuseBoth says that two options contradict each other.
func (c *config) refuseBoth(option, other string) {
	first, second := c.text("option", option), c.text("other", other)
	c.check(C.oss_config_refuse_both(c.ptr, first.pointer(), second.pointer()))
}

func (c *config) text(name, s string) text {
	t, err := newText(name, s)
	if err != nil {
		c.fail(err.(*Error))
		t, _ = newText(name, "")
	}
	return t
}

func (c *config) number(name string, n int, allowed string) C.int {
	number, err := newInt(name, n, allowed)
	if err != nil {
		c.fail(err.(*Error))
	}
	return number
}

func (c *config) optional(name, s string) text {
	if s == "" {
		return nil
	}
	return c.text(name, s)
}

// build makes something of options, which make does with the configuration.
func build(o *Options, make func(*config) bool) error {
	c := &config{ptr: C.oss_config_new()}
	if c.ptr == nil {
		return newError(Bug, "there is no configuration")
	}
	defer func() {
		C.oss_config_free(c.ptr)
		for _, letGo := range c.needs {
			letGo()
		}
	}()
	if err := c.apply(o); err != nil {
		return err
	}
	if c.first != nil {
		return c.first
	}
	if !make(c) {
		c.check(C.oss_config_status(c.ptr))
		return c.first
	}
	return nil
}

func flag(on bool) C.int {
	if on {
		return 1
	}
	return 0
}

// roundUp returns whole units, no fewer than were asked for; what is negative stays that. So neither becomes 0, which may have
// a meaning of its own.
func roundUp(d, unit time.Duration) C.int64_t {
	whole := C.int64_t(d / unit)
	switch {
	case d%unit > 0:
		whole++
	case d%unit < 0:
		whole--
	}
	return whole
}

func milliseconds(d time.Duration) C.int64_t {
	return roundUp(d, time.Millisecond)
}

func seconds(d time.Duration) C.int64_t {
	return roundUp(d, time.Second)
}

// apply calls the setters in the order of the header, so that the first bad value is the same one in every language.
func (c *config) apply(o *Options) error {
	if o.Endpoint != "" {
		c.check(C.oss_config_set_endpoint(c.ptr, c.text("endpoint", o.Endpoint).pointer()))
	}
	if o.Region != "" {
		c.check(C.oss_config_set_region(c.ptr, c.text("region", o.Region).pointer()))
	}
	if o.SignatureVersion != 0 {
		c.check(C.oss_config_set_signature_version(c.ptr, c.number("signature_version", o.SignatureVersion, "1 and 4")))
	}
	c.check(C.oss_config_set_cname(c.ptr, flag(o.CName)))
	c.check(C.oss_config_set_path_style(c.ptr, flag(o.PathStyle)))
	c.check(C.oss_config_set_internal_endpoint(c.ptr, flag(o.InternalEndpoint)))
	c.check(C.oss_config_set_accelerate_endpoint(c.ptr, flag(o.AccelerateEndpoint)))
	c.check(C.oss_config_set_dual_stack(c.ptr, flag(o.DualStack)))
	if o.CloudboxID != "" {
		c.check(C.oss_config_set_cloudbox_id(c.ptr, c.text("cloudbox_id", o.CloudboxID).pointer()))
	}
	for _, name := range o.AdditionalSignedHeaders {
		c.check(C.oss_config_add_signed_header(c.ptr, c.text("additional_signed_header", name).pointer()))
	}
	if o.Credentials != nil {
		o.Credentials.configure(c)
	}
	if o.Session != nil {
		session, err := o.Session.acquire()
		if err != nil {
			return err
		}
		c.check(C.oss_config_set_session(c.ptr, (*C.oss_session)(session)))
		// The session has what its own options need.
		c.needs = append(c.needs, o.Session.release)
	}
	c.applyTimeouts(o)
	c.applySession(o)
	if o.AppName != "" {
		c.check(C.oss_config_set_app_name(c.ptr, c.text("app_name", o.AppName).pointer()))
	}
	c.check(C.oss_config_set_crc64(c.ptr, flag(!o.DisableCRC64)))
	c.check(C.oss_config_set_file_sync(c.ptr, flag(!o.DisableFileSync)))
	switch {
	case o.UnlimitedAttempts && o.Attempts != 0:
		c.refuseBoth("unlimited_attempts", "attempts")
	case o.UnlimitedAttempts:
		c.check(C.oss_config_set_attempts(c.ptr, 0))
	case o.Attempts != 0:
		c.check(C.oss_config_set_attempts(c.ptr, c.number("attempts", o.Attempts, "0 to 100 attempts")))
	}
	if o.BackoffBase != 0 || o.BackoffCap != 0 {
		c.check(C.oss_config_set_backoff_ms(c.ptr, milliseconds(o.BackoffBase), milliseconds(o.BackoffCap)))
	}
	if o.Clock != nil {
		clock := cgo.NewHandle(o.Clock)
		c.needs = append(c.needs, clock.Delete)
		c.check(C.ossgo_config_clock(c.ptr, C.uintptr_t(clock)))
	}
	c.check(C.oss_config_set_clock_skew_correction(c.ptr, flag(!o.DisableClockSkewCorrection)))
	names := make([]string, 0, len(o.UserHeaders))
	for name := range o.UserHeaders {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		key, value := c.text("user_header", name), c.text("user_header", o.UserHeaders[name])
		c.check(C.oss_config_add_user_header(c.ptr, key.pointer(), value.pointer()))
	}
	if o.TrafficLimit != 0 {
		c.check(C.oss_config_set_traffic_limit(c.ptr, C.int64_t(o.TrafficLimit)))
	}
	return nil
}

func (c *config) applyTimeouts(o *Options) {
	if o.ConnectTimeout != 0 {
		c.check(C.oss_config_set_connect_timeout_ms(c.ptr, milliseconds(o.ConnectTimeout)))
	}
	if o.ReadTimeout != 0 {
		c.check(C.oss_config_set_read_timeout_ms(c.ptr, milliseconds(o.ReadTimeout)))
	}
	if o.TotalTimeout != 0 {
		c.check(C.oss_config_set_total_timeout_ms(c.ptr, milliseconds(o.TotalTimeout)))
	}
}

// applySession sets what belongs to the session.
func (c *config) applySession(o *Options) {
	switch {
	case o.DisablePool && o.PoolSize != 0:
		c.refuseBoth("disable_pool", "pool_size")
	case o.DisablePool:
		c.check(C.oss_config_set_pool_size(c.ptr, 0))
	case o.PoolSize != 0:
		c.check(C.oss_config_set_pool_size(c.ptr, C.int64_t(o.PoolSize)))
	}
	if o.MinTLS != 0 || o.MaxTLS != 0 {
		const allowed = "OSS_TLS_1_2 and OSS_TLS_1_3"
		lowest, highest := c.number("tls_versions", int(o.MinTLS), allowed), c.number("tls_versions", int(o.MaxTLS), allowed)
		c.check(C.oss_config_set_tls_versions(c.ptr, lowest, highest))
	}
	if o.CAFile != "" {
		c.check(C.oss_config_set_ca_file(c.ptr, c.text("ca_file", o.CAFile).pointer()))
	}
	if o.CAPEM != nil {
		c.check(C.oss_config_set_ca_pem(c.ptr, unsafe.Pointer(unsafe.SliceData(o.CAPEM)), C.size_t(len(o.CAPEM))))
	}
	if o.InsecureSkipVerify {
		c.check(C.oss_config_set_insecure_skip_verify(c.ptr, 1))
	}
	if o.Proxy != "" {
		c.check(C.oss_config_set_proxy(c.ptr, c.text("proxy", o.Proxy).pointer()))
	}
	if o.ProxyFromEnv {
		c.check(C.oss_config_set_proxy_from_env(c.ptr, 1))
	}
	for _, rule := range o.Resolve {
		host, address := c.text("resolve", rule.Host), c.text("resolve", rule.Address)
		c.check(C.oss_config_add_resolve(c.ptr, host.pointer(), address.pointer()))
	}
}
