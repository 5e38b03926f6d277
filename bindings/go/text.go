package oss

// #include "shim.h"
import "C"

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
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

// newInt refuses a number that C's int cannot hold, in the words of the library, which refuses others: allowed says which it
// takes.
func newInt(name string, n int, allowed string) (C.int, error) {
	if n < math.MinInt32 || n > math.MaxInt32 {
		return 0, newError(InvalidArgument, fmt.Sprintf("`%s`: %d is out of range; allowed are %s", name, n, allowed))
	}
	return C.int(n), nil
}

// timeText writes whole milliseconds as the library does: "150ms", "1.5s", "90s".
func timeText(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%dms", d.Milliseconds())
	}
	return strconv.FormatFloat(float64(d.Milliseconds())/1000, 'f', -1, 64) + "s"
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
