package oss

import (
	"context"
	"errors"
	"sync/atomic"
)

// A worker is a goroutine for what may block while C waits for it, so that the end of a context or a timeout ends the wait.
// What it still does then concerns nobody any more.
type worker struct {
	jobs      chan func()
	ends      chan jobEnd
	abandoned atomic.Bool
}

// A jobEnd says how a job ended; the zero value that it has not.
type jobEnd struct {
	fine   bool
	value  any  // what it panicked with
	exited bool // it called runtime.Goexit
}

var errGoexit = errors.New("oss: a reader or writer called runtime.Goexit")

// noWorker says that no worker is needed.
var noWorker = &worker{}

func newWorker() *worker {
	w := &worker{jobs: make(chan func()), ends: make(chan jobEnd, 1)}
	go func() {
		for job := range w.jobs {
			w.run(job)
		}
	}()
	return w
}

func (w *worker) run(job func()) {
	var end jobEnd
	defer func() {
		if !end.fine {
			end.value = recover()
			end.exited = end.value == nil
			if end.value != nil && w.abandoned.Load() {
				panic(end.value) // there is nobody else to tell
			}
		}
		w.ends <- end
	}()
	job()
	end.fine = true
}

// do runs a job. If the context ends before, the job may still be running, and the worker is not to be used again.
func (w *worker) do(ctx context.Context, job func()) jobEnd {
	select {
	case w.jobs <- job:
	case <-ctx.Done():
		return jobEnd{}
	}
	select {
	case end := <-w.ends:
		return end
	case <-ctx.Done():
		w.abandoned.Store(true)
		return jobEnd{}
	}
}

func (w *worker) close() {
	if w != noWorker {
		close(w.jobs)
	}
}
