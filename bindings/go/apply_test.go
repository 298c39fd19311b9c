package asyncresult

import (
	"context"
	"errors"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
)

func callsOf(count int) (calls [][]any, squares []any) {
	for i := 0; i < count; i++ {
		calls = append(calls, []any{i})
		squares = append(squares, int64(i)*int64(i))
	}
	return calls, squares
}

func TestSubmitManyGivesAResultForEachCall(t *testing.T) {
	pool := newTestPool(t, 2)
	square := fixture(t, squarePrototype)
	for _, count := range []int{0, 1, 31, 32, 33, 1000} {
		calls, squares := callsOf(count)
		results, err := pool.SubmitMany(square, calls)
		if err != nil || len(results) != count {
			t.Fatalf("expected %d results, found %d, %v", count, len(results), err)
		}
		values, err := results.Get(ctx)
		if err != nil || count > 0 && !reflect.DeepEqual(values, squares) {
			t.Errorf("expected %v, found %v, %v", squares, values, err)
		}
		for i, r := range results {
			if v, err := r.Get(ctx); err != nil || v != squares[i] || r.Cancel() != TooLate {
				t.Errorf("expected %v, found %v, %v", squares[i], v, err)
			}
		}
	}
	length := cFunction(t, "c", "size_t strlen(const char *)")
	results, err := pool.SubmitMany(length, [][]any{{"a"}, {"abc"}, {1}})
	if err != nil {
		t.Fatal(err)
	}
	if v, err := results[1].Get(ctx); err != nil || v != int64(3) {
		t.Errorf("expected 3, found %v, %v", v, err)
	}
	if _, err := results.Get(ctx); !errors.Is(err, ErrType) {
		t.Errorf("expected a Type error, found %v", err)
	}
	if err := results.Wait(ctx); err != nil {
		t.Errorf("expected a wait to say nothing of errors, found %v", err)
	}
	text, err := pool.SubmitMany(fixture(t, "const char *fixture_text(void)"), make([][]any, 2))
	if err != nil {
		t.Fatal(err)
	}
	if v, err := text.Get(ctx); err != nil || v[1] != "asynchronous" {
		t.Errorf("expected a text, found %v, %v", v, err)
	}
}

func TestSubmitManyRefusesWhatCannotCross(t *testing.T) {
	pool := newTestPool(t, 1)
	square := fixture(t, squarePrototype)
	_, err := pool.SubmitMany(square, [][]any{{1}, {"text", func() {}}})
	if !errors.Is(err, ErrType) || !strings.Contains(err.Error(), "calls[1]: argument 2: ") {
		t.Errorf("expected a Type error that names the argument, found %v", err)
	}
	if _, err := pool.SubmitMany(nil, [][]any{{1}}); !errors.Is(err, ErrArgument) {
		t.Errorf("expected an Argument error, found %v", err)
	}
	if _, err := (*Pool)(nil).SubmitMany(square, [][]any{{1}}); !errors.Is(err, ErrArgument) {
		t.Errorf("expected an Argument error, found %v", err)
	}
	if err := (Results{nil}).Wait(ctx); !errors.Is(err, ErrArgument) {
		t.Errorf("expected an Argument error, found %v", err)
	}
	if err := (Results{}).Wait(nilContext); !errors.Is(err, ErrArgument) {
		t.Errorf("expected an Argument error, found %v", err)
	}
}

// B26.1, B26.2
func TestSubmitManyNeedsPlacesForAll(t *testing.T) {
	l := newLatch(t)
	square := fixture(t, squarePrototype)
	pool := newTestPool(t, 1, WithQueueLimit(2, FullFail))
	l.hold(pool)
	results, err := pool.SubmitMany(square, [][]any{{1}, {2}, {3}})
	if !errors.Is(err, ErrQueueFull) || results != nil {
		t.Errorf("expected a QueueFull error, found %v, %v", results, err)
	}
	results, err = pool.SubmitMany(square, [][]any{{1}, {2}})
	if err != nil {
		t.Fatal(err)
	}
	l.release()
	if values, err := results.Get(ctx); err != nil || values[1] != int64(4) {
		t.Errorf("expected 1 and 4, found %v, %v", values, err)
	}
	blocking := newTestPool(t, 1, WithQueueLimit(2, FullBlock))
	for i := 0; i < 10; i++ {
		results, err := blocking.SubmitMany(square, [][]any{{1}, {2}})
		if err != nil {
			t.Fatal(err)
		}
		defer results.Wait(ctx)
	}
}

func TestResultsWaitEndsWithItsContext(t *testing.T) {
	l := newLatch(t)
	pool := newTestPool(t, 1)
	l.hold(pool)
	calls, squares := callsOf(600)
	results, err := pool.SubmitMany(fixture(t, squarePrototype), calls)
	if err != nil {
		t.Fatal(err)
	}
	if err := results.Wait(passedContext()); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("expected the deadline to end the wait, found %v", err)
	}
	var group sync.WaitGroup
	for i := 0; i < 8; i++ {
		group.Add(1)
		go func(i int) {
			defer group.Done()
			if values, err := results.Get(ctx); err != nil || !reflect.DeepEqual(values, squares) {
				t.Errorf("expected the squares, found %v, %v", values, err)
			}
			results[i].Get(ctx)
		}(i)
	}
	l.release()
	group.Wait()
}

// B7
func TestDroppedResultsBecomeGarbage(t *testing.T) {
	pool := newTestPool(t, 2)
	released := make(chan bool, 1)
	func() {
		results, err := pool.SubmitMany(fixture(t, squarePrototype), [][]any{{1}, {2}})
		if err != nil {
			t.Fatal(err)
		}
		runtime.SetFinalizer(results[0], func(*Result) { released <- true })
	}()
	for len(released) == 0 {
		runtime.GC()
		runtime.Gosched()
	}
}

func TestAHelpingPoolRunsTheTaskThatIsWaitedForHere(t *testing.T) {
	l := newLatch(t)
	pool := newTestPool(t, 1, WithHelping(HelpAll))
	running := l.hold(pool)
	square := fixture(t, squarePrototype)
	if v, err := pool.Apply(ctx, square, 5); err != nil || v != int64(25) {
		t.Errorf("expected 25 though the worker is held, found %v, %v", v, err)
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := pool.Apply(cancelled, square, 5); !errors.Is(err, ErrInterrupted) {
		t.Errorf("expected a context that ends not to help, found %v", err)
	}
	if _, err := NewPool(1, WithHelping(99)); !errors.Is(err, ErrArgument) {
		t.Errorf("expected an Argument error, found %v", err)
	}
	before := threads(t)
	values := make(chan any)
	for i := 0; i < 100; i++ {
		go func() {
			v, _ := running.Get(ctx)
			values <- v
		}()
	}
	for i := 0; i < 1000; i++ {
		runtime.Gosched()
	}
	if now := threads(t); now > before+fewThreads {
		t.Errorf("expected a task that has begun to hold no thread, found %d more", now-before)
	}
	l.release()
	for i := 0; i < 100; i++ {
		if v := <-values; v != l.id {
			t.Errorf("expected %v, found %v", l.id, v)
		}
	}
}
