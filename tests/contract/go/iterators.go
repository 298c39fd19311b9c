package main

import (
	"context"
	"errors"
	"runtime"
	"sync/atomic"

	"asyncresult"
)

// imap begins a lazy map, which is closed when the case has ended.
func (t *T) imap(p *asyncresult.Pool, name string, input any,
	options ...asyncresult.TaskOption) *asyncresult.Iterator {
	it, err := p.Imap(background, function(name), input, options...)
	if err != nil {
		t.fail("imap: %v", err)
	}
	t.later(func() { it.Close() })
	return it
}

func (t *T) next(it *asyncresult.Iterator, expected any) {
	value, err := it.Next(background)
	if err != nil {
		t.fail("expected %v, found %v", expected, err)
	}
	t.expect(value, expected)
}

func (t *T) nextError(it *asyncresult.Iterator, code error) *asyncresult.Error {
	value, err := it.Next(background)
	if err == nil {
		t.fail("expected %v, found the value %v", code, value)
	}
	return t.expectError(err, code)
}

func (t *T) expectEnd(it *asyncresult.Iterator) {
	t.nextError(it, asyncresult.ErrStop)
	_, err := it.Next(passed())
	t.expectError(err, asyncresult.ErrStop)
}

// numbers is an input of the numbers from 1 on, then of an error or the end.
type numbers struct {
	calls, last int64
	failure     error
}

func (n *numbers) read() (any, error) {
	number := atomic.AddInt64(&n.calls, 1)
	switch {
	case number <= n.last:
		return number, nil
	case n.failure != nil:
		return nil, n.failure
	}
	return nil, asyncresult.ErrStop
}

func readAhead(chunk, buffer int) []asyncresult.TaskOption {
	return []asyncresult.TaskOption{asyncresult.ChunkSize(chunk), asyncresult.BufferSize(buffer)}
}

