//go:build !cgo

package native

// A build without cgo stops here: the package calls libasyncresult through cgo.
var _ = asyncresult_needs_cgo__set_CGO_ENABLED_1_and_install_a_C_compiler
