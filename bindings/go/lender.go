package asyncresult

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"asyncresult/internal/native"
)

// A lender is the part of a pool that runs functions of Go: a pool of the library whose
// workers are lent by goroutines, which pull its tasks.  It is made for the first of them.
//
// A goroutine without work sleeps here, not in C, so that it takes no thread.  Who
// submits wakes one, unless one that was woken has yet to look: that one will find the
// task, and wakes the next.  A worker that finds nothing says that it is about to sleep,
// looks once more, and sleeps if nobody submitted meanwhile.
type lender struct {
	owner      uintptr // the pool that it is a part of
	handle     uintptr
	function   uintptr // stands for all calls, which are known by its argument
	id         uint64  // of the function
	initialize func(context.Context) error
	cell       uint64 // how the initializer says that it failed
	workers    int    // how many are at work, at most
	spares     int
	blocks     bool // a submit waits for a place in the queue
	calls      calls

	idleCount  atomic.Int32
	lentCount  atomic.Int32
	parking    atomic.Int32 // workers that are about to sleep
	missed     atomic.Bool  // something was submitted meanwhile
	waking     atomic.Bool  // a worker was woken and has yet to look
	blocked    atomic.Int32 // tasks that wait
	stopped    atomic.Bool  // no worker sleeps in Go any more
	wantsSpace atomic.Bool  // submits wait for a place
	ending     atomic.Bool  // the pool was terminated, or broke

	mu      sync.Mutex
	closing bool
	lent    map[*worker]struct{}
	here    map[*worker]struct{} // those of submits, which run a task themselves
	idle    []*worker
	space   chan struct{} // closed when there may be a place
}

// mostSpares is more than anybody needs: how many there are is decided here.
const mostSpares = 1000000

// newLender makes the part of a pool for functions of Go.
func newLender(p *Pool) (*lender, error) {
	o := &poolOptions{spares: 64}
	var builder, handle, function, failure uintptr
	if err := try(native.Pool_options_new(&builder, &failure), &failure); err != nil {
		return nil, err
	}
	defer native.Pool_options_free(builder)
	o.native = builder
	p.options.apply(o)
	l := &lender{owner: p.handle, workers: p.Workers(), spares: o.spares, blocks: o.blocks,
		initialize: o.goInitializer, lent: map[*worker]struct{}{},
		here: map[*worker]struct{}{}}
	l.setOptions(o, p.dispatch)
	if o.failure != nil {
		return nil, o.failure
	}
	if err := try(native.Pool_new(builder, &handle, &failure), &failure); err != nil {
		return nil, err
	}
	l.handle = handle
	l.id = keep(&l.calls)
	err := try(native.New_function(l.id, &function, &failure), &failure)
	if err != nil {
		native.Pool_unref(l.handle)
		return nil, err
	}
	l.function = function
	runtime.SetFinalizer(l, func(l *lender) { // no goroutine of a worker has it any more
		native.Function_unref(l.function)
		native.Pool_unref(l.handle)
	})
	for i := 0; i < l.workers; i++ {
		if w := l.lendLocked(false); w != nil {
			l.idle = append(l.idle, w)
		}
	}
	lenders.Add(1)
	l.idleCount.Store(int32(len(l.idle)))
	return l, nil
}

func (l *lender) setOptions(o *poolOptions, d *dispatch) {
	o.set(native.Lend_all)
	o.set(func(options uintptr, failure *uintptr) int32 {
		return native.Pool_options_set_workers(options, int64(l.workers), failure)
	})
	o.set(func(options uintptr, failure *uintptr) int32 {
		return native.Pool_options_set_spare_workers(options, mostSpares, failure)
	})
	o.set(func(options uintptr, failure *uintptr) int32 {
		return native.Pool_options_set_queue(options, d.callbacks.handle, failure)
	})
	if o.blocks {
		o.set(func(options uintptr, failure *uintptr) int32 {
			return native.Pool_options_set_queue_limit(options, int64(o.limit),
				int32(FullFail), failure)
		})
	}
	o.set(func(options uintptr, failure *uintptr) int32 {
		var function uintptr
		var cell uint64 // C is given no memory with pointers
		status := native.New_initializer(&function, &cell, failure)
		l.cell = cell
		if status == 0 {
			status = native.Pool_options_set_initializer(options, function, 0, failure)
		}
		native.Function_unref(function)
		return status
	})
}

// lendLocked lends a worker, which begins when it is woken.
func (l *lender) lendLocked(wanted bool) *worker {
	handle := native.Lend(l.handle, wanted)
	if handle == 0 {
		return nil
	}
	w := &worker{lender: l, handle: handle, slots: new([6]uint64),
		wake: make(chan struct{}, 1)}
	l.lent[w] = struct{}{}
	l.countLocked()
	return w
}

// notify has a worker look for what was submitted.
func (l *lender) notify() {
	if l.idleCount.Load() == 0 && l.parking.Load() > 0 {
		l.missed.Store(true)
	}
	if l.idleCount.Load() > 0 {
		l.wakeOne()
	} else if (l.blocked.Load() > 0 || l.stopped.Load()) && l.hasRoom() {
		l.recruit()
	}
}

