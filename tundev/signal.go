package tundev

import "golang.org/x/sys/unix"

// signal is a descriptor that polls readable between set and clear: a pipe, as
// other systems have no eventfd. Its user serialises all calls.
type signal struct {
	ends [2]int
	on   bool
	buf  [1]byte
}

func newSignal() (s signal, err error) {
	if err := unix.Pipe(s.ends[:]); err != nil {
		return s, err
	}
	for _, end := range s.ends {
		unix.CloseOnExec(end)
		unix.SetNonblock(end, true)
	}
	return s, nil
}

func (s *signal) set() {
	if !s.on {
		unix.Write(s.ends[1], s.buf[:])
		s.on = true
	}
}

func (s *signal) clear() {
	if s.on {
		unix.Read(s.ends[0], s.buf[:])
		s.on = false
	}
}

func (s *signal) close() error {
	unix.Close(s.ends[1])
	return unix.Close(s.ends[0])
}
