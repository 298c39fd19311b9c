package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"runtime"
	"sync/atomic"

	"asyncresult"
)

// ownError is an error of the program, with more than a text.
type ownError struct {
	number int
	cause  error
}

func (e *ownError) Error() string { return fmt.Sprintf("the number %d", e.number) }
func (e *ownError) Unwrap() error { return e.cause }

// failsWith is a task that fails with an error.
func failsWith(err error) task {
	return func(context.Context) (any, error) { return nil, err }
}

// squareUnlessOdd fails for odd numbers.
func squareUnlessOdd(_ context.Context, n int) (int, error) {
	if n%2 == 1 {
		return 0, &ownError{number: n}
	}
	return n * n, nil
}

// numberOf is the number of an own error.
func (t *T) numberOf(err error) int {
	var own *ownError
	if !errors.As(err, &own) {
		t.fail("expected an error of the program, found %v", err)
	}
	return own.number
}

// runaway is a recursion that ends with a panic only.
func runaway(depth int) int {
	if depth == 1000 {
		panic("too deep")
	}
	return runaway(depth+1) + 1
}

// released is a channel that is closed once the object is garbage, which a task refers to.
func released() (f task, collected chan struct{}) {
	collected = make(chan struct{})
	object := &struct{ numbers []int }{[]int{5}}
	runtime.SetFinalizer(object, func(*struct{ numbers []int }) { close(collected) })
	return func(context.Context) (any, error) { return object.numbers[0], nil }, collected
}

func mapErrors(t *T, p *asyncresult.Pool, policy asyncresult.ErrorPolicy) error {
	_, err := asyncresult.Map(background, p, []int{2, 3, 4, 5, 6}, squareUnlessOdd,
		asyncresult.Errors(policy), asyncresult.ChunkSize(1))
	return err
}

