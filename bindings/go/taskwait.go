package asyncresult

import (
	"context"
	"sync/atomic"

	"asyncresult/internal/native"
)

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
	if len(r.waitsOn()) > 0 {
		t.helpForAll(r, timed, map[*Result]struct{}{r: {}})
	}
	l := t.call.lender
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

// helpForAll is helpFor for what a result is made of.
func (t *taskContext) helpForAll(r *Result, timed bool, seen map[*Result]struct{}) {
	for _, source := range r.waitsOn() {
		if _, again := seen[source]; again || source.Ready() {
			continue
		}
		seen[source] = struct{}{}
		if len(source.waitsOn()) > 0 {
			t.helpForAll(source, timed, seen)
		} else {
			t.helpFor(source, timed)
		}
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
	for place := 0; l.hasRoom(); place++ {
		r, at := l.awaited(place)
		if r == nil || l.claim(r) {
			return
		}
		place = at
	}
}

// awaited is the first result from a place on that may be that of a task which has not
// begun, and its place.
func (l *lender) awaited(place int) (*Result, int) {
	waits.mu.Lock()
	defer waits.mu.Unlock()
	for ; place < len(waits.sleeps); place++ {
		if r := waits.sleeps[place].result; l.canClaim(r) {
			return r, place
		}
	}
	return nil, place
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
