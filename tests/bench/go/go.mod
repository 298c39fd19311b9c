module bench

go 1.19

require asyncresult v0.0.0

replace asyncresult => ../../../bindings/go
