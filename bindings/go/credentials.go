package oss

// #include "shim.h"
import "C"

import (
	"context"
	"runtime"
	"runtime/cgo"
	"strings"
	"sync"
	"time"
)

// Keys are what requests are signed with.
type Keys struct {
	// ID and Secret are the two parts of an access key.
	ID, Secret string
	// Token accompanies temporary keys; "" for long-lived ones.
	Token string
	// Expiration is when temporary keys end. Keys of a [CredentialsFunc] that have one are kept until shortly before.
	Expiration time.Time
}

// String keeps the secrets out of logs.
func (k Keys) String() string {
	return "oss.Keys{ID: " + k.ID + "}"
}

// GoString keeps the secrets out of logs.
func (k Keys) GoString() string {
	return k.String()
}

// Credentials say where keys come from. There are [EnvironmentCredentials], [StaticCredentials], [CredentialsFrom],
// [CredentialsFunc], [ProviderCredentials] and [AnonymousCredentials]. They may be used in any number of Options.
type Credentials interface {
	configure(*config)
}

// EnvironmentCredentials reads OSS_ACCESS_KEY_ID, OSS_ACCESS_KEY_SECRET and, for temporary keys, OSS_SESSION_TOKEN,
// once, when a bucket or service is made. It is the default, unless OSS_CREDENTIALS in the environment names another provider.
func EnvironmentCredentials() Credentials {
	return environmentCredentials{}
}

// StaticCredentials always gives the same keys; token is "" for long-lived ones.
func StaticCredentials(id, secret, token string) Credentials {
	return &staticCredentials{Keys{ID: id, Secret: secret, Token: token}}
}

// CredentialsFrom is a provider by its text: "ecs-ram-role", "oidc-role", "assume-role:ROLE-ARN;duration=900",
// "process:COMMAND", "uri:URL", "profile:NAME", "chain" and others; oss_credentials_from() in oss.h describes them all.
// Temporary keys are renewed before they expire. What is wrong with the text is the error of making a bucket.
func CredentialsFrom(provider string) *NamedCredentials {
	return &NamedCredentials{text: provider}
}

// NamedCredentials are those of [CredentialsFrom]. All Options that have the same ones share the keys. What they need of
// the environment is read when they are first used.
type NamedCredentials struct {
	text string
	once sync.Once
	ptr  *C.oss_credentials
}

// String keeps what follows the name of the provider out of logs: a command or a URL may be secret.
func (n *NamedCredentials) String() string {
	name, _, _ := strings.Cut(n.text, ":")
	name, _, _ = strings.Cut(name, ";")
	return "oss.CredentialsFrom(" + name + ")"
}

// GoString is String, for the same reason.
func (n *NamedCredentials) GoString() string {
	return n.String()
}

// Name says what the provider is called; for a chain also which provider it has found: "chain: uri". It is "" if the text
// names no provider.
func (n *NamedCredentials) Name() string {
	defer runtime.KeepAlive(n)
	name := make(text, C.oss_credentials_name(n.open(), nil, 0)+1)
	C.oss_credentials_name(n.ptr, name.pointer(), C.size_t(len(name)))
	return C.GoString(name.pointer())
}

// open makes the provider; nil if that is not possible.
func (n *NamedCredentials) open() *C.oss_credentials {
	n.once.Do(func() {
		provider, err := newText("provider", n.text)
		if err != nil {
			return
		}
		n.ptr = C.oss_credentials_from(provider.pointer())
		runtime.SetFinalizer(n, func(n *NamedCredentials) { C.oss_credentials_free(n.ptr) })
	})
	return n.ptr
}

func (n *NamedCredentials) configure(c *config) {
	defer runtime.KeepAlive(n)
	if n.open() != nil {
		c.check(C.oss_config_set_credentials(c.ptr, n.ptr))
		return
	}
	// This says what is wrong with the text.
	provider := c.text("provider", n.text)
	c.check(C.oss_config_set_credentials_from(c.ptr, provider.pointer()))
}

