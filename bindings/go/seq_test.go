//go:build go1.23

package asyncresult

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"
)

func TestARangeLoopHasValuesAndErrorsAtTheirPlaces(t *testing.T) {
	pool := newTestPool(t, 2)
	it := newImap(t, pool, fixture(t, "uint8_t fixture_byte(uint8_t)"),
		slices.Values([]int{1, 300, 3, 4}))
	var found []any
	for value, err := range it.All(ctx) {
		if err != nil {
			value = err.(*Error).Code
		}
		if found = append(found, value); len(found) == 2 {
			break
		}
	}
	for value, err := range it.All(ctx) {
		found = append(found, value, err)
	}
	expected := []any{int64(1), CodeType, int64(3), nil, int64(4), nil}
	if !reflect.DeepEqual(found, expected) {
		t.Errorf("expected %v, found %v", expected, found)
	}
}

func TestARangeLoopEndsWithItsContext(t *testing.T) {
	pool := newTestPool(t, 1)
	it := newImap(t, pool, fixture(t, squarePrototype), make(chan int))
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	count := 0
	for _, err := range it.All(cancelled) {
		if count++; !errors.Is(err, context.Canceled) {
			t.Errorf("expected Interrupted by context.Canceled, found %v", err)
		}
	}
	if count != 1 {
		t.Errorf("expected one error, found %d", count)
	}
}

func TestARangeLoopOverAStreamHasValuesOfItsType(t *testing.T) {
	pool := newTestPool(t, 2)
	s, err := Imap(ctx, pool, slices.Values([]int{1, 2, 3}), func(_ context.Context, n int) (string, error) {
		if n == 2 {
			return "", &taskError{code: n}
		}
		return string(rune('a' + n)), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var found []string
	for text, err := range s.All(ctx) {
		if err != nil {
			text = err.Error()
		}
		found = append(found, text)
	}
	if expected := []string{"b", (&taskError{code: 2}).Error(), "d"}; !slices.Equal(found, expected) {
		t.Errorf("expected %v, found %v", expected, found)
	}
}
