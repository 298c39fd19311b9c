package asyncresult

import (
	"os"
	"sync"
	"syscall"
	"time"

	"asyncresult/internal/native"
)

// A queue is a completion queue of the library with the goroutine that drains it.
// The queue's descriptor, duplicated, is a file in Go's poller, so the goroutine
// takes no thread while it waits.  It starts with the first registration.
type queue struct {
	handle  uintptr
	take    func() bool // takes what has come, and says whether there was anything
	process func()      // what take has taken

	mu      sync.Mutex
	waiting int           // for how many events somebody waits
	last    uint64        // the last tag; 0 is nobody's
	file    *os.File      // nil while there is no goroutine
	resting bool          // the goroutine is to end as soon as nobody waits
	idle    chan struct{} // closed when nobody waits; nil if nobody asked
	running sync.WaitGroup
}

func (q *queue) init() error {
	var handle, failure uintptr
	err := try(native.Queue_new(0, &handle, &failure), &failure)
	q.handle = handle
	return err
}

// expectLocked prepares for so many events.
func (q *queue) expectLocked(count int) error {
	if q.file == nil {
		if err := q.start(); err != nil {
			return err
		}
	}
	if q.resting {
		q.resting = false
		q.file.SetReadDeadline(time.Time{})
	}
	q.waiting += count
	return nil
}

// endedLocked says that so many events have come, or do not come.
func (q *queue) endedLocked(count int) {
	if q.waiting -= count; q.waiting > 0 {
		return
	}
	if q.idle != nil {
		close(q.idle)
		q.idle = nil
	}
	q.endIfResting()
}

// whenIdle is closed once nobody waits.
func (q *queue) whenIdle() <-chan struct{} {
	q.mu.Lock()
	defer q.mu.Unlock()
	idle := q.idle
	if idle == nil {
		idle = make(chan struct{})
	}
	if q.waiting == 0 {
		close(idle)
	} else {
		q.idle = idle
	}
	return idle
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

// rest ends the goroutine as soon as nobody waits.
func (q *queue) rest() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.resting = true
	q.endIfResting()
}

// endIfResting wakes the goroutine to see for itself that it may end.
func (q *queue) endIfResting() {
	if q.resting && q.file != nil && q.waiting == 0 {
		q.file.SetReadDeadline(time.Unix(1, 0))
	}
}

// ends says whether the goroutine ends now: an add may have come in between.
func (q *queue) ends() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.resting || q.waiting > 0 {
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
