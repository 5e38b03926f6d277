package oss

import (
	queue "container/list"
	"fmt"
	"sync"
)

// How many calls may be inside the library at once unless SetMaxThreads says otherwise. Go ends a program that has 10,000
// threads.
const defaultMaxThreads = 1000

// A gate lets so many calls into the library at a time; the others wait in line.
type gate struct {
	mutex   sync.Mutex
	most    int
	inside  int
	waiting queue.List // of chan struct{}, closed when their turn has come
}

var threads = gate{most: defaultMaxThreads}

// SetMaxThreads sets how many calls of the whole process may be inside the library at once, 1 or more; default 1000. Each
// occupies a thread of the operating system while it is there: during a request, or a Read of an [Object], not in between.
// Further calls wait in line, until their context ends; the time-outs begin when their turn has come. Calls that wait for a
// reader, a writer or a credentials function do not count. Go keeps its threads: the process has as many afterwards as it
// needed at most.
func SetMaxThreads(count int) error {
	if count < 1 {
		return newError(InvalidArgument, fmt.Sprintf("`count`: %d is out of range; allowed is 1 or more", count))
	}
	threads.mutex.Lock()
	defer threads.mutex.Unlock()
	threads.most = count
	threads.admit()
	return nil
}

// enter waits for its turn. It reports whether that came before one of the channels was closed.
func (g *gate) enter(ended, closed <-chan struct{}) bool {
	g.mutex.Lock()
	if g.inside < g.most && g.waiting.Len() == 0 {
		g.inside++
		g.mutex.Unlock()
		return true
	}
	turn := make(chan struct{})
	place := g.waiting.PushBack(turn)
	g.mutex.Unlock()
	select {
	case <-turn:
		return true
	case <-ended:
	case <-closed:
	}
	g.mutex.Lock()
	defer g.mutex.Unlock()
	select {
	case <-turn:
		g.inside--
		g.admit()
	default:
		g.waiting.Remove(place)
	}
	return false
}

// again counts a call that does not stand in line: it was inside before, or cleans up.
func (g *gate) again() {
	g.mutex.Lock()
	g.inside++
	g.mutex.Unlock()
}

func (g *gate) leave() {
	g.mutex.Lock()
	g.inside--
	g.admit()
	g.mutex.Unlock()
}

// admit lets in those whose turn it is, under the lock.
func (g *gate) admit() {
	for g.inside < g.most && g.waiting.Len() > 0 {
		g.inside++
		close(g.waiting.Remove(g.waiting.Front()).(chan struct{}))
	}
}
