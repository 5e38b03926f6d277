package main

import (
	"runtime"
	"strconv"
	"sync"

	oss "alioss/bindings/go"
)

// threads runs an operation in many goroutines that begin together.
func (r *runner) threads(words []string) string {
	count, _ := strconv.Atoi(at(words, 1))
	times, _ := strconv.Atoi(at(words, 2))
	if len(words) < 4 {
		return "unsupported"
	}
	var group sync.WaitGroup
	var mutex sync.Mutex
	counts := make(map[string]int64)
	var bytes int64
	var failure *outcome
	known := true
	// All really begin together: otherwise Go notices only after a while that some wait in C, and lets the next ones run.
	runtime.GOMAXPROCS(max(count, runtime.NumCPU()))
	start := make(chan struct{})
	for range count {
		group.Add(1)
		go func() {
			defer group.Done()
			<-start
			for range times {
				o := r.perform(words[3:])
				mutex.Lock()
				if o == nil {
					known = false
				} else {
					counts[o.status()]++
					bytes += o.bytes
					if o.err != nil {
						failure = o
					}
				}
				mutex.Unlock()
			}
		}()
	}
	close(start)
	group.Wait()
	if !known {
		return "unsupported"
	}
	answer := newResult()
	if failure != nil {
		answer.text("status", failure.status())
		answer.text("error", reason(failure.err))
	} else {
		answer.text("status", oss.Status(0).String())
	}
	for status, n := range counts {
		answer.number("count."+status, n)
	}
	answer.number("bytes", bytes)
	return answer.String()
}
