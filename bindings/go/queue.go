package asyncresult

import (
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"asyncresult/internal/native"
)

// A queue is a completion queue of the library with the goroutine that drains it.
// The queue's descriptor, duplicated, is a file in Go's poller, so the goroutine
// takes no thread while it waits.  It starts with the first registration.
//
// While a function of the user runs, the goroutine is locked to its thread: the
// library knows by the thread that a call comes from inside a callback.
type queue struct {
	handle uintptr
	tags   []uint64      // of the goroutine: room for a batch of events
	unread func(error)   // what is told of errors that nobody read, or nil
	taken  int64         // of the goroutine: how many tags there are
	event  uintptr       // of the goroutine: a callback's event after them, or 0
	thread atomic.Uint64 // which is inside a function of the user, or 0

	mu      sync.Mutex
	pending map[uint64]*entry
	last    uint64        // the last tag; 0 is nobody's
	file    *os.File      // nil while there is no goroutine
	resting bool          // the goroutine is to end as soon as nothing is pending
	idle    chan struct{} // closed when nothing is pending; nil if nobody asked
	running sync.WaitGroup
}

func newQueue(batch int, unread func(error)) (*queue, error) {
	q := &queue{tags: make([]uint64, batch), unread: unread, pending: map[uint64]*entry{}}
	var handle, failure uintptr
	if err := try(native.Queue_new(0, &handle, &failure), &failure); err != nil {
		return nil, err
	}
	q.handle = handle
	if unread == nil {
		return q, nil
	}
	if err := q.start(); err != nil {
		native.Queue_unref(handle)
		return nil, err
	}
	return q, nil
}

// add registers what the event of the tag is for.
func (q *queue) add(e *entry) (tag uint64, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.file == nil {
		if err := q.start(); err != nil {
			return 0, err
		}
	}
	q.resting = false
	q.file.SetReadDeadline(time.Time{})
	q.last++
	q.pending[q.last] = e
	return q.last, nil
}

func (q *queue) find(tag uint64) *entry {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.pending[tag]
}

func (q *queue) remove(tag uint64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.pending, tag)
	if len(q.pending) > 0 {
		return
	}
	if q.idle != nil {
		close(q.idle)
		q.idle = nil
	}
	q.endIfResting()
}

// whenIdle is closed once nothing is pending.
func (q *queue) whenIdle() <-chan struct{} {
	q.mu.Lock()
	defer q.mu.Unlock()
	idle := q.idle
	if idle == nil {
		idle = make(chan struct{})
	}
	if len(q.pending) == 0 {
		close(idle)
	} else {
		q.idle = idle
	}
	return idle
}

// isHere says whether this goroutine runs a function of the user for the queue.
func (q *queue) isHere() bool {
	thread := q.thread.Load()
	return thread != 0 && thread == native.Thread()
}

// start starts the goroutine, with q.mu held or before anybody else has q.
func (q *queue) start() error {
	var descriptor int64
	var failure uintptr
	err := try(native.Queue_get_descriptor(q.handle, &descriptor, &failure), &failure)
	if err != nil {
		return err
	}
	syscall.ForkLock.RLock()
	duplicate, err := syscall.Dup(int(descriptor))
	if err == nil {
		syscall.CloseOnExec(duplicate)
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return newError(CodeSystem, "no descriptor for the queue: %v", err)
	}
	q.file = os.NewFile(uintptr(duplicate), "asyncresult queue")
	conn, err := q.file.SyscallConn()
	if err != nil {
		q.file.Close()
		q.file = nil
		return newError(CodeSystem, "no poller for the queue: %v", err)
	}
	q.running.Add(1)
	go q.drain(conn)
	return nil
}

// rest ends the goroutine as soon as nothing is pending.
func (q *queue) rest() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.resting = true
	q.endIfResting()
}

// endIfResting wakes the goroutine to see for itself that it may end.
func (q *queue) endIfResting() {
	if q.resting && q.file != nil && len(q.pending) == 0 {
		q.file.SetReadDeadline(time.Unix(1, 0))
	}
}

// ends says whether the goroutine ends now: an add may have come in between.
func (q *queue) ends() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.resting || len(q.pending) > 0 {
		return false
	}
	q.file.Close()
	q.file = nil
	return true
}

// free gives the queue back, once its goroutine has ended.
func (q *queue) free() {
	q.rest()
	go func() {
		q.running.Wait()
		native.Queue_unref(q.handle)
	}()
}

// drain is the goroutine.  A function of the user may end it: another follows.
func (q *queue) drain(conn syscall.RawConn) {
	completed := false
	defer func() {
		if completed {
			q.running.Done()
		} else {
			go q.drain(conn)
		}
	}()
	for !completed {
		for conn.Read(func(uintptr) bool { return q.take() }) == nil {
			q.process()
		}
		for q.take() {
			q.process()
		}
		completed = q.ends()
	}
}

// take takes a batch of events; with any, the goroutine stays locked to its thread
// until they are processed.
func (q *queue) take() bool {
	runtime.LockOSThread()
	var event uintptr
	q.taken = native.Take(q.handle, &q.tags[0], int64(len(q.tags)), &event)
	q.event = event
	if q.taken > 0 || q.event != 0 {
		return true
	}
	runtime.UnlockOSThread()
	return false
}

func (q *queue) process() {
	defer runtime.UnlockOSThread()
	for _, tag := range q.tags[:q.taken] {
		q.finished(tag)
	}
	if q.event != 0 {
		q.called(q.event)
	}
}

// finished processes the event of a result that is ready.
func (q *queue) finished(tag uint64) {
	e := q.find(tag)
	switch {
	case e == nil:
	case e.done == nil:
		close(e.ready)
		q.remove(tag)
	default:
		q.run(e.done, func(failure *Error) {
			q.report(failure)
			q.remove(tag)
		})
	}
}

// called processes the event of a callback: its result becomes ready at the end.
func (q *queue) called(event uintptr) {
	tag := native.Event_get_tag(event)
	callback := q.reportUnread
	if e := q.find(tag); e != nil {
		callback = e.called
	}
	q.run(func() { callback(event) }, func(failure *Error) {
		finishEvent(event, failure)
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
func (q *queue) run(f func(), ended func(failure *Error)) {
	q.thread.Store(native.Thread())
	guard(f, func(failure *Error) {
		q.thread.Store(0)
		ended(failure)
	})
}

// reportUnread passes on the error that nobody read before its result was released.
func (q *queue) reportUnread(event uintptr) {
	var value, failure uintptr
	err := try(native.Event_get_outcome(event, &value, &failure), &failure)
	native.Value_unref(value)
	if err != nil && q.unread != nil {
		q.unread(err)
	}
}

// report passes on the error of a function that has no result to give it to.
func (q *queue) report(failure *Error) {
	if failure != nil && q.unread != nil {
		guard(func() { q.unread(failure) }, func(*Error) {})
	}
}
