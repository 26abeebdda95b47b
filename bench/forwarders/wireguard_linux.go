package forwarders

import (
	"errors"

	"golang.zx2c4.com/wireguard/tun"
)

// offset is the room that wireguard/tun wants before a packet, in octets.
const offset = 10

// runWireGuard forwards with golang.zx2c4.com/wireguard/tun, in its batches:
// super-packets are taken apart by Read and joined by Write.
func runWireGuard(devices []Device, opened func()) error {
	ports := make([]tun.Device, len(devices))
	err := openAll(devices, func(i int, d Device) (err error) {
		ports[i], err = tun.CreateTUN(d.Name, d.MTU)
		return err
	})
	if err != nil {
		return err
	}
	for _, port := range ports {
		go func() {
			for range port.Events() { // somebody has to read them
			}
		}()
	}
	opened()
	return each(devices, func(i int) error {
		buffers, sizes := make([][]byte, ports[i].BatchSize()), make([]int, ports[i].BatchSize())
		for j := range buffers {
			buffers[j] = make([]byte, offset+65535)
		}
		batches := make([][][]byte, len(devices))
		for {
			n, err := ports[i].Read(buffers, sizes, offset)
			if err != nil && !errors.Is(err, tun.ErrTooManySegments) {
				return err
			}
			for j := range n {
				if out := route(devices, buffers[j][offset:offset+sizes[j]]); out >= 0 {
					batches[out] = append(batches[out], buffers[j][:offset+sizes[j]])
				}
			}
			for out, batch := range batches {
				if len(batch) > 0 {
					ports[out].Write(batch, offset) // what is refused is lost
				}
				batches[out] = batch[:0]
			}
		}
	})
}
