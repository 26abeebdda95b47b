package tundev

// Opener opens devices and looks after what stands around them. System is the
// one for real devices.
type Opener interface {
	// Open makes the namespace of the spec if it is missing, opens the device in
	// it and configures the kernel's side. On an error nothing is left behind.
	Open(Spec) (Device, error)
	// Reopen opens a device that had vanished, as Open does, but makes no
	// namespace: who deleted one may want it so.
	Reopen(Spec) (Device, error)
	// Configure gives the kernel's side of an open device the MTU, addresses and
	// routes of the spec, and takes away those that another spec had given it. It
	// does not rename or move the device. On an error the device is as it was, as
	// far as the system allows.
	Configure(Device, Spec) error
	// Present says whether the device is still where the spec wants it: nil, or
	// an error wrapping ErrGone that says what vanished. It notices a namespace
	// that was deleted, also one that was made again under the same name.
	Present(Device, Spec) error
	// Close removes the namespaces that Open made. Devices are closed before.
	Close() error
}
