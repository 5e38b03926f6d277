package oss

// #include "shim.h"
import "C"

import (
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

// clampInt keeps a number that C's int cannot hold out of range instead of wrapping it around: the library refuses it, and says
// what is allowed.
func clampInt(n int) C.int {
	return C.int(max(-math.MaxInt32, min(math.MaxInt32, n)))
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
