package main

import (
	"context"
	"errors"

	"asyncresult"
)

// gated is a task that waits for a gate, and the gate.
func gated[V any](t *T, p *asyncresult.Pool, value V) (*asyncresult.Future[V], chan struct{}) {
	gate := make(chan struct{})
	return submitted(t, p, func(context.Context) (V, error) {
		<-gate
		return value, nil
	}), gate
}

// submitted is a Submit that must succeed.
func submitted[V any](t *T, p *asyncresult.Pool, f func(context.Context) (V, error),
	options ...asyncresult.TaskOption) *asyncresult.Future[V] {
	return made[*asyncresult.Future[V]](t)(asyncresult.Submit(background, p, f, options...))
}

// made is what a call that makes something must answer.
func made[V any](t *T) func(v V, err error) V {
	return func(v V, err error) V {
		if err != nil {
			t.fail("expected a value, found %v", err)
		}
		return v
	}
}

// fails is the result of a C function that fails.
func (t *T) fails(p *asyncresult.Pool) *asyncresult.Future[int64] {
	return asyncresult.As[int64](t.submit(p, "byte", 300))
}

// never is what must not be called, and tells if it is.
func never[V, W any](called *bool) func(context.Context, V) (W, error) {
	return func(context.Context, V) (none W, err error) {
		*called = true
		return none, nil
	}
}

func squareOf(_ context.Context, n int64) (int64, error) { return n * n, nil }

func init() {
	type futures = []*asyncresult.Future[int64]
	get := func(t *T) func(*asyncresult.Future[int64], error) any {
		return func(f *asyncresult.Future[int64], err error) any {
			return t.get(made[*asyncresult.Future[int64]](t)(f, err).Result)
		}
	}
	add(map[string]func(*T){
		"B31.1": func(t *T) {
			p := t.pool(2)
			held, open := gated(t, p, int64(1))
			for _, ready := range []*asyncresult.Future[int64]{
				asyncresult.As[int64](t.submit(p, "square", 3)), t.fails(p)} {
				place, err := asyncresult.WaitAny(background, futures{held, ready})
				t.expect(err, nil)
				t.expect(place, 1)
			}
			_, err := asyncresult.WaitAny(t.soon(), futures{held})
			t.expectError(err, asyncresult.ErrTimeout)
			close(open)
		},
		"B31.2": func(t *T) {
			p := t.pool(2)
			held, open := gated(t, p, int64(1))
			both := futures{t.fails(p), held}
			t.expectError(asyncresult.WaitAll(t.soon(), both), asyncresult.ErrTimeout)
			close(open)
			t.expect(asyncresult.WaitAll(background, both), nil)
			t.expect(both[0].Ready() && both[1].Ready(), true)
		},
		"B31.3": func(t *T) {
			p := t.pool(2)
			first, openFirst := gated(t, p, int64(1))
			second, openSecond := gated(t, p, int64(2))
			completed, err := asyncresult.AsCompleted(background, futures{first, second})
			t.expect(err, nil)
			close(openSecond)
			t.expect(<-completed == second, true)
			close(openFirst)
			t.expect(<-completed == first, true)
			_, more := <-completed
			t.expect(more, false)
		},
		"B31.4": func(t *T) {
			p := t.pool(1)
			source := asyncresult.As[int64](t.submit(p, "square", 3))
			t.expect(get(t)(asyncresult.Then(background, p, source, squareOf)), int64(81))
		},
		"B31.5": func(t *T) {
			p, called := t.pool(1), false
			next, err := asyncresult.Then(background, p, t.fails(p), never[int64, int64](&called))
			t.expect(err, nil)
			t.getError(next.Result, asyncresult.ErrType)
			t.expect(called, false)
		},
		"B31.6": func(t *T) {
			p, called := t.pool(1), false
			t.expect(get(t)(asyncresult.Rescue(background, p, t.fails(p),
				func(_ context.Context, err error) (int64, error) {
					t.expectError(err, asyncresult.ErrType)
					return 4, nil
				})), int64(4))
			good := asyncresult.As[int64](t.submit(p, "square", 3))
			t.expect(get(t)(asyncresult.Rescue(background, p, good, never[error, int64](&called))),
				int64(9))
			t.expect(called, false)
		},
		"B31.7": func(t *T) {
			p := t.pool(2)
			first, openFirst := gated(t, p, int64(1))
			second, openSecond := gated(t, p, int64(2))
			all, err := asyncresult.All(background, p, futures{first, second})
			t.expect(err, nil)
			close(openSecond)
			t.get(second.Result)
			close(openFirst)
			t.expect(t.get(all.Result), []int64{1, 2})
			all, err = asyncresult.All(background, p, futures{first, t.fails(p)})
			t.expect(err, nil)
			t.getError(all.Result, asyncresult.ErrType)
		},
		"B31.8": func(t *T) {
			p := t.pool(2)
			held, open := gated(t, p, int64(1))
			bad := t.fails(p)
			good := asyncresult.As[int64](t.submit(p, "square", 3))
			t.expect(get(t)(asyncresult.Any(background, p, futures{bad, held, good})), int64(9))
			close(open)
			none, err := asyncresult.Any(background, p, futures{bad, bad})
			t.expect(err, nil)
			_, err = none.Get(background)
			var each *asyncresult.MapError
			if !errors.As(err, &each) || len(each.Errors) != 2 {
				t.fail("expected the errors of both, found %v", err)
			}
			for _, err := range each.Errors {
				t.expectError(err, asyncresult.ErrType)
			}
		},
		"B31.9": func(t *T) {
			p, called := t.pool(1), false
			held, open := gated(t, p, int64(1))
			next, err := asyncresult.Then(background, p, held, never[int64, int64](&called))
			t.expect(err, nil)
			t.expect(next.Cancel(), asyncresult.Dequeued)
			t.getError(next.Result, asyncresult.ErrCancelled)
			t.expect(held.Ready(), false)
			close(open)
			t.expect(t.get(held.Result), int64(1))
			t.expect(p.Close(), nil)
			t.expect(called, false)
		},
		"B31.10": func(t *T) {
			p := t.pool(1)
			keeps := made[*asyncresult.Promise[string]](t)(
				asyncresult.NewPromise[string](background, p))
			breaks := made[*asyncresult.Promise[string]](t)(
				asyncresult.NewPromise[string](background, p))
			t.expect(keeps.Future().Ready(), false)
			failure := errors.New("by hand")
			t.expect(keeps.SetValue("value"), nil)
			t.expectError(keeps.SetError(failure), asyncresult.ErrState)
			t.expect(breaks.SetError(failure), nil)
			t.expectError(breaks.SetValue("value"), asyncresult.ErrState)
			t.expect(t.get(keeps.Future().Result), "value")
			_, err := breaks.Future().Get(background)
			t.expect(err, failure)
		},
		"B31.11": func(t *T) {
			p, other, called := t.pool(1), t.pool(1), false
			promise := made[*asyncresult.Promise[int64]](t)(
				asyncresult.NewPromise[int64](background, other))
			source := promise.Future()
			next, err := asyncresult.Then(background, p, source, never[int64, int64](&called))
			t.expect(err, nil)
			all, err := asyncresult.All(background, p, futures{source})
			t.expect(err, nil)
			t.expect(p.Terminate(), nil)
			t.getError(next.Result, asyncresult.ErrTerminated)
			t.getError(all.Result, asyncresult.ErrTerminated)
			t.expect(source.Ready(), false)
			t.expect(promise.SetValue(1), nil)
			t.expect(p.Join(background), nil)
			t.expect(called, false)
		},
	})
}
