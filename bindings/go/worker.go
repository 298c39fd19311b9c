package asyncresult

import (
	"fmt"
	"runtime/debug"
	"sync/atomic"

	"asyncresult/internal/native"
)

// A worker is a goroutine that pulls tasks for a lender, with a worker of the library.
// Where a function of the user takes the goroutine with it, another one goes on.
type worker struct {
	lender  *lender
	handle  uintptr
	slots   *[6]uint64    // for C, which is given no memory with pointers
	wake    chan struct{} // it is to look for work
	leaves  bool          // or to end
	current atomic.Pointer[taskContext]

	// of the goroutine:
	started     bool // under the lender's lock
	initialized bool
	woken       bool // it has yet to look
	announced   bool // it is about to sleep
	busy        bool // its task is not done
	call        *call
	do          function // of the call
	task        uintptr
	next, end   int64 // what of the task has yet to run
	err         error // what the task failed with
	released    uintptr
}

// What native.Step is told.
const (
	stepDone     = 1
	stepHasValue = 2
	stepHasError = 4
	stepWaits    = 8
)

// rouse has it look for work; with the lender's lock held.
func (w *worker) rouse() {
	if w.started {
		w.wake <- struct{}{}
		return
	}
	w.started = true
	w.woken = true
	go w.main()
}

// dismiss ends one that sleeps; with the lender's lock held.
func (w *worker) dismiss() {
	w.leaves = true
	if w.started {
		w.wake <- struct{}{}
	} else {
		native.Take_back(w.handle)
	}
}

// main is the goroutine.
func (w *worker) main() {
	over := false
	id := enterGoroutine(w)
	defer func() {
		leaveGoroutine(id)
		if !over {
			go w.main()
		}
	}()
	w.prepare()
	for w.pull() {
		w.run()
	}
	over = true
}

// prepare runs the initializer, once.
func (w *worker) prepare() {
	l := w.lender
	if w.initialized || l.initialize == nil {
		return
	}
	w.initialized = true
	guard(func() {
		if err := l.initialize(background); err != nil {
			native.Fail_initializer(l.cell, newTaskError(err))
		}
	}, func(failure *Error) {
		if failure != nil {
			native.Fail_initializer(l.cell, newTaskError(failure))
		}
	})
}

// pull says what the last task came to, and gets the next one; false when there will be
// none for this worker.
func (w *worker) pull() bool {
	for w.next >= w.end {
		switch w.step() {
		case 0:
			w.begin()
		case CodeTimeout:
			if w.rest() {
				return false
			}
		default:
			if !w.renew() {
				return false
			}
		}
	}
	return true
}

// step is one call of C for both.
func (w *worker) step() Code {
	s := w.slots
	var tracked *Result
	*s = [6]uint64{3: uint64(w.released)}
	w.released = 0
	if w.busy {
		tracked = w.answer()
	}
	if w.woken {
		w.woken = false
		w.lender.waking.Store(false)
		defer w.lookedAround()
	}
	if w.waits() {
		s[0] |= stepWaits
	}
	native.Step(w.handle, &s[0])
	w.busy = false
	w.call, w.do = nil, nil
	if tracked != nil {
		w.released = tracked.ended(int64(s[1]))
	}
	return Code(s[0])
}

// lookedAround has the next worker look if this one found something.
func (w *worker) lookedAround() {
	if w.slots[0] == 0 {
		w.lender.notify()
	}
}