func init() {
	children["exit with a function of Go that runs"] = func() {
		t := &T{}
		running := make(chan struct{}, 2)
		p := t.pool(2)
		t.run(p, func(context.Context) (any, error) { running <- struct{}{}; select {} })
		t.run(p, func(context.Context) (any, error) {
			for running <- struct{}{}; ; {
			}
		})
		<-running
		<-running
		os.Exit(7)
	}
	children["a function of Go that exits"] = func() {
		t := &T{}
		t.get(t.run(t.pool(1), func(context.Context) (any, error) {
			os.Exit(9)
			return nil, nil
		}))
	}
	add(map[string]func(*T){
		"L1.1": func(t *T) {
			p := t.pool(1)
			values := []any{1<<53 + 1, int64(math.MaxInt64), int64(math.MinInt64), uint64(math.MaxUint64),
				0.1, "text", []byte{0, 255}, nil, true, []any{1, []any{2}},
				map[string]any{"a": map[int]any{1: nil}}}
			same := func(_ context.Context, v any) (any, error) { return v, nil }
			back, err := asyncresult.Map(background, p, values, same)
			t.expect(err, nil)
			t.expect(back, values)
			for _, v := range values {
				v := v
				t.expect(t.get(t.run(p, func(context.Context) (any, error) { return v, nil })), v)
			}
		},
		"L1.2": func(t *T) {
			p := t.pool(1)
			own := &ownError{number: 5}
			_, err := t.run(p, failsWith(own)).Get(background)
			t.expect(err == error(own), true)
			panicked := t.getError(t.run(p, func(context.Context) (any, error) { panic(own) }),
				asyncresult.ErrTask)
			t.expect(panicked.Kind, "panic")
			t.expect(panicked.Message, "the number 5")
			t.expectText(panicked.Trace, "language.go")
		},
		"L1.3": func(t *T) {
			p := t.pool(1)
			cause := errors.New("first")
			for _, f := range []task{
				failsWith(fmt.Errorf("third: %w", &ownError{2, cause})),
				func(context.Context) (any, error) { panic(&ownError{2, cause}) },
			} {
				r := t.run(p, f)
				_, err := r.Get(background)
				t.expect(errors.Is(err, cause), true)
				t.expect(t.numberOf(err), 2)
				_, again := r.Get(background)
				t.expect(again == err, true)
			}
			r := t.run(p, func(context.Context) (any, error) { panic([]int{1, 2}) })
			t.expect(t.getError(r, asyncresult.ErrTask).Value, []int{1, 2})
		},
		"L1.4": func(t *T) {
			p := t.pool(1)
			type pair struct{ a, b int }
			sums, err := asyncresult.Map(background, p, []pair{{1, 2}, {3, 4}},
				func(_ context.Context, of pair) (int, error) { return of.a + of.b, nil })
			t.expect(err, nil)
			t.expect(sums, []int{3, 7})
			a, b, c, d := 1, "2", 3.5, []int{4}
			r := t.run(p, func(context.Context) (any, error) { return []any{a, b, c, d}, nil })
			t.expect(t.get(r), []any{1, "2", 3.5, []int{4}})
		},
		"L1.7": func(t *T) {
			p := t.pool(2)
			squares, err := asyncresult.Map(background, p, []int{2, 4, 6}, squareUnlessOdd,
				asyncresult.ChunkSize(1))
			t.expect(err, nil)
			t.expect(squares, []int{4, 16, 36})
			for _, policy := range []asyncresult.ErrorPolicy{asyncresult.ErrorsFirst,
				asyncresult.ErrorsFailFast} {
				if number := t.numberOf(mapErrors(t, p, policy)); number != 3 && number != 5 {
					t.fail("expected 3 or 5, found %d", number)
				}
			}
			t.expect(t.numberOf(mapErrors(t, p, asyncresult.ErrorsLowest)), 3)
			var each *asyncresult.MapError
			t.expect(errors.As(mapErrors(t, p, asyncresult.ErrorsCollect), &each), true)
			t.expect([]any{each.Errors[0], each.Errors[2], each.Errors[4]}, []any{nil, nil, nil})
			t.expect([]int{t.numberOf(each.Errors[1]), t.numberOf(each.Errors[3])}, []int{3, 5})
		},
		"L1.8": func(t *T) {
			for _, size := range []int{1, 3, 100} {
				s, err := asyncresult.Imap(background, t.pool(2), []int{1, 2, 3, 4}, squareUnlessOdd,
					asyncresult.ChunkSize(size))
				t.expect(err, nil)
				for i := 1; i <= 4; i++ {
					square, err := s.Next(background)
					if i%2 == 1 {
						t.expect(t.numberOf(err), i)
					} else {
						t.expect([]any{square, err}, []any{i * i, nil})
					}
				}
				_, err = s.Next(background)
				t.expectError(err, asyncresult.ErrStop)
			}
		},
		"L1.9": func(t *T) {
			p := t.pool(1)
			var nowhere map[string]int
			for _, way := range []func(){
				func() { panic("a text") },
				func() { panic(errors.New("an error")) },
				func() { panic(nil) },
				func() { panic([]int{42}) },
				func() { nowhere["a"] = 1 },
				func() { runaway(0) },
				runtime.Goexit,
			} {
				way := way
				r := t.run(p, func(context.Context) (any, error) {
					way()
					return nil, nil
				})
				t.getError(r, asyncresult.ErrTask)
				t.expect(t.get(t.run(p, five)), 5)
			}
			expectChild(t, "a function of Go that exits", 9)
		},
		"L1.10": func(t *T) {
			var prepared atomic.Int32
			p := t.pool(2, asyncresult.WithGoInitializer(func(context.Context) error {
				prepared.Add(1)
				return nil
			}))
			_, err := asyncresult.Map(background, p, make([]int, 20),
				func(_ context.Context, n int) (int, error) {
					if prepared.Load() == 0 {
						return 0, errors.New("expected a worker that is prepared")
					}
					return n, nil
				}, asyncresult.ChunkSize(1))
			t.expect(err, nil)
			t.expect(p.Close(), nil)
			if count := prepared.Load(); count < 1 || count > 2 {
				t.fail("expected 1 or 2 calls, found %d", count)
			}
			own := &ownError{number: 5}
			broken := t.pool(2, asyncresult.WithGoInitializer(func(context.Context) error { return own }))
			_, err = asyncresult.Call(background, broken, five)
			t.expectError(err, asyncresult.ErrBroken)
			t.expect(t.numberOf(err), 5)
		},
		"L1.11": func(t *T) {
			t.expectSeen(func(_ *asyncresult.Pool, r *asyncresult.Result) { r.Cancel() })
			t.expectSeen(func(p *asyncresult.Pool, _ *asyncresult.Result) { p.Terminate() })
		},
		"L1.12": func(t *T) {
			p := t.pool(2)
			var results [50]*asyncresult.Result
			for i := range results {
				n := int64(i)
				if i%2 == 0 {
					results[i] = t.submit(p, "square", n)
				} else {
					results[i] = t.run(p, func(context.Context) (any, error) { return n * n, nil })
				}
			}
			for i, r := range results {
				t.expect(t.get(r), int64(i*i))
			}
		},
		"L1.13": func(t *T) {
			p := t.pool(1)
			f, ended := released()
			r := t.run(p, f)
			t.expect(t.get(r), 5)
			f = nil
			t.get(t.run(p, five))
			collect(ended)
			held, open := gated(t, p, 1)
			cancelled, terminated := releasedUnrun(t, p, true), releasedUnrun(t, p, false)
			collect(cancelled)
			t.expect(p.Terminate(), nil)
			collect(terminated)
			close(open)
			t.getError(held.Result, asyncresult.ErrTerminated)
			runtime.KeepAlive(r)
		},
		"L1.14": func(t *T) {
			var values, failures record
			p, own := t.pool(1), &ownError{number: 5}
			t.expect(t.get(t.run(p, five, values.onValue(), failures.onError())), 5)
			_, err := t.run(p, failsWith(own), values.onValue(), failures.onError()).Get(background)
			t.expect(err == error(own), true)
			t.expect(values.all(), []any{5})
			t.expect(failures.all(), []any{own})
		},
		"L1.15": func(t *T) { expectChild(t, "exit with a function of Go that runs", 7) },
	})
}

// releasedUnrun is released by a task that never runs.
func releasedUnrun(t *T, p *asyncresult.Pool, cancels bool) chan struct{} {
	f, collected := released()
	r := t.run(p, f)
	if cancels {
		t.expect(r.Cancel(), asyncresult.Dequeued)
	}
	return collected
}
