package asyncresult

import (
	"context"
	"errors"
	"strings"
	"testing"
)

func TestErrorsAreComparedByTheirCode(t *testing.T) {
	err := error(&Error{Code: CodeBroken, Kind: "Broken", Message: "m",
		Cause: &Error{Code: CodeType, Kind: "Type", Message: "inner"}})
	if !errors.Is(err, ErrBroken) || !errors.Is(err, ErrType) || errors.Is(err, ErrTimeout) {
		t.Errorf("expected Broken caused by Type, found %v", err)
	}
	var e *Error
	if !errors.As(err, &e) || e.Code != CodeBroken {
		t.Errorf("expected the error itself, found %v", e)
	}
	if errors.Unwrap(err).Error() != "Type: inner" || err.Error() != "Broken: m" {
		t.Errorf("unexpected texts: %v, %v", err, errors.Unwrap(err))
	}
}

func TestEveryCodeHasAKindAndAMeaning(t *testing.T) {
	for code := CodeArgument; code <= CodeUnsupported; code++ {
		if code.String() == "" || strings.HasPrefix(code.String(), "Code(") ||
			strings.HasPrefix(code.Error(), "unknown") {
			t.Errorf("code %d: kind %q, meaning %q", int32(code), code.String(), code.Error())
		}
	}
	unknown := Code(9999)
	if unknown.String() != "Code(9999)" || unknown.Error() != "unknown code 9999" {
		t.Errorf("found %q and %q", unknown.String(), unknown.Error())
	}
}

func TestLibrariesSymbolsAndPrototypesSayWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		library, prototype string
		code               error
		text               string
	}{
		{"libnosuch.so.7", "int f(int)", ErrLibrary, "libnosuch"},
		{"m", "double nosuch(double)", ErrSymbol, "nosuch"},
		{"m", "double cos(", ErrPrototype, ""},
		{"m", "", ErrArgument, ""},
		{"m\x00x", "double cos(double)", ErrArgument, "without a NUL"},
		{"m", "double cos(double)\x00", ErrArgument, "without a NUL"},
	} {
		_, err := CFunction(c.library, c.prototype)
		if !errors.Is(err, c.code) || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%q, %q: expected %v, found %v", c.library, c.prototype, c.code, err)
		}
	}
}

func TestAFunctionKnowsItsNames(t *testing.T) {
	library, err := OpenLibrary("m")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(library.Name(), "libm.so") {
		t.Errorf("expected libm.so..., found %q", library.Name())
	}
	fn, err := library.Function("double cos(double)")
	if err != nil || fn.Name() != "cos" || fn.Prototype() != "double cos(double)" {
		t.Errorf("found %q, %q, %v", fn.Name(), fn.Prototype(), err)
	}
	program, err := OpenLibrary("")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := program.Function("size_t strlen(const char *)"); err != nil {
		t.Error(err)
	}
}

// nilContext is nil in a way that vet lets pass.
var nilContext context.Context

func TestNothingInPlaceOfAnObjectIsAnArgumentError(t *testing.T) {
	pool := newTestPool(t, 1)
	cos := cFunction(t, "m", "double cos(double)")
	r, err := pool.ApplyAsync(cos, 0.0)
	if err != nil {
		t.Fatal(err)
	}
	var noPool *Pool
	var noLibrary *Library
	for name, call := range map[string]func() error{
		"ApplyAsync of no function": func() error { _, err := pool.ApplyAsync(nil, 1); return err },
		"Map of no function":        func() error { _, err := pool.Map(ctx, nil, []int{1}); return err },
		"ApplyAsync of no pool":     func() error { _, err := noPool.ApplyAsync(cos, 1); return err },
		"Stop of no pool":           func() error { return noPool.Stop() },
		"Close of no pool":          func() error { return noPool.Close() },
		"Terminate of no pool":      func() error { return noPool.Terminate() },
		"Join of no pool":           func() error { return noPool.Join(ctx) },
		"NewStrand of no pool":      func() error { _, err := noPool.NewStrand(); return err },
		"Function of no library":    func() error { _, err := noLibrary.Function("int f(int)"); return err },
		"Apply without a context":   func() error { _, err := pool.Apply(nilContext, cos, 0.0); return err },
		"Get without a context":     func() error { _, err := r.Get(nilContext); return err },
		"Join without a context":    func() error { return pool.Join(nilContext) },
		"OnDone without a function": func() error { return r.OnDone(nil) },
		"an unknown error policy": func() error {
			_, err := pool.MapAsync(cos, []float64{0}, Errors(99))
			return err
		},
		"an unknown full policy": func() error { _, err := NewPool(1, WithQueueLimit(1, 99)); return err },
		"a negative spare count": func() error { _, err := NewPool(1, WithSpareWorkers(-1)); return err },
		"a name with a NUL":      func() error { _, err := NewPool(1, WithName("a\x00")); return err },
	} {
		if err := call(); !errors.Is(err, ErrArgument) {
			t.Errorf("%s: expected an Argument error, found %v", name, err)
		}
	}
	var noResult Result
	for _, err := range []error{
		noResult.Wait(ctx), noResult.OnDone(func(*Result) {}), (*Result)(nil).Wait(ctx),
		(&Pool{}).Join(ctx), (&Pool{}).Close(),
	} {
		if !errors.Is(err, ErrArgument) {
			t.Errorf("expected an Argument error, found %v", err)
		}
	}
	if noResult.Ready() || noResult.Cancel() != TooLate {
		t.Error("expected a result that is never ready")
	}
	if noPool.Workers() != 0 || noLibrary.Name() != "" || (*Function)(nil).Name() != "" {
		t.Error("expected nothing of nothing")
	}
}
