package oss

// #include "shim.h"
import "C"

// Version returns the version of the library at run time, such as "0.1.0".
func Version() string {
	return C.GoString(C.oss_version())
}

// VersionNumber returns the same as a number that can be compared: 10203 is 1.2.3.
func VersionNumber() int {
	return int(C.oss_version_number())
}

// Has reports whether the library was built with a feature: "tls". Unknown names are absent.
func Has(feature string) bool {
	text, err := newText("feature", feature)
	return err == nil && C.oss_has(text.pointer()) != 0
}
