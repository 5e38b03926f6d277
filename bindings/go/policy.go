package oss

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"
)

// The policy of a bucket as structs, which also keep what they have no field for: a permission that is written back without
// one of its conditions is another one.

// A BucketPolicy says who may do what with the bucket.
type BucketPolicy struct {
	// Version is "1".
	Version   string
	Statement []PolicyStatement
	// Other is what this version has no field for, by name.
	Other map[string]json.RawMessage `json:"-"`
}

// A PolicyStatement allows or denies something.
type PolicyStatement struct {
	SID string `json:"Sid,omitempty"`
	// Effect is "Allow" or "Deny".
	Effect string
	// Principal is about these accounts, NotPrincipal about all others; "*" is everybody.
	Principal    Texts `json:",omitempty"`
	NotPrincipal Texts `json:",omitempty"`
	// Action is such as "oss:GetObject".
	Action    Texts `json:",omitempty"`
	NotAction Texts `json:",omitempty"`
	// Resource is such as "acs:oss:*:*:examplebucket/*".
	Resource    Texts `json:",omitempty"`
	NotResource Texts `json:",omitempty"`
	// Condition is such as {"IpAddress": {"acs:SourceIp": {"10.0.0.0/8"}}}.
	Condition map[string]map[string]Values `json:",omitempty"`
	// Other is what this version has no field for, by name.
	Other map[string]json.RawMessage `json:"-"`
}

// MarshalJSON writes Other beside the fields.
func (p BucketPolicy) MarshalJSON() ([]byte, error) {
	type fields BucketPolicy
	return withOther(fields(p), p.Other)
}

// UnmarshalJSON keeps in Other what has no field.
func (p *BucketPolicy) UnmarshalJSON(data []byte) (err error) {
	type fields BucketPolicy
	if err := json.Unmarshal(data, (*fields)(p)); err != nil {
		return err
	}
	p.Other, err = otherMembers(data, *p)
	return err
}

// MarshalJSON writes Other beside the fields.
func (s PolicyStatement) MarshalJSON() ([]byte, error) {
	type fields PolicyStatement
	return withOther(fields(s), s.Other)
}

// UnmarshalJSON keeps in Other what has no field.
func (s *PolicyStatement) UnmarshalJSON(data []byte) (err error) {
	type fields PolicyStatement
	if err := json.Unmarshal(data, (*fields)(s)); err != nil {
		return err
	}
	s.Other, err = otherMembers(data, *s)
	return err
}

// withOther is the object that fields make, with other members after theirs.
func withOther(fields any, other map[string]json.RawMessage) ([]byte, error) {
	object, err := json.Marshal(fields)
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(other)) {
		if isMember(fields, name) {
			return nil, fmt.Errorf("`Other[%q]` has a field of its own", name)
		}
		// Of one alone, because an object may not repeat a name.
		member, err := json.Marshal(map[string]json.RawMessage{name: other[name]})
		if err != nil {
			return nil, err
		}
		object[len(object)-1] = ','
		object = append(object, member[1:]...)
	}
	return object, nil
}

// otherMembers are the members of an object that the struct has no fields for.
func otherMembers(object []byte, fields any) (map[string]json.RawMessage, error) {
	var other map[string]json.RawMessage
	err := json.Unmarshal(object, &other)
	maps.DeleteFunc(other, func(name string, _ json.RawMessage) bool { return isMember(fields, name) })
	if len(other) == 0 {
		return nil, err
	}
	return other, err
}

// isMember reports whether a struct has a field for a member of this name, whose case does not matter to package json.
func isMember(fields any, member string) bool {
	shape := reflect.TypeOf(fields)
	for i := range shape.NumField() {
		name, _, _ := strings.Cut(shape.Field(i).Tag.Get("json"), ",")
		if name == "" {
			name = shape.Field(i).Name
		}
		if name != "-" && strings.EqualFold(name, member) {
			return true
		}
	}
	return false
}

// Values are what a condition compares with: texts, and what a policy may also have without quotes, booleans and numbers,
// which are read as [json.Number].
type Values []any

// UnmarshalJSON takes one value or a list.
func (v *Values) UnmarshalJSON(data []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var given any
	if err := decoder.Decode(&given); err != nil {
		return err
	}
	switch given := given.(type) {
	case nil:
		*v = nil
	case []any:
		*v = given
	default:
		*v = Values{given}
	}
	return nil
}

// Texts are what a policy may also have as one text.
type Texts []string

// UnmarshalJSON takes one text or a list.
func (t *Texts) UnmarshalJSON(data []byte) error {
	var one *string
	if json.Unmarshal(data, &one) == nil {
		*t = nil
		if one != nil {
			*t = Texts{*one}
		}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(t))
}

// PutBucketPolicy replaces the policy. One that is written already is sent by [Bucket.Invoke].
func (b *Bucket) PutBucketPolicy(ctx context.Context, policy BucketPolicy, options ...Option) (*Answer, error) {
	if err := inJSON.checkAll(policy); err != nil {
		return nil, err
	}
	body, err := json.Marshal(policy)
	if err != nil {
		return nil, newError(InvalidArgument, "`policy`: "+err.Error())
	}
	return b.invoke(ctx, 0, "PutBucketPolicy", "", body, options)
}

// GetBucketPolicy returns the policy; [NotFound] if there is none.
func (b *Bucket) GetBucketPolicy(ctx context.Context, options ...Option) (*BucketPolicy, error) {
	answer, err := b.invoke(ctx, 0, "GetBucketPolicy", "", nil, options)
	if err != nil {
		return nil, err
	}
	policy := &BucketPolicy{}
	if !utf8.Valid(answer.Body) {
		return nil, unreadable(answer, errors.New("it is not UTF-8"))
	}
	if err := json.Unmarshal(answer.Body, policy); err != nil {
		return nil, unreadable(answer, err)
	}
	return policy, nil
}

// DeleteBucketPolicy takes off the policy.
func (b *Bucket) DeleteBucketPolicy(ctx context.Context, options ...Option) (*Answer, error) {
	return b.invoke(ctx, 0, "DeleteBucketPolicy", "", nil, options)
}
