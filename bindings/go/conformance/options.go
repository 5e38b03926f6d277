package main

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	oss "alioss/bindings/go"
)

// option sets an option; values are checked when a handle is made.
func (r *runner) option(words []string) string {
	if len(words) < 2 {
		return "unsupported"
	}
	o, values := &r.options, words[1:]
	value := values[0]
	number, _ := strconv.ParseInt(value, 10, 64)
	on := value == "1"
	switch words[0] {
	case "endpoint":
		o.Endpoint = value
	case "region":
		o.Region = value
	case "cloudbox_id":
		o.CloudboxID = value
	case "ca_file":
		o.CAFile = value
	case "ca_pem":
		o.CAPEM = []byte(value)
	case "proxy":
		o.Proxy = value
	case "app_name":
		o.AppName = value
	case "signature_version":
		o.SignatureVersion = int(number)
	case "cname":
		o.CName = on
	case "path_style":
		o.PathStyle = on
	case "internal_endpoint":
		o.InternalEndpoint = on
	case "accelerate_endpoint":
		o.AccelerateEndpoint = on
	case "dual_stack":
		o.DualStack = on
	case "insecure_skip_verify":
		o.InsecureSkipVerify = on
	case "proxy_from_env":
		o.ProxyFromEnv = on
	case "crc64":
		o.DisableCRC64 = !on
	case "clock_skew_correction":
		o.DisableClockSkewCorrection = !on
	case "pool_size":
		o.PoolSize, o.DisablePool = int(number), number == 0
	case "file_sync":
		o.DisableFileSync = !on
	case "attempts":
		o.Attempts, o.UnlimitedAttempts = int(number), number == 0
	case "backoff_ms":
		o.BackoffBase = time.Duration(number) * time.Millisecond
		last, _ := strconv.ParseInt(at(values, 1), 10, 64)
		o.BackoffCap = time.Duration(last) * time.Millisecond
	case "clock":
		o.Clock = func() time.Time { return time.Now().Add(time.Duration(number) * time.Second) }
	case "traffic_limit":
		o.TrafficLimit = number
	case "connect_timeout_ms":
		o.ConnectTimeout = time.Duration(number) * time.Millisecond
	case "read_timeout_ms":
		o.ReadTimeout = time.Duration(number) * time.Millisecond
	case "total_timeout_ms":
		o.TotalTimeout = time.Duration(number) * time.Millisecond
	case "tls_versions":
		o.MinTLS, o.MaxTLS = tlsVersion(value), tlsVersion(at(values, 1))
	case "keys":
		o.Credentials = oss.StaticCredentials(value, at(values, 1), at(values, 2))
	case "credentials":
		credentials := credentials(values)
		if credentials == nil {
			return "unsupported"
		}
		o.Credentials = credentials
	case "session":
		o.Session = r.sessions[value]
	case "additional_signed_header":
		o.AdditionalSignedHeaders = append(o.AdditionalSignedHeaders, value)
	case "user_header":
		if o.UserHeaders == nil {
			o.UserHeaders = make(map[string]string)
		}
		o.UserHeaders[value] = at(values, 1)
	case "resolve":
		o.Resolve = append(o.Resolve, oss.ResolveRule{Host: value, Address: at(values, 1)})
	default:
		return "unsupported"
	}
	return "ok"
}

func at(values []string, index int) string {
	if index < len(values) {
		return values[index]
	}
	return ""
}

// tlsVersion makes 10 * A + B of A.B.
func tlsVersion(text string) oss.TLSVersion {
	major, minor, _ := strings.Cut(text, ".")
	a, _ := strconv.Atoi(major)
	b, _ := strconv.Atoi(minor)
	return oss.TLSVersion(10*a + b)
}

func credentials(values []string) oss.Credentials {
	keys := oss.Keys{ID: at(values, 1), Secret: at(values, 2), Token: at(values, 3)}
	switch values[0] {
	case "environment":
		return oss.EnvironmentCredentials()
	case "anonymous":
		return oss.AnonymousCredentials()
	case "static":
		return oss.StaticCredentials(keys.ID, keys.Secret, keys.Token)
	case "from":
		return oss.CredentialsFrom(at(values, 1))
	case "callback":
		return oss.CredentialsFunc(func(context.Context) (oss.Keys, error) { return keys, nil })
	case "callback-fails":
		return oss.CredentialsFunc(func(context.Context) (oss.Keys, error) { return oss.Keys{}, errors.New("no keys today") })
	case "callback-alternates":
		var calls atomic.Int64
		pairs := []oss.Keys{{ID: at(values, 1), Secret: at(values, 2)}, {ID: at(values, 3), Secret: at(values, 4)}}
		return oss.CredentialsFunc(func(context.Context) (oss.Keys, error) { return pairs[(calls.Add(1)-1)%2], nil })
	case "callback-until-refused":
		return oss.ProviderCredentials(untilRefused{
			{ID: at(values, 1), Secret: at(values, 2)}, {ID: at(values, 3), Secret: at(values, 4)},
		})
	case "callback-expires":
		var calls atomic.Int64
		life, _ := strconv.ParseInt(at(values, 1), 10, 64)
		pairs := []oss.Keys{{ID: at(values, 2), Secret: at(values, 3)}, {ID: at(values, 4), Secret: at(values, 5)}}
		return oss.CredentialsFunc(func(context.Context) (oss.Keys, error) {
			keys := pairs[(calls.Add(1)-1)%2]
			keys.Expiration = time.Now().Add(time.Duration(life) * time.Second)
			return keys, nil
		})
	}
	return nil
}

// untilRefused gives the second pair once it is told that the service refused the first one.
type untilRefused [2]oss.Keys

func (u untilRefused) Keys(_ context.Context, request oss.KeysRequest) (oss.Keys, error) {
	if request.Refused {
		return u[1], nil
	}
	return u[0], nil
}
