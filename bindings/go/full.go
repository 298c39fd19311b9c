package asyncresult

import (
	"context"
	"errors"
	"runtime"
)

// whenFull is closed when there may be a place; nil where no submit waits for one.
func (l *lender) whenFull() <-chan struct{} {
	if !l.blocks {
		return nil
	}
	return l.whenSpace()
}

func (l *lender) isFull(err error) bool {
	return err != nil && l.blocks && errors.Is(err, ErrQueueFull)
}

// waitForSpace waits for a task to begin, maybe inside one of another pool.
func (l *lender) waitForSpace(ctx context.Context, space <-chan struct{}, t *taskContext) error {
	if t != nil {
		t.block()
		defer t.unblock()
		t.call.lender.notify()
	}
	select {
	case <-space:
		return nil
	case <-ctx.Done():
		return waitError(ctx.Err())
	}
}

// submitInside is a submit which found the queue full inside a task of the pool, or a
// callback, so that everybody might wait for it: it waits for no place.  It runs the call
// itself; one of a strand, which has an order, has its turn as a chain has.
func (p *Pool) submitInside(r *Result, c *call, o *taskOptions, t *taskContext) error {
	defer runtime.KeepAlive(p)
	c.id = 0
	if o.strand != nil {
		return p.submitReady(r, c, o)
	}
	do := c.do
	life, end := context.WithCancel(c.ctx)
	c.do, c.ctx, c.promise = nil, life, &promise{ctx: life, end: end}
	c.lender.calls.add(c)
	r.mu.Lock()
	err := p.applyPromise(r, c, o)
	r.mu.Unlock()
	if err != nil {
		c.lender.calls.discard(c)
		end()
		return err
	}
	err = c.runAll(do, o, t)
	c.complete(c.value, err)
	return nil
}

// runAll runs all chunks of a map, one after the other, or the only one of another call.
func (c *call) runAll(do function, o *taskOptions, t *taskContext) (first error) {
	end, size := int64(1), int64(1)
	if c.pieces {
		end, size = int64(c.count), int64(c.chunkSize(o))
	}
	for next := int64(0); next < end; next += size {
		w := &worker{call: c, do: do, next: next, end: next + size}
		if w.end > end || w.end < next {
			w.end = end
		}
		if w.err = c.cancelled(); w.err == nil {
			w.runApart(t)
		}
		if first == nil {
			first = w.err
		}
		if first != nil && o.policy == ErrorsFailFast || w.end == end {
			break
		}
	}
	return first
}

// submitReady submits a call that waits for nothing in the way of one that does, for which
// no place is needed.
func (p *Pool) submitReady(r *Result, c *call, o *taskOptions) error {
	c.chain = &chain{}
	if c.pieces {
		c.pieces = false
		c.do = c.runInOne(c.do)
	}
	c.lender.calls.add(c)
	r.mu.Lock()
	err := p.applyChain(r, c, o)
	r.mu.Unlock()
	if err != nil {
		c.lender.calls.discard(c)
		return err
	}
	c.lender.notify()
	return nil
}

// runInOne is a map as a call that runs once.
func (c *call) runInOne(item function) function {
	return func(ctx context.Context, _ int64) error {
		for i := 0; i < c.count; i++ {
			err := item(ctx, int64(i))
			if err != nil && c.errors == nil {
				return err
			}
			if err != nil {
				c.errors.add(i, err)
			}
		}
		return nil
	}
}
