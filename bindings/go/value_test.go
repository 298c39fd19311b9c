package asyncresult

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
)

// through takes a value to C and back.
func through(t *testing.T, v any) any {
	t.Helper()
	handle, err := newValue(v, 0)
	if err != nil {
		t.Fatalf("%#v: %v", v, err)
	}
	return takeValue(handle)
}

func TestValuesComeBackAsTheyWent(t *testing.T) {
	for _, v := range []any{
		nil, true, false, int64(0), int64(-1), int64(math.MinInt64), int64(math.MaxInt64),
		uint64(math.MaxUint64), 0.5, math.Inf(-1), "", "héllo", "a\x00b",
		[]byte{}, []byte{0, 255}, []any{}, []any{nil, int64(1), "x", []any{true}},
		map[string]any{}, map[string]any{"a": int64(1), "b": []any{}},
		map[any]any{int64(1): "one", "x": 2.5, true: nil},
		[]int8{-1}, []int16{-2, 2}, []uint16{2}, []int32{-3}, []uint32{3}, []int64{-4},
		[]uint64{math.MaxUint64}, []float32{0.5}, []float64{0.25, math.Inf(1)}, []float64{},
	} {
		if found := through(t, v); !reflect.DeepEqual(found, v) {
			t.Errorf("expected %#v, found %#v", v, found)
		}
	}
}

type celsius float32
type name string

func TestOtherTypesBecomeTheNearestOnes(t *testing.T) {
	var nothing *int
	for _, c := range []struct{ in, out any }{
		{int8(-1), int64(-1)}, {uint8(200), int64(200)}, {uint(7), int64(7)},
		{uintptr(7), int64(7)}, {float32(0.5), 0.5}, {celsius(1.5), 1.5},
		{name("x"), "x"}, {[]string{"a"}, []any{"a"}}, {[2]int{1, 2}, []any{int64(1), int64(2)}},
		{map[int]string{1: "a"}, map[any]any{int64(1): "a"}},
		{[]celsius{1}, []float32{1}}, {[]int{1, 2}, []int64{1, 2}}, {[]uint{1}, []uint64{1}},
		{nothing, nil}, {[]error{nil}, []any{nil}},
	} {
		if found := through(t, c.in); !reflect.DeepEqual(found, c.out) {
			t.Errorf("%#v: expected %#v, found %#v", c.in, c.out, found)
		}
	}
	if found := through(t, math.NaN()); !math.IsNaN(found.(float64)) {
		t.Errorf("expected NaN, found %v", found)
	}
}

func TestAnErrorCrossesWithItsCauses(t *testing.T) {
	in := &Error{Code: CodeTask, Kind: "ZeroDivisionError", Message: "divided by 0",
		Trace: "here", Origin: "Ruby", Cause: &Error{Code: CodeType, Kind: "Type", Message: "inner"}}
	in.Value = []any{int64(1), "attached"}
	if found := through(t, in); !reflect.DeepEqual(found, in) {
		t.Errorf("expected %#v, found %#v", in, found)
	}
	in.Value = in // it contains itself
	if found := through(t, in).(*Error); found.Value.(*Error).Message != in.Message {
		t.Errorf("expected the same message inside, found %#v", found.Value)
	}
	wrapped := fmt.Errorf("outer: %w", context.Canceled)
	found, ok := through(t, wrapped).(*Error)
	if !ok || found.Message != wrapped.Error() || found.Kind != "*fmt.wrapError" ||
		found.Cause.(*Error).Message != context.Canceled.Error() {
		t.Errorf("expected the wrapped error, found %#v", found)
	}
}

func TestAChainOfCausesIsBounded(t *testing.T) {
	err := errors.New("first")
	for i := 0; i < 1000; i++ {
		err = fmt.Errorf("next: %w", err)
	}
	count := 0
	for e, _ := through(t, err).(error); e != nil; e = errors.Unwrap(e) {
		count++
	}
	if count != maxCauses {
		t.Errorf("expected %d errors, found %d", maxCauses, count)
	}
}