func init() {
	add(map[string]func(*T){
		// B14: lazy maps
		"B14.1": func(t *T) {
			p := t.pool(3)
			for _, size := range []int{1, 3, 100} {
				items := make([]any, 20)
				for i := range items {
					items[i] = i
				}
				it := t.imap(p, "square", items, asyncresult.ChunkSize(size))
				for i := int64(0); i < 20; i++ {
					t.next(it, i*i)
				}
				t.expectEnd(it)
			}
		},
		"B14.2": func(t *T) {
			p, held, open := t.pool(2), t.latch(), t.latch()
			call("latch_open", open)
			it, err := p.ImapUnordered(background, function("latch_wait"), []int64{held, open})
			if err != nil {
				t.fail("imap: %v", err)
			}
			t.next(it, open)
			call("latch_open", held)
			t.next(it, held)
			t.expectEnd(it)
		},
		"B14.3": func(t *T) {
			p := t.pool(1)
			for _, size := range []int{0, -1} {
				for _, option := range []asyncresult.TaskOption{
					asyncresult.ChunkSize(size), asyncresult.BufferSize(size),
				} {
					_, err := p.Imap(background, function("square"), []int{1}, option)
					t.expectError(err, asyncresult.ErrArgument)
					_, err = p.Imap(background, function("square"), (&numbers{}).read, option)
					t.expectError(err, asyncresult.ErrArgument)
				}
			}
		},

		// B15: inputs that fail
		"B15.1": func(t *T) {
			input := &numbers{last: 5, failure: errors.New("the input failed")}
			it := t.imap(t.pool(2), "square", input.read, readAhead(2, 3)...)
			for i := int64(1); i <= 5; i++ {
				t.next(it, i*i)
			}
			t.expect(t.nextError(it, asyncresult.ErrTask).Message, "the input failed")
			t.expectEnd(it)
		},

		// B18: iterators
		"B18.1": func(t *T) {
			p := t.pool(2)
			for _, size := range []int{1, 3, 100} {
				it := t.imap(p, "byte", []any{1, 300, 3, 300, 5}, asyncresult.ChunkSize(size))
				t.next(it, int64(1))
				t.nextError(it, asyncresult.ErrType)
				t.next(it, int64(3))
				t.nextError(it, asyncresult.ErrType)
				t.next(it, int64(5))
				t.expectEnd(it)
			}
		},
		"B18.2": func(t *T) {
			p, latch := t.pool(1), t.latch()
			it := t.imap(p, "latch_wait", []int64{latch, latch})
			for _, ctx := range []context.Context{t.soon(), passed()} {
				_, err := it.Next(ctx)
				t.expectError(err, asyncresult.ErrTimeout)
			}
			call("latch_open", latch)
			t.next(it, latch)
			t.next(it, latch)
			t.expectEnd(it)
		},
		"B18.3": func(t *T) {
			p, nothing := t.pool(1), &numbers{}
			it := t.imap(p, "square", []int{1})
			t.next(it, int64(1))
			t.expectEnd(it)
			t.expectEnd(t.imap(p, "square", []any{}))
			t.expectEnd(t.imap(p, "square", nothing.read))
			t.expect(atomic.LoadInt64(&nothing.calls), int64(1))
		},
		"B18.4": func(t *T) {
			input := &numbers{last: 1 << 62}
			it := t.imap(t.pool(2), "square", input.read, readAhead(1, 4)...)
			for i := int64(1); i <= 50; i++ {
				if calls := atomic.LoadInt64(&input.calls); calls > i-1+4 {
					t.fail("expected at most %d items read, found %d", i-1+4, calls)
				}
				t.next(it, i*i)
			}
		},
		"B18.5": func(t *T) {
			p, calls := t.pool(1), int64(0)
			square := function("square")
			it := t.imap(p, "square", func() (any, error) {
				if v, err := p.Apply(background, square, 4); err != nil || v != int64(16) {
					return nil, errors.New("the task did not run")
				}
				if calls++; calls > 3 {
					return nil, asyncresult.ErrStop
				}
				return calls, nil
			}, readAhead(1, 2)...)
			for i := int64(1); i <= 3; i++ {
				t.next(it, i*i)
			}
			t.expectEnd(it)
		},
		"B18.6": func(t *T) {
			p := t.pool(1, asyncresult.WithQueueLimit(3, asyncresult.FullFail))
			counter, latch := t.counter(), t.latch()
			t.hold(p, latch)
			p.Imap(background, function("count"), []int64{counter, counter, counter})
			for {
				_, err := p.ApplyAsync(function("square"), 5)
				if err == nil {
					break
				}
				t.expectError(err, asyncresult.ErrQueueFull)
				runtime.GC()
			}
			call("latch_open", latch)
			t.expect(p.Close(), nil)
			t.expect(call("counter_get", counter), int64(0))
		},
		"B18.7": func(t *T) {
			p, latch := t.pool(1), t.latch()
			it := t.imap(p, "latch_wait", []int64{latch, latch, latch, latch}, readAhead(1, 2)...)
			call("wait_for_waiters", latch, 1)
			it.Cancel()
			call("latch_open", latch)
			t.next(it, latch)
			t.nextError(it, asyncresult.ErrCancelled) // the second
			t.nextError(it, asyncresult.ErrCancelled) // the rest
			t.expectEnd(it)
		},

		// B21, B22: the end of the pool
		"B21.4": func(t *T) {
			p := t.pool(2)
			it := t.imap(p, "square", (&numbers{last: 20}).read, readAhead(1, 2)...)
			t.expect(p.Stop(), nil)
			for i := int64(1); i <= 20; i++ {
				t.next(it, i*i)
			}
			t.expectEnd(it)
			t.expect(p.Join(background), nil)
		},
		"B22.9": func(t *T) {
			p, latch := t.pool(1), t.latch()
			it := t.imap(p, "latch_wait", []int64{latch, latch, latch}, readAhead(1, 2)...)
			call("wait_for_waiters", latch, 1)
			failure := make(chan error, 1)
			go func() {
				_, err := it.Next(background)
				failure <- err
			}()
			t.expect(p.Terminate(), nil)
			t.expectError(<-failure, asyncresult.ErrTerminated)
			t.nextError(it, asyncresult.ErrTerminated) // the second
			t.nextError(it, asyncresult.ErrTerminated) // the rest
			t.expectEnd(it)
		},
	})
}
