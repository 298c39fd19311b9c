package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"time"

	"asyncresult"
)

// The functions of the fixture, by their prototypes in ../fixture.h.
var prototypes = map[string]string{
	"square":           "int64_t fixture_square(int64_t)",
	"add":              "int64_t fixture_add(int64_t, int64_t)",
	"half":             "double fixture_half(double)",
	"text":             "const char *fixture_text(void)",
	"nothing":          "void fixture_nothing(void)",
	"byte":             "uint8_t fixture_byte(uint8_t)",
	"thread_id":        "int64_t fixture_thread_id(void)",
	"exit_thread":      "void fixture_exit_thread(void)",
	"latch_new":        "int64_t fixture_latch_new(void)",
	"latch_open":       "int64_t fixture_latch_open(int64_t)",
	"latch_wait":       "int64_t fixture_latch_wait(int64_t)",
	"latch_number":     "int64_t fixture_latch_number(int64_t, int64_t)",
	"latch_waiting":    "int64_t fixture_latch_waiting(int64_t)",
	"latch_byte":       "uint8_t fixture_latch_byte(int64_t, uint8_t)",
	"wait_for_waiters": "int64_t fixture_wait_for_waiters(int64_t, int64_t)",
	"counter_new":      "int64_t fixture_counter_new(void)",
	"count":            "int64_t fixture_count(int64_t)",
	"counter_get":      "int64_t fixture_counter_get(int64_t)",
	"count_byte":       "uint8_t fixture_count_byte(int64_t, uint8_t)",
	"count_and_wait":   "int64_t fixture_count_and_wait(int64_t, int64_t)",
	"wait_for_count":   "int64_t fixture_wait_for_count(int64_t, int64_t)",
	"log_new":          "int64_t fixture_log_new(void)",
	"log_add":          "int64_t fixture_log_add(int64_t, int64_t)",
	"log_byte":         "uint8_t fixture_log_byte(int64_t, uint8_t)",
	"log_count":        "int64_t fixture_log_count(int64_t)",
	"log_get":          "int64_t fixture_log_get(int64_t, int64_t)",
	"meter_new":        "int64_t fixture_meter_new(void)",
	"together":         "int64_t fixture_together(int64_t)",
	"max_together":     "int64_t fixture_max_together(int64_t)",
}

var background = context.Background()

var fixture struct {
	once    sync.Once
	library *asyncresult.Library
	control *asyncresult.Pool // runs what the cases themselves call
	err     error
}

func openFixture() {
	fixture.once.Do(func() {
		fixture.library, fixture.err = asyncresult.OpenLibrary(os.Getenv("ASYR_FIXTURE"))
		if fixture.err == nil {
			fixture.control, fixture.err = asyncresult.NewPool(16)
		}
		if fixture.err != nil {
			fmt.Fprintln(os.Stderr, "no fixture (ASYR_FIXTURE):", fixture.err)
			os.Exit(1)
		}
	})
}

// function is a function of the fixture.
func function(name string) *asyncresult.Function {
	openFixture()
	f, err := fixture.library.Function(prototypes[name])
	if err != nil {
		panic(err)
	}
	return f
}

// call calls a function of the fixture that returns a number, and waits for it.
func call(name string, args ...any) int64 {
	v, err := fixture.control.Apply(background, function(name), args...)
	if err != nil {
		panic(err)
	}
	return v.(int64)
}

// latch is a new latch, open when the case has ended.
func (t *T) latch() int64 {
	openFixture()
	latch := call("latch_new")
	t.later(func() { call("latch_open", latch) })
	return latch
}

func (t *T) counter() int64 {
	openFixture()
	return call("counter_new")
}

func (t *T) log() int64 {
	openFixture()
	return call("log_new")
}

func logged(log int64) []int64 {
	numbers := make([]int64, call("log_count", log))
	for i := range numbers {
		numbers[i] = call("log_get", log, i)
	}
	return numbers
}

// pool is a new pool, terminated and joined when the case has ended.
func (t *T) pool(workers int, options ...asyncresult.PoolOption) *asyncresult.Pool {
	openFixture()
	p, err := asyncresult.NewPool(workers, options...)
	if err != nil {
		t.fail("no pool: %v", err)
	}
	t.later(func() {
		p.Terminate()
		ctx, cancel := context.WithTimeout(background, limit/2)
		defer cancel()
		p.Join(ctx)
	})
	return p
}

// submit submits a function of the fixture.
func (t *T) submit(p *asyncresult.Pool, name string, args ...any) *asyncresult.Result {
	return t.submitWith(p, name, args)
}

func (t *T) submitWith(p *asyncresult.Pool, name string, args []any,
	options ...asyncresult.TaskOption) *asyncresult.Result {
	r, err := p.Submit(function(name), args, options...)
	if err != nil {
		t.fail("submit: %v", err)
	}
	return r
}

func (t *T) mapping(p *asyncresult.Pool, name string, items any,
	options ...asyncresult.TaskOption) *asyncresult.Result {
	r, err := p.MapAsync(function(name), items, options...)
	if err != nil {
		t.fail("map: %v", err)
	}
	return r
}

func (t *T) starmapping(p *asyncresult.Pool, name string, items [][]any,
	options ...asyncresult.TaskOption) *asyncresult.Result {
	r, err := p.StarmapAsync(function(name), items, options...)
	if err != nil {
		t.fail("starmap: %v", err)
	}
	return r
}

// hold submits a task that waits for a latch, and returns once it runs.
func (t *T) hold(p *asyncresult.Pool, latch int64) *asyncresult.Result {
	r := t.submit(p, "latch_wait", latch)
	call("wait_for_waiters", latch, 1)
	return r
}

func (t *T) get(r *asyncresult.Result) any {
	v, err := r.Get(background)
	if err != nil {
		t.fail("expected a value, found %v", err)
	}
	return v
}

// getError is the error of a result, which has to be of that code.
func (t *T) getError(r *asyncresult.Result, code error) *asyncresult.Error {
	v, err := r.Get(background)
	if err == nil {
		t.fail("expected %v, found the value %v", code, v)
	}
	return t.expectError(err, code)
}

func (t *T) expectError(err, code error) *asyncresult.Error {
	var e *asyncresult.Error
	if !errors.As(err, &e) || error(e.Code) != code {
		t.fail("expected the error %v, found %v", code, err)
	}
	return e
}

func (t *T) expect(found, expected any) {
	if !reflect.DeepEqual(found, expected) {
		t.fail("expected %#v, found %#v", expected, found)
	}
}

func (t *T) expectText(text, part string) {
	if !strings.Contains(text, part) {
		t.fail("expected a text with %q, found %q", part, text)
	}
}

// passed is a context whose deadline passed a while ago.
func passed() context.Context {
	ctx, cancel := context.WithDeadline(background, time.Now().Add(-time.Second))
	cancel()
	return ctx
}

// soon is a context whose deadline passes soon.
func (t *T) soon() context.Context {
	ctx, cancel := context.WithTimeout(background, time.Millisecond)
	t.later(cancel)
	return ctx
}

// collect runs the garbage collector until a channel is closed.
func collect(until <-chan struct{}) {
	for {
		runtime.GC()
		select {
		case <-until:
			return
		default:
			runtime.Gosched()
		}
	}
}
