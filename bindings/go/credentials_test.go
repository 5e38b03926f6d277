package oss

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"
)

// A scripted gives keys that nobody knows until it is told that they were refused.
type scripted struct {
	asked, refused atomic.Int64
	expiration     time.Time
	wrong          bool
}

func (s *scripted) Keys(ctx context.Context, request KeysRequest) (Keys, error) {
	s.asked.Add(1)
	if request.Refused {
		s.refused.Add(1)
	}
	if s.wrong && !request.Refused {
		return Keys{ID: "nobody", Secret: "nothing"}, nil
	}
	return Keys{ID: keyID, Secret: keySecret, Expiration: s.expiration}, nil
}

func TestCredentialsProviderIsToldWhenItsKeysAreRefused(t *testing.T) {
	provider := &scripted{wrong: true}
	b := newBucket(t, func(o *Options) { o.Credentials = ProviderCredentials(provider) })
	response := must(b.PutObjectBytes(context.Background(), "key", nil))(t)
	if response.Attempts != 2 || provider.asked.Load() != 2 || provider.refused.Load() != 1 {
		t.Error(response.Attempts, provider.asked.Load(), provider.refused.Load())
	}
}

func TestKeysWithAnExpirationAreKept(t *testing.T) {
	for expiration, want := range map[time.Time]int64{time.Now().Add(time.Hour): 1, {}: 5} {
		provider := &scripted{expiration: expiration}
		b := newBucket(t, func(o *Options) { o.Credentials = ProviderCredentials(provider) })
		for range 5 {
			must(b.PutObjectBytes(context.Background(), "key", nil))(t)
		}
		if asked := provider.asked.Load(); asked != want {
			t.Errorf("asked %d times for keys that end %v", asked, expiration)
		}
	}
}

// The timeout of the options ends the context of the provider, too.
func TestContextOfAProviderEndsWithTheTimeout(t *testing.T) {
	waiting := CredentialsFunc(func(ctx context.Context) (Keys, error) {
		<-ctx.Done()
		return Keys{}, ctx.Err()
	})
	b := newBucket(t, func(o *Options) {
		o.Credentials, o.TotalTimeout = ProviderCredentials(waiting), 100*time.Millisecond
	})
	_, err := b.HeadObject(context.Background(), "key")
	wantError(t, err, Timeout)
}

// Buckets share the keys of the same credentials, and a chain tells where it has them from.
func TestNamedCredentials(t *testing.T) {
	t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "")
	named := CredentialsFrom("assume-role:acs:ram::1:role/r;base=chain")
	if name := named.Name(); name != "assume-role with chain" {
		t.Error(name)
	}
	for range 2 {
		b := newBucket(t, func(o *Options) { o.Credentials = CredentialsFrom("environment") })
		must(b.PutObjectBytes(context.Background(), "key", nil))(t)
	}
	for _, wrong := range []string{"nobody", "a\x00b", ""} {
		o := options()
		none := CredentialsFrom(wrong)
		o.Credentials = none
		_, err := NewBucket("examplebucket", o)
		if failure := (*Error)(nil); !errors.As(err, &failure) || failure.Status != InvalidArgument || none.Name() != "" {
			t.Error(wrong, err, none.Name())
		}
	}
}

func TestNoProviderIsRefused(t *testing.T) {
	o := options()
	o.Credentials = ProviderCredentials(nil)
	_, err := NewBucket("examplebucket", o)
	if failure := (*Error)(nil); !errors.As(err, &failure) || failure.Status != InvalidArgument {
		t.Error(err)
	}
}