// waits says whether to sleep in C, which is so for a pool that ends.
func (w *worker) waits() bool {
	l := w.lender
	if !w.announced {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.closing
}

// answer lays out what the task came to, and tells which result to look at.
func (w *worker) answer() *Result {
	s := w.slots
	c := w.call
	w.current.Load().finish()
	w.current.Store(nil)
	s[0] = stepDone
	s[4] = uint64(w.task)
	if w.err != nil {
		c.erred.Store(true)
		s[0] |= stepHasError
		s[1] = uint64(newTaskError(w.err))
	} else if c.answers {
		s[0] |= stepHasValue
		s[1] = uint64(w.end - 1)
	}
	if c.result == nil {
		return nil
	}
	handle, calls := c.result.submitted()
	if calls {
		return nil // it is ready after them
	}
	s[2] = uint64(handle)
	return c.result
}

// begin takes the task that a step or a claim has left in the slots.
func (w *worker) begin() {
	l := w.lender
	s := w.slots
	if w.announced {
		w.announced = false
		l.parking.Add(-1)
	}
	l.freePlace()
	w.busy, w.err = true, nil
	w.task = uintptr(s[2])
	w.next, w.end = int64(s[4]), int64(s[4])+1
	if s[3] == l.id {
		w.call = l.calls.take(int64(s[4]))
	} else if c, ok := kept(s[3]).(*call); ok {
		w.call = c
		if c.pieces {
			w.end = int64(s[5])
		}
	}
	if w.call == nil { // its result has an outcome already
		w.call = &call{lender: l, ctx: background}
	}
	w.do, w.err = w.call.begin()
	if w.err != nil {
		w.next = w.end
	}
	w.call.begun.Store(true)
	w.current.Store(w.call.newContext(w, nil))
	if w.call.pieces {
		l.notify() // others may join
	}
}

// claim takes the task of a result, if it has not begun.
func (w *worker) claim(r *Result) bool {
	r.mu.Lock()
	handle := r.native()
	if handle != 0 {
		native.Claim(w.handle, handle, &w.slots[0])
	}
	r.mu.Unlock()
	if handle == 0 || w.slots[0] != 0 {
		return false
	}
	w.begin()
	return true
}

// run runs the task.
func (w *worker) run() {
	for w.next < w.end {
		w.runNext()
	}
}

func (w *worker) runNext() {
	index := w.next
	var err error
	returned := false
	defer func() {
		if !returned {
			err = taskPanic(recover())
		}
		w.next++
		if err != nil {
			w.failed(index, err)
		}
	}()
	err = errorOfTask(w.do(w.current.Load(), index))
	returned = true
}

func (w *worker) failed(index int64, err error) {
	if w.call.errors != nil {
		w.call.errors.add(int(index), err)
		return
	}
	w.err = err
	w.next = w.end
}

// taskPanic is what a task failed with that did not return, given what it panicked with.
func taskPanic(panicked any) error {
	e := &Error{Code: CodeTask, Kind: "Goexit", Origin: "Go", Trace: string(debug.Stack()),
		Message: "the task ended by runtime.Goexit or panic(nil)"}
	if panicked != nil {
		e.Kind, e.Message, e.Value = "panic", fmt.Sprint(panicked), panicked
		e.Cause, _ = panicked.(error)
	}
	return e
}

// rest sleeps until there may be something to do; true when the worker is dismissed.
func (w *worker) rest() (dismissed bool) {
	l := w.lender
	if !w.announced {
		w.announced = true
		l.parking.Add(1)
		return false
	}
	w.announced = false
	if !l.park(w) {
		return false
	}
	<-w.wake
	if w.leaves {
		native.Take_back(w.handle)
		l.recruit() // for what came before its place was free
		return true
	}
	w.woken = true
	return false
}

// renew goes on with another worker of the library; false if none is needed.
func (w *worker) renew() bool {
	l := w.lender
	if w.announced {
		w.announced = false
		l.parking.Add(-1)
	}
	native.Result_unref(w.released)
	w.released = 0
	native.Take_back(w.handle)
	if l.isBroken() {
		l.left(w)
		l.settleAll()
		l.stop()
		return false
	}
	w.handle = native.Lend(l.handle, false)
	w.initialized = false
	if w.handle != 0 {
		w.prepare()
		return true
	}
	l.left(w)
	l.notify()
	return false
}
