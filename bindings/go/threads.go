package oss

import (
	queue "container/list"
	"fmt"
	"sync"
	"time"
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

// A place is what one request has of the gate. It counts while a call of the request is inside the library and no function of
// the program has taken long for it. Several of those may run at once, on threads of the library, and also between two calls,
// for what is read ahead.
type place struct {
	calls int
	lent  int // to functions that took long; less than 0 for a moment if one ended before that was noted
}

func (p *place) counts() int {
	if p.calls > 0 && p.lent <= 0 {
		return 1
	}
	return 0
}

// How long a function of the program may take before others get the place of its request.
var grace = time.Millisecond

// SetMaxThreads sets how many calls of the whole process may be inside the library at once, 1 or more; default 1000. Each
// occupies a thread of the operating system while it is there: during a request, or a Read of an [Object], not in between.
// Further calls wait in line, until their context ends; the time-outs begin when their turn has come. A call that
// waits for a function of the program, such as a reader, a progress function, a filter or a credentials function, does not
// count once that has taken a millisecond: it may need a call of its own. Go keeps its threads: the process has as many
// afterwards as it needed at most.
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
func (g *gate) enter(p *place, ended, closed <-chan struct{}) bool {
	g.mutex.Lock()
	if g.inside < g.most && g.waiting.Len() == 0 {
		g.move(p, 1, 0)
		g.mutex.Unlock()
		return true
	}
	g.mutex.Unlock()
	if !g.turn(ended, closed) {
		return false
	}
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.inside-- // and again for the place, unless that is lent already
	g.move(p, 1, 0)
	return true
}

// turn is enter for a call without a place.
func (g *gate) turn(ended, closed <-chan struct{}) bool {
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

// again counts a call that does not stand in line, because it cleans up.
func (g *gate) again(p *place) {
	g.change(p, 1, 0)
}

func (g *gate) leave(p *place) {
	g.change(p, -1, 0)
}

// outside runs a function of the program. If it takes long, it may wait for another call, and that needs a place. Most take
// no time: if each of those let others in, the limit would be none.
func (g *gate) outside(p *place, function func()) {
	late := time.AfterFunc(grace, func() { g.change(p, 0, 1) })
	defer func() {
		if !late.Stop() {
			g.change(p, 0, -1)
		}
	}()
	function()
}

func (g *gate) change(p *place, calls, lent int) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.move(p, calls, lent)
}

// move is change under the lock.
func (g *gate) move(p *place, calls, lent int) {
	before := p.counts()
	p.calls += calls
	p.lent += lent
	g.inside += p.counts() - before
	g.admit()
}

// admit lets in those whose turn it is, under the lock.
func (g *gate) admit() {
	for g.inside < g.most && g.waiting.Len() > 0 {
		g.inside++
		close(g.waiting.Remove(g.waiting.Front()).(chan struct{}))
	}
}
