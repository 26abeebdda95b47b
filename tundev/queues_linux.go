package tundev

import (
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// queue is one of the queues in which the kernel keeps packets for us. Who reads
// the device has it.
type queue struct {
	fd int
	// ring reads bursts; nil until the first. expected is how many packets wait, as
	// far as one can guess: zero if a ring is not worth while.
	ring     *uring
	expected int
}

// openQueues makes a TUN with two queues, TCP having the second for itself. The
// kernel lets a TCP sender fill a TUN up to its window: nothing else is to wait behind that. A flow
// never changes its queue, so it keeps its order. Without load's program the
// kernel would choose by flow, at some 190 ns a packet: then, and where
// it knows no queues, there is one for all. The descriptors are the caller's.
func openQueues(spec Spec, load func() (int, error), attach func(Spec, uint16) (int, error)) ([]int, error) {
	if fds, err := openTwo(spec, load, attach); err == nil {
		return fds, nil
	}
	fd, err := attach(spec, unix.IFF_TUN_EXCL|unix.IFF_VNET_HDR)
	return []int{fd}, err
}

func openTwo(spec Spec, load func() (int, error), attach func(Spec, uint16) (int, error)) ([]int, error) {
	program, err := load()
	if err != nil {
		return nil, err
	}
	defer unix.Close(program) // the TUN holds it
	const flags = unix.IFF_VNET_HDR | unix.IFF_MULTI_QUEUE
	first, err := attach(spec, unix.IFF_TUN_EXCL|flags)
	if err != nil {
		return nil, err
	}
	second, err := attach(spec, flags)
	if err == nil {
		if err = unix.IoctlSetPointerInt(first, unix.TUNSETSTEERINGEBPF, program); err == nil {
			return []int{first, second}, nil
		}
		unix.Close(second)
	}
	unix.Close(first)
	return nil, err
}

// instruction is struct bpf_insn. Its second octet names two registers; their
// order there is that of little-endian machines, and others refuse the program.
type instruction struct {
	op, registers uint8
	offset        int16
	value         int32
}

const (
	loadOctet = unix.BPF_LD | unix.BPF_ABS | unix.BPF_B
	setResult = unix.BPF_ALU64 | unix.BPF_MOV | unix.BPF_K
	otherwise = unix.BPF_JMP | unix.BPF_JNE | unix.BPF_K
	jump      = unix.BPF_JMP | unix.BPF_JA
	exit      = unix.BPF_JMP | unix.BPF_EXIT
)

// steering is the number of a packet's queue: 1 for TCP, 0 for all else. A packet
// too short for a question gets 0.
var steering = [...]instruction{
	{op: unix.BPF_ALU64 | unix.BPF_MOV | unix.BPF_X, registers: 0x16}, // where loads expect the packet
	{op: loadOctet, value: 0},
	{op: unix.BPF_ALU64 | unix.BPF_AND | unix.BPF_K, value: 0xf0},
	{op: otherwise, value: 0x60, offset: 2},
	{op: loadOctet, value: 6}, // Next Header (RFC 8200 §3)
	{op: jump, offset: 1},
	{op: loadOctet, value: 9}, // Protocol (RFC 791 §3.1)
	{op: otherwise, value: unix.IPPROTO_TCP, offset: 2},
	{op: setResult, value: 1},
	{op: exit},
	{op: setResult, value: 0},
	{op: exit},
}

// noLicense is that of the program, which calls nothing that asks for one.
var noLicense = [1]byte{}

// loadSteering gives the kernel the program, and returns its descriptor.
func loadSteering() (int, error) {
	// The head of union bpf_attr for BPF_PROG_LOAD; the rest may be left away.
	load := struct {
		kind, count           uint32
		instructions, license uint64
		logLevel, logSize     uint32
		log                   uint64
		version, flags        uint32
	}{
		kind: unix.BPF_PROG_TYPE_SOCKET_FILTER, count: uint32(len(steering)),
		instructions: uint64(uintptr(unsafe.Pointer(&steering))), license: uint64(uintptr(unsafe.Pointer(&noLicense))),
	}
	for {
		fd, _, errno := unix.Syscall(unix.SYS_BPF, unix.BPF_PROG_LOAD, uintptr(unsafe.Pointer(&load)), unsafe.Sizeof(load))
		runtime.KeepAlive(&load)
		switch errno {
		case 0:
			return int(fd), nil // the kernel has marked it close-on-exec
		case unix.EAGAIN: // a signal came, and Go's runtime sends them to its own threads
		default:
			return -1, errno
		}
	}
}
