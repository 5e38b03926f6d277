//go:build !ossdebug

package oss

// With the tag ossdebug these do something; see gc_debug.go.

func collectForTest() {}
func countHandle()    {}
func uncountHandle()  {}
