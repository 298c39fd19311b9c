package asyncresult

import (
	"runtime"
	"sync/atomic"

	"asyncresult/internal/native"
)

// callbacks is the queue of callbacks, which its goroutine calls one at a time.
//
// While a function of the user runs, the goroutine is locked to its thread: the
// library knows by the thread that a call comes from inside a callback.
type callbacks struct {
	queue
	pending map[uint64]*entry // under mu
	unread  func(error)       // what is told of errors that nobody read, or nil
	thread  atomic.Uint64     // which is inside a function of the user, or 0
	tag     uint64            // of the goroutine: of what was taken
	event   uintptr           // of the goroutine: a callback's event, or 0
}

func newCallbacks(unread func(error)) (*callbacks, error) {
	q := &callbacks{pending: map[uint64]*entry{}, unread: unread}
	q.take = q.takeOne
	q.process = q.processOne
	if err := q.init(); err != nil {
		return nil, err
	}
	if unread == nil {
		return q, nil
	}
	if err := q.start(); err != nil {
		native.Queue_unref(q.handle)
		return nil, err
	}
	return q, nil
}

// add registers what the event of the tag is for.
func (q *callbacks) add(e *entry) (tag uint64, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if err := q.expectLocked(1); err != nil {
		return 0, err
	}
	q.last++
	q.pending[q.last] = e
	return q.last, nil
}

func (q *callbacks) find(tag uint64) *entry {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.pending[tag]
}

func (q *callbacks) remove(tag uint64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.pending[tag] != nil {
		delete(q.pending, tag)
		q.endedLocked(1)
	}
}

// isHere says whether this goroutine runs a function of the user for the queue.
func (q *callbacks) isHere() bool {
	thread := q.thread.Load()
	return thread != 0 && thread == native.Thread()
}

// takeOne takes an event; with one, the goroutine stays locked to its thread until it
// is processed.
func (q *callbacks) takeOne() bool {
	runtime.LockOSThread()
	var event uintptr
	q.tag = native.Take(q.handle, &event)
	q.event = event
	if q.tag != 0 || q.event != 0 {
		return true
	}
	runtime.UnlockOSThread()
	return false
}

func (q *callbacks) processOne() {
	defer runtime.UnlockOSThread()
	if q.event != 0 {
		q.called(q.event)
	} else {
		q.finished(q.tag)
	}
}

// finished calls a done-callback.
func (q *callbacks) finished(tag uint64) {
	if e := q.find(tag); e != nil {
		if e.result != nil {
			e.result.settle()
		}
		q.run(e.done, func(failure *Error) {
			q.report(failure)
			q.remove(tag)
		})
	}
}

// called processes the event of a callback: its result becomes ready at the end.
func (q *callbacks) called(event uintptr) {
	tag := native.Event_get_tag(event)
	callback, settle := q.reportUnread, func() bool { return true }
	if e := q.find(tag); e != nil {
		callback = e.called
		if e.result != nil {
			settle = e.result.settle
		}
	}
	q.run(func() { callback(event) }, func(failure *Error) {
		finishEvent(event, failure)
		settle()
		q.remove(tag)
	})
}

func finishEvent(event uintptr, failure *Error) {
	if failure == nil {
		native.Event_finish(event, 0, nil)
		return
	}
	handle := newNativeError(failure, 0)
	native.Event_finish(event, handle, nil)
	native.Error_unref(handle)
}

// run runs a function of the user.
func (q *callbacks) run(f func(), ended func(failure *Error)) {
	q.thread.Store(native.Thread())
	guard(f, func(failure *Error) {
		q.thread.Store(0)
		ended(failure)
	})
}

// reportUnread passes on the error that nobody read before its result was released.
func (q *callbacks) reportUnread(event uintptr) {
	var value, failure uintptr
	err := try(native.Event_get_outcome(event, &value, &failure), &failure)
	native.Value_unref(value)
	if err != nil && q.unread != nil {
		q.unread(err)
	}
}

// report passes on the error of a function that has no result to give it to.
func (q *callbacks) report(failure *Error) {
	if failure != nil && q.unread != nil {
		guard(func() { q.unread(failure) }, func(*Error) {})
	}
}
