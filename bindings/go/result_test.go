package asyncresult

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
)

// fewThreads is more than Go adds for short calls of C, whatever the number of
// goroutines that make them.
const fewThreads = 16

func TestFiveThousandWaitersTakeNoThread(t *testing.T) {
	l := newLatch(t)
	r := l.hold(newTestPool(t, 1))
	before := threads(t)
	var waiting, ended sync.WaitGroup
	waiting.Add(5000)
	ended.Add(5000)
	for i := 0; i < 5000; i++ {
		go func() {
			defer ended.Done()
			r.Done()
			waiting.Done()
			if v, err := r.Get(ctx); err != nil || v != l.id {
				t.Errorf("expected %v, found %v, %v", l.id, v, err)
			}
		}()
	}
	waiting.Wait()
	if now := threads(t); now > before+fewThreads {
		t.Errorf("expected about %d threads, found %d", before, now)
	}
	l.release()
	ended.Wait()
}

func TestWaitersOfManyResultsTakeNoThread(t *testing.T) {
	l := newLatch(t)
	square := fixture(t, squarePrototype)
	pool := newTestPool(t, 1)
	l.hold(pool)
	before := threads(t)
	const count = 2000
	values := make(chan any, count)
	var waiting sync.WaitGroup
	waiting.Add(count)
	for i := 0; i < count; i++ {
		r, err := pool.ApplyAsync(square, i)
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			r.Done()
			waiting.Done()
			v, _ := r.Get(ctx)
			values <- v
		}()
	}
	waiting.Wait()
	if now := threads(t); now > before+fewThreads {
		t.Errorf("expected about %d threads, found %d", before, now)
	}
	l.release()
	sum := int64(0)
	for i := 0; i < count; i++ {
		sum += (<-values).(int64)
	}
	if expected := int64((count - 1) * count * (2*count - 1) / 6); sum != expected {
		t.Errorf("expected %d, found %d", expected, sum)
	}
}

func TestDoneIsOneChannel(t *testing.T) {
	l := newLatch(t)
	r := l.hold(newTestPool(t, 1))
	done := r.Done()
	if done != r.Done() {
		t.Error("expected the same channel again")
	}
	select {
	case <-done:
		t.Error("expected it open while the task runs")
	default:
	}
	l.release()
	<-done
	if !r.Ready() {
		t.Error("expected the result ready when the channel is closed")
	}
	<-r.Done()
}

func TestAnEndedContextLeavesTheResultReadable(t *testing.T) {
	l := newLatch(t)
	r := l.hold(newTestPool(t, 1))
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	_, err := r.Get(cancelled)
	if !errors.Is(err, context.Canceled) || !errors.Is(err, ErrInterrupted) {
		t.Errorf("expected Interrupted by context.Canceled, found %v", err)
	}
	_, err = r.Get(passedContext())
	if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, ErrTimeout) {
		t.Errorf("expected Timeout by context.DeadlineExceeded, found %v", err)
	}
	l.release()
	if v, err := r.Get(ctx); err != nil || v != l.id {
		t.Errorf("expected %v, found %v, %v", l.id, v, err)
	}
	if v, err := r.Get(cancelled); err != nil || v != l.id {
		t.Errorf("expected a ready result to ignore the context, found %v, %v", v, err)
	}
}

func TestAResultShowsItsState(t *testing.T) {
	l := newLatch(t)
	pool := newTestPool(t, 2)
	pending := l.hold(pool, Tag(7))
	if pending.String() != "AsyncResult<pending>" || pending.Tag() != 7 {
		t.Errorf("found %v with the tag %d", pending, pending.Tag())
	}
	ready, err := pool.ApplyAsync(fixture(t, squarePrototype), 5)
	if err != nil {
		t.Fatal(err)
	}
	ready.Wait(ctx)
	if ready.String() != "AsyncResult<ready, 25>" {
		t.Errorf("found %v", ready)
	}
	failed, err := pool.ApplyAsync(fixture(t, squarePrototype), "text")
	if err != nil {
		t.Fatal(err)
	}
	failed.Wait(ctx)
	if _, err := failed.Get(ctx); failed.String() != fmt.Sprintf("AsyncResult<failed, %v>", err) {
		t.Errorf("found %v", failed)
	}
}

func TestCancelSaysWhatItDid(t *testing.T) {
	for outcome, text := range map[Outcome]string{TooLate: "too late", Dequeued: "dequeued",
		Asked: "asked", Killed: "killed", 9: "Outcome(9)", -1: "Outcome(-1)"} {
		if outcome.String() != text {
			t.Errorf("expected %q, found %q", text, outcome.String())
		}
	}
}

func TestADoneCallbackThatPanicsIsReported(t *testing.T) {
	l := newLatch(t)
	reported := make(chan error, 2)
	pool := newTestPool(t, 1, WithUnreadError(func(err error) { reported <- err }))
	r := l.hold(pool)
	if err := r.OnDone(func(*Result) { panic("late") }); err != nil {
		t.Fatal(err)
	}
	if err := r.OnDone(func(*Result) { runtime.Goexit() }); err != nil {
		t.Fatal(err)
	}
	l.release()
	if err := <-reported; err.Error() != "panic: late" {
		t.Errorf("expected the panic, found %v", err)
	}
	if err := <-reported; err.(*Error).Kind != "Goexit" {
		t.Errorf("expected Goexit, found %v", err)
	}
	r.Wait(ctx)
	if err := r.OnDone(func(*Result) { panic("at once") }); err != nil {
		t.Fatal(err)
	}
	if err := <-reported; err.Error() != "panic: at once" {
		t.Errorf("expected the panic, found %v", err)
	}
}

func TestACallbackKeepsTheErrorItPanickedWith(t *testing.T) {
	pool := newTestPool(t, 1)
	square := fixture(t, squarePrototype)
	for _, c := range []struct {
		panicked      any
		kind, message string
	}{
		{"text", "panic", "text"},
		{42, "panic", "42"},
		{errors.New("plain"), "*errors.errorString", "plain"},
		{&Error{Code: CodeState, Kind: "Own", Message: "mine"}, "Own", "mine"},
		{(*badError)(nil), "*asyncresult.badError", "<nil>"},
	} {
		r, err := pool.Submit(square, []any{1}, OnValue(func(any) { panic(c.panicked) }))
		if err != nil {
			t.Fatal(err)
		}
		_, err = r.Get(ctx)
		var e *Error
		if !errors.As(err, &e) || e.Kind != c.kind || e.Message != c.message || e.Trace == "" {
			t.Errorf("expected %s: %s, found %#v", c.kind, c.message, err)
		}
	}
}

// A badError that is nil has methods that panic.
type badError struct{ text string }

func (e *badError) Error() string { return e.text }
func (e *badError) Unwrap() error { return errors.New(e.text) }

func TestATimeOutRaisedInACallbackIsNoTimeOutOfTheWait(t *testing.T) {
	pool := newTestPool(t, 1)
	r, err := pool.Submit(fixture(t, squarePrototype), []any{1}, OnValue(func(any) {
		panic(&Error{Code: CodeTimeout, Kind: "Timeout", Message: "of the callback"})
	}))
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.Get(ctx)
	if errors.Is(err, ErrTimeout) || !errors.Is(err, ErrTask) || err.Error() != "Timeout: of the callback" {
		t.Errorf("expected a Task error, found %#v", err)
	}
}