func TestWhatCannotCrossIsNamedWithItsPath(t *testing.T) {
	cyclic := []any{nil}
	cyclic[0] = cyclic
	for _, c := range []struct {
		args []any
		text string
	}{
		{[]any{1, make(chan int)}, "argument 2: expected nil, a bool"},
		{[]any{[]any{1, map[string]any{"k": []any{func() {}}}}}, `argument 1[1]["k"][0]: `},
		{[]any{struct{}{}}, "found struct {}"},
		{[]any{new(int)}, "found *int"},
		{[]any{cyclic}, "at most 150 deep"},
		{[]any{"\xff"}, "argument 1: "},
		{[]any{map[string]any{"k": "\xff"}}, `argument 1["k"]: `},
		{[]any{map[[1]int]int{{1}: 1}}, "argument 1["},
		{[]any{(*Array)(nil)}, "argument 1: expected an array"},
	} {
		list, err := newArguments(c.args)
		if list != 0 || !errors.Is(err, ErrType) || !strings.Contains(err.Error(), c.text) {
			t.Errorf("expected a Type error with %q, found %v", c.text, err)
		}
	}
}

func TestItemsAreASlice(t *testing.T) {
	for _, items := range []any{nil, 1, "text", map[string]any{}, struct{}{}} {
		if _, err := newItems(items); !errors.Is(err, ErrType) {
			t.Errorf("%#v: expected a Type error, found %v", items, err)
		}
		if _, err := newStarItems(items); !errors.Is(err, ErrType) {
			t.Errorf("%#v: expected a Type error, found %v", items, err)
		}
	}
	_, err := newStarItems([]any{[]any{1}, 2})
	if !errors.Is(err, ErrType) || !strings.Contains(err.Error(), "items[1]: expected a slice") {
		t.Errorf("expected a Type error that names the item, found %v", err)
	}
}

func TestAPointerKeepsItsAddress(t *testing.T) {
	if found := through(t, PointerTo(4096)).(Pointer); found.Address() != 4096 {
		t.Errorf("expected 4096, found %d", found.Address())
	}
	if found := through(t, through(t, PointerTo(0))).(Pointer); found.Address() != 0 {
		t.Errorf("expected 0, found %d", found.Address())
	}
}

func TestACFunctionWritesIntoAnArray(t *testing.T) {
	exponent, err := NewArray([]int32{0})
	if err != nil {
		t.Fatal(err)
	}
	pool := newTestPool(t, 1)
	found, err := pool.Apply(ctx, cFunction(t, "m", "double frexp(double, int *)"), 12.0, exponent)
	if err != nil || found != 0.75 {
		t.Errorf("expected 0.75, found %v, %v", found, err)
	}
	if numbers := exponent.Slice(); !reflect.DeepEqual(numbers, []int32{4}) {
		t.Errorf("expected an exponent of 4, found %v", numbers)
	}
	for _, wrong := range []any{nil, 1, []string{"x"}, []any{1}} {
		if _, err := NewArray(wrong); !errors.Is(err, ErrType) {
			t.Errorf("%#v: expected a Type error, found %v", wrong, err)
		}
	}
}

func TestAPointerThatCReturnedGoesBackToIt(t *testing.T) {
	pool := newTestPool(t, 1)
	memory, err := pool.Apply(ctx, cFunction(t, "c", "void *calloc(size_t, size_t)"), 1, 16)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := memory.(Pointer); !ok {
		t.Fatalf("expected a pointer, found %#v", memory)
	}
	length, err := pool.Apply(ctx, cFunction(t, "c", "size_t strlen(const char *)"), memory)
	if err != nil || length != int64(0) {
		t.Errorf("expected 0, found %v, %v", length, err)
	}
	if _, err := pool.Apply(ctx, cFunction(t, "c", "void free(void *)"), memory); err != nil {
		t.Error(err)
	}
}
