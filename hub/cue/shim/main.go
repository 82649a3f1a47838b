//go:build wasip1

// The CUE evaluator of the hub, as a WebAssembly module: a host writes a request into memory of the module, calls evaluate, and
// reads the answer. The module imports nothing that can reach a file, the network or the environment.
package main

import (
	"runtime/debug"
	"unsafe"
)

// What was handed out and not freed yet: the collector must not move on without it.
var request, answer []byte

// The heap may grow to a multiple of what is in use before it is collected: an evaluation leaves much behind, and time is
// what there is least of. The limit keeps that from filling the memory, which has a maximum.
func init() {
	debug.SetGCPercent(200)
	debug.SetMemoryLimit(96 << 20)
}

// Room for a request of some bytes.
//
//go:wasmexport room
func room(size int32) unsafe.Pointer {
	request = make([]byte, size)
	return unsafe.Pointer(unsafe.SliceData(request))
}

// The answer to the request: where it begins, and how many bytes it has (the lower half).
//
//go:wasmexport evaluate
func evaluate() int64 {
	answer = answerTo(request)
	request = nil
	return int64(uintptr(unsafe.Pointer(unsafe.SliceData(answer))))<<32 | int64(len(answer))
}

func main() {}