// AnonymousCredentials leaves requests unsigned, for what is public.
func AnonymousCredentials() Credentials {
	return anonymousCredentials{}
}

// CredentialsFunc asks a function before every attempt of a request. It gets the request's context, and runs in the
// request's goroutine or, for the parts of a transfer, on a thread of the library: several at once if several ask. An error ends the request with [NoCredentials] and
// that error. Keys with an Expiration are kept, and asked for again shortly before, or when the service has refused them.
type CredentialsFunc func(ctx context.Context) (Keys, error)

// Keys asks the function, which does not want to know why.
func (f CredentialsFunc) Keys(ctx context.Context, _ KeysRequest) (Keys, error) {
	return f(ctx)
}

// A CredentialsProvider has keys from wherever a program gets them. Give it to Options by [ProviderCredentials].
type CredentialsProvider interface {
	// Keys gives the keys to sign with. It is called in the goroutine of a request or, for the parts of a transfer, on a thread
	// of the library, several at once if several ask: before every attempt, or, for keys with an Expiration, by one request
	// shortly before they end or when the service has refused them. ctx is that of the request, and ends with the request's timeout at the latest. An
	// error ends the request with [NoCredentials] and that error.
	Keys(ctx context.Context, request KeysRequest) (Keys, error)
}

// KeysRequest says why a [CredentialsProvider] is asked.
type KeysRequest struct {
	// Refused means that the service has refused the keys given before, as unknown or expired: others are needed.
	Refused bool
}

// ProviderCredentials asks a provider of the program's own.
func ProviderCredentials(provider CredentialsProvider) Credentials {
	return providerCredentials{provider}
}

type providerCredentials struct{ provider CredentialsProvider }

func (p providerCredentials) configure(c *config) {
	if p.provider == nil {
		c.fail(newError(InvalidArgument, "`credentials`: the provider is nil"))
		return
	}
	c.provider(p.provider)
}

// provider has the library ask a provider of the program's own.
func (c *config) provider(provider CredentialsProvider) {
	handle := cgo.NewHandle(provider)
	c.needs = append(c.needs, handle.Delete)
	c.check(C.ossgo_config_credentials(c.ptr, C.uintptr_t(handle)))
}

// providerOf is the provider of the program's own, if credentials are that.
func providerOf(credentials Credentials) CredentialsProvider {
	switch own := credentials.(type) {
	case CredentialsFunc:
		return own
	case providerCredentials:
		return own.provider
	}
	return nil
}

type environmentCredentials struct{}

func (environmentCredentials) configure(c *config) {
	credentials := C.oss_credentials_environment()
	c.check(C.oss_config_set_credentials(c.ptr, credentials))
	C.oss_credentials_free(credentials)
}

type staticCredentials struct{ keys Keys }

// String keeps the secrets out of logs. Without it, what is printed is the field, whose own String is not called.
func (s *staticCredentials) String() string {
	return "oss.StaticCredentials(" + s.keys.ID + ")"
}

// GoString is String, for the same reason.
func (s *staticCredentials) GoString() string {
	return s.String()
}

func (s *staticCredentials) configure(c *config) {
	id, secret, token := c.text("id", s.keys.ID), c.text("secret", s.keys.Secret), c.optional("token", s.keys.Token)
	c.check(C.oss_config_set_keys(c.ptr, id.pointer(), secret.pointer(), token.pointer()))
}

type anonymousCredentials struct{}

func (anonymousCredentials) configure(c *config) {
	credentials := C.oss_credentials_anonymous()
	c.check(C.oss_config_set_credentials(c.ptr, credentials))
	C.oss_credentials_free(credentials)
}

func (f CredentialsFunc) configure(c *config) {
	if f == nil {
		c.fail(newError(InvalidArgument, "`credentials`: the function is nil"))
		return
	}
	c.provider(f)
}
