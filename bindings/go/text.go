package oss

// #include "shim.h"
import "C"

import (
	"fmt"
	"math"
	"strings"
	"unsafe"
)

// A text is a string for C: NUL-terminated, in Go's memory, lent for the length of a call. The zero text is NULL.
type text []byte

// newText fails for strings that C would see only the beginning of; name says which parameter it is.
func newText(name, s string) (text, error) {
	if strings.IndexByte(s, 0) >= 0 {
		return nil, newError(InvalidArgument, "`"+name+"`: a NUL byte cannot be passed on")
	}
	bytes := make(text, len(s)+1)
	copy(bytes, s)
	return bytes, nil
}

// newOptionalText makes NULL of "".
func newOptionalText(name, s string) (text, error) {
	if s == "" {
		return nil, nil
	}
	return newText(name, s)
}

// packTexts makes one text of many, each ended by NUL; that is simpler to hand to C than an array of pointers.
func packTexts(name string, count int, at func(int) string) (text, error) {
	var packed text
	for i := range count {
		next, err := newText(name, at(i))
		if err != nil {
			return nil, err
		}
		packed = append(packed, next...)
	}
	return packed, nil
}

// newInt32 fails for numbers that C would see as others.
func newInt32(name string, number int) (C.int32_t, error) {
	if number < math.MinInt32 || number > math.MaxInt32 {
		return 0, newError(InvalidArgument, fmt.Sprintf("`%s`: %d is out of range", name, number))
	}
	return C.int32_t(number), nil
}

func (t text) pointer() *C.char {
	return (*C.char)(unsafe.Pointer(unsafe.SliceData(t)))
}

func goString(s *C.char) string {
	if s == nil {
		return ""
	}
	return C.GoString(s)
}
