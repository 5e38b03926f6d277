package oss

// #include "shim.h"
import "C"

import "context"

// SelectObject returns what the SQL text expression finds in a CSV or JSON object; read the rows from the Object. Fields
// say how the object is written; without one below "InputSerialization.JSON" it is CSV:
//
//	rows, err := bucket.SelectObject(ctx, "people.csv", "select name from ossobject where age > 40",
//		oss.WithField("InputSerialization.CSV.FileHeaderInfo", "Use"))
//
// Delimiters and the like are given as they are, not in base64.
func (b *Bucket) SelectObject(ctx context.Context, key, expression string, options ...Option) (*Object, error) {
	k, err := newText("key", key)
	if err != nil {
		return nil, err
	}
	e, err := newText("expression", expression)
	if err != nil {
		return nil, err
	}
	return b.download(ctx, options, nil, func(via passage) C.oss_status {
		return C.ossgo_select_object(b.bucket(), k.pointer(), e.pointer(), via.self, via.call, via.outcome)
	})
}

// A SelectMeta is what there is in a CSV or JSON object.
type SelectMeta struct {
	Answer
	// Splits is the number of pieces that can be selected from one by one.
	Splits uint32
	// Rows is the number of rows.
	Rows uint64
	// Columns is the number of columns; 0 for JSON.
	Columns uint32
}

// CreateSelectObjectMeta has the rows of an object counted, so that SelectObject can take ranges of them. Fields are as for
// SelectObject.
func (b *Bucket) CreateSelectObjectMeta(ctx context.Context, key string, options ...Option) (*SelectMeta, error) {
	var splits, columns C.uint32_t
	var rows C.uint64_t
	answer, err := b.sendKey(ctx, key, options, func(key *C.char, via passage) C.oss_status {
		return C.ossgo_create_select_object_meta(b.bucket(), key, &splits, &rows, &columns, via.self, via.call, via.outcome)
	})
	if err != nil {
		return nil, err
	}
	return &SelectMeta{*answer, uint32(splits), uint64(rows), uint32(columns)}, nil
}
