package main

import (
	"context"
	"errors"
	"runtime"

	"asyncresult"
)

type task = func(ctx context.Context) (any, error)

// run submits a function of Go.
func (t *T) run(p *asyncresult.Pool, f task,
	options ...asyncresult.TaskOption) *asyncresult.Result {
	future, err := asyncresult.Submit(background, p, f, options...)
	if err != nil {
		t.fail("submit: %v", err)
	}
	return future.Result
}

// nested submits, inside a task, another one and waits for it.
func nested(ctx context.Context, p *asyncresult.Pool, f task,
	options ...asyncresult.TaskOption) (any, error) {
	future, err := asyncresult.Submit(ctx, p, f, options...)
	if err != nil {
		return nil, err
	}
	return future.Get(ctx)
}

func five(context.Context) (any, error) { return 5, nil }

// until is a task that runs until its context ends, and says so.
func until(running chan<- struct{}, seen chan<- error) task {
	return func(ctx context.Context) (any, error) {
		close(running)
		<-ctx.Done()
		seen <- ctx.Err()
		return nil, nil
	}
}

func (t *T) expectSeen(end func(*asyncresult.Pool, *asyncresult.Result)) {
	p := t.pool(1)
	running, seen := make(chan struct{}), make(chan error, 1)
	r := t.run(p, until(running, seen))
	<-running
	end(p, r)
	t.expect(<-seen, context.Canceled)
}

// deep is a task that waits for one below it, and so on.
func deep(p *asyncresult.Pool, depth int) task {
	return func(ctx context.Context) (any, error) {
		if depth == 0 {
			return 0, nil
		}
		below, err := nested(ctx, p, deep(p, depth-1))
		if err != nil {
			return nil, err
		}
		return below.(int) + 1, nil
	}
}

func init() {
	add(map[string]func(*T){
		"B2.2": func(t *T) {
			r := t.run(t.pool(1), func(context.Context) (any, error) {
				return nil, &asyncresult.Error{Code: asyncresult.CodeTimeout, Kind: "Own"}
			})
			t.expect(t.getError(r, asyncresult.ErrTask).Kind, "Own")
		},

		// B22, B29: the cancel flag
		"B22.5": func(t *T) {
			t.expectSeen(func(p *asyncresult.Pool, r *asyncresult.Result) {
				p.Terminate()
				t.getError(r, asyncresult.ErrTerminated)
			})
		},
		"B29.4": func(t *T) {
			t.expectSeen(func(_ *asyncresult.Pool, r *asyncresult.Result) {
				t.expect(r.Cancel(), asyncresult.Asked)
			})
		},

		// B23: inside tasks
		"B23.6": func(t *T) {
			ended := make(chan struct{})
			gate := make(chan struct{})
			func() {
				p, err := asyncresult.NewPool(1)
				if err != nil {
					t.fail("no pool: %v", err)
				}
				t.run(p, func(context.Context) (any, error) {
					<-gate
					runtime.GC()
					runtime.KeepAlive(p)
					return nil, nil
				}, asyncresult.OnValue(func(any) { close(ended) }))
			}()
			close(gate)
			collect(ended)
		},
		"B23.9": func(t *T) {
			p := t.pool(1)
			joined := t.run(p, func(ctx context.Context) (any, error) {
				p.Stop()
				return nil, p.Join(ctx)
			})
			t.getError(joined, asyncresult.ErrDeadlock)
		},

		// B24: waits inside tasks
		"B24.1": func(t *T) {
			p := t.pool(1)
			r := t.run(p, func(ctx context.Context) (any, error) { return nested(ctx, p, five) })
			t.expect(t.get(r), 5)
		},
		"B24.2": func(t *T) {
			p := t.pool(1)
			t.expect(t.get(t.run(p, deep(p, 100))), 100)
		},
		"B24.3": func(t *T) {
			p, other := t.pool(1), t.pool(1)
			latch := t.latch()
			held := t.hold(other, latch)
			r := t.run(p, func(ctx context.Context) (any, error) { return held.Get(ctx) })
			t.expect(t.get(t.run(p, five)), 5)
			t.expect(r.Ready(), false)
			call("latch_open", latch)
			t.get(r)
		},
		"B24.4": func(t *T) {
			p := t.pool(1)
			r := t.run(p, func(ctx context.Context) (any, error) {
				timed, cancel := context.WithTimeout(ctx, limit)
				defer cancel()
				return nested(timed, p, five)
			})
			t.expect(t.get(r), 5)
		},
		"B24.5": func(t *T) {
			itself := make(chan *asyncresult.Result, 1)
			r := t.run(t.pool(1), func(ctx context.Context) (any, error) {
				return (<-itself).Get(ctx)
			})
			itself <- r
			t.getError(r, asyncresult.ErrDeadlock)
		},
		"B24.6": func(t *T) {
			p := t.pool(3)
			var circle [3]*asyncresult.Result
			begin := make(chan struct{})
			for i := range circle {
				i := i
				circle[i] = t.run(p, func(ctx context.Context) (any, error) {
					<-begin
					return circle[(i+1)%3].Get(ctx)
				})
			}
			close(begin)
			for _, r := range circle {
				t.getError(r, asyncresult.ErrDeadlock)
			}
		},
		"B24.7": func(t *T) {
			p := t.pool(1)
			r := t.run(p, func(ctx context.Context) (any, error) {
				return asyncresult.Map(ctx, p, []int{1, 2, 3},
					func(_ context.Context, i int) (int, error) { return i * i, nil })
			})
			t.expect(t.get(r), []int{1, 4, 9})
		},
		"B24.8": func(t *T) {
			p := t.pool(1, asyncresult.WithSpareWorkers(0))
			r := t.run(p, func(ctx context.Context) (any, error) {
				inner := t.run(p, five)
				timed, cancel := context.WithTimeout(ctx, 1)
				defer cancel()
				_, err := inner.Get(timed)
				return errors.Is(err, asyncresult.ErrTimeout) && !inner.Ready(), nil
			})
			t.expect(t.get(r), true)
		},
		"B24.9": func(t *T) {
			p := t.pool(1)
			strand, err := p.NewStrand()
			if err != nil {
				t.fail("no strand: %v", err)
			}
			r := t.run(p, func(ctx context.Context) (any, error) {
				_, err := nested(ctx, p, five, asyncresult.InStrand(strand))
				if err != nil && !errors.Is(err, asyncresult.ErrDeadlock) {
					return nil, err
				}
				return 1, nil
			}, asyncresult.InStrand(strand))
			t.expect(t.get(r), 1)
		},
		"B24.10": func(t *T) {
			p := t.pool(1)
			r := t.run(p, func(ctx context.Context) (any, error) {
				s, err := asyncresult.Imap(ctx, p, []int{1, 2, 3},
					func(_ context.Context, i int) (int, error) { return i * i, nil })
				if err != nil {
					return nil, err
				}
				defer s.Close()
				sum := 0
				for s.Scan(ctx) {
					sum += s.Value()
				}
				return sum, s.Err()
			})
			t.expect(t.get(r), 14)
		},
	})
}
