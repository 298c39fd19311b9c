package asyncresult

import (
	"runtime"
	"strings"

	"asyncresult/internal/native"
)

// Library is a shared library that was opened.
type Library struct {
	handle uintptr
}

// OpenLibrary opens a shared library: by its path, by a file name that the loader
// finds ("libm.so.6"), or by its stem ("m").  The empty name is the program itself.
func OpenLibrary(name string) (*Library, error) {
	if err := checkText("library name", name); err != nil {
		return nil, err
	}
	var handle, failure uintptr
	if err := try(native.Library_open(name, &handle, &failure), &failure); err != nil {
		return nil, err
	}
	l := &Library{handle: handle}
	runtime.SetFinalizer(l, func(l *Library) { native.Library_unref(l.handle) })
	return l, nil
}

// Name is the name by which the library was found.
func (l *Library) Name() string {
	if l == nil {
		return ""
	}
	name := native.Library_get_name(l.handle)
	runtime.KeepAlive(l)
	return name
}

// Function finds a C function of the library by its prototype.
func (l *Library) Function(prototype string) (*Function, error) {
	if l == nil {
		return nil, newError(CodeArgument, "expected a library, found nil")
	}
	if err := checkText("prototype", prototype); err != nil {
		return nil, err
	}
	var handle, failure uintptr
	err := try(native.Function_new_c(l.handle, prototype, &handle, &failure), &failure)
	runtime.KeepAlive(l)
	if err != nil {
		return nil, err
	}
	f := &Function{handle: handle}
	runtime.SetFinalizer(f, func(f *Function) { native.Function_unref(f.handle) })
	return f, nil
}

// Function is something that a pool can run.
type Function struct {
	handle uintptr
}

// CFunction finds a C function in a library and prepares it for being called:
//
//	CFunction("libm.so.6", "double cos(double)")
func CFunction(library, prototype string) (*Function, error) {
	l, err := OpenLibrary(library)
	if err != nil {
		return nil, err
	}
	return l.Function(prototype)
}

// Name is the function's name.
func (f *Function) Name() string {
	name := native.Function_get_name(f.raw())
	runtime.KeepAlive(f)
	return name
}

// Prototype is the prototype of a C function, as it was given.
func (f *Function) Prototype() string {
	prototype := native.Function_get_prototype(f.raw())
	runtime.KeepAlive(f)
	return prototype
}

func (f *Function) raw() uintptr {
	if f == nil {
		return 0
	}
	return f.handle
}

// checkText refuses what C would read as a shorter text.
func checkText(what, text string) error {
	if strings.IndexByte(text, 0) >= 0 {
		return newError(CodeArgument, "expected a %s without a NUL, found %q", what, text)
	}
	return nil
}
