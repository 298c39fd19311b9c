package main

import (
	"context"
	"errors"
	"math"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"asyncresult"
)

func init() {
	add(map[string]func(*T){
		// B1: get
		"B1.1": func(t *T) {
			t.expect(t.get(t.submit(t.pool(1), "square", 5)), int64(25))
		},
		"B1.2": func(t *T) {
			p, latch := t.pool(1), t.latch()
			r := t.submit(p, "latch_number", latch, 7)
			call("wait_for_waiters", latch, 1)
			value := make(chan any)
			go func() {
				v, _ := r.Get(background)
				value <- v
			}()
			t.expect(r.Ready(), false)
			call("latch_open", latch)
			t.expect(<-value, int64(7))
		},
		"B1.3": func(t *T) {
			err := t.getError(t.submit(t.pool(1), "byte", 300), asyncresult.ErrType)
			t.expect(err.Kind, "Type")
			t.expectText(err.Message, "argument 1")
		},
		"B1.4": func(t *T) {
			p := t.pool(1)
			r := t.submit(p, "square", 5)
			t.expect(t.get(r), t.get(r))
			r = t.submit(p, "byte", 300)
			first := *t.getError(r, asyncresult.ErrType)
			t.expect(*t.getError(r, asyncresult.ErrType), first)
		},
		"B1.5": func(t *T) {
			p := t.pool(1)
			t.expect(t.get(t.submit(p, "square", 3)), int64(9))
			t.expect(t.get(t.submit(p, "half", 5.0)), 2.5)
			t.expect(t.get(t.submit(p, "text")), "asynchronous")
			t.expect(t.get(t.submit(p, "nothing")), nil)
		},

		// B2: timeouts of get
		"B2.1": func(t *T) {
			p, latch, counter := t.pool(1), t.latch(), t.counter()
			r := t.submit(p, "count_and_wait", counter, latch)
			call("wait_for_waiters", latch, 1)
			_, err := r.Get(t.soon())
			t.expectError(err, asyncresult.ErrTimeout)
			if !errors.Is(err, context.DeadlineExceeded) {
				t.fail("expected context.DeadlineExceeded, found %v", err)
			}
			call("latch_open", latch)
			t.expect(t.get(r), int64(1))
			t.expect(call("counter_get", counter), int64(1))
		},

		// B3: which timeouts
		"B3.1": func(t *T) {
			r := t.hold(t.pool(1), t.latch())
			zero, cancel := context.WithTimeout(background, 0)
			defer cancel()
			for _, ctx := range []context.Context{zero, passed()} {
				_, err := r.Get(ctx)
				t.expectError(err, asyncresult.ErrTimeout)
			}
		},
		"B3.2": func(t *T) {
			p, latch := t.pool(1), t.latch()
			r := t.hold(p, latch)
			huge, cancel := context.WithTimeout(background, math.MaxInt64)
			defer cancel()
			value := make(chan any, 2)
			for _, ctx := range []context.Context{huge, background} {
				go func(ctx context.Context) {
					v, _ := r.Get(ctx)
					value <- v
				}(ctx)
			}
			call("latch_open", latch)
			t.expect(<-value, latch)
			t.expect(<-value, latch)
		},
		"B3.4": func(t *T) {
			r := t.submit(t.pool(1), "square", 5)
			t.get(r)
			zero, cancel := context.WithTimeout(background, 0)
			defer cancel()
			for _, ctx := range []context.Context{zero, passed()} {
				v, err := r.Get(ctx)
				t.expect(err, nil)
				t.expect(v, int64(25))
			}
		},

		// B4: wait
		"B4.1": func(t *T) {
			p := t.pool(1)
			t.expect(t.submit(p, "square", 5).Wait(background), nil)
			t.expect(t.submit(p, "byte", 300).Wait(background), nil)
		},
		"B4.2": func(t *T) {
			r := t.hold(t.pool(1), t.latch())
			t.expectError(r.Wait(t.soon()), asyncresult.ErrTimeout)
		},

		// B5: ready and successful
		"B5.1": func(t *T) {
			p, latch := t.pool(1), t.latch()
			r := t.hold(p, latch)
			t.expect(r.Ready(), false)
			call("latch_open", latch)
			t.get(r)
			t.expect(r.Ready(), true)
		},
		"B5.2": func(t *T) {
			_, err := t.hold(t.pool(1), t.latch()).Successful()
			t.expectError(err, asyncresult.ErrNotReady)
		},
		"B5.3": func(t *T) {
			p := t.pool(1)
			for name, expected := range map[string]bool{"square": true, "byte": false} {
				r := t.submit(p, name, 300)
				t.expect(r.Wait(background), nil)
				successful, err := r.Successful()
				t.expect(err, nil)
				t.expect(successful, expected)
			}
		},

		// B6: many waiters, interrupts
		"B6.1": manyWaiters,
		"B6.2": func(t *T) {
			p, latch := t.pool(1), t.latch()
			r := t.hold(p, latch)
			ctx, cancel := context.WithCancel(background)
			go cancel()
			_, err := r.Get(ctx)
			t.expectError(err, asyncresult.ErrInterrupted)
			if !errors.Is(err, context.Canceled) {
				t.fail("expected context.Canceled, found %v", err)
			}
			call("latch_open", latch)
			t.expect(t.get(r), latch)
		},
		"B6.3": func(t *T) {
			p, latch := t.pool(1), t.latch()
			r := t.hold(p, latch)
			ctx, stop := signal.NotifyContext(background, os.Interrupt)
			defer stop()
			ended := make(chan error)
			go func() { ended <- r.Wait(ctx) }()
			syscall.Kill(syscall.Getpid(), syscall.SIGINT)
			t.expectError(<-ended, asyncresult.ErrInterrupted)
			call("latch_open", latch)
			t.expect(t.get(r), latch)
		},

		// B7: dropped handles
		"B7.1": func(t *T) {
			p := t.pool(1)
			value, failure := make(chan any, 1), make(chan error, 1)
			for _, number := range []int{5, 300} {
				t.submitWith(p, "byte", []any{number},
					asyncresult.OnValue(func(v any) { value <- v }),
					asyncresult.OnError(func(err error) { failure <- err }))
			}
			t.expect(<-value, int64(5))
			t.expectError(<-failure, asyncresult.ErrType)
		},
		"B7.2": unreadErrors,
	})
}

func manyWaiters(t *T) {
	p, latch := t.pool(1), t.latch()
	first := t.submit(p, "latch_number", latch, 7)
	second := t.submit(p, "byte", 300)
	var group sync.WaitGroup
	values, failures := make(chan any, 8), make(chan error, 8)
	for i := 0; i < 8; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			v, _ := first.Get(background)
			values <- v
			_, err := second.Get(background)
			failures <- err
		}()
	}
	call("latch_open", latch)
	group.Wait()
	for i := 0; i < 8; i++ {
		t.expect(<-values, int64(7))
		t.expectError(<-failures, asyncresult.ErrType)
	}
}

func unreadErrors(t *T) {
	told := make(chan struct{})
	var mu sync.Mutex
	var messages []string
	p := t.pool(1, asyncresult.WithUnreadError(func(err error) {
		mu.Lock()
		defer mu.Unlock()
		messages = append(messages, err.Error())
		if len(messages) == 1 {
			close(told)
		}
	}))
	t.getError(t.submit(p, "byte", 301), asyncresult.ErrType)
	t.expect(t.submit(p, "byte", 302).Wait(background), nil)
	collect(told)
	mu.Lock()
	defer mu.Unlock()
	t.expect(len(messages), 1)
	t.expectText(messages[0], "302")
}