// hasRoom says whether a worker's place is empty.  If none is, who is at work looks for the
// next task, or lends a worker once he waits.
func (l *lender) hasRoom() bool {
	return int(l.lentCount.Load()-l.blocked.Load()) < l.workers
}

func (l *lender) countLocked() {
	l.lentCount.Store(int32(len(l.lent)))
}

func (l *lender) wakeOne() {
	if !l.waking.CompareAndSwap(false, true) {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	last := len(l.idle) - 1
	if last < 0 {
		l.waking.Store(false)
		return
	}
	w := l.idle[last]
	l.idle = l.idle[:last]
	l.idleCount.Store(int32(last))
	w.rouse()
}

// recruit lends a spare, if work waits for a worker.  When there are many already, one is
// lent only for what a task waits for.
func (l *lender) recruit() {
	l.mu.Lock()
	enough := len(l.lent)-l.workers >= l.spares && !l.closing
	if !enough {
		if w := l.lendLocked(true); w != nil {
			w.rouse()
		}
	}
	l.mu.Unlock()
	if enough {
		l.claimAwaited()
	}
}

// park has a worker sleep; false when it is to look again.  It counts as idle before it
// asks whether something was missed, and as parking until then: who submits sees one of the
// two at each moment.
func (l *lender) park(w *worker) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.parking.Add(-1)
	l.idle = append(l.idle, w)
	l.idleCount.Store(int32(len(l.idle)))
	if l.missed.Swap(false) || l.closing {
		l.idle = l.idle[:len(l.idle)-1]
		l.idleCount.Store(int32(len(l.idle)))
		return false
	}
	return true
}

// left says that a worker is no more.
func (l *lender) left(w *worker) {
	l.mu.Lock()
	delete(l.lent, w)
	l.countLocked()
	l.mu.Unlock()
}

// stop lets workers go that have nothing to do.  The others sleep in C from now on, until
// there is nothing more to come.
func (l *lender) stop() {
	l.mu.Lock()
	l.closing = true
	l.stopped.Store(true)
	idle := l.idle
	l.idle = nil
	l.idleCount.Store(0)
	for _, w := range idle {
		delete(l.lent, w)
		w.dismiss()
	}
	l.countLocked()
	l.mu.Unlock()
	l.recruit() // for what was submitted just before
	l.freePlace()
}

func (l *lender) close() error {
	var failure uintptr
	err := try(native.Pool_close(l.handle, &failure), &failure)
	l.stop()
	return err
}

func (l *lender) terminate() error {
	var failure uintptr
	err := try(native.Pool_terminate(l.handle, &failure), &failure)
	l.ending.Store(true)
	for _, t := range l.running(nil) {
		t.cancel()
		if t.call.result != nil {
			t.call.settle()
		}
	}
	l.settleAll()
	l.stop()
	return err
}

// settleAll gives the calls that never run their outcome.
func (l *lender) settleAll() {
	l.ending.Store(true)
	for _, c := range l.calls.all() {
		if c.promise != nil {
			c.promise.end()
		}
		if c.settle() {
			l.calls.discard(c)
		}
	}
}

// settle is that of the result, but for one whose submit is not over: that does it then.
func (c *call) settle() bool {
	return !c.submitting.Load() && c.result.settle()
}

// enterHere notes a worker of a submit, whose task is told when the pool is terminated.
func (l *lender) enterHere(w *worker) {
	l.mu.Lock()
	l.here[w] = struct{}{}
	l.mu.Unlock()
	if l.ending.Load() {
		w.current.Load().cancel()
	}
}

func (l *lender) leaveHere(w *worker) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.here, w)
}

// running are the tasks that run, of one call or of all.
func (l *lender) running(c *call) (tasks []*taskContext) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, workers := range []map[*worker]struct{}{l.lent, l.here} {
		for w := range workers {
			if t := w.current.Load(); t != nil && (c == nil || t.call == c) {
				tasks = append(tasks, t)
			}
		}
	}
	return tasks
}

// cancelled follows a cancel of the library's.
func (l *lender) cancelled(c *call, outcome Outcome) {
	for _, t := range l.running(c) {
		t.cancel()
	}
	if c.promise != nil {
		c.promise.cancelled()
	}
	if c.result.settle() {
		l.calls.discard(c)
	}
	if outcome == Dequeued {
		l.freePlace()
		l.notify() // the next of its strand
	}
}

// freePlace has submits try again that wait for a place.
func (l *lender) freePlace() {
	if !l.wantsSpace.Load() {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wantsSpace.Store(false)
	if l.space != nil {
		close(l.space)
		l.space = nil
	}
}

// whenSpace is closed when there may be a place.
func (l *lender) whenSpace() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.space == nil {
		l.space = make(chan struct{})
		l.wantsSpace.Store(true)
	}
	return l.space
}

// isBroken says whether the initializer failed, which alone breaks it.
func (l *lender) isBroken() bool {
	if l.initialize == nil {
		return false
	}
	broken := native.Pool_get_state(l.handle) == int32(native.POOL_BROKEN)
	runtime.KeepAlive(l)
	return broken
}
