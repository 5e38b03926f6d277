//go:build ossdebug

package oss

import (
	"runtime"
	"sync/atomic"
)

// collectForTest makes the collector run where objects of the library are about to be used, so that tests find out
// about those that it takes too early.
func collectForTest() {
	runtime.GC()
}

// How many objects of the library there are.
var liveObjects atomic.Int64

func countHandle()   { liveObjects.Add(1) }
func uncountHandle() { liveObjects.Add(-1) }
