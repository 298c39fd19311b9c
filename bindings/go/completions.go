package asyncresult

import "asyncresult/internal/native"

// A completion is what waits for an event: it is told the type of the result's value and
// its bits, or -1 if the value has to be asked for, and answers a result to release.
type completion interface {
	completed(kind int32, bits uint64) (handle uintptr)
}

// signal is a channel that an event closes.
type signal chan struct{}

func (s signal) completed(int32, uint64) uintptr {
	close(s)
	return 0
}

// batchSize is how many events or results are handled in one call.
const batchSize = 256

// completions is the queue of what somebody waits for: its goroutine takes events in
// batches.  A result's lock is taken before mu.
type completions struct {
	queue
	pending map[uint64]completion // under mu

	// of the goroutine:
	events   []uint64     // room for a batch: tag, type and bits of each
	taken    []completion // those that the events are for
	released []uint64     // results to release with the next batch
}

func newCompletions() (*completions, error) {
	c := &completions{
		pending:  map[uint64]completion{},
		events:   make([]uint64, 3*batchSize),
		taken:    make([]completion, batchSize),
		released: make([]uint64, 0, batchSize),
	}
	c.take = c.drainBatch
	c.process = func() {}
	return c, c.init()
}

// add registers what the event of the tag is for.
func (c *completions) add(waiting completion) (tag uint64, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.expectLocked(1); err != nil {
		return 0, err
	}
	c.last++
	c.pending[c.last] = waiting
	return c.last, nil
}

func (c *completions) takeLocked(tag uint64) completion {
	waiting := c.pending[tag]
	delete(c.pending, tag)
	return waiting
}

// remove forgets a tag whose event does not come.
func (c *completions) remove(tag uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.takeLocked(tag)
	c.endedLocked(1)
}

// drainBatch completes what has come, as much as goes into a batch, and says whether
// there was anything.
func (c *completions) drainBatch() bool {
	var released *uint64
	if len(c.released) > 0 {
		released = &c.released[0]
	}
	count := int(native.Take_done(c.handle, released, int64(len(c.released)),
		&c.events[0], batchSize))
	c.released = c.released[:0]
	if count == 0 {
		return false
	}
	c.mu.Lock()
	for i := range c.taken[:count] {
		c.taken[i] = c.takeLocked(c.events[3*i])
	}
	c.mu.Unlock()
	for i, waiting := range c.taken[:count] {
		c.taken[i] = nil
		handle := waiting.completed(int32(c.events[3*i+1]), c.events[3*i+2])
		if handle != 0 {
			c.released = append(c.released, uint64(handle))
		}
	}
	c.mu.Lock()
	c.endedLocked(count)
	c.mu.Unlock()
	return true
}
