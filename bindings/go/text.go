package oss

// #include "shim.h"
import "C"

import (
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

func (t text) pointer() *C.char {
	return (*C.char)(unsafe.Pointer(unsafe.SliceData(t)))
}

func goString(s *C.char) string {
	if s == nil {
		return ""
	}
	return C.GoString(s)
}
