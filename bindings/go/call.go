package asyncresult

import (
	"context"
	"sync"
	"sync/atomic"
)

// A function is what runs an item of a call.
type function func(ctx context.Context, index int64) error

// A call is a function of Go that a worker is to run: once, for pieces of a map, or for
// the items of a lazy one.
type call struct {
	lender     *lender
	ctx        context.Context // of the submit
	result     *Result         // nil for a lazy map
	strand     *Strand         // or nil
	token      int64           // in the table; 0 for what has a function of its own
	do         function        // let go of once it cannot run any more
	errors     *MapError       // of a map that goes on after errors; else nil
	pieces     bool            // it is called for ranges of indexes
	count      int             // of the items of a map
	id         uint64          // of a function of its own, as a map has
	chain      *chain          // of a call that waits for a result first; else nil
	promise    *promise        // of what is no task; else nil
	sleeps     []*taskSleep    // of its tasks, in the graph of waits
	answers    bool            // an index is the value, as C sees it
	begun      atomic.Bool
	submitting atomic.Bool // which holds the lock of the result
	erred      atomic.Bool // it has failed by itself
	value      any         // set by do; read under the result's lock
	mu         sync.Mutex  // guards do, where several workers may begin

	// made with it
	made    Result      // unless it is of a lazy map
	context taskContext // unless several workers run it
}

var errCancelledEarly error = newError(CodeCancelled, "the task was cancelled before it began")

// begin gives a worker the function, or the reason why it never runs.
func (c *call) begin() (do function, err error) {
	switch {
	case c.result == nil:
		do = c.do
	case c.id == 0:
		do, c.do = c.do, nil // nobody else runs it
	default:
		c.mu.Lock()
		do = c.do
		c.mu.Unlock()
	}
	if do == nil {
		return nil, errCancelledEarly
	}
	return do, c.cancelled()
}

// letGo is for one that never begins any more.
func (c *call) letGo() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.do, c.chain = nil, nil
}

// newContext is the context for a worker that runs it.
func (c *call) newContext(w *worker, outer *taskContext) *taskContext {
	t := &c.context
	if c.pieces || c.result == nil {
		t = &taskContext{}
	}
	t.Context, t.worker, t.call, t.outer = c.ctx, w, c, outer
	return t
}

// cancelled is why a call never ran whose context had ended.
func (c *call) cancelled() error {
	cause := c.ctx.Err()
	if cause == nil {
		return nil
	}
	e := newError(CodeCancelled, "the context ended before the task began")
	e.Cause = cause
	return e
}

// calls are those that have not begun, each known to C by a number.
type calls struct {
	mu    sync.Mutex
	slots []callSlot
	free  []uint32
}

type callSlot struct {
	call       *call
	generation uint32 // so that a number is never used twice
}

func (t *calls) add(c *call) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.free) == 0 {
		t.slots = append(t.slots, callSlot{generation: 1})
		t.free = append(t.free, uint32(len(t.slots)-1))
	}
	index := t.free[len(t.free)-1]
	t.free = t.free[:len(t.free)-1]
	t.slots[index].call = c
	c.token = int64(t.slots[index].generation)<<32 | int64(index)
}

// take takes a call out; nil when somebody else did.
func (t *calls) take(token int64) *call {
	index, generation := uint32(token), uint32(token>>32)
	t.mu.Lock()
	defer t.mu.Unlock()
	if token == 0 || int(index) >= len(t.slots) || t.slots[index].generation != generation {
		return nil
	}
	c := t.slots[index].call
	t.slots[index] = callSlot{generation: (generation + 1) & (1<<31 - 1)}
	t.free = append(t.free, index)
	return c
}

// discard takes a call out that never runs.
func (t *calls) discard(c *call) {
	if t.take(c.token) != nil && c.id == 0 {
		c.do = nil
	}
}

// all are the calls that are there.
func (t *calls) all() []*call {
	t.mu.Lock()
	defer t.mu.Unlock()
	var found []*call
	for _, slot := range t.slots {
		if slot.call != nil {
			found = append(found, slot.call)
		}
	}
	return found
}
