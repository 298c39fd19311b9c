package asyncresult

import (
	"context"
	"sync"
	"sync/atomic"

	"asyncresult/internal/native"
)

// The graph of waits: which task sleeps for which result.  A result waits for the tasks
// that run for it, for those that its own waits for, and in a strand for the task that
// runs there.  A wait that closes a circle could never end.
var waits struct {
	mu     sync.Mutex
	sleeps []*taskSleep
}

type taskSleep struct {
	task    *taskContext
	result  *Result
	timed   bool // it ends by itself, and closes no circle
	visited bool
}

// lenders is how many there have been.
var lenders atomic.Int32

// wait waits for a result inside a task: the pool has another worker in its place.
func (t *taskContext) wait(ctx context.Context, r *Result) error {
	_, timed := ctx.Deadline()
	s, err := enterWait(t, r, timed)
	if err != nil {
		return err
	}
	defer s.leave()
	t.block()
	defer t.unblock()
	t.helpFor(r, timed)
	return r.await(ctx)
}

// waitsFor says whether a result cannot become ready before the task goes on.
func waitsFor(r *Result, t *taskContext) bool {
	c := r.call
	if c == nil {
		return false
	}
	return t.call == c || c.strand != nil && c.strand == t.call.strand
}

// leadsTo says whether a chain of sleeps leads from a result to a task.
func leadsTo(r *Result, t *taskContext) bool {
	if waitsFor(r, t) {
		return true
	}
	for _, source := range r.waitsOn() {
		if !source.Ready() && leadsTo(source, t) {
			return true
		}
	}
	for _, s := range waits.sleeps {
		if !s.visited && !s.timed && waitsFor(r, s.task) {
			s.visited = true
			if leadsTo(s.result, t) {
				return true
			}
		}
	}
	return false
}

func enterWait(t *taskContext, r *Result, timed bool) (*taskSleep, error) {
	waits.mu.Lock()
	defer waits.mu.Unlock()
	if r != nil && waitsFor(r, t) {
		return nil, newError(CodeDeadlock, "this task would wait for itself")
	}
	for _, s := range waits.sleeps {
		s.visited = false
	}
	if !timed && leadsTo(r, t) {
		return nil, newError(CodeDeadlock, "this wait would close a circle of tasks "+
			"that wait for each other")
	}
	return enterLocked(t, r, timed), nil
}

func enterLocked(t *taskContext, r *Result, timed bool) *taskSleep {
	s := &taskSleep{task: t, result: r, timed: timed}
	waits.sleeps = append(waits.sleeps, s)
	return s
}

// enterInner has a task wait for one that it runs itself, which closes no circle yet.
func enterInner(t *taskContext, r *Result) *taskSleep {
	waits.mu.Lock()
	defer waits.mu.Unlock()
	return enterLocked(t, r, false)
}

func (s *taskSleep) leave() {
	waits.mu.Lock()
	defer waits.mu.Unlock()
	for i, other := range waits.sleeps {
		if other == s {
			last := len(waits.sleeps) - 1
			waits.sleeps[i] = waits.sleeps[last]
			waits.sleeps[last] = nil
			waits.sleeps = waits.sleeps[:last]
			return
		}
	}
}

// block says that the task waits.
func (t *taskContext) block() {
	if t.outer != nil {
		t.outer.block()
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.blocks++
	if t.blocks == 1 && !t.over {
		native.Block(t.worker.handle, true)
		t.call.lender.blocked.Add(1)
		t.blocked = true
	}
}

// unblock says that it goes on.
func (t *taskContext) unblock() {
	if t.outer != nil {
		t.outer.unblock()
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.blocks--
	t.unblockLocked()
}

func (t *taskContext) unblockLocked() {
	if t.blocked && (t.blocks == 0 || t.over) {
		t.blocked = false
		native.Block(t.worker.handle, false)
		t.call.lender.blocked.Add(-1)
	}
}

// helpFor has a spare worker begin with what the task waits for, if that has not begun,
// or else with what is queued.  A wait that ends by itself has no more than the spares that
// the pool may have.
func (t *taskContext) helpFor(r *Result, timed bool) {
	l := t.call.lender
	for _, source := range r.waitsOn() {
		if !source.Ready() {
			t.helpFor(source, timed)
		}
	}
	switch {
	case timed:
		l.notify()
	case l.canClaim(r) && l.claim(r):
	case r.call != nil && r.call.lender == l && r.call.pieces:
		l.lendOne()
	default:
		l.notify()
	}
}

// lendOne lends a worker for a map that a task waits for, if there is a place.
func (l *lender) lendOne() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if w := l.lendLocked(false); w != nil {
		w.rouse()
	}
}

// canClaim says whether a result may be that of a task that has not begun.
func (l *lender) canClaim(r *Result) bool {
	c := r.call
	return c != nil && c.lender == l && !c.pieces && c.promise == nil && c.strand == nil && !c.begun.Load()
}

// claimAwaited lends a worker for a task that another one waits for.
func (l *lender) claimAwaited() {
	for _, r := range l.awaited() {
		if l.claim(r) {
			return
		}
	}
}

func (l *lender) awaited() (results []*Result) {
	waits.mu.Lock()
	defer waits.mu.Unlock()
	for _, s := range waits.sleeps {
		if l.canClaim(s.result) {
			results = append(results, s.result)
		}
	}
	return results
}

// claim lends a worker for the task of a result.
func (l *lender) claim(r *Result) bool {
	l.mu.Lock()
	w := l.lendLocked(false)
	l.mu.Unlock()
	if w == nil {
		return false
	}
	if !w.claim(r) {
		l.left(w)
		native.Take_back(w.handle)
		return false
	}
	w.started = true
	go w.main()
	return true
}
